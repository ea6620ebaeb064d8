"""What anybody with the number may see: route and status, no person in it (TRK-10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core.masking import mask_address, mask_name, mask_phone
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.live import live_rows
from apps.tracking.queries.masked import hide_names, masked_text
from apps.tracking.queries.timeline import COLUMNS

_SHOWN = (
    *("id", "number", "issued_month", "status", "status_reason", "status_at", "promised_at"),
    *("expected_at", "delivered_at", "picked_up_at", "origin_city", "destination_city"),
    *("service_level", "pieces", "weight_g", "goods_name", "return_document_required"),
    *("sender_name", "consignee_name"),
)
_WAYBILLS = f"SELECT {', '.join(_SHOWN)} FROM tracking_waybill WHERE number = ANY(%s)"  # noqa: S608  # column names of ours
_EVENTS = (
    f"SELECT {', '.join(COLUMNS)} FROM tracking_trackingevent "  # noqa: S608  # column names of ours
    "WHERE issued_month = %s AND waybill_id = ANY(%s)"
)


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """``text`` and ``place`` are masked."""

    occurred_at: datetime
    code: str
    status: str
    reason: str
    place: str
    city: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicShipment:
    """``events`` newest first, only those that count; names are masked."""

    number: str
    status: str
    reason: str
    status_at: datetime
    promised_at: datetime | None
    expected_at: datetime | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    origin_city: str
    destination_city: str
    service: str
    pieces: int
    weight_g: int | None
    sender: str
    consignee: str
    return_document_required: bool
    events: Sequence[PublicEvent]


@dataclass(frozen=True, slots=True)
class PartyView:
    """What a proven party sees besides the public part. Phones stay masked: their last four
    digits are what a party proves itself with."""

    shipment: PublicShipment
    sender_name: str
    sender_phone: str
    sender_address: str
    consignee_name: str
    consignee_phone: str
    consignee_address: str
    goods_name: str


def public_view(number: str) -> PublicShipment | None:
    """The public part of one shipment; two queries. BadInput for what is no number of ours.

    Partner numbers are not looked up here: theirs can be counted through.
    """
    number = parse_waybill_number(number)
    return public_views([number]).get(number)


def public_views(numbers: Iterable[str]) -> dict[str, PublicShipment]:
    """Those of the canonical ``numbers`` that exist; two queries, one more for each further
    month of issue.
    """
    found = list(Waybill.objects.raw(_WAYBILLS, [list(numbers)]))
    if not found:
        return {}
    histories = _histories(found)
    return {w.number: _shown(w, histories.get(w.pk, [])) for w in found}


def party_view(waybill: Waybill) -> PartyView:
    """The whole shipment for a party; only after services.check_party or for staff."""
    return PartyView(
        shipment=_shown(waybill, _histories([waybill]).get(waybill.pk, [])),
        sender_name=waybill.sender_name,
        sender_phone=mask_phone(waybill.sender_phone),
        sender_address=waybill.sender_address,
        consignee_name=waybill.consignee_name,
        consignee_phone=mask_phone(waybill.consignee_phone),
        consignee_address=waybill.consignee_address,
        goods_name=waybill.goods_name,
    )


def masked_parties(waybill: Waybill) -> dict[str, str]:
    """Sender and consignee as lists and staff pages show them."""
    return {
        "sender_name": mask_name(waybill.sender_name),
        "sender_phone": mask_phone(waybill.sender_phone),
        "sender_address": mask_address(waybill.sender_address),
        "consignee_name": mask_name(waybill.consignee_name),
        "consignee_phone": mask_phone(waybill.consignee_phone),
        "consignee_address": mask_address(waybill.consignee_address),
    }


def _histories(waybills: Sequence[Waybill]) -> dict[int, list[dict[str, Any]]]:
    """Written out, because building these two statements anew cost more than running them."""
    histories: dict[int, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        # Month by month, so that each is one partition and one index range.
        for month in {w.issued_month for w in waybills}:
            ids = [w.pk for w in waybills if w.issued_month == month]
            cursor.execute(_EVENTS, [month, ids])
            for values in cursor.fetchall():
                row = dict(zip(COLUMNS, values, strict=True))
                histories.setdefault(row["waybill_id"], []).append(row)
    return histories


def _shown(waybill: Waybill, history: list[dict[str, Any]]) -> PublicShipment:
    names = [waybill.sender_name, waybill.consignee_name]
    rows = sorted(
        live_rows(history), key=lambda r: (r["occurred_at"], r["rank"], r["id"]), reverse=True
    )
    return PublicShipment(
        number=waybill.number,
        status=waybill.status,
        reason=waybill.status_reason,
        status_at=waybill.status_at,
        promised_at=waybill.promised_at,
        expected_at=waybill.expected_at,
        picked_up_at=waybill.picked_up_at,
        delivered_at=waybill.delivered_at,
        origin_city=waybill.origin_city,
        destination_city=waybill.destination_city,
        service=waybill.service_level,
        pieces=waybill.pieces,
        weight_g=waybill.weight_g,
        sender=mask_name(waybill.sender_name),
        consignee=mask_name(waybill.consignee_name),
        return_document_required=waybill.return_document_required,
        events=tuple(
            PublicEvent(
                occurred_at=row["occurred_at"],
                code=row["code"],
                status=row["status"],
                reason=row["reason"],
                place=hide_names(masked_text(row["place"]), names),
                city=row["city"],
                text=hide_names(masked_text(row["text"]), names),
            )
            for row in rows
        ),
    )


def clear_parties(waybill: Waybill) -> dict[str, str]:
    """The same in clear; only after services.reveal_waybill."""
    names = [
        f"{p}_{part}" for p in ("sender", "consignee") for part in ("name", "phone", "address")
    ]
    return {name: getattr(waybill, name) for name in names}
