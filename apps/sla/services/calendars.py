"""Changing working calendars. Every change bumps the version, so that open clocks are computed again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import check_row
from apps.events.models import Event
from apps.events.services import record
from apps.sla import official
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.models import CalendarDay, CalendarYear, WorkingCalendar
from apps.sla.queries.calendars import missing_years, spoken
from apps.sla.rules.day_lists import faults_of_days, faults_of_year, refuse_any
from apps.sla.services.rows import RECOMPUTE
from apps.sla.worktime import parse_week, written
from apps.sla.worktime.reading import WEEKDAYS, parse_zone

RULE = "CMP-2"


@transaction.atomic
def add_calendar(
    *,
    code: str,
    name: str,
    english_name: str,
    week: Any,
    by: User,
    at: datetime,
    zone: str = "Asia/Shanghai",
    is_official: bool = True,
) -> WorkingCalendar:
    """A new calendar; with public holidays it knows at once every year that the library knows.
    ``BadInput`` names the field, day and interval at fault."""
    calendar = WorkingCalendar(
        code=code,
        name=name,
        english_name=english_name,
        zone=parse_zone(zone),
        week=_written_week(week),
        is_official=is_official,
    )
    check_row(calendar)
    calendar.save()
    if is_official:
        _take_years(calendar, official.known_years(), by=by, at=at)
    record("calendar.added", calendar, by=by, at=at, data={"code": code, "zone": zone})
    return calendar


@transaction.atomic
def change_week(
    *, calendar_id: int, week: Any, by: User, at: datetime, zone: str | None = None
) -> WorkingCalendar:
    """Other weekly hours (``parse_week``'s form) or another zone. Make-up days without hours of their own
    follow."""
    calendar = _locked(calendar_id)
    before = _spoken_week(calendar)
    calendar.week = _written_week(week)
    calendar.zone = parse_zone(zone) if zone is not None else calendar.zone
    after = _spoken_week(calendar)
    if before == after:
        return calendar
    _bump(calendar)
    data = {"from": before, "to": after}
    record("calendar.week_changed", calendar, by=by, at=at, data=_with_version(calendar, data))
    return calendar


@transaction.atomic
def add_days(
    *, calendar_id: int, days: Sequence[DayEntry], by: User, at: datetime
) -> WorkingCalendar:
    """Days of the company's own: a closing, a working Saturday, a half day. A date that is special already
    is refused (``RefusedRows``): remove it first."""
    calendar = _locked(calendar_id)
    taken = _dates_of(calendar.days.filter(day__in=[entry.day for entry in days]))
    refuse_any(faults_of_days(days, taken))
    _write(calendar, days, is_official=False)
    _bump(calendar)
    data = {"days": [f"{entry.day} {entry.name}" for entry in days]}
    record("calendar.days_added", calendar, by=by, at=at, data=_with_version(calendar, data))
    return calendar


@transaction.atomic
def remove_day(*, calendar_id: int, day: date, by: User, at: datetime) -> WorkingCalendar:
    """The date is an ordinary one of its week again."""
    calendar = _locked(calendar_id)
    row = calendar.days.filter(day=day).first()
    if row is None:
        raise RuleBroken(
            _("%(day)s is an ordinary day already.") % {"day": day}, code="no_such_day", field="day"
        )
    row.delete()
    _bump(calendar)
    record(
        "calendar.day_removed",
        calendar,
        by=by,
        at=at,
        data=_with_version(calendar, {"day": str(row)}),
    )
    return calendar


@transaction.atomic
def import_year(
    *,
    calendar_id: int,
    year: int,
    days: Sequence[DayEntry],
    source: str,
    by: User,
    at: datetime,
) -> WorkingCalendar:
    """Take in the State Council's list of a year, whole or not at all; the official days that were
    there are replaced, the company's own stay. ``RefusedRows`` names every bad row by its line."""
    calendar = _locked(calendar_id)
    own = _dates_of(calendar.days.filter(day__year=year, is_official=False))
    refuse_any(faults_of_year(parse_week(calendar.week), year, days, source, own))
    calendar.days.filter(day__year=year, is_official=True).delete()
    _write(calendar, days, is_official=True)
    CalendarYear.objects.update_or_create(
        calendar=calendar, year=year, defaults={"source": source, "known_at": at, "known_by": by}
    )
    _bump(calendar)
    data = {"year": year, "source": source}
    record("calendar.year_imported", calendar, by=by, at=at, data=_with_version(calendar, data))
    return calendar


@transaction.atomic
def take_known_years(*, by: User, at: datetime) -> int:
    """Years that the library knows and a calendar lacks, after an update of the library. Returns how many
    were taken in."""
    taken = 0
    for calendar in _calendars_without_known_years():
        known = set(calendar.years.values_list("year", flat=True))
        lacking = [year for year in official.known_years() if year not in known]
        if not lacking:
            continue  # someone was quicker
        _take_years(calendar, lacking, by=by, at=at)
        _bump(calendar)
        for year in lacking:
            data = {"year": year, "source": official.source()}
            record(
                "calendar.year_imported", calendar, by=by, at=at, data=_with_version(calendar, data)
            )
        taken += len(lacking)
    return taken


@transaction.atomic
def warn_of_missing_years(*, by: User, at: datetime) -> int:
    """One event a week (Monday to Sunday in the calendar's zone) for each list that is missing. Any
    number of workers may ask. Returns how many were recorded."""
    warned = 0
    for calendar, year in missing_years(at):
        WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
        week = at.astimezone(ZoneInfo(calendar.zone)).isocalendar()[:2]
        this_week = f"{week[0]}-W{week[1]:02d}"
        already = Event.objects.filter(
            subject_type=calendar._meta.label_lower,
            subject_id=str(calendar.pk),
            kind="calendar.year_missing",
            data__year=year,
            data__week=this_week,
        )
        if not already.exists():
            data = {"year": year, "week": this_week, "calendar": calendar.name}
            record("calendar.year_missing", calendar, by=by, at=at, data=data)
            warned += 1
    return warned


def maintain_calendars(*, at: datetime) -> int:
    """What is to be done from time to time: take in what a newer library knows, warn of what is
    missing. Returns how many years and warnings there were."""
    by = system_user("calendars")
    return take_known_years(by=by, at=at) + warn_of_missing_years(by=by, at=at)


def _calendars_without_known_years() -> Iterable[WorkingCalendar]:
    """Locked; where nothing is missing it is only read."""
    years = official.known_years()
    calendars = WorkingCalendar.objects.filter(is_official=True)
    known = Count("years", filter=Q(years__year__in=years))
    lacking = [row.pk for row in calendars.annotate(known=known) if row.known < len(years)]
    return calendars.filter(pk__in=lacking).select_for_update()


def _locked(calendar_id: int) -> WorkingCalendar:
    try:
        calendar = WorkingCalendar.objects.select_for_update().get(pk=calendar_id)
    except WorkingCalendar.DoesNotExist:
        raise RuleBroken(_("There is no such calendar."), code="no_such_calendar") from None
    if calendar.is_always_open:
        raise RuleBroken(
            _("The calendar that is always open is not changed; make one of your own."),
            code="always_open",
            rule=RULE,
        )
    return calendar


def _bump(calendar: WorkingCalendar) -> None:
    calendar.version += 1
    calendar.revision = uuid4()
    calendar.save(update_fields=["week", "zone", "version", "revision"])
    enqueue_on_commit(RECOMPUTE)


def _with_version(calendar: WorkingCalendar, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "version": calendar.version}


def _written_week(week: Any) -> list[list[list[str]]]:
    parsed = parse_week(week)
    if not any(parsed):
        raise BadInput(
            _("A calendar that never opens would stop every clock: give one day hours."),
            code="never_open",
            field="week",
        )
    return [written(hours) for hours in parsed]


def _spoken_week(calendar: WorkingCalendar) -> str:
    """``mon 09:00–12:00, 13:00–18:00; … (Asia/Shanghai)``, for the record."""
    days = zip(WEEKDAYS, parse_week(calendar.week), strict=True)
    listed = "; ".join(f"{day} {spoken(hours)}" for day, hours in days if hours)
    return f"{listed} ({calendar.zone})"


def _take_years(
    calendar: WorkingCalendar, years: Iterable[int], *, by: User | None, at: datetime
) -> None:
    """The company's own days win over the library's."""
    for year in years:
        taken = _dates_of(calendar.days.filter(day__year=year))
        days = [entry for entry in official.official_days(year) if entry.day not in taken]
        _write(calendar, days, is_official=True)
        CalendarYear.objects.create(
            calendar=calendar, year=year, source=official.source(), known_at=at, known_by=by
        )


def _write(calendar: WorkingCalendar, days: Iterable[DayEntry], *, is_official: bool) -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(
            calendar=calendar,
            day=entry.day,
            kind=entry.kind,
            hours=_written_hours(entry),
            name=entry.name,
            english_name=entry.english_name,
            is_official=is_official,
        )
        for entry in days
    )


def _written_hours(entry: DayEntry) -> list[list[str]] | None:
    if entry.kind == DayKind.HOLIDAY:
        return []
    return None if entry.hours is None else written(entry.hours)


def _dates_of(rows: Any) -> dict[date, str]:
    return dict(rows.values_list("day", "name"))
