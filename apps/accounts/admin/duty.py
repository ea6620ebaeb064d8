"""The duty roster and absences: who is told first, and who instead."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.admin.dialogs import SureForm
from apps.accounts.admin.shared import ServiceAdmin, actor, attempt, dialog_action
from apps.accounts.enums import Role
from apps.accounts.models import Absence, DutyShift


class NowFilter(admin.SimpleListFilter):
    """What covers this moment, what is to come, what is over."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Now")), ("ahead", _("To come")), ("past", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "now":
            return queryset.at(now)
        if self.value() == "ahead":
            return queryset.standing().filter(starts_at__gt=now)
        if self.value() == "past":
            return queryset.filter(ends_at__lte=now)
        return queryset


class SpanAdmin(ServiceAdmin):
    permission = "accounts.manage_dutyshift"
    list_filter: list[Any] = [NowFilter]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    actions_row = ["withdraw"]
    actions_detail = ["withdraw"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A plan is withdrawn and made anew, so that what was planned stays on record."""
        return False

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(self.permission)


@admin.register(DutyShift)
class DutyShiftAdmin(SpanAdmin):
    list_display = ["user", "role_tag", "unit", "starts_at", "ends_at", "withdrawn_at"]
    list_filter: list[Any] = [NowFilter, "role"]
    list_select_related = ["user", "unit"]
    search_fields = ["user__display_name", "user__username", "unit__name"]
    search_help_text = _("name or unit")
    fields = ["user", "role", "unit", "starts_at", "ends_at"]
    autocomplete_fields = ["user", "unit"]
    ordering = ["-starts_at", "-id"]

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, shift: DutyShift) -> Any:
        return self.tag(Role(shift.role))

    def save_through_service(
        self, request: HttpRequest, obj: DutyShift, values: dict[str, Any], change: bool
    ) -> DutyShift:
        return services.plan_shift(by=actor(request), **values)

    @dialog_action(
        SureForm,
        description=_("Take off the roster"),
        permissions=["withdraw"],
        title=_("Take this shift off the roster?"),
        says=_("From now on whoever else is on duty is told instead."),
        button=_("Take it off"),
    )
    def withdraw(self, request: HttpRequest, form: SureForm, object_id: int) -> HttpResponse:
        return attempt(
            request,
            lambda: services.withdraw_shift(
                shift_id=object_id, by=actor(request), at=timezone.now()
            ),
            str(_("Taken off the roster.")),
            self.list_page(),
        )


@admin.register(Absence)
class AbsenceAdmin(SpanAdmin):
    list_display = ["user", "stand_in", "starts_at", "ends_at", "reason", "withdrawn_at"]
    list_select_related = ["user", "stand_in"]
    search_fields = ["user__display_name", "user__username"]
    search_help_text = _("name")
    fields = ["user", "stand_in", "starts_at", "ends_at", "reason"]
    autocomplete_fields = ["user", "stand_in"]
    ordering = ["-starts_at", "-id"]

    def save_through_service(
        self, request: HttpRequest, obj: Absence, values: dict[str, Any], change: bool
    ) -> Absence:
        return services.plan_absence(by=actor(request), **values)

    @dialog_action(
        SureForm,
        description=_("Is there after all"),
        permissions=["withdraw"],
        title=_("Withdraw this absence?"),
        says=_("What is due goes to the person again, not to the stand-in."),
        button=_("Withdraw"),
    )
    def withdraw(self, request: HttpRequest, form: SureForm, object_id: int) -> HttpResponse:
        return attempt(
            request,
            lambda: services.withdraw_absence(
                absence_id=object_id, by=actor(request), at=timezone.now()
            ),
            str(_("The absence is withdrawn.")),
            self.list_page(),
        )
