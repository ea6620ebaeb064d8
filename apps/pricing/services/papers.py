"""Tax classes and quotes (BIL-1)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.customers.models import Customer
from apps.events.services import record
from apps.pricing.enums import QuoteState
from apps.pricing.models import Quote, TaxClass
from apps.pricing.rating import yuan
from apps.pricing.states import QUOTE_MOVES


@transaction.atomic
def add_tax_class(
    *,
    code: str,
    name: str,
    since: date,
    rate_ppm: int,
    by: User,
    at: datetime,
    item_code: str = "",
) -> TaxClass:
    """What ``code`` is taxed at from ``since`` on; a changed rate is another row."""
    row = TaxClass(
        code=code, name=name, since=since, rate_ppm=rate_ppm, item_code=item_code, created_by=by
    )
    if TaxClass.objects.filter(code=code, since=since).exists():
        message = _("This tax class has a rate from that day on already.")
        raise BadInput(message, code="tax_class_there", field="since")
    row.full_clean(exclude=["created_by"])
    row.save()
    record("tax_class.added", row, by=by, at=at, data={"code": code})
    return row


@transaction.atomic
def make_quote(
    *,
    customer: Customer,
    service: str,
    what: str,
    amount_fen: int,
    valid_until: date,
    by: User,
    at: datetime,
    order_number: str = "",
    vehicle: str = "",
    distance_m: int | None = None,
) -> Quote:
    """A price for one job. It counts once somebody else has approved it."""
    if valid_until < timezone.localdate(at):
        raise BadInput(_("That day is past."), code="day_past", field="valid_until")
    if amount_fen <= 0:
        raise BadInput(_("The amount must be above 0."), code="bad_amount", field="amount")
    quote = Quote.objects.create(
        customer=customer,
        service=service.strip(),
        what=what.strip(),
        amount_fen=amount_fen,
        valid_until=valid_until,
        order_number=order_number.strip(),
        vehicle=vehicle.strip(),
        distance_m=distance_m,
        created_by=by,
    )
    record("quote.made", quote, by=by, at=at, data={"amount": str(yuan(amount_fen))})
    return quote


@transaction.atomic
def approve_quote(*, quote: Quote, by: User, at: datetime) -> Quote:
    return _decide(quote, QuoteState.APPROVED, "", by, at)


@transaction.atomic
def turn_down_quote(*, quote: Quote, reason: str, by: User, at: datetime) -> Quote:
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    return _decide(quote, QuoteState.TURNED_DOWN, reason.strip(), by, at)


def _decide(quote: Quote, state: QuoteState, reason: str, by: User, at: datetime) -> Quote:
    quote = Quote.objects.select_for_update().get(pk=quote.pk)
    QUOTE_MOVES.check(QuoteState(quote.state), state)
    if quote.created_by_id == by.pk:
        message = _("Somebody else than whoever made the quote decides about it.")
        raise RuleBroken(message, code="own_quote", rule="BIL-1")
    quote.state, quote.decided_at, quote.decided_by, quote.reason = state, at, by, reason
    quote.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    data: dict[str, Any] = {"reason": reason} if reason else {}
    record(f"quote.{state.value}", quote, by=by, at=at, data=data)
    return quote
