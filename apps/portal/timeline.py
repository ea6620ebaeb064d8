"""The timeline: newest first, grouped by day, each step in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple, Protocol

from django.utils import timezone

from apps.core.times import relative
from apps.tracking.days import day_heading
from apps.tracking.enums import TROUBLE
from apps.tracking.wording import step_label

# Beyond this the date says more than "6 days ago".
RELATIVE_UP_TO = timedelta(days=2)


class Happening(Protocol):
    """What a step needs of an event; the text is masked already."""

    @property
    def occurred_at(self) -> datetime: ...
    @property
    def code(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def text(self) -> str: ...


class Step(NamedTuple):
    """``look`` is "latest", "trouble" or empty; ``moment`` is ISO 8601 with its zone."""

    clock: str
    moment: str
    ago: str
    label: str
    place: str
    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Day:
    heading: str
    steps: list[Step]


def timeline_days(events: Iterable[Happening], at: datetime) -> list[Day]:
    """``events`` newest first; ``at`` is the present."""
    today = timezone.localtime(at).date()
    here = [(timezone.localtime(event.occurred_at), event) for event in events]
    latest = here[0][1] if here else None
    return [
        Day(
            day_heading(day, today),
            [_step(moment, event, at, latest=event is latest) for moment, event in of_day],
        )
        for day, of_day in groupby(here, key=lambda pair: pair[0].date())
    ]


def _step(moment: datetime, event: Happening, at: datetime, *, latest: bool) -> Step:
    place = event.place or event.city
    if latest:
        look = "latest"
    else:
        look = "trouble" if event.status in TROUBLE else ""
    return Step(
        clock=f"{moment:%H:%M}",
        moment=moment.isoformat(timespec="seconds"),
        ago=relative(moment, at) if at - moment < RELATIVE_UP_TO else "",
        label=step_label(event.code, event.status, event.reason),
        place="" if place and place in event.text else place,
        text=event.text,
        look=look,
    )
