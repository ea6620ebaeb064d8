"""Taking in events: the one way by which a shipment's status comes about (TRK-2)."""

from collections.abc import Container, Sequence
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
from apps.tracking.models import PartnerCarrier
from apps.tracking.services.locking import Target, lock_waybills
from apps.tracking.services.preparing import (
    Batch,
    Prepared,
    copy_lines,
    numbers_of,
    prepare,
    row_of,
)
from apps.tracking.services.recompute import Move, moves_of, recompute
from apps.tracking.services.refusals import open_batch, store_refusals
from apps.tracking.services.storing import (
    Origin,
    copy_events,
    known_events,
    store_few,
    write_statuses,
)
from apps.tracking.services.watch import look_again
from apps.tracking.status import CurrentStatus, StatusUpdate, merge

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_EVENTS = 5_000
FEW = 20  # up to here one statement is cheaper than a look-up and a COPY


def ingest(
    events: Sequence[IncomingEvent | Refusal],
    *,
    source: str,
    by: "User",
    at: datetime,
    door: Door = Door.SYSTEM,
    carrier: PartnerCarrier | None = None,
    save_refusals: bool = True,
) -> IngestResult:
    """Take in up to MAX_EVENTS events; what cannot be taken is refused one by one.

    ``source`` (at most 40 characters) is whose ids and repeats these are. A ``Refusal`` among
    ``events`` is an item its reader could not read. ``by`` reaches only the waybills it may see.
    Repeats change nothing and order does not matter. Refusals are stored for another try, in
    a batch of their own, unless ``save_refusals`` is False. The waybills stay locked, in
    order of id, until the caller's transaction ends. Raises BadInput for more than MAX_EVENTS.
    """
    if len(events) > MAX_EVENTS:
        raise BadInput(
            _("At most %(n)d events at a time; send the rest in another request.")
            % {"n": MAX_EVENTS},
            code="too_many_events",
            field="events",
        )
    with transaction.atomic():
        targets = lock_waybills(numbers_of(events), by=by)
        batch = prepare(events, targets, at)
        origin = Origin(source[:40], by.pk, carrier.pk if carrier else None, at)
        moves = moves_of(targets.values(), take_in(batch, origin))
        record_many(move_events(moves, by=by, at=at))
        look_again([m.waybill_id for m in moves if m.to in TROUBLE or m.to in TERMINAL])
        if save_refusals and batch.refused:
            refusal_batch = open_batch(source=source, door=door, by=by, at=at)
            store_refusals(refusal_batch, batch.refused, batch.outcomes, by=by)
    return IngestResult(batch.outcomes, batch.refused, changed=len(moves))


def take_in(batch: Batch, origin: Origin) -> dict[int, CurrentStatus]:
    """Store what is new and merge it into the waybills, which are locked; what is known is a repeat,
    or a further version where it says something else. Returns the statuses that changed; it is for
    the caller to record the moves among them (``moves_of``, ``move_events``)."""
    if not batch.ready:
        return {}
    if len(batch.ready) <= FEW and not batch.apart and not batch.later:
        after = _merged(batch.ready, known=())
        rows = [row_of(one, origin, batch.units) for one in batch.ready]
        stored = store_few(rows, after)
        if len(stored) == len(rows):
            for one in batch.ready:
                batch.outcomes[one.index] = ACCEPTED
            return after
    else:
        stored = set()
    return _take_in_many(batch, origin, stored)


def _take_in_many(
    batch: Batch, origin: Origin, stored: set[tuple[int, str]]
) -> dict[int, CurrentStatus]:
    """``stored``: those of the batch that lie in the table already and are new all the same."""
    months = {target.issued_month for target in batch.targets.values()}
    unsure = [one for one in batch.ready if (one.target.id, one.key) not in stored]
    known = known_events([(one.target.id, one.key) for one in unsure], months, origin.source)
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
        return {}
    lines = [one for one in fresh if (one.target.id, one.key) not in stored]
    if lines:
        copy_events(copy_lines(lines, origin, batch.units))
    after = recompute(batch.apart)
    after |= _merged(fresh, known=after)
    write_statuses(after)
    return after


def _merged(fresh: Sequence[Prepared], *, known: Container[int]) -> dict[int, CurrentStatus]:
    """The statuses that change with these, but for waybills that are ``known`` already."""
    groups: dict[int, tuple[Target, list[StatusUpdate]]] = {}
    for one in fresh:
        group = groups.get(one.target.id)
        if group is None:
            group = groups[one.target.id] = (one.target, [])
        group[1].append(one.status_update())
    merged = {
        pk: (target.current, merge(target.current, updates))
        for pk, (target, updates) in groups.items()
        if pk not in known
    }
    return {pk: now for pk, (was, now) in merged.items() if now != was}


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


def move_events(moves: Sequence[Move], *, by: "User", at: datetime) -> list[NewEvent]:
    """What is to be recorded of them."""
    return [status_event(move, by=by, at=at) for move in moves]


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
