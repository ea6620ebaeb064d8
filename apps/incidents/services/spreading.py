"""What an incident does to shipments, batch by batch in the background: held, promises moved, parties told; and, once
it is over or withdrawn, released. A batch is one transaction, so whatever is killed leaves the rest due and nothing
done twice; of one incident one batch is at work at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.database import database_now
from apps.events.services import record
from apps.incidents.enums import Effect, IncidentState
from apps.incidents.models import Incident
from apps.incidents.services.notifying import notify_new_parties
from apps.tracking.enums import PromiseCause
from apps.tracking.models import Waybill
from apps.tracking.services.holds import hold_shipments, release_shipments
from apps.tracking.services.promise import change_promises

WORK = "apps.incidents.tasks.work_incidents"
BATCH = 2_000
MOST_BATCHES = 50
# What was done to the shipments of a batch, in one statement.
_WORKED = """
UPDATE incidents_affected a SET worked_at = coalesce(a.worked_at, %(at)s),
    released_at = CASE WHEN %(released)s THEN %(at)s ELSE a.released_at END,
    promise_before = coalesce(a.promise_before, v.before), promise_now = coalesce(v.now, a.promise_now)
FROM unnest(%(ids)s::bigint[], %(before)s::timestamptz[], %(now)s::timestamptz[]) v (id, before, now)
WHERE a.id = v.id
"""
# When an incident lets go of a shipment, another that runs on leads from now on.
_HAND_ON = """
UPDATE incidents_affected a SET leads = true, worked_at = CASE WHEN %s THEN NULL ELSE a.worked_at END
FROM (
    SELECT DISTINCT ON (o.waybill_id) o.id, o.incident_id FROM incidents_affected o
    JOIN incidents_incident i ON i.id = o.incident_id
    WHERE o.waybill_id = ANY(%s) AND o.released_at IS NULL AND NOT o.leads AND i.state IN ('declared', 'stable')
    ORDER BY o.waybill_id, o.id
) n WHERE a.id = n.id AND NOT EXISTS (SELECT FROM incidents_affected l
    WHERE l.waybill_id = a.waybill_id AND l.leads AND l.released_at IS NULL)
RETURNING a.incident_id
"""


class _Row(NamedTuple):
    """What a batch reads of an affected shipment, which is locked."""

    id: int
    waybill_id: int
    leads: bool
    found_at: datetime
    worked_at: datetime | None
    promise_before: datetime | None
    promise_now: datetime | None


def work_incidents(batch: int = BATCH, *, at: datetime | None = None) -> int:
    """Until nothing is left, or somebody else is at it; how many shipments were worked on. ``at``: when, of what is
    taken over from the past; else the database's present."""
    done = 0
    for _turn in range(MOST_BATCHES):
        found = work_batch(batch, at=at)
        if found is None:
            break
        done += found
    return done


@transaction.atomic
def work_batch(batch: int = BATCH, *, at: datetime | None = None) -> int | None:
    """One batch of the incident that has waited longest. None when nothing waits, or others have it."""
    incident = (
        Incident.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(work_since__isnull=False)
        .order_by("work_since", "pk")
        .first()
    )
    if incident is None:
        return None
    by, at = system_user("sweeper"), at or database_now()
    if incident.is_running:
        found = _locked(incident, batch, worked_at=None)
        _hold(incident, found, by=by, at=at)
    else:
        found = _locked(incident, batch, released_at=None)
        _release(incident, found, by=by, at=at)
    if len(found) < batch:
        incident.work_since = None
        incident.save(update_fields=["work_since"])
    if found:
        data = {"shipments": len(found)}
        record("incident.spread", incident, by=by, at=at, data=data)
    return len(found)


def _locked(incident: Incident, batch: int, **due: None) -> list[_Row]:
    """No models: twenty thousand are read while customers wait to be told."""
    rows = incident.affected.select_for_update(of=("self",), no_key=True).order_by("pk")
    return [_Row(*row) for row in rows.filter(**due).values_list(*_Row._fields)[:batch]]


def _hold(incident: Incident, rows: Sequence[_Row], *, by: User, at: datetime) -> None:
    if not rows:
        return
    ids = [row.waybill_id for row in rows]
    before = _promises(ids)
    hold_shipments(ids, number=incident.number, subject=incident, by=by, at=at)
    wanted: dict[int, datetime] = {}
    if incident.effect == Effect.EXTENDED:
        more = timedelta(hours=incident.extra_hours)
        wanted = _extended(rows, before, more, at)
        _change(incident, wanted, by=by, at=at)
    _write(rows, before, wanted, at)
    notify_new_parties(incident, [row.id for row in rows], by=by, at=at)


def _write(
    rows: Sequence[_Row],
    before: dict[int, datetime | None],
    wanted: dict[int, datetime],
    at: datetime,
    *,
    released: bool = False,
) -> None:
    """``before``: what was promised of those that had not been worked on; ``wanted``: what is promised now."""
    given: dict[str, Any] = {
        "ids": [row.id for row in rows],
        "before": [before.get(row.waybill_id) for row in rows],
        "now": [wanted.get(row.waybill_id) for row in rows],
        "released": released,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORKED, given)


def _promises(waybill_ids: Sequence[int]) -> dict[int, datetime | None]:
    """What is promised now of those that are under way; their rows are locked, in the order of every writer."""
    rows = Waybill.objects.select_for_update(no_key=True).order_by("pk")
    rows = rows.filter(pk__any_of=list(waybill_ids), concluded_at__isnull=True)
    return dict(rows.values_list("pk", "promised_at"))


def _extended(
    rows: Iterable[_Row], before: dict[int, datetime | None], more: timedelta, at: datetime
) -> dict[int, datetime]:
    """Each promise of a shipment that the incident leads by ``more``; of one that is past already, from now."""
    return {
        row.waybill_id: max(promised, at) + more
        for row in rows
        if row.leads and row.promise_now is None and (promised := before.get(row.waybill_id))
    }


def _change(incident: Incident, wanted: dict[int, datetime], *, by: User, at: datetime) -> None:
    if wanted:
        reason = f"{incident.number} {incident.title}"
        change_promises(wanted, cause=PromiseCause.INCIDENT, reason=reason, by=by, at=at)


def _release(incident: Incident, rows: Sequence[_Row], *, by: User, at: datetime) -> None:
    if not rows:
        return
    ids = [row.waybill_id for row in rows]
    withdrawn = incident.state == IncidentState.WITHDRAWN
    worked = [row for row in rows if row.worked_at is not None and row.leads]
    now = _promises(ids)
    wanted: dict[int, datetime] = {}
    if withdrawn:
        wanted = _restored(worked, now, at)
    elif incident.effect == Effect.HELD:
        wanted = _with_time_held(incident, worked, now, at)
    _change(incident, wanted, by=by, at=at)
    release_shipments(ids, number=incident.number, by=by, at=at)
    _write(rows, {}, wanted, at, released=True)
    _hand_on(ids, again=withdrawn, at=at)


def _held_for(incident: Incident, row: _Row) -> timedelta:
    """From when it was held to when the incident was over, in whole hours, one at least."""
    held = (incident.over_at or row.found_at) - row.found_at
    return timedelta(hours=max(1, -(-held // timedelta(hours=1))))


def _with_time_held(
    incident: Incident, rows: Iterable[_Row], now: dict[int, datetime | None], at: datetime
) -> dict[int, datetime]:
    soonest = at + timedelta(hours=1)
    return {
        row.waybill_id: max(promised + _held_for(incident, row), soonest)
        for row in rows
        if (promised := now.get(row.waybill_id))
    }


def _restored(
    rows: Iterable[_Row], now: dict[int, datetime | None], at: datetime
) -> dict[int, datetime]:
    """A false alarm: what was promised before counts again, unless it is past or was moved since by somebody."""
    return {
        row.waybill_id: row.promise_before
        for row in rows
        if row.promise_now is not None
        and now.get(row.waybill_id) == row.promise_now
        and row.promise_before is not None
        and row.promise_before > at
    }


def _hand_on(waybill_ids: Sequence[int], *, again: bool, at: datetime) -> None:
    """``again``: what the withdrawn one did is done anew by the one that leads now."""
    with connection.cursor() as cursor:
        cursor.execute(_HAND_ON, [again, list(waybill_ids)])
        others = {pk for (pk,) in cursor.fetchall()}
    if again and others:
        Incident.objects.filter(pk__in=others, work_since=None).update(work_since=at)
