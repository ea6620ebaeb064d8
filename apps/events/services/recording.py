"""Writing down what happened, in the transaction that made it happen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from apps.core.database import Statement, array, moment, quoted
from apps.core.enqueueing import enqueue_on_commit
from apps.events.models import Event
from apps.events.subscriptions import names_for

# The task that hands events on.
RELAY = "apps.events.tasks.relay_events"
# Arrays instead of thousands of parameters: a batch of 5,000 scans may change 5,000 statuses, and the
# ORM takes eight times as long to write them down. The events and who is to hear of them in one.
_RECORD = Statement(
    "record_events",
    """
WITH told AS (
    INSERT INTO events_event (kind, subject_type, subject_id, by_id, at, data)
    SELECT kind, subject_type, subject_id, by_id, coalesce(at, statement_timestamp()), data
    FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::bigint[], %s::timestamptz[],
        %s::jsonb[]) WITH ORDINALITY AS r (kind, subject_type, subject_id, by_id, at, data, place)
    ORDER BY place RETURNING id, kind, at, recorded_at
), pending AS (
    INSERT INTO events_dispatch (event_id, subscriber, attempts, last_error)
    SELECT told.id, heard.subscriber, 0, ''
    FROM told JOIN unnest(%s::varchar[], %s::varchar[]) AS heard (kind, subscriber) USING (kind)
    ORDER BY told.id
)
SELECT id, at, recorded_at FROM told ORDER BY id
""",
)


_encode = DjangoJSONEncoder(ensure_ascii=False).encode


class Actor(Protocol):
    """A user: a person, the service user behind an API key, or one of the system's own."""

    pk: Any


@dataclass(frozen=True)
class NewEvent:
    kind: str
    subject_type: str  # "tracking.waybill"
    subject_id: str
    by_id: int
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def new_event(
    kind: str,
    subject: models.Model,
    *,
    by: Actor,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> NewEvent:
    """What ``record`` would record, to be recorded with the other events of an act."""
    subject_type = subject._meta.label_lower
    return NewEvent(kind, subject_type, str(subject.pk), by.pk, at, dict(data or {}))


def record(
    kind: str,
    subject: models.Model,
    *,
    by: Actor,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Record one event about ``subject``; raises outside a transaction.

    ``at`` is when it happened (aware), the database's clock if not given; when it was recorded
    is kept beside it. ``data`` must hold no personal data in clear.
    """
    new = new_event(kind, subject, by=by, at=at, data=data)
    [(pk, happened, recorded)] = _write([new])
    event = Event(
        pk=pk,
        kind=kind,
        subject_type=new.subject_type,
        subject_id=new.subject_id,
        at=happened,
        recorded_at=recorded,
        by_id=new.by_id,
        data=new.data,
    )
    event._state.adding, event._state.db = False, connection.alias
    return event


def record_many(rows: Iterable[NewEvent]) -> Sequence[int]:
    """Record many events in one statement; the same promise as ``record``. Returns their ids."""
    return [pk for pk, _at, _recorded_at in _write(list(rows))]


def _write(rows: Sequence[NewEvent]) -> list[tuple[int, datetime, datetime]]:
    """Their ids, when each happened and when it was recorded, in the order of ``rows``."""
    _demand_transaction()
    if not rows:
        return []
    hear = [(kind, name) for kind in {row.kind for row in rows} for name in names_for(kind)]
    with connection.cursor() as cursor:
        _RECORD.run(
            cursor,
            [
                array(quoted(row.kind) for row in rows),
                array(quoted(row.subject_type) for row in rows),
                array(quoted(row.subject_id) for row in rows),
                array(str(row.by_id) for row in rows),
                array(moment(row.at) for row in rows),
                array(quoted(_encode(row.data)) for row in rows),
                array(quoted(kind) for kind, _name in hear),
                array(quoted(name) for _kind, name in hear),
            ],
        )
        written = list(cursor.fetchall())
    if hear:
        enqueue_on_commit(RELAY)
    return written


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an event is recorded in the transaction that makes it true"
        )
