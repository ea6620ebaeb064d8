from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts import services
from apps.accounts.enums import ObjectScope, Role, SessionEnd, UserKind
from apps.accounts.forms.acts import EndRoleForm, GrantRoleForm
from apps.accounts.models import User, UserRole
from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import ServiceAdmin
from apps.backoffice.staff_admin import ReadOnlyInline

OWN_FIELDS = ["display_name", "staff_number", "email", "phone", "scope", "language"]


GRANT, MANAGE = "accounts.grant_role", "accounts.manage_user"
ACTS = (
    Act(
        "grant-role", _("Grant a role"), GRANT,
        lambda d: services.grant_role(user=d.record, by=d.by, **d.form.values()),
        explains=_("The user signs in again, with all that the role requires."),
        done=_("The role is granted."), form=GrantRoleForm, button=_("Grant it"),
    ),
    Act(
        "end-role", _("End a role"), GRANT,
        lambda d: services.end_role(held=d.typed["held"], by=d.by),
        explains=_("The user loses what the role allows and has to sign in again."),
        done=_("The role is ended."), form=EndRoleForm, button=_("End the role"),
        options=lambda d: {"user": d.record}, may=lambda user: user.roles.running().exists(),
    ),
    Act(
        "issue-password", _("Issue a temporary password"), MANAGE,
        lambda d: services.issue_temporary_password(user=d.record, by=d.by),
        explains=_("The present one stops working, all sessions end."),
        done=_("Hand it over in person. It is good for one sign-in and never shown again."),
        button=_("Issue it"), shows="backoffice/shown_once.html",
    ),
    Act(
        "reset-second-step", _("Reset the second step"), "accounts.reset_two_factor",
        lambda d: services.reset_two_factor(user=d.record, by=d.by, **d.typed),
        explains=_("Make sure it is really them: the next sign-in sets up a new phone."),
        done=_("The second step is reset."), form=ReasonForm, button=_("Reset it"),
    ),
    Act(
        "end-sessions", _("End all sessions"), "accounts.revoke_session",
        lambda d: services.end_user_sessions(
            user=d.record, by=d.by, reason=SessionEnd.REVOKED
        ),
        explains=_("Their next click leads to the sign-in page."),
        done=_("All sessions are ended."), button=_("End them"),
    ),
    Act(
        "deactivate", _("Deactivate"), MANAGE,
        lambda d: services.deactivate_user(user=d.record, by=d.by, **d.typed),
        explains=_("Sessions end and API keys are revoked at once. What they did stays."),
        done=_("The user is deactivated."), form=ReasonForm, danger=True,
        may=lambda user: user.is_active,
    ),
    Act(
        "reactivate", _("Reactivate"), MANAGE,
        lambda d: services.reactivate_user(user=d.record, by=d.by),
        explains=_("Roles that still run are theirs again; API keys stay revoked."),
        done=_("The user is active again."), may=lambda user: not user.is_active,
    ),
)  # fmt: skip


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

    permission = MANAGE
    acts = ACTS
    list_display = ["display_name", "username", "kind_tag", "scope_tag", "roles_now", "is_active"]
    list_display_links = ["display_name", "username"]
    list_filter = ["kind", "is_active", "scope", ("roles__role", admin.ChoicesFieldListFilter)]
    search_fields = ["username", "display_name", "staff_number", "email"]
    search_help_text = _("sign-in name, name, staff number or e-mail")
    ordering = ["username"]
    inlines = [RolesInline]

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
            return services.change_user(user=obj, by=person(request), **values)
        return services.create_user(by=person(request), **values)
