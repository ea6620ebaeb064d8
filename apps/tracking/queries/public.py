"""What anybody with the number may see: route and status, no person in it (TRK-10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection

from apps.accounts.enums import UnitKind
from apps.core.crypto import decrypt
from apps.core.masking import mask_address, mask_name, mask_phone
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.places import Place, city_named, is_somebody, places_of, read_place
from apps.tracking.queries.live import live_rows
from apps.tracking.queries.timeline import COLUMNS
from apps.tracking.scan_wording import scan_sentence

_SHOWN = (
    *("id", "number", "issued_month", "status", "status_reason", "status_at", "promised_at"),
    *("expected_at", "delivered_at", "picked_up_at", "origin_city", "destination_city"),
    *("service_level", "pieces", "weight_g", "goods_name", "return_document_required"),
    *("sender_name", "consignee_name"),
)
_SEALED = ("sender_name", "consignee_name")
_WAYBILLS = (
    f"SELECT {', '.join(f'w.{name}' for name in _SHOWN)}, (SELECT h.number FROM tracking_shipmenthold h WHERE h.waybill_id = w.id"  # noqa: S608  # column names of ours
    " AND h.released_at IS NULL ORDER BY h.id LIMIT 1) AS held_by FROM tracking_waybill w WHERE w.number = ANY(%s)"
)
# A unit of ours is a place we know, whether the scan bears it or only names it.
_EVENTS = (
    f"SELECT {', '.join(f'e.{name}' for name in COLUMNS)}, u.name AS unit_name, u.city AS unit_city "  # noqa: S608  # column names of ours
    "FROM tracking_trackingevent e LEFT JOIN LATERAL (SELECT n.name, n.city FROM accounts_unit n "
    "WHERE (n.id = e.unit_id OR (n.name = e.place AND e.place <> '')) AND n.kind = ANY(%s) "
    "ORDER BY (n.id = e.unit_id) DESC NULLS LAST LIMIT 1) u ON true "
    "WHERE e.issued_month = %s AND e.waybill_id = ANY(%s)"
)
_SEEN = (*COLUMNS, "unit_name", "unit_city")
_SITES = [kind.value for kind in UnitKind if kind != UnitKind.HEAD_OFFICE]


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One scan without a word that its sender wrote: ``place`` and ``onward`` (where it goes next)
    are units of ours or composed of known areas, ``city`` is one of those; each may be empty."""

    occurred_at: datetime
    code: str
    status: str
    reason: str
    place: str
    city: str
    onward: str

    @property
    def sentence(self) -> str:
        """What happened, in the active language."""
        return scan_sentence(
            self.code,
            self.status,
            self.reason,
            here=self.place or self.city,
            onward=self.onward,
        )


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
    held_by: str = ""  # the number of what holds it


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
    found = _waybills(numbers)
    histories = _histories(found)
    return {w.number: _shown(w, histories.get(w.id, [])) for w in found}


def _waybills(numbers: Iterable[str]) -> list[SimpleNamespace]:
    """Plain rows: making models of them cost as much as reading them."""
    with connection.cursor() as cursor:
        cursor.execute(_WAYBILLS, [list(numbers)])
        rows = [
            dict(zip((*_SHOWN, "held_by"), values, strict=True)) for values in cursor.fetchall()
        ]
    for row in rows:
        for name in _SEALED:
            row[name] = decrypt(row[name])
    return [SimpleNamespace(**row) for row in rows]


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


def _histories(waybills: Sequence[SimpleNamespace]) -> dict[int, list[dict[str, Any]]]:
    """Written out, because building these two statements anew cost more than running them."""
    histories: dict[int, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        # Month by month, so that each is one partition and one index range.
        for month in {w.issued_month for w in waybills}:
            ids = [w.id for w in waybills if w.issued_month == month]
            cursor.execute(_EVENTS, [_SITES, month, ids])
            for values in cursor.fetchall():
                row = dict(zip(_SEEN, values, strict=True))
                histories.setdefault(row["waybill_id"], []).append(row)
    return histories


def _shown(waybill: SimpleNamespace, history: list[dict[str, Any]]) -> PublicShipment:
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
        origin_city=city_named(waybill.origin_city),
        destination_city=city_named(waybill.destination_city),
        service=waybill.service_level,
        pieces=waybill.pieces,
        weight_g=waybill.weight_g,
        sender=mask_name(waybill.sender_name),
        consignee=mask_name(waybill.consignee_name),
        return_document_required=waybill.return_document_required,
        events=tuple(_public_event(row, names) for row in rows),
        held_by=waybill.held_by or "",
    )


def _public_event(row: Mapping[str, Any], names: Sequence[str]) -> PublicEvent:
    here, onward = places_of(row["text"])
    field, city = read_place(row["place"]), read_place(row["city"])
    places = [place for place in (field, here, city) if place and not is_somebody(place, names)]
    named = next((p for p in places if p.kind), places[0] if places else None)
    known = city if city in places else None
    if onward is not None and is_somebody(onward, names):
        onward = None
    return PublicEvent(
        occurred_at=row["occurred_at"],
        code=row["code"],
        status=row["status"],
        reason=row["reason"],
        place=row["unit_name"] or (named.name if named else ""),
        city=city_named(row["unit_city"] or "") or (known or named or _NOWHERE).city,
        onward=onward.name if onward else "",
    )


_NOWHERE = Place("")


def clear_parties(waybill: Waybill) -> dict[str, str]:
    """The same in clear; only after services.reveal_waybill."""
    names = [
        f"{p}_{part}" for p in ("sender", "consignee") for part in ("name", "phone", "address")
    ]
    return {name: getattr(waybill, name) for name in names}
