"""From incoming events to lines for the database; what cannot be taken is refused one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.models import Unit
from apps.core.errors import BadInput
from apps.tracking.codes import Meaning
from apps.tracking.inputs import REFUSED, REPEATED, IncomingEvent, Refusal
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.reading import (
    Unreadable,
    as_payload,
    check_event,
    fingerprint,
    identity,
    later_identity,
    refuse,
)
from apps.tracking.services.locking import Target
from apps.tracking.services.storing import Origin, escaped
from apps.tracking.status import News


@dataclass(slots=True)
class Prepared:
    """An event that may be stored, unless it is known already."""

    index: int
    event: IncomingEvent
    target: Target
    meaning: Meaning
    key: str
    content: str

    def news(self) -> News:
        meaning = self.meaning
        return News(
            *(meaning.strength, self.event.occurred_at, meaning.rank, self.content),
            *(meaning.status.value, meaning.reason, self.event.place),
        )

    def as_version(self) -> "Prepared":
        """The same event as a further version under its id."""
        key = later_identity(self.event, self.content)
        return Prepared(self.index, self.event, self.target, self.meaning, key, self.content)


@dataclass(slots=True)
class Batch:
    """One batch on its way through; positions are those of the caller's list."""

    outcomes: list[str]
    targets: dict[str, Target]
    units: dict[str, int]
    refused: list[Refusal] = field(default_factory=list)
    ready: list[Prepared] = field(default_factory=list)
    # Those that say something else under an id already seen in this batch.
    later: list[Prepared] = field(default_factory=list)
    # Waybills whose status needs all of their events, because one takes another's place.
    apart: set[int] = field(default_factory=set)


def numbers_of(events: Sequence[IncomingEvent | Refusal]) -> set[str]:
    return {
        e.waybill_number
        for e in events
        if type(e) is IncomingEvent and type(e.waybill_number) is str
    }


def prepare(
    events: Sequence[IncomingEvent | Refusal], targets: dict[str, Target], at: datetime
) -> Batch:
    """Check every event; repeats within the batch are noticed here."""
    batch = Batch([REFUSED] * len(events), targets, _units(events))
    known = _supersedable(events, targets)
    seen: dict[tuple[int, str], str] = {}
    for index, event in enumerate(events):
        if isinstance(event, Refusal):
            event.index = index
            batch.refused.append(event)
            continue
        try:
            meaning = check_event(event, at)
            target = _target(batch, event, known)
        except Unreadable as problem:
            refusal = refuse(problem, str(event.waybill_number), as_payload(event))
            refusal.index = index
            batch.refused.append(refusal)
            continue
        content = fingerprint(event)
        key = identity(event, content)
        prepared = Prepared(index, event, target, meaning, key, content)
        before = seen.setdefault((target.id, key), content)
        if before is content:
            batch.ready.append(prepared)
        elif before == content:
            batch.outcomes[index] = REPEATED
        else:
            batch.later.append(prepared)
    return batch


def _target(batch: Batch, event: IncomingEvent, known: set[tuple[int, int]]) -> Target:
    target = batch.targets.get(event.waybill_number)
    if target is None:
        raise _unknown_waybill(event)
    if event.unit_code and event.unit_code not in batch.units:
        raise Unreadable("unknown_unit", _("There is no such unit."), "unit_code")
    if event.supersedes is not None:
        if (target.id, event.supersedes) not in known:
            raise Unreadable("unknown_event", _("This waybill has no such event."), "supersedes")
        batch.apart.add(target.id)
    return target


def copy_line(one: Prepared, origin: Origin, units: dict[str, int]) -> str:
    r"""The COPY line of an event, in the order of storing's columns; ``\N`` is NULL."""
    event, target, meaning = one.event, one.target, one.meaning
    supersedes = r"\N" if event.supersedes is None else event.supersedes
    unit = units.get(event.unit_code, r"\N") if event.unit_code else r"\N"
    carrier = r"\N" if origin.carrier_id is None else origin.carrier_id
    return (
        f"{target.id}\t{target.issued_month}\t{escaped(origin.source)}\t{escaped(event.source_id)}"
        f"\t{one.key}\t{one.content}\t{event.revision}\t{supersedes}\t{event.withdraws}"
        f"\t{event.occurred_at.isoformat()}\t{origin.at.isoformat()}\t{meaning.code}"
        f"\t{meaning.status.value}\t{meaning.reason}\t{meaning.strength}\t{meaning.rank}"
        f"\t{escaped(event.place)}\t{escaped(event.city)}\t{escaped(event.text)}"
        f"\t{unit}\t{carrier}\t{origin.by_id}\n"
    )


def _unknown_waybill(event: IncomingEvent) -> Unreadable:
    try:
        number = parse_waybill_number(event.waybill_number)
    except BadInput as problem:
        return Unreadable(problem.code, str(problem), "waybill_number")
    return Unreadable(
        "unknown_waybill",
        _("There is no waybill %(number)s.") % {"number": number},
        "waybill_number",
    )


def _units(events: Sequence[IncomingEvent | Refusal]) -> dict[str, int]:
    codes = {
        e.unit_code
        for e in events
        if type(e) is IncomingEvent
        and e.unit_code
        and e.unit_code.isascii()
        and e.unit_code.isprintable()
    }
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}


def _supersedable(
    events: Sequence[IncomingEvent | Refusal], targets: dict[str, Target]
) -> set[tuple[int, int]]:
    """(waybill, event) of the events that this batch may take the place of."""
    wanted = {
        e.supersedes: targets[e.waybill_number]
        for e in events
        if type(e) is IncomingEvent and e.supersedes is not None and e.waybill_number in targets
    }
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT waybill_id, id FROM tracking_trackingevent WHERE waybill_id = ANY(%s)"
            " AND issued_month = ANY(%s::date[]) AND id = ANY(%s)",
            [
                [target.id for target in wanted.values()],
                [target.issued_month for target in wanted.values()],
                list(wanted),
            ],
        )
        return set(cursor.fetchall())
