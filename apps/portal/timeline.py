"""The timeline: newest first, grouped by day, each step in plain words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, zip_longest
from typing import NamedTuple, Protocol

from django.utils import timezone

from apps.core.times import relative
from apps.tracking.days import day_heading
from apps.tracking.enums import TROUBLE, Status

# Beyond this the date says more than "6 days ago".
RELATIVE_UP_TO = timedelta(days=2)
_STATUSES = {member.value: member for member in Status}


class Notice(Protocol):
    """What a step needs of an event; its sentence is in the active language."""

    @property
    def occurred_at(self) -> datetime: ...
    @property
    def status(self) -> str: ...
    @property
    def sentence(self) -> str: ...


class Step(NamedTuple):
    """``look`` is "latest", "trouble" or empty; ``moment`` is ISO 8601 with its zone; ``label`` is
    the status where the scan brought a new one."""

    clock: str
    moment: str
    ago: str
    label: str
    sentence: str
    look: str


@dataclass(frozen=True, slots=True)
class Day:
    heading: str
    steps: list[Step]


def timeline_days(events: Iterable[Notice], at: datetime) -> list[Day]:
    """``events`` newest first; ``at`` is the present."""
    today = timezone.localtime(at).date()
    steps = _steps(list(events), at)
    return [
        Day(day_heading(day, today), [step for _moment, step in of_day])
        for day, of_day in groupby(steps, key=lambda pair: pair[0].date())
    ]


def _steps(events: Sequence[Notice], at: datetime) -> Iterator[tuple[datetime, Step]]:
    for event, before in zip_longest(events, events[1:]):
        moment = timezone.localtime(event.occurred_at)
        is_new = before is None or before.status != event.status
        yield moment, _step(moment, event, at, is_new=is_new, latest=event is events[0])


def _step(moment: datetime, event: Notice, at: datetime, *, is_new: bool, latest: bool) -> Step:
    if latest:
        look = "latest"
    else:
        look = "trouble" if event.status in TROUBLE else ""
    return Step(
        clock=f"{moment:%H:%M}",
        moment=moment.isoformat(timespec="seconds"),
        ago=relative(moment, at) if at - moment < RELATIVE_UP_TO else "",
        label=str(_STATUSES[event.status].label) if is_new else "",
        sentence=event.sentence,
        look=look,
    )
