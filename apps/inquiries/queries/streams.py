"""What listeners are told: one look over all followed shipments, and who may follow one."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import translation

from apps.accounts.models import ApiKey, User
from apps.core.crypto import blind_index
from apps.core.times import WireEncoder
from apps.inquiries.saying import sentence_of
from apps.tracking.models import Waybill
from apps.tracking.queries.public import PublicShipment, public_views

# The newest event and the number of events per shipment, in one range of the primary key each.
_LOOK = """
SELECT w.id, w.number, concat_ws('|', e.newest, e.n, w.status, w.status_reason, w.status_hash,
    w.promised_at, w.expected_at, w.picked_up_at, w.delivered_at)
FROM tracking_waybill w
LEFT JOIN LATERAL (
    SELECT max(t.id) AS newest, count(*) AS n FROM tracking_trackingevent t
    WHERE t.waybill_id = w.id AND t.issued_month = w.issued_month) e ON true
WHERE w.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Update:
    """``version`` is what a listener that comes back says it has seen."""

    version: str
    data: str
    is_last: bool = False


def find_followed(number: str, user: User) -> int | None:
    """The waybill's id, if this user may see it."""
    return (
        Waybill.objects.visible_to(user).filter(number=number).values_list("pk", flat=True).first()
    )


def look(known: Mapping[int, str], *, at: datetime) -> dict[int, Update]:
    """An update of those shipments whose version is not the one in ``known``; three queries at most."""
    if not known:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [list(known)])
        rows = [(pk, number, _version(state)) for pk, number, state in cursor.fetchall()]
    fresh = [(pk, number, version) for pk, number, version in rows if known[pk] != version]
    if not fresh:
        return {}
    shipments = public_views([number for _pk, number, _version in fresh])
    return {
        pk: Update(version, packed(shipments[number], at))
        for pk, number, version in fresh
        if number in shipments
    }


def packed(shipment: PublicShipment, at: datetime) -> str:
    """The masked facts in one line of JSON."""
    return json.dumps(facts_of(shipment, at), cls=WireEncoder, ensure_ascii=False)


def facts_of(shipment: PublicShipment, at: datetime) -> dict[str, Any]:
    """The facts under the names of the API, with the sentence in both languages."""
    sentences, scans = {}, {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            sentences[language] = sentence_of(shipment, at)
            scans[language] = [event.sentence for event in shipment.events]
    return {
        "number": shipment.number,
        "status": shipment.status,
        "status_reason": shipment.reason,
        "status_at": shipment.status_at,
        "picked_up_at": shipment.picked_up_at,
        "delivered_at": shipment.delivered_at,
        "promised_at": shipment.promised_at,
        "expected_at": shipment.expected_at,
        "origin_city": shipment.origin_city,
        "destination_city": shipment.destination_city,
        "sentence": sentences,
        "events": [
            {
                "occurred_at": event.occurred_at,
                "code": event.code,
                "status": event.status,
                "reason": event.reason,
                "place": event.place,
                "city": event.city,
                "sentence": {language: sentences[n] for language, sentences in scans.items()},
            }
            for n, event in enumerate(shipment.events)
        ],
    }


def usable_keys(ids: Collection[int], *, at: datetime) -> dict[int, list[str]]:
    """Those of the keys that still open anything, with the networks they may be used from (empty:
    from anywhere)."""
    keys = ApiKey.objects.select_related("user").filter(pk__in=list(ids))
    return {key.pk: key.networks for key in keys if key.usable_at(at) and key.user.is_active}


def _version(state: str) -> str:
    """Keyed, because the state names a row number that anybody could find by trying."""
    return blind_index(state, "stream.version")
