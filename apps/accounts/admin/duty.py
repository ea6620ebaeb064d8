"""The duty roster and absences: who is told first, and who instead."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import AbsenceKind, Role
from apps.accounts.models import Absence, DutyShift
from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.records import ServiceAdmin

MANAGE = "accounts.manage_dutyshift"


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
    permission = MANAGE
    list_filter: list[Any] = [NowFilter]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A plan is withdrawn and made anew, so that what was planned stays on record."""
        return False


@admin.register(DutyShift)
class DutyShiftAdmin(SpanAdmin):
    acts = (
        Act(
            "withdraw", _("Take off the roster"), MANAGE,
            lambda d: services.withdraw_shift(shift_id=d.record.pk, **d.who),
            explains=_("From now on whoever else is on duty is told instead."),
            done=_("Taken off the roster."), button=_("Take it off"), in_list=True,
            may=lambda shift: shift.withdrawn_at is None,
        ),
    )  # fmt: skip
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
        return services.plan_shift(by=person(request), **values)


@admin.register(Absence)
class AbsenceAdmin(SpanAdmin):
    acts = (
        Act(
            "withdraw", _("Is there after all"), MANAGE,
            lambda d: services.withdraw_absence(absence_id=d.record.pk, **d.who),
            explains=_("What is due goes to the person again, not to the stand-in."),
            done=_("The absence is withdrawn."), button=_("Withdraw"), in_list=True,
            may=lambda absence: absence.withdrawn_at is None,
        ),
    )  # fmt: skip
    list_display = ["user", "stand_in", "starts_at", "ends_at", "reason", "withdrawn_at"]
    list_select_related = ["user", "stand_in"]
    search_fields = ["user__display_name", "user__username"]
    search_help_text = _("name")
    fields = ["user", "stand_in", "starts_at", "ends_at", "reason"]
    autocomplete_fields = ["user", "stand_in"]
    ordering = ["-starts_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave, not the time between two shifts, which handovers show."""
        return super().get_queryset(request).filter(kind=AbsenceKind.AWAY)

    def save_through_service(
        self, request: HttpRequest, obj: Absence, values: dict[str, Any], change: bool
    ) -> Absence:
        return services.plan_absence(by=person(request), **values)
