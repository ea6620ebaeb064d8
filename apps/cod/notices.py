"""What remittances mean to merchants and to colleagues (COD-7)."""

from collections.abc import Sequence
from typing import Any

from apps.cod.models import Remittance
from apps.cod.queries.remittance_links import token_of
from apps.core.money import format_money
from apps.core.notice_types import Notice, Webhook, staff_notice, subject_link
from apps.core.public_links import public_link
from apps.core.times import wire
from apps.events.models import Event


def _merchant_notices(events: Sequence[Event]) -> list[Notice]:
    """The merchant, with the page of the settlement report."""
    return [
        Notice(
            topic=event.kind,
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            customer=row.merchant,
            data={
                "number": row.number,
                "day": row.day.isoformat(),
                "amount": format_money(row.amount),
                "count": row.count,
                "account": row.payee.masked if row.payee else "—",
            },
            link=public_link("portal:remittance", token_of(row)),
        )
        for event, row in _rows(events)
    ]


def _held(events: Sequence[Event]) -> list[Notice]:
    return [_staff("staff.remittance_held", event, row) for event, row in _rows(events)]


def _returned(events: Sequence[Event]) -> list[Notice]:
    found = _merchant_notices(events)
    return found + [_staff("staff.remittance_returned", event, row) for event, row in _rows(events)]


def _staff(topic: str, event: Event, row: Remittance) -> Notice:
    data = {
        "number": row.number,
        "amount": format_money(row.amount),
        "reason": row.end_reason or row.get_hold_reason_display(),
        "count": row.count,
    }
    notice = staff_notice(topic, event, row.merchant, data)
    notice.link = subject_link(event)
    return notice


def _payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    """The settlement report in sums, with the page where its lines are; no account number."""
    return {event.pk: (row.merchant_id, _payload(row)) for event, row in _rows(events)}


def _payload(row: Remittance) -> dict[str, Any]:
    return {
        "remittance": row.number,
        "state": row.state,
        "day": row.day.isoformat(),
        "shipments": row.count,
        "collected": str(row.collected),
        "paid_ahead": str(row.advanced),
        "fees": str(-row.fees),
        "claw_backs": str(-row.claw_backs),
        "set_off": str(-row.offset),
        "paid_out": str(-row.amount),
        "paid_at": wire(row.paid_at) if row.paid_at else None,
        "report": public_link("portal:remittance", token_of(row)),
    }


def _rows(events: Sequence[Event]) -> list[tuple[Event, Remittance]]:
    """Each event with its remittance, read once."""
    ids = {event.subject_id for event in events}
    rows = Remittance.objects.filter(pk__in=ids).select_related("merchant", "payee")
    by_id = {str(row.pk): row for row in rows}
    return [(event, by_id[event.subject_id]) for event in events if event.subject_id in by_id]


NOTICES = {
    "remittance.held": _held,
    "remittance.released": _merchant_notices,
    "remittance.returned": _returned,
}
WEBHOOKS = {
    kind: Webhook(kind, _payloads)
    for kind in ("remittance.released", "remittance.paid", "remittance.returned")
}
