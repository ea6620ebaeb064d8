"""Why a clock is due when it is: the inputs of its reading, as a page shows them (CMP-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.sla.models import Clock, FiredStep, Interval
from apps.sla.queries.calendars import all_hours
from apps.sla.queries.facts import facts_of
from apps.sla.queries.rules import rules_of, steps_of
from apps.sla.rules import DUE_ITSELF, ClockFacts, StepRule
from apps.sla.rules.reading import pauses_of
from apps.sla.worktime import Line, explain


@dataclass(frozen=True)
class Ahead:
    """A step to come; None is the due instant itself."""

    at: datetime
    step: StepRule | None


@dataclass(frozen=True)
class Explanation:
    """``lines`` add up to ``counted`` working seconds: to the target, or to what had run when the
    clock was paused. Empty for a due time fixed by hand and for a target without limit."""

    lines: Sequence[Line]
    counted: int
    pauses: Sequence[Interval]
    fired: Sequence[FiredStep]
    ahead: Sequence[Ahead]
    recipients: dict[int, str]  # names by user


def explanation(clock: Clock) -> Explanation:
    """``clock`` with its matter and target loaded; the calendar as it was last read is the present
    one, or the clock is read again within a minute."""
    fired = list(clock.fired.select_related("step").order_by("at", "id"))
    lines = _lines(clock)
    return Explanation(
        lines=lines,
        counted=sum(line.seconds for line in lines if line.kind == "work"),
        pauses=list(clock.matter.intervals.select_related("since_by", "until_by")),
        fired=fired,
        ahead=_ahead(clock),
        recipients=_names(fired),
    )


def _lines(clock: Clock) -> list[Line]:
    if clock.is_fixed or clock.seconds is None:
        return []
    rule = rules_of([clock.target_id]).get(clock.target_id or 0)
    about = ClockFacts(clock.metric, clock.cycle, clock.started_at)
    end = clock.met_at or clock.stopped_at
    pauses = pauses_of(facts_of([clock.matter])[clock.matter_id], about, rule, end)
    calendar = all_hours()[clock.calendar_id].calendar
    return explain(calendar, clock.started_at, clock.seconds, pauses)


def _ahead(clock: Clock) -> list[Ahead]:
    rest = range(clock.position, len(clock.schedule))
    steps = steps_of(pk for pk in clock.schedule_steps if pk != DUE_ITSELF)
    return [Ahead(clock.schedule[n], steps.get(clock.schedule_steps[n])) for n in rest]


def _names(fired: Sequence[FiredStep]) -> dict[int, str]:
    ids = {pk for row in fired for pk in row.recipients}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
