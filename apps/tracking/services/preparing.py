"""From incoming events to lines for the database; what cannot be taken is refused one by one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.models import Unit
from apps.core.database import moment
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
from apps.tracking.services.storing import Origin
from apps.tracking.status import StatusUpdate


@dataclass(slots=True)
class Prepared:
    """An event that may be stored, unless it is known already."""

    index: int
    event: IncomingEvent
    target: Target
    meaning: Meaning
    key: str
    content: str

    def status_update(self) -> StatusUpdate:
        meaning, event = self.meaning, self.event
        return StatusUpdate(
            meaning.strength,
            event.occurred_at,
            meaning.rank,
            self.content,
            meaning.status_value,
            meaning.reason,
            event.place,
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


def row_of(one: Prepared, origin: Origin, units: dict[str, int]) -> tuple[Any, ...]:
    """The values of an event, in the order of storing's columns."""
    event, target, meaning = one.event, one.target, one.meaning
    return (
        target.id,
        target.issued_month,
        origin.source,
        event.source_id,
        one.key,
        one.content,
        event.revision,
        event.supersedes,
        event.withdraws,
        event.occurred_at,
        origin.at,
        meaning.code,
        meaning.status_value,
        meaning.reason,
        meaning.strength,
        meaning.rank,
        event.place,
        event.city,
        event.text,
        units.get(event.unit_code) if event.unit_code else None,
        origin.carrier_id,
        origin.by_id,
    )


def copy_lines(ready: Iterable[Prepared], origin: Origin, units: dict[str, int]) -> Iterator[str]:
    r"""``row_of`` as COPY lines; ``\N`` is NULL. What many events have in common is written once, and
    the texts of one are looked at together."""
    recorded, source = origin.at.isoformat(), _escaped(origin.source)
    carrier = r"\N" if origin.carrier_id is None else origin.carrier_id
    months: dict[date, str] = {}
    meanings: dict[str, str] = {}
    for one in ready:
        event, target, meaning = one.event, one.target, one.meaning
        month = months.get(target.issued_month)
        if month is None:
            month = months[target.issued_month] = f"{target.issued_month}\t{source}\t"
        columns = meanings.get(meaning.code)
        if columns is None:
            weight = f"{meaning.strength}\t{meaning.rank}"
            columns = f"\t{recorded}\t{meaning.code}\t{meaning.status_value}\t{meaning.reason}\t{weight}\t"
            meanings[meaning.code] = columns
        source_id = event.source_id
        if "\\" in source_id:
            source_id = _escaped(source_id)
        texts = f"{event.place}\t{event.city}\t{event.text}"
        if "\\" in texts:
            texts = _escaped(texts)
        supersedes = r"\N" if event.supersedes is None else event.supersedes
        unit = units.get(event.unit_code, r"\N") if event.unit_code else r"\N"
        yield (
            f"{target.id}\t{month}{source_id}\t{one.key}\t{one.content}\t{event.revision}"
            f"\t{supersedes}\t{event.withdraws}\t{moment(event.occurred_at)}{columns}{texts}"
            f"\t{unit}\t{carrier}\t{origin.by_id}\n"
        )


def _escaped(text: str) -> str:
    """Within a COPY line; control characters were refused before, so tabs are ours."""
    return text.replace("\\", "\\\\")


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
