from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts import queries, services
from apps.accounts.admin.dialogs import EndRoleForm, GrantRoleForm, ReasonForm, SureForm
from apps.accounts.admin.shared import ServiceAdmin, actor, attempt, dialog_action, done, show_once
from apps.accounts.enums import ObjectScope, Role, SessionEnd, UserKind
from apps.accounts.models import User, UserRole
from apps.backoffice.staff_admin import ReadOnlyInline
from apps.core.errors import RuleBroken

OWN_FIELDS = ["display_name", "email", "phone", "scope", "language"]


class RolesInline(ReadOnlyInline):
    model = UserRole
    fk_name = "user"
    fields = ["role", "unit", "since", "until", "granted_by", "ended_by"]
    readonly_fields = fields
    verbose_name_plural = _("Roles")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "granted_by", "ended_by")


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Passwords, their hashes and second factors are neither shown nor typed here."""

    permission = "accounts.manage_user"
    list_display = ["display_name", "username", "kind_tag", "scope_tag", "roles_now", "is_active"]
    list_display_links = ["display_name", "username"]
    list_filter = ["kind", "is_active", "scope", ("roles__role", admin.ChoicesFieldListFilter)]
    search_fields = ["username", "display_name", "email"]
    search_help_text = _("sign-in name, name or e-mail")
    ordering = ["username"]
    inlines = [RolesInline]
    actions_detail = [
        "grant_role",
        "end_role",
        "issue_password",
        "reset_second_factor",
        "end_sessions",
        "deactivate",
        "reactivate",
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        users = super().get_queryset(request).exclude(kind=UserKind.SYSTEM)
        return users.prefetch_related("roles__unit")

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        if obj is None:
            return ["username", "kind", *OWN_FIELDS]
        shown = ["username", "kind", *OWN_FIELDS, "is_active", "last_login"]
        # Whoever only reads has no use for a colleague's number.
        return shown if self.has_change_permission(request) else [f for f in shown if f != "phone"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["username", "kind", "is_active", "last_login"] if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            # Encrypted fields are of any length in the database; a number is one line.
            kwargs["widget"] = UnfoldAdminTextInputWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            # The system's own users are made by the system.
            kwargs["choices"] = [(k, k.label) for k in UserKind if k != UserKind.SYSTEM]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_tag(self, user: User) -> SafeString:
        return self.tag(UserKind(user.kind))

    @admin.display(description=_("sees"), ordering="scope")
    def scope_tag(self, user: User) -> SafeString:
        return self.tag(ObjectScope(user.scope))

    @admin.display(description=_("roles"))
    def roles_now(self, user: User) -> str:
        # Of the prefetched rows: asking per user would be a query each.
        return "、".join(
            f"{Role(held.role).label} · {held.unit.name}"
            for held in user.roles.all()
            if held.holds_now
        )

    def save_through_service(
        self, request: HttpRequest, obj: User, values: dict[str, Any], change: bool
    ) -> User:
        if change:
            return services.change_user(user=obj, by=actor(request), **values)
        return services.create_user(by=actor(request), **values)

    # --- who may press what ---------------------------------------------------------------------
    def has_manage_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.manage_user")

    def has_deactivate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_manage_permission(request) and queries.is_active_user(object_id)

    def has_reactivate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_manage_permission(request) and not queries.is_active_user(object_id)

    def has_grant_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.grant_role")

    def has_reset_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.reset_two_factor")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.revoke_session")

    # --- actions --------------------------------------------------------------------------------
    @dialog_action(
        GrantRoleForm,
        description=_("Grant a role"),
        permissions=["grant"],
        title=_("Grant a role"),
        says=_("The user signs in again, with all that the role requires."),
        button=_("Grant it"),
    )
    def grant_role(self, request: HttpRequest, form: GrantRoleForm, object_id: int) -> HttpResponse:
        return self._attempt(
            request,
            object_id,
            lambda user: services.grant_role(user=user, by=actor(request), **form.values()),
            _("The role is granted."),
        )

    @dialog_action(
        EndRoleForm,
        description=_("End a role"),
        permissions=["grant"],
        title=_("End a role"),
        says=_("The user loses what the role allows and has to sign in again."),
        button=_("End the role"),
    )
    def end_role(self, request: HttpRequest, form: EndRoleForm, object_id: int) -> HttpResponse:
        return self._attempt(
            request,
            object_id,
            lambda _user: services.end_role(held=form.cleaned_data["held"], by=actor(request)),
            _("The role is ended."),
        )

    @dialog_action(
        SureForm,
        description=_("Issue a temporary password"),
        permissions=["manage"],
        title=_("Issue a temporary password?"),
        says=_("The present one stops working, all sessions end."),
        button=_("Issue it"),
    )
    def issue_password(self, request: HttpRequest, form: SureForm, object_id: int) -> HttpResponse:
        user = User.objects.get(pk=object_id)
        try:
            text = services.issue_temporary_password(user=user, by=actor(request))
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return done(request, self.page_of(object_id))
        return show_once(
            request,
            title=str(_("Temporary password")),
            lead=str(
                _("Hand it over in person. It is good for one sign-in and never shown again.")
            ),
            secret=text,
            back=self.page_of(object_id),
        )

    @dialog_action(
        ReasonForm,
        description=_("Reset the second step"),
        permissions=["reset"],
        title=_("Reset the second step of sign-in?"),
        says=_("Make sure it is really them: the next sign-in sets up a new phone."),
        button=_("Reset it"),
    )
    def reset_second_factor(
        self, request: HttpRequest, form: ReasonForm, object_id: int
    ) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        return self._attempt(
            request,
            object_id,
            lambda user: services.reset_two_factor(user=user, by=actor(request), reason=reason),
            _("The second step is reset."),
        )

    @dialog_action(
        SureForm,
        description=_("End all sessions"),
        permissions=["revoke"],
        title=_("End all sessions of this user?"),
        says=_("Their next click leads to the sign-in page."),
        button=_("End them"),
    )
    def end_sessions(self, request: HttpRequest, form: SureForm, object_id: int) -> HttpResponse:
        return self._attempt(
            request,
            object_id,
            lambda user: services.end_user_sessions(
                user=user, by=actor(request), reason=SessionEnd.REVOKED
            ),
            _("All sessions are ended."),
        )

    @dialog_action(
        ReasonForm,
        description=_("Deactivate"),
        permissions=["deactivate"],
        title=_("Deactivate this user?"),
        says=_("Sessions end and API keys are revoked at once. What they did stays."),
        button=_("Deactivate"),
    )
    def deactivate(self, request: HttpRequest, form: ReasonForm, object_id: int) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        return self._attempt(
            request,
            object_id,
            lambda user: services.deactivate_user(user=user, by=actor(request), reason=reason),
            _("The user is deactivated."),
        )

    @dialog_action(
        SureForm,
        description=_("Reactivate"),
        permissions=["reactivate"],
        title=_("Reactivate this user?"),
        says=_("Roles that still run are theirs again; API keys stay revoked."),
        button=_("Reactivate"),
    )
    def reactivate(self, request: HttpRequest, form: SureForm, object_id: int) -> HttpResponse:
        return self._attempt(
            request,
            object_id,
            lambda user: services.reactivate_user(user=user, by=actor(request)),
            _("The user is active again."),
        )

    def _attempt(self, request: HttpRequest, object_id: int, work: Any, said: Any) -> HttpResponse:
        user = User.objects.get(pk=object_id)
        return attempt(request, lambda: work(user), str(said), self.page_of(object_id))
