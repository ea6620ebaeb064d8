"""Working calendars: hours, special days, the official list of a year, the year on one page (CMP-2)."""

from io import BytesIO
from typing import Any

from django.contrib import admin
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import timeline_rows
from apps.core.errors import BadInput
from apps.sla import services
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


def _add(context: ActContext) -> WorkingCalendar:
    typed = context.typed
    names = {key: typed[key] for key in ("code", "name", "english_name", "zone", "is_official")}
    return services.add_calendar(**names, week=context.form.week(), **context.who)


def _change_week(context: ActContext) -> None:
    week, zone = context.form.week(), context.typed["zone"]
    services.change_week(calendar_id=context.record.pk, week=week, zone=zone, **context.who)


def _add_days(context: ActContext) -> None:
    services.add_days(calendar_id=context.record.pk, days=context.form.entries(), **context.who)


def _remove_day(context: ActContext) -> None:
    services.remove_day(calendar_id=context.record.pk, day=context.typed["day"], **context.who)


def _import_year(context: ActContext) -> None:
    typed = context.typed
    found = read_year(BytesIO(typed["file"].content), filename=typed["file"].name)
    if found.year not in (None, typed["year"]):
        raise BadInput(
            _("The file is for %(year)s.") % {"year": found.year}, code="other_year", field="year"
        )
    if found.faults:
        raise RefusedRows(found.faults)
    services.import_year(
        calendar_id=context.record.pk,
        year=typed["year"],
        days=found.days,
        source=typed["source"] or found.source,
        **context.who,
    )


def _next_missing(context: ActContext) -> dict[str, Any]:
    missing = missing_years(timezone.now())
    lacking = [one.year for one in missing if one.calendar.pk == context.record.pk]
    return {"year": lacking[0] if lacking else timezone.localdate().year + 1}


CHANGE = "sla.change_workingcalendar"
ACTS = (
    Act(
        "week",
        _("Change the hours"),
        CHANGE,
        _change_week,
        explains=_(
            "Open clocks on this calendar are computed again; nobody is told of anything past."
        ),
        done=_("The new hours apply."),
        form=forms.WeekForm,
        may=_is_editable,
        initial=lambda context: forms.week_as_typed(context.record),
    ),
    Act(
        "days",
        _("Enter special days"),
        CHANGE,
        _add_days,
        explains=_("A closing of the company's own, a working Saturday, a day with other hours."),
        done=_("The days are entered."),
        form=forms.DaysForm,
        may=_is_editable,
    ),
    Act(
        "year",
        _("Take in a year's list"),
        CHANGE,
        _import_year,
        explains=_(
            "The State Council's list as a file, whole or not at all. Official days of that year are replaced, the company's own stay."
        ),
        done=_("The list is taken in."),
        form=forms.YearFileForm,
        may=_has_list,
        initial=_next_missing,
    ),
    Act(
        "remove-day",
        _("Make it an ordinary day"),
        CHANGE,
        _remove_day,
        explains=_("The date follows the weekly hours again."),
        done=_("It is an ordinary day again."),
        form=forms.DayForm,
        may=_is_editable,
        initial=lambda context: {"day": context.query.get("day", "")},
        danger=True,
        is_button=False,
    ),
)


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(RecordPageAdmin, ActAdmin):
    acts = ACTS
    entry = Act(
        "add",
        _("New calendar"),
        "sla.add_workingcalendar",
        _add,
        explains=_("Hours for each day of the week; public holidays come with it if they apply."),
        done=_("The calendar is made."),
        form=forms.NewCalendarForm,
        initial=lambda _context: dict.fromkeys(
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

    def show_record(self, request: HttpRequest, calendar: WorkingCalendar) -> HttpResponseBase:
        year = _year_asked(request)
        months = year_of(calendar, year)
        context = {
            "calendar": calendar,
            "acts": self.offered(request, calendar),
            "may_change": request.user.has_perm(CHANGE) and _is_editable(calendar),
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
        return self.page(request, "sla/calendar.html", str(calendar), **context)


def _seconds_a_week(calendar: WorkingCalendar) -> int:
    return sum(closes - opens for day in parse_week(calendar.week) for opens, closes in day)


def _year_asked(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else timezone.localdate().year
    return min(max(year, forms.YEARS[0]), forms.YEARS[1])
