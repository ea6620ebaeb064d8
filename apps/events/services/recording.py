"""Writing down what happened, in the transaction that made it happen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from apps.core.waking import wake_on_commit
from apps.events.models import Dispatch, Event
from apps.events.subscriptions import names_for

# The task that hands events on.
RELAY = "apps.events.tasks.relay_events"
# Six arrays instead of thousands of parameters: a batch of 5,000 scans may change 5,000 statuses,
# and the ORM takes eight times as long to write them down.
_INSERT = """
INSERT INTO events_event (kind, subject_type, subject_id, by_id, at, data)
SELECT kind, subject_type, subject_id, by_id, coalesce(at, statement_timestamp()), data
FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::bigint[], %s::timestamptz[],
    %s::jsonb[]) WITH ORDINALITY AS r (kind, subject_type, subject_id, by_id, at, data, place)
ORDER BY place RETURNING id
"""
_DISPATCH = """
INSERT INTO events_dispatch (event_id, subscriber, attempts, last_error)
SELECT * FROM unnest(%s::bigint[], %s::varchar[]) AS d (event_id, subscriber), (SELECT 0, '') AS s
"""


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
    _demand_transaction()
    event = Event(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        by_id=by.pk,
        data=dict(data or {}),
    )
    if at is not None:
        event.at = at
    event.save(force_insert=True)
    names = names_for(kind)
    if names:
        Dispatch.objects.bulk_create(Dispatch(event=event, subscriber=name) for name in names)
        wake_on_commit(RELAY)
    return event


def record_many(rows: Iterable[NewEvent]) -> Sequence[int]:
    """Record many events in two statements; the same promise as ``record``. Returns their ids."""
    _demand_transaction()
    rows = list(rows)
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                _array(_quoted(row.kind) for row in rows),
                _array(_quoted(row.subject_type) for row in rows),
                _array(_quoted(row.subject_id) for row in rows),
                _array(str(row.by_id) for row in rows),
                _array(row.at.isoformat() if row.at else "NULL" for row in rows),
                _array(
                    _quoted(json.dumps(row.data, cls=DjangoJSONEncoder, ensure_ascii=False))
                    for row in rows
                ),
            ],
        )
        ids = [int(pk) for (pk,) in cursor.fetchall()]
        names = {kind: names_for(kind) for kind in {row.kind for row in rows}}
        pending = [
            (pk, name) for pk, row in zip(ids, rows, strict=True) for name in names[row.kind]
        ]
        if pending:
            cursor.execute(
                _DISPATCH,
                [
                    _array(str(pk) for pk, _name in pending),
                    _array(_quoted(name) for _pk, name in pending),
                ],
            )
            wake_on_commit(RELAY)
    return ids


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an event is recorded in the transaction that makes it true"
        )


def _array(values: Iterable[str]) -> str:
    return "{" + ",".join(values) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
