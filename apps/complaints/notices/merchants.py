"""What a merchant's program gets of a case by webhook: numbers, states and times (NTF-4)."""

from collections.abc import Sequence
from typing import Any

from apps.complaints.models import Case
from apps.complaints.rules.merchants import is_merchants_own
from apps.core.notice_types import Webhook
from apps.events.models import Event

MESSAGES = frozenset({"case.message_in", "case.message_out"})


def case_payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    """By event: whose merchant it is, and what is sent. One query."""
    ids = [int(event.subject_id) for event in events]
    cases = Case.objects.light().select_related("waybill").in_bulk(ids)
    found = {}
    for event in events:
        case = cases.get(int(event.subject_id))
        if case is None or case.customer_id is None:
            continue
        if event.kind in MESSAGES and not is_merchants_own(case):
            continue
        found[event.pk] = (case.customer_id, _payload(event, case))
    return found


def _payload(event: Event, case: Case) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "case": case.number,
        "class": case.case_class,
        "severity": case.severity,
        "state": case.state,
        "waybill": case.waybill.number if case.waybill else None,
        "waybill_id": case.waybill_id,
        "customer_reference": case.waybill.customer_reference if case.waybill else "",
        "outcome": case.outcome,
        "closed_at": case.closed_at,
    }
    if event.kind in MESSAGES:
        payload["message"] = event.data.get("entry")
        payload["direction"] = "in" if event.kind == "case.message_in" else "out"
    return payload


WEBHOOKS = {
    "case.opened": Webhook("case.opened", case_payloads),
    # Two kinds of events that are one to a merchant.
    "case.message_in": Webhook("case.message", case_payloads),
    "case.message_out": Webhook("case.message", case_payloads),
    "case.closed": Webhook("case.closed", case_payloads),
    "case.reopened": Webhook("case.reopened", case_payloads),
}
