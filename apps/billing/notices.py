"""What the month's end means to payers and to colleagues (BIL-2, BIL-3, BIL-6)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from apps.billing.enums import BlockerKind
from apps.billing.models import Blocker, Dispute, DunningNotice, Statement
from apps.billing.queries.links import token_of
from apps.core.money import format_money
from apps.core.notice_types import Notice, staff_notice, subject_link
from apps.core.public_links import public_link
from apps.customers.enums import PaperChannel
from apps.events.models import Event

# These carry a link; what goes by paper is a task for a person, who calls and sends it.
WITH_LINK = frozenset({PaperChannel.EMAIL, PaperChannel.WECHAT})
MOST_NAMED = 5


def _sent(events: Sequence[Event]) -> list[Notice]:
    """By the payer's own channel; a station's statement has nobody outside to read it."""
    found = []
    for event, statement in _statements(events):
        notice = _to_payer("statement.sent", event, statement)
        notice.data["due_on"] = str(event.data.get("due_on") or "")
        notice.data["way"] = str(_channel(statement))
        notice.data["amount"] = _money(statement.closing)
        found.append(notice)
    return found


def _decided(events: Sequence[Event]) -> list[Notice]:
    disputes = _disputes(events)
    found = []
    for event, statement in _statements(events):
        dispute = disputes.get(event.data.get("dispute", 0))
        if dispute is None:
            continue
        notice = _to_payer(event.kind, event, statement)
        taken_off = dispute.adjustment.gross if dispute.adjustment else Decimal(0)
        notice.data["amount"] = _money(abs(taken_off) or dispute.amount)
        notice.data["charge"] = event.data["charge"]
        notice.personal = {"answer": dispute.answer}
        found.append(notice)
    return found


def _raised(events: Sequence[Event]) -> list[Notice]:
    """What the customer disputed on the page of its link; what staff noted for them they know."""
    disputes = _disputes(events)
    found = []
    for event, statement in _statements(events):
        dispute = disputes.get(event.data.get("dispute", 0))
        if dispute is not None and dispute.by_customer:
            data = {
                "number": statement.number,
                "statement": statement.number,
                "charge": event.data["charge"],
                "detail": _money(dispute.amount),
            }
            notice = staff_notice("staff.dispute_raised", event, statement.bill_to, data)
            notice.link = subject_link(event)
            found.append(notice)
    return found


def _blocked(events: Sequence[Event]) -> list[Notice]:
    """What nobody waived or settled since, for the manager (BIL-3)."""
    found = []
    statements = _statements(events)
    rows = Blocker.objects.filter(
        statement__in={statement.pk for _event, statement in statements}, waived_at__isnull=True
    )
    labels: dict[int, list[str]] = {}
    for blocker in rows.order_by("kind", "pk"):
        kind = BlockerKind(blocker.kind).label
        labels.setdefault(blocker.statement_id, []).append(f"{kind} {blocker.label}")
    for event, statement in statements:
        named = labels.get(statement.pk)
        if not named:
            continue
        more = "…" if len(named) > MOST_NAMED else ""
        data = {
            "number": statement.number,
            "statement": statement.number,
            "count": len(named),
            "detail": "; ".join(named[:MOST_NAMED]) + more,
        }
        notice = staff_notice("staff.statement_blocked", event, statement.bill_to, data)
        notice.link = subject_link(event)
        found.append(notice)
    return found


def _dunned(events: Sequence[Event]) -> list[Notice]:
    """With the page of the oldest statement that the letter names, where the paper lies."""
    letters = {
        str(letter.pk): letter
        for letter in DunningNotice.objects.filter(
            pk__in={event.subject_id for event in events}
        ).prefetch_related("items__statement__bill_to")
    }
    found = []
    for event in events:
        letter = letters.get(event.subject_id)
        if letter is None:
            continue
        notice = _to_payer("dunning.sent", event, letter.items.all()[0].statement)
        notice.data |= {
            "number": letter.number,
            "level": str(letter.level),
            "amount": _money(letter.total),
            "due_on": str(letter.pay_by),
            "way": str(_channel(letter.items.all()[0].statement)),
        }
        found.append(notice)
    return found


def _to_payer(topic: str, event: Event, statement: Statement) -> Notice:
    channel = _channel(statement)
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        customer=statement.bill_to,
        data={"statement": statement.number, "period": f"{statement.period:%Y-%m}"},
        link=public_link("portal:statement", token_of(statement)),
        prefers=str(channel) if channel in WITH_LINK else "",
        channels=() if channel in WITH_LINK else ("phone",),
    )


def _channel(statement: Statement) -> PaperChannel:
    return PaperChannel(statement.bill_to.statement_channel if statement.bill_to else "email")


def _money(amount: Decimal | None) -> str:
    return format_money(amount or Decimal(0))


def _statements(events: Sequence[Event]) -> list[tuple[Event, Statement]]:
    """Each event with its statement, read once; without those that have no payer."""
    ids = {event.subject_id for event in events}
    rows = Statement.objects.filter(pk__in=ids, bill_to__isnull=False).select_related("bill_to")
    by_id: dict[str, Statement] = {str(row.pk): row for row in rows}
    return [(event, by_id[event.subject_id]) for event in events if event.subject_id in by_id]


def _disputes(events: Sequence[Event]) -> dict[Any, Dispute]:
    ids = {event.data["dispute"] for event in events if event.data.get("dispute")}
    return {row.pk: row for row in Dispute.objects.filter(pk__in=ids).select_related("adjustment")}


NOTICES = {
    "statement.blocked": _blocked,
    "statement.sent": _sent,
    "dispute.accepted": _decided,
    "dispute.refused": _decided,
    "dispute.raised": _raised,
    "dunning.sent": _dunned,
}
