from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm

from apps.accounts import services
from apps.accounts.admin.shared import ServiceAdmin, actor, attempt, dialog_action
from apps.accounts.enums import Role
from apps.accounts.models import RolePolicy, UserRole
from apps.backoffice.staff_admin import StaffAdmin


@admin.register(UserRole)
class UserRoleAdmin(StaffAdmin):
    """Who holds what, where, since and until when. Granting is on the user's page."""

    list_display = ["user", "role_tag", "unit", "since", "until", "granted_by", "ended_by"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__display_name", "unit__code", "unit__name"]
    search_help_text = _("user or unit")
    list_select_related = ["user", "unit", "granted_by", "ended_by"]
    ordering = ["-since", "-id"]
    actions_row = ["end_role"]
    actions_detail = ["end_role"]

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, held: UserRole) -> SafeString:
        return self.tag(Role(held.role))

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.grant_role")

    @dialog_action(
        BaseDialogForm,
        description=_("End this role"),
        permissions=["end"],
        title=_("End this role now?"),
        says=_("The user loses what the role allows and has to sign in again."),
        button=_("End the role"),
    )
    def end_role(self, request: HttpRequest, form: BaseDialogForm, object_id: int) -> HttpResponse:
        held = UserRole.objects.get(pk=object_id)
        where = reverse("admin:accounts_userrole_changelist")
        return attempt(
            request,
            lambda: services.end_role(held=held, by=actor(request)),
            str(_("The role is ended.")),
            where,
        )


@admin.register(RolePolicy)
class RolePolicyAdmin(ServiceAdmin):
    """Whether a role requires the second step of sign-in."""

    permission = "accounts.change_role_policy"
    list_display = ["role_tag", "two_factor_required"]
    fields = ["role", "two_factor_required"]
    readonly_fields = ["role"]
    list_filter = ["two_factor_required"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, policy: RolePolicy) -> SafeString:
        return self.tag(Role(policy.role))

    def save_through_service(
        self, request: HttpRequest, obj: RolePolicy, values: dict[str, Any], change: bool
    ) -> RolePolicy:
        return services.change_role_policy(policy=obj, by=actor(request), **values)
