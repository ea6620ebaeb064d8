from importlib import import_module
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import Role
from apps.accounts.models import RolePolicy, UserRole
from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.records import RecordAdmin, ServiceAdmin

# What a role may do stands in the apps' own tables, which every migration writes into groups: no page changes
# these. Django's module, which registers them, comes after this one if it is not asked for.
import_module("django.contrib.auth.admin")
admin.site.unregister(Group)


@admin.register(UserRole)
class UserRoleAdmin(RecordAdmin):
    """Who holds what, where, since and until when. Granting is on the user's page."""

    list_display = ["user", "role_tag", "unit", "since", "until", "granted_by", "ended_by"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__display_name", "unit__code", "unit__name"]
    search_help_text = _("user or unit")
    list_select_related = ["user", "unit", "granted_by", "ended_by"]
    ordering = ["-since", "-id"]
    acts = (
        Act(
            "end", _("End this role"), "accounts.grant_role",
            lambda d: services.end_role(held=d.record, by=d.by),
            explains=_("The user loses what the role allows and has to sign in again."),
            done=_("The role is ended."), button=_("End the role"), danger=True, in_list=True,
            may=lambda held: held.holds_now,
        ),
    )  # fmt: skip

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, held: UserRole) -> SafeString:
        return self.tag(Role(held.role))


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
        return services.change_role_policy(policy=obj, by=person(request), **values)
