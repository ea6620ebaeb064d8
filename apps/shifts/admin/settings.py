"""What is needed when, and patterns: both are ended or made anew, never changed, so that the past stays explained."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.shifts import forms, services
from apps.shifts.enums import Holidays
from apps.shifts.models import Need, Pattern

NEED, PLAN = "shifts.manage_need", "accounts.manage_dutyshift"


def _tomorrow(context: ActContext) -> Any:
    return timezone.localdate(context.at) + timedelta(days=1)


def _set(context: ActContext) -> Need:
    return services.set_need(**context.typed, **context.who)


def _end(context: ActContext) -> None:
    services.end_need(need_id=context.record.pk, until=context.typed["until"], **context.who)


def _make(context: ActContext) -> Pattern:
    return services.make_pattern(**context.typed, **context.who)


def _fill(context: ActContext) -> str:
    n = services.fill_pattern(pattern_id=context.record.pk, **context.typed, **context.who)
    return gettext("%(n)d shifts are on the roster.") % {"n": n}


class PlannedAdmin(PanelAdmin):
    list_select_related = ("unit",)
    list_filter: tuple[Any, ...] = ("role",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = self.model.objects.visible_to(person(request))
        return rows.select_related("unit", "made_by")

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, row: Any) -> SafeString:
        return self.tag(Role(row.role))


@admin.register(Need)
class NeedAdmin(PlannedAdmin):
    entry = Act("set", _("Say who is needed when"), NEED, _set, form=forms.NeedForm,
        initial=lambda context: {"since": _tomorrow(context)},
        explains=_("Gaps of the next 14 days are known at once."))  # fmt: skip
    acts = (
        Act("end", _("End it"), NEED, _end, form=forms.UntilForm, is_panel=True,
            initial=lambda context: {"until": timezone.localdate(context.at)},
            explains=_("After its last day nobody is needed by it; another need takes its place."), done=_("Ended.")),
    )  # fmt: skip
    add_label = _("Say who is needed when")
    page_template = "shifts/need.html"
    list_display = ("unit", "role_tag", "days", "hours", "heads", "since", "until")

    @admin.display(description=_("days"))
    def days(self, row: Need) -> str:
        return _days(row)

    @admin.display(description=_("hours"))
    def hours(self, row: Need) -> str:
        return f"{row.begins}–{row.ends}"

    def facts(self, request: HttpRequest, record: Need) -> dict[str, Any]:
        gaps = list(record.gaps.filter(closed_at=None).order_by("starts_at")[:30])
        return {
            "title": str(record), "days": _days(record), "gaps": gaps,
            "holidays": Holidays(record.holidays),
        }  # fmt: skip


def _days(need: Need) -> str:
    if len(need.weekdays) == 7:
        return gettext("every day")
    names = dict(forms.WEEKDAYS)
    return "、".join(str(names[day]) for day in need.weekdays) or str(Holidays(need.holidays).label)


@admin.register(Pattern)
class PatternAdmin(PlannedAdmin):
    entry = Act("make", _("Make a pattern"), PLAN, _make, form=forms.PatternForm,
        initial=lambda context: {"anchor": _tomorrow(context)},
        explains=_("Then fill the roster from it, weeks ahead."))  # fmt: skip
    acts = (
        Act("fill", _("Fill the roster"), PLAN, _fill, form=forms.FillForm, is_panel=True,
            initial=lambda context: {"first": _tomorrow(context), "last": _tomorrow(context) + timedelta(days=27)},
            explains=_("Each shift is planned once, however often it is filled.")),
    )  # fmt: skip
    add_label = _("Make a pattern")
    page_template = "shifts/pattern.html"
    list_display = ("name", "unit", "role_tag", "cycle", "anchor")

    def facts(self, request: HttpRequest, record: Pattern) -> dict[str, Any]:
        people = [place.user for place in record.places.select_related("user")]
        return {"title": record.name, "lines": list(record.lines.all()), "people": people,
                "role": Role(record.role)}  # fmt: skip
