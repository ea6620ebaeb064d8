"""A partner's whole list of scans onto our one timeline (TRK-2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.events.services import record
from apps.tracking.enums import Door, RefusedState, Status
from apps.tracking.inputs import REFUSED, IncomingEvent, IngestResult, Refusal
from apps.tracking.kuaidi100 import Document, Row, is_signed, read_document
from apps.tracking.models import (
    PartnerCarrier,
    PartnerNumber,
    RefusedEvent,
    TrackingEvent,
    Waybill,
)
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.scorecard import carried_by
from apps.tracking.services.ingest import ingest
from apps.tracking.services.locking import lock_waybills
from apps.tracking.services.refusals import open_batch, store_refusals
from apps.tracking.status import Scan, live

if TYPE_CHECKING:
    from apps.accounts.models import User
from apps.backoffice.services.counting import count_once

_ABORT = "abort:"


class SignatureRefused(BadInput):
    """Whoever sent this does not know the salt."""


class UnknownNumber(BadInput):
    """The partner speaks of a shipment that is not attached to any of ours, or not yet."""


def take_kuaidi100(
    *, carrier: PartnerCarrier, param: bytes, sign: str, by: "User", at: datetime
) -> IngestResult:
    """Check and take one push. BadInput codes: ``bad_signature``, ``bad_document``,
    ``unknown_waybill``; everything else is in the result, row by row."""
    if not is_signed(param, sign, carrier.salt):
        if count_once("tracking.feed", carrier.code, at=at):
            with transaction.atomic():
                record("partnercarrier.signature_refused", carrier, by=by, at=at)
        raise SignatureRefused(_("The signature is wrong."), code="bad_signature", field="sign")
    document = read_document(param, ZoneInfo(carrier.time_zone))
    try:
        return take_document(carrier=carrier, document=document, by=by, at=at)
    except UnknownNumber as problem:
        _store_document(carrier, document, param, str(problem), by, at)
        raise


@transaction.atomic
def take_document(
    *, carrier: PartnerCarrier, document: Document, by: "User", at: datetime
) -> IngestResult:
    """Bring a waybill's history from this partner in line with the list.

    The list comes whole every time. A line that is new and stands where another has vanished
    corrects it; two lines of the same second are two events. An older list than the one known
    corrects nothing.
    """
    waybill = find_waybill(carrier, document)
    if waybill is None:
        raise UnknownNumber(
            _("No waybill of ours has the number %(number)s.") % {"number": document.number},
            code="unknown_waybill",
            field="nu",
        )
    lock_waybills({waybill.number}, by=by)
    source = source_of(carrier)
    known = _known(waybill, source)
    events: list[IncomingEvent | Refusal] = [
        _incoming(waybill, row, replaces) for row, replaces in _match(document, known)
    ]
    events += _abort(waybill, document, known, at)
    events += document.refused
    return ingest(events, source=source, by=by, at=at, door=Door.FEED, carrier=carrier)


@transaction.atomic
def _store_document(
    carrier: PartnerCarrier, document: Document, param: bytes, why: str, by: "User", at: datetime
) -> None:
    """Keep the newest list of an unknown number until somebody attaches it."""
    source = source_of(carrier)
    waiting = RefusedEvent.objects.filter(
        waybill_number=document.number, state=RefusedState.OPEN, batch__source=source
    )
    if waiting.exists():
        return
    batch = open_batch(source=source, door=Door.FEED, by=by, at=at)
    refusal = Refusal(
        "unknown_waybill",
        why,
        index=0,
        waybill_number=document.number,
        payload={"carrier": carrier.code, "kuaidi100": param.decode()},
    )
    store_refusals(batch, [refusal], [REFUSED], by=by)


def source_of(carrier: PartnerCarrier) -> str:
    return f"feed:{carrier.code}"[:40]


def find_waybill(carrier: PartnerCarrier, document: Document) -> Waybill | None:
    """By the partner's number, or by ours where the partner uses it."""
    mine = Q(carrier=carrier)
    if document.company:
        mine |= Q(carrier__feed_code=document.company)
    found = (
        PartnerNumber.objects.filter(mine, number=document.number).select_related("waybill").first()
    )
    if found:
        return found.waybill
    try:
        number = parse_waybill_number(document.number)
    except BadInput:
        return None
    ours = Waybill.objects.filter(number=number)
    return ours.filter(Q(carrier=carrier) | Q(pk__in=carried_by(carrier))).first()


@dataclass(frozen=True, slots=True)
class Known:
    """A line of an earlier list."""

    id: int
    source_id: str
    occurred_at: datetime
    text: str
    status: str
    is_live: bool


def _known(waybill: Waybill, source: str) -> list[Known]:
    events = TrackingEvent.objects.filter(
        waybill=waybill, issued_month=waybill.issued_month, source=source
    )
    rows = list(events.values("text", *Scan.__slots__))
    alive = {s.id for s in live(Scan(**{n: r[n] for n in Scan.__slots__}) for r in rows)}
    return [
        Known(r["id"], r["source_id"], r["occurred_at"], r["text"], r["status"], r["id"] in alive)
        for r in rows
    ]


def _match(document: Document, known: list[Known]) -> list[tuple[Row, int | None]]:
    """Each line to take, with the event it takes the place of."""
    rows = document.rows
    listed = {row.identity for row in rows}
    had = {event.source_id for event in known}
    current = [event for event in known if event.is_live and event.source_id.startswith("row:")]
    vanished = [event for event in current if event.source_id not in listed]
    if rows:
        vanished = [event for event in vanished if event.occurred_at >= rows[0].occurred_at]
    stale = _is_stale(rows, current, listed)
    matched: list[tuple[Row, int | None]] = []
    for row in rows:
        old = None if row.identity in had else _predecessor(row, vanished)
        if old is not None:
            vanished.remove(old)
            if stale:
                continue
        matched.append((row, old.id if old else None))
    return matched


def _is_stale(rows: list[Row], current: list[Known], listed: set[str]) -> bool:
    """A list sent again late: it ends earlier than what is known, or is shorter to the same end."""
    if not rows or not current:
        return False
    newest, last = max(event.occurred_at for event in current), rows[-1].occurred_at
    return last < newest or (last == newest and len(listed) < len(current))


def _predecessor(row: Row, vanished: list[Known]) -> Known | None:
    """The vanished line this one corrects: of the same second, or of the same words."""
    same_second = [e for e in vanished if e.occurred_at == row.occurred_at]
    if same_second:
        status = row.code.partition(".")[0]
        return next((e for e in same_second if e.status == status), same_second[0])
    return next((e for e in vanished if e.text == row.text), None)


def _incoming(waybill: Waybill, row: Row, replaces: int | None) -> IncomingEvent:
    return IncomingEvent(
        waybill_number=waybill.number,
        code=row.code,
        occurred_at=row.occurred_at,
        place=row.place,
        city=row.city,
        text=row.text,
        source_id=row.identity,
        supersedes=replaces,
    )


def _abort(
    waybill: Waybill, document: Document, known: list[Known], at: datetime
) -> list[IncomingEvent | Refusal]:
    """The partner has no record and gave up watching. Beside a real scan that means nothing,
    whoever made the scan: so it is not written then, and taken back when scans come after all."""
    aborts = [e for e in known if e.source_id.startswith(_ABORT) and e.is_live]
    code = f"{Status.EXPIRED}.no_result"
    if document.rows:
        return [
            IncomingEvent(
                waybill_number=waybill.number,
                code=code,
                occurred_at=event.occurred_at,
                supersedes=event.id,
                withdraws=True,
            )
            for event in aborts
        ]
    if not document.is_abort or aborts or _has_scans(waybill):
        return []
    return [
        IncomingEvent(
            waybill_number=waybill.number,
            code=code,
            occurred_at=at,
            text=document.message,
            source_id=f"{_ABORT}{at.isoformat()}",
        )
    ]


def _has_scans(waybill: Waybill) -> bool:
    events = TrackingEvent.objects.filter(waybill=waybill, issued_month=waybill.issued_month)
    return events.filter(is_withdrawal=False).exclude(status=Status.EXPIRED).exists()
