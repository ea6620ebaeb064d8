"""What clocks are read from, all as of one instant: the facts of their matters, what passed of
them, the working calendars. Read after the rows were locked, so nobody changes it meanwhile."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from apps.core.database import Statement
from apps.sla.enums import IntervalKind
from apps.sla.models import Fact, Interval, Matter
from apps.sla.queries.calendars import Hours, hours_by_id
from apps.sla.rules import DoneFact, MatterFacts, Wait

Key = tuple[int, datetime]  # a step (0: the due instant itself) and the due instant it belongs to
Heard = tuple[datetime, datetime, str, str]  # a due instant, when it was announced, and to whom
_INPUTS = Statement(
    "clock_inputs",
    """
SELECT statement_timestamp(),
    (SELECT json_object_agg(kind, epoch) FROM sla_policyepoch),
    (SELECT json_object_agg(id, revision) FROM sla_workingcalendar),
    (SELECT json_agg(json_build_array(id, replaces_id, matter_id, kind, cycle, at, by_id)
        ORDER BY at, id) FROM sla_fact WHERE matter_id = ANY(%(matters)s)),
    (SELECT json_agg(json_build_array(id, matter_id, kind, since, until)
        ORDER BY since, id) FROM sla_interval WHERE matter_id = ANY(%(matters)s)),
    (SELECT json_agg(json_build_array(f.clock_id, f.step_id, f.due_at, f.at, s.whom, s.role,
        f.is_silent)) FROM sla_firedstep f LEFT JOIN sla_step s ON s.id = f.step_id
        WHERE f.clock_id = ANY(%(clocks)s))
""",
)


class IntervalRow(NamedTuple):
    """A row of ``Interval``."""

    id: int
    kind: str
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class ClockInputs:
    """``said`` and ``intervals`` are by matter, in their order; an act that adds to them says so here, and
    need not look again."""

    now: datetime
    epochs: Mapping[str, int]
    hours: Mapping[int, Hours]
    done: dict[int, list[DoneFact]] = field(default_factory=lambda: defaultdict(list))
    intervals: dict[int, list[IntervalRow]] = field(default_factory=lambda: defaultdict(list))
    fired: dict[int, set[Key]] = field(default_factory=lambda: defaultdict(set))
    heard: dict[int, set[Heard]] = field(default_factory=lambda: defaultdict(set))

    def facts_of(self, matter: Matter) -> MatterFacts:
        intervals = self.intervals[matter.pk]
        closed = [one for one in intervals if one.kind == IntervalKind.CLOSED]
        return MatterFacts(
            begun=(matter.opened_at, *(one.until for one in closed if one.until is not None)),
            ended=tuple(one.since for one in closed),
            waits=tuple(
                Wait(one.kind, one.since, one.until)
                for one in intervals
                if one.kind != IntervalKind.CLOSED
            ),
            done=tuple(self.done[matter.pk]),
        )

    def is_on_record(self, matter: Matter, kind: str, moment: datetime) -> bool:
        """Whether this was done in the present cycle by then."""
        return any(
            done.kind == kind and done.cycle == matter.cycle and done.at <= moment
            for done in self.done[matter.pk]
        )

    def waiting(self, matter: Matter, kind: str | None = None) -> list[IntervalRow]:
        """What is waited for just now: of this kind, or of all."""
        return [
            one
            for one in self.intervals[matter.pk]
            if one.until is None and kind in (None, one.kind)
        ]

    def add_facts(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            mine = self.done[fact.matter_id]
            mine.append(DoneFact(fact.kind, fact.cycle, fact.at, fact.by_id))
            mine.sort(key=lambda done: done.at)

    def add_interval(self, row: Interval) -> None:
        mine = self.intervals[row.matter_id]
        mine.append(IntervalRow(row.pk, row.kind, row.since, row.until))
        mine.sort(key=lambda interval: (interval.since, interval.id))

    def end_intervals(
        self, matter: Matter, intervals: Iterable[IntervalRow], until: datetime
    ) -> None:
        ended = {one.id for one in intervals}
        self.intervals[matter.pk] = [
            one._replace(until=until) if one.id in ended else one
            for one in self.intervals[matter.pk]
        ]


def read_clock_inputs(matters: Iterable[Matter] = (), clock_ids: Iterable[int] = ()) -> ClockInputs:
    """One query, however many; more where a calendar changed since this process last saw it."""
    ids = {"matters": [matter.pk for matter in matters], "clocks": list(clock_ids)}
    with connection.cursor() as cursor:
        _INPUTS.run(cursor, ids)
        now, epochs, revisions, facts, intervals, fired = cursor.fetchone()
    hours = hours_by_id({int(pk): UUID(text) for pk, text in (revisions or {}).items()})
    inputs = ClockInputs(now, epochs or {}, hours)
    _add_done(inputs, facts or ())
    for pk, matter_id, kind, since, until in intervals or ():
        inputs.intervals[matter_id].append(
            IntervalRow(pk, kind, _instant(since), until and _instant(until))
        )
    for clock_id, step_id, due, at, whom, role, is_silent in fired or ():
        due_at = _instant(due)
        inputs.fired[clock_id].add((step_id or 0, due_at))
        if step_id and not is_silent:
            inputs.heard[clock_id].add((due_at, _instant(at), whom, role))
    return inputs


def _add_done(inputs: ClockInputs, facts: Iterable[list[Any]]) -> None:
    """But for those that a later one corrects."""
    facts = list(facts)
    corrected = {replaces for _pk, replaces, *_rest in facts if replaces}
    for pk, _replaces, matter_id, kind, cycle, at, by in facts:
        if pk not in corrected:
            inputs.done[matter_id].append(DoneFact(kind, cycle, _instant(at), by))


def _instant(text: str) -> datetime:
    """As PostgreSQL writes it into JSON; connections speak UTC."""
    return datetime.fromisoformat(text)
