"""Steps of an incident with their clocks: those of the plan, those of the law, the next word to customers."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.incidents.enums import IncidentMatter, Seat, StepKind
from apps.incidents.models import Incident, IncidentTask
from apps.incidents.services.locking import lock_incident
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.services import NewMatter

# 快递市场管理办法 39: a blocked network is reported and made public within 24 hours.
LEGAL_LIMIT = timedelta(hours=24)
BY_LAW = (StepKind.AUTHORITY, StepKind.PUBLIC_NOTICE)
NEXT_WORD = timedelta(minutes=240)


def open_tasks(
    incident: Incident, seats: Mapping[str, User], *, by: User, at: datetime
) -> list[IncidentTask]:
    """At the declaration: each step with the holder of its seat, or the commander. A step of the law is due within
    its limit from when the incident was known, whatever the plan says."""
    rows: list[IncidentTask] = []
    legal = incident.known_at + LEGAL_LIMIT

    def add(kind: str, seat: str, what: str, due: datetime, *, proof: bool) -> None:
        rows.append(_row(incident, len(rows) + 1, kind, seat, what, due, seats, proof=proof))

    for step in incident.version.steps.all() if incident.version else ():
        due = at + timedelta(minutes=step.within)
        if step.kind in BY_LAW:
            due = min(due, legal)
        add(step.kind, step.seat, step.what, due, proof=step.needs_proof)
    if incident.is_blocked:
        there = {row.kind for row in rows}
        for kind in BY_LAW:
            if kind not in there:
                add(kind, Seat.RECORDS, str(kind.label), legal, proof=True)
    add(StepKind.NEXT_WORD, Seat.CUSTOMERS, str(StepKind.NEXT_WORD.label), at + _update_interval(incident),
        proof=False)  # fmt: skip
    return _open(incident, rows, by=by, at=at)


def _update_interval(incident: Incident) -> timedelta:
    version = incident.version
    return timedelta(minutes=version.update_minutes) if version else NEXT_WORD


def _row(
    incident: Incident, n: int, kind: str, seat: str, what: str, due: datetime,
    seats: Mapping[str, User], *, proof: bool,
) -> IncidentTask:  # fmt: skip
    owner = seats.get(str(seat)) or seats.get(str(Seat.COMMAND))
    return IncidentTask(
        incident=incident, n=n, kind=kind, seat=seat, owner=owner, what=what, due_at=due,
        needs_proof=proof,
    )  # fmt: skip


def _open(
    incident: Incident, rows: list[IncidentTask], *, by: User, at: datetime
) -> list[IncidentTask]:
    IncidentTask.objects.bulk_create(rows)
    sla.open_matters(
        [
            NewMatter(
                kind=IncidentMatter.TASK,
                subject=row,
                title=f"{incident.number} {row.what}"[:120],
                opened_at=min(at, incident.known_at) if row.kind in BY_LAW else at,
                owner=row.owner,
                unit=incident.unit,
                dues={Metric.ACTION: row.due_at},
                label=row.what[:120],
            )
            for row in rows
        ],
        by=by,
        at=at,
    )
    return rows


@transaction.atomic
def finish_task(*, task_id: int, proof: str, by: User, at: datetime) -> IncidentTask:
    """Done; ``proof`` says by what that is seen, where the step needs it. The notice to the public is made public by
    ``announce`` instead."""
    row = _locked(task_id)
    row.proof = " ".join(proof.split())[:300]
    if row.needs_proof and not row.proof:
        raise BadInput(_("Say what proves it."), code="proof_missing", field="proof")
    _finish(row, by=by, at=at)
    return row


def _finish(row: IncidentTask, *, by: User, at: datetime) -> None:
    row.done_at, row.done_by = at, by
    row.save(update_fields=["done_at", "done_by", "proof"])
    sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)
    data = {"what": row.what, "proof": row.proof}
    record("incidenttask.done", row, by=by, at=at, data=data)


@transaction.atomic
def give_task(*, task_id: int, owner: User, by: User, at: datetime) -> IncidentTask:
    """Somebody else does it."""
    row = _locked(task_id)
    if not owner.is_active or not owner.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="owner")
    row.owner = owner
    row.save(update_fields=["owner"])
    sla.change_matter(subject=row, owner=owner, by=by, at=at)
    data = {"what": row.what, "owner": owner.pk, "people": [owner.pk]}
    record("incidenttask.given", row, by=by, at=at, data=data)
    return row


def _locked(task_id: int) -> IncidentTask:
    known = IncidentTask.objects.only("incident_id").get(pk=task_id)
    lock_incident(known.incident_id)
    row = IncidentTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task_id)
    if not row.is_open:
        raise RuleBroken(_("This step is over already."), code="nothing_changed", field="state")
    return row


def restart_update_step(incident: Incident, *, by: User, at: datetime) -> None:
    """Customers heard from us: that step is done, and the next one runs."""
    finish_open(incident, StepKind.NEXT_WORD, "", by=by, at=at)
    last = incident.tasks.aggregate(last=Max("n"))["last"] or 0
    seats = {seat.seat: seat.user for seat in incident.seats.filter(until=None, user__isnull=False).select_related("user")}  # fmt: skip
    row = _row(
        incident, last + 1, StepKind.NEXT_WORD, Seat.CUSTOMERS, str(StepKind.NEXT_WORD.label),
        at + _update_interval(incident), {k: v for k, v in seats.items() if v is not None}, proof=False,
    )  # fmt: skip
    _open(incident, [row], by=by, at=at)


def finish_open(incident: Incident, kind: StepKind, proof: str, *, by: User, at: datetime) -> None:
    """The open steps of a kind are done by something else that was done; ``incident`` is locked."""
    rows = incident.tasks.select_for_update(no_key=True).filter(kind=kind)
    for row in rows.filter(done_at=None, dropped_at=None):
        row.proof = proof
        _finish(row, by=by, at=at)


def drop_tasks(incident: Incident, reason: str, *, by: User, at: datetime) -> None:
    """What nobody has to do any more: of a false alarm everything, of one that is over the next word."""
    rows = incident.tasks.filter(done_at=None, dropped_at=None)
    if incident.withdrawn_at is None:
        rows = rows.filter(kind=StepKind.NEXT_WORD)
    found = list(rows)
    for row in found:
        row.dropped_at = at
    IncidentTask.objects.bulk_update(found, ["dropped_at"])
    if found:
        sla.stop_matters(found, reason=reason, by=by, at=at)
