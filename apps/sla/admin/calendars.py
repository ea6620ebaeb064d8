"""Working calendars: hours, special days, the official list of a year, the year on one page (CMP-2)."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.backoffice.staff_admin import timeline_rows
from apps.core.errors import BadInput
from apps.sla import services
from apps.sla.admin.acts import Act, ActAdmin
from apps.sla.enums import DayKind
from apps.sla.forms import calendars as forms
from apps.sla.models import WorkingCalendar
from apps.sla.queries.calendars import missing_years, spoken, year_of
from apps.sla.rules.day_lists import RefusedRows
from apps.sla.worktime import parse_week
from apps.sla.year_files import read_year


def _is_editable(calendar: WorkingCalendar) -> bool:
    return not calendar.is_always_open


def _has_list(calendar: WorkingCalendar) -> bool:
    return calendar.is_official


def _add(_record: None, form: forms.NewCalendarForm, who: dict[str, Any]) -> WorkingCalendar:
    typed = form.cleaned_data
    names = {key: typed[key] for key in ("code", "name", "english_name", "zone", "is_official")}
    return services.add_calendar(**names, week=form.week(), **who)


def _change_week(calendar: WorkingCalendar, form: forms.WeekForm, who: dict[str, Any]) -> None:
    zone = form.cleaned_data["zone"]
    services.change_week(calendar_id=calendar.pk, week=form.week(), zone=zone, **who)


def _add_days(calendar: WorkingCalendar, form: forms.DaysForm, who: dict[str, Any]) -> None:
    services.add_days(calendar_id=calendar.pk, days=form.entries(), **who)


def _remove_day(calendar: WorkingCalendar, form: forms.DayForm, who: dict[str, Any]) -> None:
    services.remove_day(calendar_id=calendar.pk, day=form.cleaned_data["day"], **who)


def _import_year(calendar: WorkingCalendar, form: forms.YearFileForm, who: dict[str, Any]) -> None:
    typed = form.cleaned_data
    found = read_year(typed["file"], filename=typed["file"].name)
    if found.year not in (None, typed["year"]):
        raise BadInput(
            _("The file is for %(year)s.") % {"year": found.year}, code="other_year", field="year"
        )
    if found.faults:
        raise RefusedRows(found.faults)
    services.import_year(
        calendar_id=calendar.pk,
        year=typed["year"],
        days=found.days,
        source=typed["source"] or found.source,
        **who,
    )


def _next_missing(calendar: WorkingCalendar, _address: Any) -> dict[str, Any]:
    lacking = [m.year for m in missing_years(timezone.now()) if m.calendar.pk == calendar.pk]
    return {"year": lacking[0] if lacking else timezone.localdate().year + 1}


def _day_asked(_calendar: WorkingCalendar, address: Any) -> dict[str, Any]:
    return {"day": address.get("day", "")}


ACTS = (
    Act(
        "week",
        _("Change the hours"),
        _("Open clocks on this calendar are computed again; nobody is told of anything past."),
        "change_workingcalendar",
        _change_week,
        _("The new hours apply."),
        forms.WeekForm,
        may=_is_editable,
        initial=lambda calendar, _address: forms.week_as_typed(calendar),
    ),
    Act(
        "days",
        _("Enter special days"),
        _("A closing of the house's own, a working Saturday, a day with other hours."),
        "change_workingcalendar",
        _add_days,
        _("The days are entered."),
        forms.DaysForm,
        may=_is_editable,
    ),
    Act(
        "year",
        _("Take in a year's list"),
        _(
            "The State Council's list as a file, whole or not at all. Official days of that year are replaced, the house's own stay."
        ),
        "change_workingcalendar",
        _import_year,
        _("The list is taken in."),
        forms.YearFileForm,
        may=_has_list,
        initial=_next_missing,
    ),
    Act(
        "remove-day",
        _("Make it an ordinary day"),
        _("The date follows the weekly hours again."),
        "change_workingcalendar",
        _remove_day,
        _("It is an ordinary day again."),
        forms.DayForm,
        may=_is_editable,
        initial=_day_asked,
        danger=True,
        is_button=False,
    ),
)


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(ActAdmin):
    acts = ACTS
    entry = Act(
        "add",
        _("New calendar"),
        _("Hours for each day of the week; public holidays come with it if they apply."),
        "add_workingcalendar",
        _add,
        _("The calendar is made."),
        forms.NewCalendarForm,
        initial=lambda _record, _address: dict.fromkeys(
            ("mon", "tue", "wed", "thu", "fri"), "09:00-12:00, 13:00-18:00"
        ),
    )
    list_display = ("title", "code", "zone", "hours_a_week", "years_known", "version")
    list_display_links = ("title",)
    ordering = ("code",)
    list_before_template = "sla/_missing.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        known = ArrayAgg("years__year", order_by="years__year", default=[])
        rows: QuerySet[Any] = super().get_queryset(request).annotate(known=known)
        return rows

    @admin.display(description=_("name"), ordering="name")
    def title(self, calendar: WorkingCalendar) -> str:
        return str(calendar)

    @admin.display(description=_("hours a week"))
    def hours_a_week(self, calendar: WorkingCalendar) -> str:
        return f"{_seconds_a_week(calendar) / 3600:g}"

    @admin.display(description=_("known years"))
    def years_known(self, calendar: Any) -> str:
        return ", ".join(str(year) for year in calendar.known if year) or "—"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"missing": missing_years(timezone.now()), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        calendar = self.seen(request, int(object_id))
        year = _year_asked(request)
        months = year_of(calendar, year)
        context = {
            "title": str(calendar),
            "calendar": calendar,
            "acts": self.offered(request, calendar),
            "may_change": self.may(request, "change_workingcalendar") and _is_editable(calendar),
            "week": list(
                zip(forms.DAY_LABELS, map(spoken, parse_week(calendar.week)), strict=True)
            ),
            "year": year,
            "years": [
                y for y in (year - 1, year, year + 1) if forms.YEARS[0] <= y <= forms.YEARS[1]
            ],
            "months": months,
            "working_days": sum(month.working_days for month in months),
            "kinds": list(DayKind),
            "known": list(calendar.years.select_related("known_by")),
            "missing": [m for m in missing_years(timezone.now()) if m.calendar.pk == calendar.pk],
            "today": timezone.localdate(),
            "timeline": timeline_rows(calendar, self.timeline_limit),
        }
        return self.page(request, "sla/calendar.html", context)


def _seconds_a_week(calendar: WorkingCalendar) -> int:
    return sum(closes - opens for day in parse_week(calendar.week) for opens, closes in day)


def _year_asked(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else timezone.localdate().year
    return min(max(year, forms.YEARS[0]), forms.YEARS[1])
