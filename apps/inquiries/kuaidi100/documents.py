"""A shipment as Kuaidi100's documents say it, from the same facts as every other answer. Pure."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.utils import translation

from apps.core import pinyin
from apps.inquiries.kuaidi100.codes import words_of
from apps.inquiries.saying import wall_clock
from apps.tracking.enums import Reason, Status
from apps.tracking.queries.public import PublicEvent, PublicShipment

LEVELS = ("0", "1", "4", "8")
FINE = ("4", "8")
NO_SHIPMENT = "查询无结果，请隔段时间再查"


def result_of(
    shipment: PublicShipment,
    *,
    company: str,
    at: datetime,
    level: str = "0",
    order: str = "desc",
    lang: str = "zh",
) -> dict[str, Any]:
    """``lastResult`` of a push, and the whole of a query's answer. Rows newest first unless
    ``order`` is asc."""
    words = words_of(shipment.status, shipment.reason)
    is_signed = words.state == "3"
    rows = [_row(event, level, lang) for event in shipment.events]
    if order == "asc":
        rows.reverse()
    result: dict[str, Any] = {
        "message": "ok",
        "nu": shipment.number,
        "ischeck": "1" if is_signed else "0",
        "com": company,
        "status": "200",
        # The finer levels give the finer code here too, as the vendor does.
        "state": words.code if level in FINE else words.state,
        "condition": "F00" if is_signed else "00",
        "data": rows,
    }
    if level != "0":
        result["routeInfo"] = _route(shipment)
        result["isLoop"] = False
    if level == "8":
        result |= _prediction(shipment, at)
    return result


def push_of(result: dict[str, Any], *, status: str, message: str = "") -> dict[str, Any]:
    return {
        "status": status,
        "billstatus": "check" if result.get("ischeck") == "1" else "got",
        "message": message,
        "autoCheck": "0",
        "comOld": "",
        "comNew": "",
        "lastResult": result,
    }


def empty_result(number: str, company: str) -> dict[str, Any]:
    """For a number that nothing is known of."""
    return {
        "message": NO_SHIPMENT,
        "nu": number,
        "ischeck": "0",
        "com": company,
        "status": "201",
        "state": "0",
        "condition": "",
        "data": [],
    }


def courier_rows(shipment: PublicShipment) -> list[dict[str, str]]:
    """What an aggregator reads of us, newest first."""
    return [
        {"context": _context(e, "zh"), "location": e.city, "time": wall_clock(e.occurred_at)}
        for e in shipment.events
    ]


def fingerprint_of(result: dict[str, Any]) -> str:
    """Changes exactly when the document says something new; a prediction's countdown does not."""
    lasting = {k: v for k, v in result.items() if k not in ("remainTime",)}
    packed = json.dumps(lasting, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def _row(event: PublicEvent, level: str, lang: str) -> dict[str, Any]:
    moment = wall_clock(event.occurred_at)
    row: dict[str, Any] = {"time": moment, "ftime": moment, "context": _context(event, lang)}
    row["location"] = event.place or event.city
    if level == "0":
        return row
    words = words_of(event.status, event.reason)
    fine = level in FINE
    if lang == "en":
        row["status"] = words.english
    else:
        row["status"] = words.fine_name if fine else words.name
    row |= {"areaCode": None, "areaName": event.city or None}
    if fine:
        row["statusCode"] = words.code
        row["areaCenter"] = None
        row["areaPinYin"] = pinyin.spelled(event.city) if event.city else None
    return row


def _context(event: PublicEvent, lang: str) -> str:
    with translation.override("en" if lang == "en" else "zh-hans"):
        return event.sentence


def _route(shipment: PublicShipment) -> dict[str, Any]:
    here = next((e.city for e in shipment.events if e.city), "")
    return {
        "from": {"number": None, "name": shipment.origin_city},
        "cur": {"number": None, "name": here or shipment.origin_city},
        "to": {"number": None, "name": shipment.destination_city},
    }


def _prediction(shipment: PublicShipment, at: datetime) -> dict[str, Any]:
    """Our expected time or, without one, our promise; nothing once it is over."""
    expected = shipment.expected_at or shipment.promised_at
    if expected is None or shipment.delivered_at is not None:
        return {"arrivalTime": "", "remainTime": "", "predictedRoute": []}
    seconds = max(0, int((expected - at).total_seconds()))
    days, hours = divmod(seconds // 3600, 24)
    return {
        "arrivalTime": f"{wall_clock(expected)[:13]}",
        "remainTime": f"{days}天{hours}小时" if days else f"{hours}小时",
        "predictedRoute": [
            {
                "arrivalTime": wall_clock(expected),
                "leaveTime": None,
                "state": "到达",
                "addr": shipment.destination_city,
                "time": wall_clock(expected),
                "type": "1",
                "desc": words_of(Status.DELIVERED, Reason.SELF).name,
            }
        ],
    }
