"""What of the needs is covered by nobody, from roster, absences and needs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, DutyShift
from apps.shifts.models import Need
from apps.shifts.rules.days import days_between, falls_on, span_on
from apps.shifts.rules.intervals import Missing, Span, missing, present
from apps.sla.enums import DayKind
from apps.sla.models import CalendarDay
from apps.sla.queries.calendars import OFFICE_CODE

AHEAD = timedelta(days=14)


def zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def public_holidays(first: date, last: date) -> frozenset[date]:
    """Days of the State Council's list between both, included, as the office calendar has them."""
    rows = CalendarDay.objects.filter(
        calendar__code=OFFICE_CODE, kind=DayKind.HOLIDAY, day__range=(first, last)
    )
    return frozenset(rows.values_list("day", flat=True))


def occurrences(
    need: Need, first: date, last: date, public: frozenset[date]
) -> Iterable[tuple[date, Span]]:
    """When people are needed, on days from ``first`` to ``last``."""
    begins, ends = max(first, need.since), min(last, need.until or last)
    for day in days_between(begins, ends):
        if falls_on(day, need.weekdays, need.holidays, public):
            span = span_on(day, need.from_minute, need.to_minute, zone())
            if span.starts_at < span.ends_at:
                yield day, span


def uncovered(needs: Sequence[Need], since: datetime, until: datetime) -> dict[int, list[Missing]]:
    """Need's number → its gaps from ``since`` on, of every time of need that begins before ``until``; three
    queries for any number of needs (which have their ``unit`` at hand)."""
    here = timezone.localtime
    # What began yesterday evening may run on.
    first, last = here(since).date() - timedelta(days=1), here(until).date()
    public = public_holidays(first, last)
    window = Span(since, until + timedelta(days=2))
    shifts = _shifts({need.role for need in needs}, window)
    absences = _absences(window)
    found: dict[int, list[Missing]] = {}
    for need in needs:
        on_duty: dict[int, list[Span]] = defaultdict(list)
        for path, user_id, span in shifts[need.role]:
            if need.unit.path.startswith(path):
                on_duty[user_id].append(span)
        people = list(present(on_duty, absences).values())
        gaps: list[Missing] = []
        for _day, span in occurrences(need, first, last, public):
            ahead = span.cut(Span(since, span.ends_at)) if span.ends_at > since else None
            if ahead is not None and span.starts_at < until:
                gaps += missing(ahead, need.heads, people)
        found[need.pk] = gaps
    return found


def _shifts(roles: set[str], window: Span) -> dict[str, list[tuple[str, int, Span]]]:
    rows = DutyShift.objects.standing().filter(
        role__in=roles, starts_at__lt=window.ends_at, ends_at__gt=window.starts_at,
        user__is_active=True,
    )  # fmt: skip
    found: dict[str, list[tuple[str, int, Span]]] = defaultdict(list)
    for role, path, user_id, begins, ends in rows.values_list(
        "role", "unit__path", "user", "starts_at", "ends_at"
    ):
        found[role].append((path, user_id, Span(begins, ends)))
    return found


def _absences(window: Span) -> list[tuple[int, Span, int | None]]:
    rows = Absence.objects.standing().filter(
        kind=AbsenceKind.AWAY, starts_at__lt=window.ends_at, ends_at__gt=window.starts_at
    )
    return [
        (user_id, Span(begins, ends), stand_in)
        for user_id, begins, ends, stand_in in rows.values_list(
            "user", "starts_at", "ends_at", "stand_in"
        )
    ]
