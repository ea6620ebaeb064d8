"""What is needed, and patterns that fill the roster weeks ahead."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.services import NewShift, plan_shifts
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.shifts.enums import LONGEST_CYCLE, Holidays
from apps.shifts.models import Need, Pattern, PatternFill, PatternLine, PatternPlace
from apps.shifts.queries.covering import zone
from apps.shifts.rules.days import day_span, span_on
from apps.shifts.rules.patterns import Line, fill, read_lines
from apps.shifts.services.gaps import lock_needs, refresh_gaps

FURTHEST = timedelta(days=186)  # half a year is filled at once at most


@transaction.atomic
def set_need(
    *,
    unit: Unit,
    role: Role | str,
    weekdays: Sequence[int],
    begins: str,
    ends: str,
    heads: int,
    since: date,
    until: date | None = None,
    holidays: Holidays | str = Holidays.SAME,
    by: User,
    at: datetime,
) -> Need:
    """So many people are needed, from ``begins`` to ``ends`` ("20:00", "08:00": the next morning; 24:00 is the end
    of the day). BadInput for more than a day, nobody, or a time that is over. The gaps are known at once."""
    lock_needs()
    if heads < 1:
        raise BadInput(_("At least one person is needed."), code="no_heads", field="heads")
    if until is not None and until < max(since, timezone.localdate(at)):
        raise BadInput(_("The last day lies ahead."), code="past", field="until")
    if not weekdays and holidays != Holidays.ALSO:
        raise BadInput(_("Choose the days."), code="no_days", field="weekdays")
    from_minute, to_minute = day_span(begins, ends)
    need = Need(
        unit=unit, role=role, weekdays=sorted(set(weekdays)), holidays=holidays,
        from_minute=from_minute, to_minute=to_minute, heads=heads, since=since, until=until,
        made_by=by,
    )  # fmt: skip
    save_checked(need)
    record("need.changed", need, by=by, at=at, data={"unit": unit.code, "role": str(role)})
    refresh_gaps(at=at, by=by)
    return need


@transaction.atomic
def end_need(*, need_id: int, until: date, by: User, at: datetime) -> Need:
    """Its last day is ``until``, yesterday at the earliest: what was needed stays on record."""
    need = next((one for one in lock_needs() if one.pk == need_id), None)
    yesterday = timezone.localdate(at) - timedelta(days=1)
    if need is None or until < max(need.since, yesterday):
        raise BadInput(
            _("The last day is yesterday at the earliest, and not before the first."),
            code="past",
            field="until",
        )
    need.until = until
    save_checked(need)
    record("need.ended", need, by=by, at=at, data={"until": until.isoformat()})
    refresh_gaps(at=at, by=by)
    return need


@transaction.atomic
def make_pattern(
    *,
    name: str,
    unit: Unit,
    role: Role | str,
    cycle: int,
    anchor: date,
    lines: str,
    people: Sequence[User],
    by: User,
    at: datetime,
) -> Pattern:
    """A cycle of ``cycle`` days from ``anchor`` with lines as ``rules.patterns.read_lines`` reads them, worked by
    ``people`` in this order. BadInput names the line at fault."""
    if not 1 <= cycle <= LONGEST_CYCLE:
        raise BadInput(
            _("A cycle has 1 to %(n)d days.") % {"n": LONGEST_CYCLE}, code="cycle", field="cycle"
        )
    read = read_lines(lines, cycle)
    places = max(line.place for line in read)
    if len(set(people)) < places:
        raise BadInput(
            _("There are %(n)d places a day: name as many people.") % {"n": places},
            code="too_few",
            field="people",
        )
    pattern = Pattern(
        name=name.strip(), unit=unit, role=role, cycle=cycle, anchor=anchor, made_by=by
    )
    save_checked(pattern)
    PatternLine.objects.bulk_create(PatternLine(pattern=pattern, **one._asdict()) for one in read)
    PatternPlace.objects.bulk_create(
        PatternPlace(pattern=pattern, position=n, user=user)
        for n, user in enumerate(dict.fromkeys(people))
    )
    record("pattern.made", pattern, by=by, at=at, data={"name": pattern.name})
    return pattern


@transaction.atomic
def fill_pattern(*, pattern_id: int, first: date, last: date, by: User, at: datetime) -> int:
    """Put the pattern's shifts of these days (both included) on the roster, each line and day once however often
    it is filled; all or nothing. Returns how many shifts were planned. BadInput for days that are past."""
    pattern = (
        Pattern.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pattern_id)
    )
    if first < timezone.localdate(at) or last < first or last - first > FURTHEST:
        raise BadInput(
            _("Fill days from today on, half a year at most."), code="past", field="first"
        )
    lines = {
        Line(one.day, one.from_minute, one.to_minute, one.place): one for one in pattern.lines.all()
    }
    people = [place.user for place in pattern.places.select_related("user")]
    done = set(
        PatternFill.objects.filter(pattern=pattern, day__range=(first, last)).values_list(
            "day", "line"
        )
    )
    wanted = []
    for one in fill(list(lines), pattern.cycle, len(people), pattern.anchor, first, last):
        span = span_on(one.day, one.line.from_minute, one.line.to_minute, zone())
        # Of today what has begun is past.
        if (one.day, lines[one.line].pk) not in done and at <= span.starts_at < span.ends_at:
            wanted.append((one, span))
    if not wanted:
        raise RuleBroken(
            _("These days are filled already, or the cycle has no shift on them."), code="filled"
        )
    shifts = plan_shifts(
        [NewShift(people[one.person], pattern.role, pattern.unit, *span) for one, span in wanted],
        by=by,
        at=at,
    )
    PatternFill.objects.bulk_create(
        PatternFill(pattern=pattern, line=lines[one.line], day=one.day, shift=shift)
        for (one, _span), shift in zip(wanted, shifts, strict=True)
    )
    data = {"from": first.isoformat(), "until": last.isoformat(), "shifts": len(shifts)}
    record("pattern.filled", pattern, by=by, at=at, data=data)
    refresh_gaps(at=at, by=by)
    return len(shifts)
