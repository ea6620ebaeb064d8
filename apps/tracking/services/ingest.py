"""Taking in events: the one way by which a shipment's status comes about (TRK-2)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.events.services import NewEvent, record_many
from apps.tracking.enums import TERMINAL, TROUBLE, Door
from apps.tracking.inputs import (
    ACCEPTED,
    CORRECTED,
    REPEATED,
    IncomingEvent,
    IngestResult,
    Refusal,
)
from apps.tracking.models import EventBatch, PartnerCarrier
from apps.tracking.services.locking import Target, lock_waybills
from apps.tracking.services.partitions import ensure_partitions
from apps.tracking.services.preparing import Batch, Prepared, copy_line, numbers_of, prepare
from apps.tracking.services.recompute import Move, moves_of, recompute
from apps.tracking.services.refusals import keep_refusals, open_batch
from apps.tracking.services.storing import Origin, copy_events, known_events, write_standings
from apps.tracking.services.watch import look_again
from apps.tracking.status import News, merge

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_EVENTS = 5_000


def ingest(
    events: Sequence[IncomingEvent | Refusal],
    *,
    source: str,
    by: "User",
    at: datetime,
    door: Door = Door.SYSTEM,
    carrier: PartnerCarrier | None = None,
    keep_in: EventBatch | None = None,
    keep: bool = True,
) -> IngestResult:
    """Take in up to MAX_EVENTS events; what cannot be taken is refused one by one.

    ``source`` (at most 40 characters) is whose ids and repeats these are. A ``Refusal`` among
    ``events`` is an item its reader could not read. ``by`` reaches only the waybills it may see.
    Repeats change nothing and order does not matter. Refusals are stored for another try, in
    ``keep_in`` or a batch of their own, unless ``keep`` is False. The waybills stay locked, in
    order of id, until the caller's transaction ends. Raises BadInput for more than MAX_EVENTS.
    """
    if len(events) > MAX_EVENTS:
        raise BadInput(
            _("At most %(n)d events at a time; send the rest in another request.")
            % {"n": MAX_EVENTS},
            code="too_many_events",
            field="events",
        )
    source = source[:40]
    with transaction.atomic():
        targets = lock_waybills(numbers_of(events), by=by)
        batch = prepare(events, targets, at)
        moves: list[Move] = []
        if batch.ready:
            origin = Origin(source, by.pk, carrier.pk if carrier else None, at)
            moves = _store(batch, origin)
            _announce(moves, by=by, at=at)
            look_again([m.waybill_id for m in moves if m.to in TROUBLE or m.to in TERMINAL])
        if keep and (batch.refused or keep_in):
            kept = keep_in or open_batch(source=source, door=door, by=by, at=at)
            keep_refusals(kept, batch.refused, batch.outcomes, by=by)
    return IngestResult(batch.outcomes, batch.refused, changed=len(moves))


def _store(batch: Batch, origin: Origin) -> list[Move]:
    """Store what is new and merge it into the waybills; what is known is a repeat, or a further
    version where it says something else."""
    months = {target.issued_month for target in batch.targets.values()}
    ensure_partitions(months)
    known = known_events([(one.target.id, one.key) for one in batch.ready], months, origin.source)
    fresh, versions = [], batch.later
    for one in batch.ready:
        content = known.get((one.target.id, one.key))
        if content is None:
            batch.outcomes[one.index] = ACCEPTED
            fresh.append(one)
        elif content == one.content:
            batch.outcomes[one.index] = REPEATED
        else:
            versions.append(one)
    fresh += _new_versions(batch, versions, months, origin.source)
    if not fresh:
        return []
    copy_events(copy_line(one, origin, batch.units) for one in fresh)
    after = recompute(batch.apart)
    for target, news in _by_target(fresh):
        if target.id not in after:
            standing = merge(target.standing, news)
            if standing != target.standing:
                after[target.id] = standing
    write_standings(after)
    return moves_of(batch.targets.values(), after)


def _new_versions(
    batch: Batch, versions: list[Prepared], months: set[date], source: str
) -> list[Prepared]:
    """Of the further versions those not stored yet, each once, in the order they came."""
    if not versions:
        return []
    versions = [one.as_version() for one in sorted(versions, key=lambda one: one.index)]
    known = set(known_events([(one.target.id, one.key) for one in versions], months, source))
    fresh = []
    for one in versions:
        if (one.target.id, one.key) in known:
            batch.outcomes[one.index] = REPEATED
            continue
        known.add((one.target.id, one.key))
        batch.outcomes[one.index] = CORRECTED
        batch.apart.add(one.target.id)
        fresh.append(one)
    return fresh


def _by_target(fresh: Sequence[Prepared]) -> Iterable[tuple[Target, list[News]]]:
    groups: dict[int, tuple[Target, list[News]]] = {}
    for one in fresh:
        group = groups.get(one.target.id)
        if group is None:
            group = groups[one.target.id] = (one.target, [])
        group[1].append(one.news())
    return groups.values()


def _announce(moves: Sequence[Move], *, by: "User", at: datetime) -> None:
    record_many(status_event(move, by=by, at=at) for move in moves)


def status_event(move: Move, *, by: "User", at: datetime) -> NewEvent:
    """What is recorded of a status that changed."""
    return NewEvent(
        "waybill.status_changed",
        "tracking.waybill",
        str(move.waybill_id),
        by.pk,
        at,
        {
            "number": move.number,
            "from": move.frm,
            "to": move.to,
            "reason": move.to_reason,
            "occurred_at": move.at.isoformat(),
        },
    )
