"""What changes of payout accounts and outcomes of payouts mean to merchants and colleagues (COD-6, COD-7)."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from apps.banking.enums import PayoutState
from apps.banking.models import PayeeAccount, Payout
from apps.banking.queries.links import stop_token
from apps.banking.queries.payees import may_be_called
from apps.core.money import format_money
from apps.core.notice_types import Notice, staff_notice, subject_link
from apps.core.public_links import public_link
from apps.customers.queries.reaching import reachable_before
from apps.events.models import Event


def _requested(events: Sequence[Event]) -> list[Notice]:
    """A task to call, at the number that has been on file the longest. Where there is none, the page of the
    request says so."""
    found = []
    for event, payee in _payees(events):
        contact = may_be_called(payee, event.at).first()
        if contact is not None:
            notice = _about(payee, "payee.call_back", event)
            notice.addressee = ("phone", contact.phone, contact.language)
            notice.link = subject_link(event)
            found.append(notice)
    return found


def _cooling(events: Sequence[Event]) -> list[Notice]:
    """To everybody who could be reached before, one by one, and at once: who changes where money goes would
    change first who hears of it."""
    found = []
    for event, payee in _payees(events):
        if payee.customer is None:
            continue
        until = timezone.localtime(payee.cooling_until)
        for way in reachable_before(payee.customer, payee.requested_at):
            notice = _about(payee, "payee.cooling", event)
            notice.addressee = (way.channel, way.address, way.language)
            notice.link = public_link("portal:payee", stop_token(payee))
            notice.data["until"] = f"{until:%m-%d %H:%M}"
            notice.at_once = True
            found.append(notice)
    return found


def _stopped(events: Sequence[Event]) -> list[Notice]:
    found = []
    for event, payee in _payees(events):
        data = {"account": payee.masked, "detail": payee.over_reason, "number": payee.masked}
        found.append(_staff("staff.payee_stopped", event, payee, data))
    return found


def _attempted(events: Sequence[Event]) -> list[Notice]:
    """Whatever a rule refused about money; the timeline of its subject says what."""
    found = []
    payees = dict(_payees(events, key="event"))
    payouts = dict(_payouts(events, key="event"))
    for event in events:
        row = payees.get(event.pk) or payouts.get(event.pk)
        if row is not None:
            payee = row if isinstance(row, PayeeAccount) else row.payee
            data = {
                "number": str(row),
                "detail": str(event.data.get("code") or event.data.get("reason", "")),
            }
            found.append(_staff("staff.payment_attempt", event, payee, data))
    return found


def _outcome(events: Sequence[Event]) -> list[Notice]:
    """That nobody knows, or that it came back, while that is still so."""
    found = []
    for event, payout in _payouts(events):
        if event.kind == f"payout.{payout.state}" and payout.state != PayoutState.PAID:
            data = {
                "payout": payout.number,
                "number": payout.number,
                "amount": format_money(payout.amount),
                "detail": payout.bank_answer,
            }
            topic = f"staff.{event.kind.replace('.', '_')}"
            found.append(_staff(topic, event, payout.payee, data))
    return found


def _about(payee: PayeeAccount, topic: str, event: Event) -> Notice:
    """Only customers' accounts are called back about and waited for."""
    if payee.customer is None:
        raise TypeError("a private person's account has no customer")
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        customer=payee.customer,
        data={"customer": payee.customer.display_name, "account": payee.masked, "bank": payee.bank},
    )


def _staff(topic: str, event: Event, payee: PayeeAccount, data: dict[str, Any]) -> Notice:
    if payee.customer is not None:
        notice = staff_notice(topic, event, payee.customer, data)
    else:
        data = {"customer": payee.whom, "when": event.at, **data}
        cause = f"event:{event.pk}"
        notice = Notice(topic, cause, event.at, event=event, unit_id=payee.unit_id, data=data)
    notice.link = subject_link(event)
    return notice


def _payees(events: Sequence[Event], key: str = "") -> list[tuple[Any, PayeeAccount]]:
    """Each event (its key, if asked so) with its account, read once."""
    ids = [event.subject_id for event in events if event.subject_type == "banking.payeeaccount"]
    rows = {
        str(row.pk): row
        for row in PayeeAccount.objects.filter(pk__in=ids).select_related("customer")
    }
    return _paired(events, rows, "banking.payeeaccount", key)


def _payouts(events: Sequence[Event], key: str = "") -> list[tuple[Any, Payout]]:
    ids = [event.subject_id for event in events if event.subject_type == "banking.payout"]
    found = Payout.objects.filter(pk__in=ids).select_related("payee__customer")
    return _paired(events, {str(row.pk): row for row in found}, "banking.payout", key)


def _paired(
    events: Sequence[Event], rows: dict[str, Any], kind: str, key: str
) -> list[tuple[Any, Any]]:
    return [
        (event.pk if key else event, rows[event.subject_id])
        for event in events
        if event.subject_type == kind and event.subject_id in rows
    ]


NOTICES = {
    "payee.requested": _requested,
    "payee.cooling": _cooling,
    "payee.stopped": _stopped,
    "payee.attempt_refused": _attempted,
    "payout.attempt_refused": _attempted,
    "payout.contradicted": _attempted,
    "payout.unclear": _outcome,
    "payout.returned": _outcome,
}
