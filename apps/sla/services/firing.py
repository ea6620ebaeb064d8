"""From clocks that are due to the steps that are announced: to whom, how, and what the event says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from apps.sla.enums import Metric, OffHours, TellBy, Whom
from apps.sla.models import DUE_ITSELF
from apps.sla.queries.calendars import Hours
from apps.sla.queries.recipients import Ask, Staff
from apps.sla.rules import StepRule
from apps.sla.worktime import NoWorkingTime, WorkCalendar, next_opening

BEFORE_OPENING = timedelta(minutes=30)
LATEST_MAIL = time(9, 0)  # CMP-2: the e-mail by 09:00 on the next working day
# Whoever is on duty can give a first answer: they are notified before it is late, not the owner alone.
FIRST_ANSWERS = frozenset({Metric.FIRST_WORD, Metric.RESPONSE})
DUE_CHANNELS = [str(TellBy.IN_APP)]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A clock that the sweeper has locked, with what its announcement needs."""

    id: int
    matter_id: int
    metric: str
    label: str
    due_at: datetime
    owner_id: int | None
    unit_id: int | None
    schedule: Sequence[datetime]
    steps: Sequence[int]
    position: int

    def reached(self, now: datetime) -> int:
        """How many instants of the schedule are behind at ``now``."""
        place = self.position
        while place < len(self.schedule) and self.schedule[place] <= now:
            place += 1
        return place


@dataclass(frozen=True, slots=True)
class DueStep:
    """One instant of one clock that has come."""

    clock: Claimed
    at: datetime
    step: StepRule | None  # None: the due instant itself

    @property
    def kind(self) -> str:
        if self.step is None:
            return "clock.overdue"
        return "clock.warned" if self.at < self.clock.due_at else "clock.escalated"

    @property
    def ask(self) -> Ask:
        step = self.step
        whom, role = (step.whom, step.role) if step else (Whom.OWNER, "")
        early = self.at < self.clock.due_at and self.clock.metric in FIRST_ANSWERS
        return Ask(whom, role, self.clock.owner_id, self.clock.unit_id, with_desk=early)


def due_steps_of(
    clocks: Sequence[Claimed], steps: Mapping[int, StepRule], now: datetime
) -> list[DueStep]:
    """Everything due of these clocks, in the order in which it became due."""
    due_steps = [
        DueStep(clock, clock.schedule[n], _step(clock.steps[n], steps))
        for clock in clocks
        for n in range(clock.position, clock.reached(now))
    ]
    # Stable: within a clock the schedule's own order holds where instants are equal.
    return sorted(due_steps, key=lambda due_step: due_step.at)


def _step(step_id: int, steps: Mapping[int, StepRule]) -> StepRule | None:
    return None if step_id == DUE_ITSELF else steps[step_id]


class Outside:
    """Whether ``now`` lies outside office hours, and if so by when the e-mail follows."""

    def __init__(self, office: Hours, now: datetime) -> None:
        self.is_outside = not office.calendar.is_open(now)
        self.mail_by = _mail_by(office.calendar, now) if self.is_outside else None

    def channels(self, step: StepRule | None) -> list[str]:
        if step is None:
            return DUE_CHANNELS
        if self.calls(step):
            return [str(TellBy.PHONE)]
        return list(step.channels)

    def calls(self, step: StepRule | None) -> bool:
        """CMP-2: outside working hours the report is a phone call now and the e-mail afterwards."""
        return step is not None and step.off_hours == OffHours.CALL_THEN_MAIL and self.is_outside


def _mail_by(office: WorkCalendar, now: datetime) -> datetime | None:
    """Half an hour before the office opens next, at 09:00 of that day at the latest."""
    try:
        opening = next_opening(office, now)
    except NoWorkingTime:
        return None
    day = opening.astimezone(office.tz).date()
    latest = office.at_wall(day, LATEST_MAIL.hour * 3600)
    return max(min(opening - BEFORE_OPENING, latest), now)


class About(NamedTuple):
    """A matter, with what an announcement needs."""

    kind: str
    subject_type: str
    subject_id: str
    title: str


def details(
    due_step: DueStep, matter: About, staff: Staff, outside: Outside, now: datetime
) -> dict[str, Any]:
    """What the event says; instants in ISO 8601 to the microsecond, no personal data."""
    clock, step = due_step.clock, due_step.step
    calls = outside.calls(step)
    mail_by = outside.mail_by if calls else None
    return {
        "kind": matter.kind,
        "metric": clock.metric,
        "clock": clock.id,
        "title": matter.title,
        "label": clock.label,
        "step": step.name if step else "",
        "step_en": (step.english_name or step.name) if step else "",
        "due_at": clock.due_at.isoformat(),
        "at": due_step.at.isoformat(),
        "late_seconds": late_seconds(due_step, now),
        "recipients": staff.who(due_step.ask),
        "channels": outside.channels(step),
        "off_hours": calls,
        "mail_by": mail_by.isoformat() if mail_by else None,
        "owner": clock.owner_id,
        "unit": clock.unit_id,
    }


def late_seconds(due_step: DueStep, now: datetime) -> int:
    """Whole seconds from the instant to its announcement."""
    return max(0, int((now - due_step.at).total_seconds()))
