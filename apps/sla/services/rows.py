"""Writing many clocks and fired steps at once: one JSON document instead of a parameter per value."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from apps.core.database import Statement
from apps.core.enqueueing import enqueue_on_commit
from apps.sla.models import Clock, Fact

# The task that announces what is due. What becomes due later is found by its instant.
SWEEP = "apps.sla.tasks.sweep_clocks"
# The task that reads clocks again after a change of rules.
RECOMPUTE = "apps.sla.tasks.recompute_clocks"
_COLUMNS = {
    "target_id": "bigint",
    "calendar_id": "bigint",
    "calendar_version": "bigint",
    "seconds": "integer",
    "is_fixed": "boolean",
    "label": "varchar",
    "owner_id": "bigint",
    "unit_id": "bigint",
    "state": "varchar",
    "started_at": "timestamptz",
    "due_at": "timestamptz",
    "paused_since": "timestamptz",
    "met_at": "timestamptz",
    "met_by_id": "bigint",
    "stopped_at": "timestamptz",
    "stopped_by_id": "bigint",
    "is_dropped": "boolean",
    "breached_at": "timestamptz",
    "spent_seconds": "integer",
    "missed_before": "timestamptz",
    "held_policies": "bigint[]",
    "held_starts": "timestamptz[]",
    "schedule": "timestamptz[]",
    "schedule_steps": "bigint[]",
    "position": "smallint",
    "next_at": "timestamptz",
}
_UPDATE = f"""
UPDATE sla_clock c SET {", ".join(f"{name} = r.{name}" for name in _COLUMNS)}
FROM json_to_recordset(%s) AS r(id bigint, {", ".join(f"{n} {t}" for n, t in _COLUMNS.items())})
WHERE c.id = r.id
"""  # noqa: S608  # column names of ours
_ADDED = {
    "matter_id": "bigint",
    "metric": "varchar",
    "cycle": "smallint",
    "key": "integer",
    "kind": "varchar",
    **_COLUMNS,
}
_ADD = Statement(
    "add_clocks",
    f"""
INSERT INTO sla_clock ({", ".join(_ADDED)}) SELECT {", ".join(_ADDED)}
FROM json_to_recordset(%s) AS r(place integer, {", ".join(f"{n} {t}" for n, t in _ADDED.items())})
ORDER BY place RETURNING id
""",  # noqa: S608  # column names of ours
)
_FIRE = """
INSERT INTO sla_firedstep
    (clock_id, step_id, due_at, at, fired_at, late_seconds, is_silent, recipients, event_id)
SELECT clock_id, step_id, due_at, at, statement_timestamp(), late_seconds, event_id IS NULL,
    recipients, event_id
FROM json_to_recordset(%s) AS r(clock_id bigint, step_id bigint, due_at timestamptz,
    at timestamptz, late_seconds integer, recipients bigint[], event_id bigint)
"""


class Fired(NamedTuple):
    """A row to be; without an event it was passed silently."""

    clock_id: int
    step_id: int | None
    due_at: datetime
    at: datetime
    late_seconds: int = 0
    recipients: Sequence[int] = ()
    event_id: int | None = None


def add_clocks(clocks: Sequence[Clock]) -> None:
    """Store new ones, which get their numbers in this order. One statement."""
    if not clocks:
        return
    rows = [
        {"place": place, **{name: getattr(clock, name) for name in _ADDED}}
        for place, clock in enumerate(clocks)
    ]
    with connection.cursor() as cursor:
        _ADD.run(cursor, [json.dumps(rows, default=datetime.isoformat)])
        ids = sorted(pk for (pk,) in cursor.fetchall())
    for clock, pk in zip(clocks, ids, strict=True):
        clock.pk, clock._state.adding = pk, False


_ADD_FACTS = """
INSERT INTO sla_fact (matter_id, cycle, kind, at, by_id, note)
SELECT matter_id, cycle, kind, at, by_id, note
FROM json_to_recordset(%s) AS r(matter_id bigint, cycle smallint, kind varchar, at timestamptz,
    by_id bigint, note varchar)
"""


def add_facts(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Store what was done. One statement; their numbers are of no interest to who did it."""
    names = ("matter_id", "cycle", "kind", "at", "by_id", "note")
    _execute(_ADD_FACTS, [{name: getattr(fact, name) for name in names} for fact in facts])
    return facts


def write_clocks(clocks: Iterable[Clock]) -> None:
    """Store what was read, for rows that are there and locked. One statement."""
    names = ["id", *_COLUMNS]
    rows = [{name: getattr(clock, name) for name in names} for clock in clocks]
    _execute(_UPDATE, rows)


def call_to_sweep(clocks: Iterable[Clock], now: datetime) -> None:
    """Of clocks that were just written some may be due already, by the database's ``now``."""
    if any(clock.next_at is not None and clock.next_at <= now for clock in clocks):
        enqueue_on_commit(SWEEP)


def write_fired(rows: Iterable[Fired]) -> None:
    _execute(_FIRE, [row._asdict() for row in rows])


def _execute(statement: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps(rows, default=datetime.isoformat)])
