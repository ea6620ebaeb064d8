"""What an incident does to shipments, batch by batch in the background: held, promises moved, parties told; and, once
it is over or withdrawn, released. A batch is one transaction, so whatever is killed leaves the rest due and nothing
done twice; of one incident one batch is at work at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.database import database_now, write_columns
from apps.events.services import record
from apps.incidents.enums import Effect, IncidentState
from apps.incidents.models import Affected, Incident
from apps.incidents.services.telling import tell_new_parties
from apps.tracking.enums import PromiseCause
from apps.tracking.models import Waybill
from apps.tracking.services.holds import hold_shipments, release_shipments
from apps.tracking.services.promise import change_promises

WORK = "apps.incidents.tasks.work_incidents"
BATCH = 2_000
MOST_BATCHES = 50
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
    rows = incident.affected.select_for_update(of=("self",), no_key=True).order_by("pk")
    if incident.is_running:
        found = list(rows.filter(worked_at=None)[:batch])
        _hold(incident, found, by=by, at=at)
    else:
        found = list(rows.filter(released_at=None)[:batch])
        _release(incident, found, by=by, at=at)
    if len(found) < batch:
        incident.work_since = None
        incident.save(update_fields=["work_since"])
    if found:
        data = {"shipments": len(found)}
        record("incident.spread", incident, by=by, at=at, data=data)
    return len(found)


def _hold(incident: Incident, rows: Sequence[Affected], *, by: User, at: datetime) -> None:
    if not rows:
        return
    ids = [row.waybill_id for row in rows]
    before = _promises(ids)
    hold_shipments(ids, number=incident.number, subject=incident, by=by, at=at)
    if incident.effect == Effect.EXTENDED:
        more = timedelta(hours=incident.extra_hours)
        _move(incident, rows, before, more, by=by, at=at)
    for row in rows:
        row.worked_at = at
        row.promise_before = row.promise_before or before.get(row.waybill_id)
    write_columns(rows, ["worked_at", "promise_before", "promise_now"])
    tell_new_parties(incident, [row.pk for row in rows], by=by, at=at)


def _promises(waybill_ids: Sequence[int]) -> dict[int, datetime | None]:
    """What is promised now of those that are under way; their rows are locked, in the order of every writer."""
    rows = Waybill.objects.select_for_update(no_key=True).order_by("pk")
    rows = rows.filter(pk__any_of=list(waybill_ids), concluded_at__isnull=True)
    return dict(rows.values_list("pk", "promised_at"))


def _move(
    incident: Incident,
    rows: Sequence[Affected],
    before: dict[int, datetime | None],
    more: timedelta,
    *,
    by: User,
    at: datetime,
) -> None:
    """Each promise of a shipment that this incident leads by ``more``; of one that is past already, from now."""
    wanted: dict[int, datetime] = {}
    for row in rows:
        promised = before.get(row.waybill_id)
        if row.leads and promised is not None and row.promise_now is None:
            row.promise_now = wanted[row.waybill_id] = max(promised, at) + more
    _change(incident, wanted, by=by, at=at)


def _change(incident: Incident, wanted: dict[int, datetime], *, by: User, at: datetime) -> None:
    if wanted:
        reason = f"{incident.number} {incident.title}"
        change_promises(wanted, cause=PromiseCause.INCIDENT, reason=reason, by=by, at=at)


def _release(incident: Incident, rows: Sequence[Affected], *, by: User, at: datetime) -> None:
    if not rows:
        return
    ids = [row.waybill_id for row in rows]
    withdrawn = incident.state == IncidentState.WITHDRAWN
    worked = [row for row in rows if row.worked_at is not None and row.leads]
    now = _promises(ids)
    if withdrawn:
        _restore(incident, worked, now, by=by, at=at)
    elif incident.effect == Effect.HELD:
        _add_time_held(incident, worked, now, by=by, at=at)
    release_shipments(ids, number=incident.number, by=by, at=at)
    for row in rows:
        row.released_at, row.worked_at = at, row.worked_at or at
    write_columns(rows, ["released_at", "worked_at", "promise_now"])
    _hand_on(ids, again=withdrawn, at=at)


def _held_for(incident: Incident, row: Affected) -> timedelta:
    """From when it was held to when the incident was over, in whole hours, one at least."""
    held = (incident.over_at or row.found_at) - row.found_at
    return timedelta(hours=max(1, -(-held // timedelta(hours=1))))


def _add_time_held(
    incident: Incident,
    rows: Sequence[Affected],
    now: dict[int, datetime | None],
    *,
    by: User,
    at: datetime,
) -> None:
    wanted: dict[int, datetime] = {}
    for row in rows:
        promised = now.get(row.waybill_id)
        if promised is not None:
            later = promised + _held_for(incident, row)
            row.promise_now = wanted[row.waybill_id] = max(later, at + timedelta(hours=1))
    _change(incident, wanted, by=by, at=at)


def _restore(
    incident: Incident,
    rows: Sequence[Affected],
    now: dict[int, datetime | None],
    *,
    by: User,
    at: datetime,
) -> None:
    """A false alarm: what was promised before counts again, unless it is past or was moved since by somebody."""
    wanted: dict[int, datetime] = {}
    for row in rows:
        before = row.promise_before
        is_ours = row.promise_now is not None and now.get(row.waybill_id) == row.promise_now
        if is_ours and before is not None and before > at:
            row.promise_now = wanted[row.waybill_id] = before
    _change(incident, wanted, by=by, at=at)


def _hand_on(waybill_ids: Sequence[int], *, again: bool, at: datetime) -> None:
    """``again``: what the withdrawn one did is done anew by the one that leads now."""
    with connection.cursor() as cursor:
        cursor.execute(_HAND_ON, [again, list(waybill_ids)])
        others = {pk for (pk,) in cursor.fetchall()}
    if again and others:
        Incident.objects.filter(pk__in=others, work_since=None).update(work_since=at)
