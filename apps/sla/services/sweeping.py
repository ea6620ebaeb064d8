"""The sweeper: whatever is due is announced, once, with its event, in the order in which it became due.

Postgres remembers: due clocks stand in an index on ``next_at``, claimed with SKIP LOCKED by the
database's clock. It does not matter how often this runs, how many run it, or when one is killed: a
batch is announced and marked in one transaction or not at all.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from apps.accounts.queries import system_user
from apps.events.services import NewEvent, record_many
from apps.sla.queries.calendars import OFFICE_CODE, hours_by_code
from apps.sla.queries.recipients import Staff
from apps.sla.queries.rules import steps_of
from apps.sla.services.firing import (
    About,
    Claimed,
    DueStep,
    Outside,
    details,
    due_steps_of,
    late_seconds,
)
from apps.sla.services.rows import Fired, write_fired

log = logging.getLogger(__name__)

_CLAIM = """
SELECT id, matter_id, metric, label, due_at, owner_id, unit_id, schedule, schedule_steps, position,
    statement_timestamp()
FROM sla_clock WHERE next_at <= statement_timestamp() ORDER BY next_at LIMIT %s
FOR NO KEY UPDATE SKIP LOCKED
"""
# Most looks find nothing: the first row of one index answers them, without a transaction. In its order,
# so that no statistics from a busy hour can make it a walk through the table.
_ANY = """
SELECT next_at <= statement_timestamp() FROM sla_clock
WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1
"""
# What cannot be announced is tried again, and the clocks behind it do not wait.
_PUT_OFF = """
UPDATE sla_clock SET next_at = statement_timestamp() + interval '1 minute' WHERE id = %s
"""
_TOLD = "SELECT clock_id, coalesce(step_id, 0), due_at FROM sla_firedstep WHERE clock_id = ANY(%s)"
_MATTERS = "SELECT id, kind, subject_type, subject_id, title FROM sla_matter WHERE id = ANY(%s)"
# ``breached_at`` from the row itself: what is overdue is past its due instant.
_ADVANCE = """
UPDATE sla_clock c SET position = r.position, next_at = c.schedule[r.position + 1],
    breached_at = CASE WHEN r.is_overdue THEN c.due_at ELSE c.breached_at END
FROM unnest(%s::bigint[], %s::integer[], %s::boolean[]) AS r (id, position, is_overdue)
WHERE c.id = r.id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """``latest`` is the longest that a step of this sweep had waited, in seconds."""

    clocks: int = 0
    steps: int = 0
    latest: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.clocks + other.clocks,
            self.steps + other.steps,
            max(self.latest, other.latest),
        )


def sweep(*, limit: int = 1000) -> Swept:
    """Announce everything that is due, ``limit`` clocks in one transaction, until nothing is (CMP-3).

    Each step goes out once: with its event, its recipients and the clock's own progress, or not at
    all. When nothing is due this is one look at one index.
    """
    total = Swept()
    if not _is_anything_due():
        return total
    while (swept := _sweep_some(limit)).clocks:
        total += swept
    return total


def _sweep_some(limit: int) -> Swept:
    """A batch that fails is halved until the clock at fault stands alone and is put off."""
    try:
        return _sweep_batch(limit)
    except (OperationalError, InterfaceError):
        raise  # the database is away: whoever runs the sweep comes again
    except Exception:
        if limit == 1:
            raise
        log.exception("a batch of up to %d clocks could not be told", limit)
        return _sweep_some(limit // 2)


@transaction.atomic
def _sweep_batch(limit: int) -> Swept:
    clocks, now = _claim(limit)
    if now is None:
        return Swept()
    try:
        with transaction.atomic():
            return _fire(clocks, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(clocks) > 1:
            raise
        log.exception("clock %d could not be told; in a minute again", clocks[0].id)
        with connection.cursor() as cursor:
            cursor.execute(_PUT_OFF, [clocks[0].id])
        return Swept(clocks=1)


def _fire(clocks: Sequence[Claimed], now: datetime) -> Swept:
    due_steps = due_steps_of(
        clocks, steps_of(pk for clock in clocks for pk in clock.steps if pk), now
    )
    due_steps = _not_notified_yet(due_steps)
    _tell(due_steps, now)
    _advance(clocks, now)
    latest = max((late_seconds(due_step, now) for due_step in due_steps), default=0)
    return Swept(len(clocks), len(due_steps), latest)


def _is_anything_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ANY)
        first = cursor.fetchone()
    return first is not None and bool(first[0])


def _claim(limit: int) -> tuple[list[Claimed], datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [limit])
        rows = cursor.fetchall()
    return [Claimed(*row[:-1]) for row in rows], rows[0][-1] if rows else None


def _not_notified_yet(due_steps: Sequence[DueStep]) -> list[DueStep]:
    """The last guard, below it only the unique constraint: whoever adds a fired step holds its
    clock's row, so what is not here now cannot appear before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [list({due_step.clock.id for due_step in due_steps})])
        notified = set(cursor.fetchall())
    return [
        due_step
        for due_step in due_steps
        if (due_step.clock.id, due_step.step.id if due_step.step else 0, due_step.clock.due_at)
        not in notified
    ]


def _tell(due_steps: Sequence[DueStep], now: datetime) -> None:
    matters = _matters_of(due_steps)
    staff = Staff((due_step.ask for due_step in due_steps), now)
    outside = Outside(hours_by_code(OFFICE_CODE), now)
    by_id = system_user("clocks").pk
    events: list[NewEvent] = []
    for due_step in due_steps:
        matter = matters[due_step.clock.matter_id]
        data = details(due_step, matter, staff, outside, now)
        events.append(
            NewEvent(due_step.kind, matter.subject_type, matter.subject_id, by_id, now, data)
        )
    write_fired(
        Fired(
            due_step.clock.id,
            due_step.step.id if due_step.step else None,
            due_step.clock.due_at,
            due_step.at,
            event.data["late_seconds"],
            event.data["recipients"],
            event_id,
        )
        for due_step, event, event_id in zip(due_steps, events, record_many(events), strict=True)
    )


def _matters_of(due_steps: Sequence[DueStep]) -> dict[int, About]:
    with connection.cursor() as cursor:
        cursor.execute(_MATTERS, [list({due_step.clock.matter_id for due_step in due_steps})])
        return {pk: About(*about) for pk, *about in cursor.fetchall()}


def _advance(clocks: Sequence[Claimed], now: datetime) -> None:
    ids, positions, overdue = [], [], []
    for clock in clocks:
        ids.append(clock.id)
        positions.append(clock.reached(now))
        overdue.append(clock.due_at <= now)
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [ids, positions, overdue])
