"""Finding waybills, and what the API says of them."""

import json
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet

from apps.core.crypto import blind_index, decrypt
from apps.core.errors import BadInput
from apps.core.masking import Known, mask_text
from apps.core.name_index import asked_parts
from apps.core.opaque import Id, hide
from apps.core.phones import search_key
from apps.core.times import wired
from apps.core.typed import LONGEST_SEVERAL, several, tidy_typed
from apps.tracking.models import PartnerNumber, Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.live import live_rows
from apps.tracking.typed import find_numbers

if TYPE_CHECKING:
    from apps.accounts.models import User

PHONE_INDEX, NAME_INDEX = "phone", "waybills.name"


def find_waybills(text: str, *, user: "User", limit: int = 10) -> list[Waybill]:
    """By our number, a partner's, a phone, the customer's reference, or (part of) the name of sender
    or consignee; newest first. Several numbers at once, or a message that holds some, are each
    looked for.

    Only what ``user`` may see.
    """
    if not tidy_typed(text):
        return []
    visible = Waybill.objects.visible_to(user).select_related("customer")
    return list(visible.filter(matching(text)).order_by("-id")[:limit])


def matching(text: str) -> Q:
    """The condition behind ``find_waybills``; every branch has an index of its own."""
    # Beside the others, since a partner's number may look like ours without its letters.
    found = Q(number__in=find_numbers(tidy_typed(text, LONGEST_SEVERAL), most=20).numbers)
    for one in several(text) or [tidy_typed(text)]:
        found |= _meant(one)
    return found


def _meant(text: str) -> Q:
    try:
        return Q(number=parse_waybill_number(text))
    except BadInput:
        pass
    compact = "".join(text[:80].split()).upper()
    partner = PartnerNumber.objects.filter(number=compact).values_list("waybill_id", flat=True)
    ids = list(partner[:20])
    condition = Q(pk__in=ids) | Q(customer_reference=text)
    if parts := asked_parts(text, NAME_INDEX):
        condition |= Q(name_parts__contains=parts)
    key = search_key(text)
    if key is None:
        return condition
    index = blind_index(key, PHONE_INDEX)
    return condition | Q(sender_phone_index=index) | Q(consignee_phone_index=index)


_PLACE = "SELECT id, issued_month FROM tracking_waybill WHERE number = %s"
# The events' waybill and month are given as values, not joined: the planner then looks at one
# partition only.
_API_WAYBILL = """
SELECT w.id, json_build_object(
    'number', w.number, 'customer', c.code, 'customer_reference', w.customer_reference,
    'issued_at', w.issued_at, 'job_type', w.job_type, 'service_level', w.service_level,
    'origin_city', w.origin_city, 'destination_city', w.destination_city,
    'goods_name', w.goods_name, 'pieces', w.pieces, 'weight_g', w.weight_g,
    'return_document_required', w.return_document_required,
    'status', w.status, 'status_reason', w.status_reason, 'status_at', w.status_at,
    'picked_up_at', w.picked_up_at, 'delivered_at', w.delivered_at,
    'promised_at', w.promised_at, 'expected_at', w.expected_at)::text,
    (SELECT json_agg(json_build_object(
        'id', id, 'source', source, 'source_id', source_id, 'revision', revision,
        'supersedes_id', supersedes_id, 'is_withdrawal', is_withdrawal,
        'occurred_at', occurred_at, 'recorded_at', recorded_at, 'code', code,
        'status', status, 'reason', reason, 'place', place, 'city', city, 'text', text)
        ORDER BY occurred_at DESC, rank DESC, id DESC)::text
    FROM tracking_trackingevent WHERE waybill_id = %s AND issued_month = %s),
    w.sender_name, w.consignee_name, w.sender_phone, w.consignee_phone, w.sender_address,
    w.consignee_address
FROM tracking_waybill w JOIN customers_customer c ON c.id = w.customer_id
WHERE w.number = %s
"""
_TIMES = (
    *("issued_at", "status_at", "picked_up_at", "delivered_at", "promised_at", "expected_at"),
)
_HIDDEN = ("source", "revision", "supersedes_id", "is_withdrawal")


def api_waybill(number: str, *, user: "User") -> dict[str, Any] | None:
    """A waybill with its events, newest first, as the API shows it. ``number`` is canonical. One query
    for a key that sees everything, two otherwise, and one more for a number that this process has not
    met: those who follow a shipment ask again and again."""
    sees_all = user.visible_unit_ids() is None
    if not sees_all and not Waybill.objects.visible_to(user).filter(number=number).exists():
        return None
    row = _read(number)
    if row is None:
        return None
    shown: dict[str, Any] = json.loads(row[1])
    for name in _TIMES:
        shown[name] = wired(shown[name])
    shown["events"] = _shown_events(row[2], row[3:])
    return shown


_MOST_PLACES = 20_000
_places: dict[str, tuple[int, date]] = {}  # neither a waybill's id nor its month ever changes


def _read(number: str) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        place = _places.get(number)
        if place is not None:
            cursor.execute(_API_WAYBILL, [*place, number])
            row: tuple[Any, ...] | None = cursor.fetchone()
            if row is not None and row[0] == place[0]:
                return row
        cursor.execute(_PLACE, [number])
        place = cursor.fetchone()
        if place is None:
            return None
        if len(_places) >= _MOST_PLACES:
            _places.clear()
        _places[number] = place
        cursor.execute(_API_WAYBILL, [*place, number])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


@lru_cache(maxsize=512)
def _opened(sealed: tuple[str, ...]) -> Known:
    names, phones, addresses = (
        tuple(decrypt(one) for one in sealed[at : at + 2]) for at in (0, 2, 4)
    )
    return Known(names, phones, addresses)


@lru_cache(maxsize=4096)
def _without_people(text: str, sealed: tuple[str, ...]) -> str:
    return mask_text(text, _opened(sealed)) if text else ""


def _shown_events(packed: str | None, sealed: tuple[str, ...]) -> list[dict[str, Any]]:
    """``sealed``: names, phones and addresses of the waybill, opened only to be hidden in texts."""
    rows = live_rows(json.loads(packed) if packed else [])
    events = []
    for row in rows:
        event = {name: value for name, value in row.items() if name not in _HIDDEN}
        event["id"] = hide(Id.EVENT, event["id"])
        event["occurred_at"] = wired(event["occurred_at"])
        event["recorded_at"] = wired(event["recorded_at"])
        for name in ("place", "city", "text"):
            event[name] = _without_people(event[name], sealed)
        events.append(event)
    return events


LISTED = (
    *("id", "number", "customer__code", "customer_reference", "issued_at", "job_type"),
    *("service_level", "origin_city", "destination_city", "goods_name", "pieces", "weight_g"),
    *("return_document_required", "status", "status_reason", "status_at", "picked_up_at"),
    *("delivered_at", "promised_at", "expected_at"),
)


def listed_waybills(
    *,
    user: "User",
    status: str = "",
    customer_reference: str = "",
    issued_from: datetime | None = None,
    issued_before: datetime | None = None,
) -> QuerySet[Waybill, dict[str, Any]]:
    """Rows for the API's list, to be paged by id."""
    found = Waybill.objects.visible_to(user)
    if status:
        found = found.filter(status=status)
    if customer_reference:
        found = found.filter(customer_reference=customer_reference)
    if issued_from:
        found = found.filter(issued_at__gte=issued_from)
    if issued_before:
        found = found.filter(issued_at__lt=issued_before)
    rows: QuerySet[Waybill, dict[str, Any]] = found.values(*LISTED)
    return rows


def shown_in_list(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer" if name == "customer__code" else name: value
        for name, value in row.items()
        if name != "id"
    }
