"""Cheques, from the promise over the clerk's round to the money (BIL-5)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChequeState, ReceiptSource
from apps.billing.models import Cheque, Receipt
from apps.billing.services import books
from apps.billing.services.receipts import drop_receipt, take_receipt
from apps.billing.states import CHEQUE_MOVES
from apps.core.database import in_callers_transaction, refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.ledger.inputs import Side

# 票据法 Art. 91: a cheque is presented within ten days of drawing.
PRESENT_WITHIN: Final = timedelta(days=10)


@transaction.atomic
def note_cheque(
    *, payer: Customer, amount: Decimal, collect_on: date, note: str = "", by: User, at: datetime
) -> Cheque:
    """A customer promised a cheque: it is on the clerk's round of that day."""
    amount = money(amount)
    if amount <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    cheque = Cheque.objects.create(
        payer=payer,
        amount=amount,
        collect_on=collect_on,
        note=" ".join(note.split())[:200],
        moved_at=at,
        moved_by=by,
        created_by=by,
    )
    data = {"amount": str(amount), "due_on": collect_on}
    record("cheque.noted", cheque, by=by, at=at, data=data)
    return cheque


@transaction.atomic
def collect_cheque(
    *,
    cheque_id: int,
    number: str,
    bank: str,
    drawn_on: date,
    amount: Decimal | None = None,
    by: User,
    at: datetime,
) -> Cheque:
    """The clerk has it in hand. BadInput ``too_old`` when it could not be presented in time any more,
    ``cheque_known`` when this very cheque is on record."""
    cheque = _lock(cheque_id, by)
    today = timezone.localdate(at)
    if drawn_on > today:
        raise BadInput(_("That day is still to come."), code="future", field="drawn_on")
    if drawn_on + PRESENT_WITHIN < today:
        raise BadInput(
            _("A cheque of %(day)s can no longer be presented: ask for a new one.")
            % {"day": drawn_on.isoformat()},
            code="too_old",
            field="drawn_on",
        )
    cheque.number = "".join(number.split())[:20]
    cheque.bank = " ".join(bank.split())[:80]
    cheque.drawn_on = drawn_on
    if not cheque.number or not cheque.bank:
        raise BadInput(
            _("Enter number and bank of the cheque."), code="cheque_nameless", field="number"
        )
    if amount is not None:
        cheque.amount = money(amount)
    return _move(cheque, ChequeState.IN_HAND, by=by, at=at)


@transaction.atomic
def present_cheque(*, cheque_id: int, by: User, at: datetime) -> Cheque:
    """It is with the bank. BadInput ``too_old`` after the tenth day."""
    cheque = _lock(cheque_id, by)
    if cheque.state == ChequeState.CLEARED:
        raise RuleBroken(
            _(
                "The bank has paid. If its line was not this cheque's money, undo there whose it is."
            ),
            code="cleared",
        )
    if cheque.drawn_on and cheque.drawn_on + PRESENT_WITHIN < timezone.localdate(at):
        raise BadInput(
            _("It could be presented until %(day)s: note that it lapsed.")
            % {"day": (cheque.drawn_on + PRESENT_WITHIN).isoformat()},
            code="too_old",
        )
    return _move(cheque, ChequeState.PRESENTED, by=by, at=at)


@transaction.atomic
def clear_cheque(
    *,
    cheque_id: int,
    debit: Side,
    day: date,
    receipt: Receipt | None = None,
    by: User,
    at: datetime,
) -> Cheque:
    """Somebody says that the bank has paid. ``receipt`` is the payer's receipt of the bank line, where
    the line is there already; else the money is a new one, on ``debit`` until its line comes. RuleBroken
    ``not_its_money`` where that receipt is of another payer or amount, cancelled, or another cheque's."""
    cheque = _lock(cheque_id, by)
    CHEQUE_MOVES.check(ChequeState(cheque.state), ChequeState.CLEARED)
    if receipt is None:
        turn = Receipt.objects.filter(source_key__startswith=f"cheque:{cheque.pk}:").count() + 1
        cheque.receipt = _take(cheque, f"cheque:{cheque.pk}:{turn}", day, debit, by=by, at=at)
    else:
        cheque.receipt = _own(cheque, receipt)
    return _move(cheque, ChequeState.CLEARED, by=by, at=at)


@in_callers_transaction()
def clear_cheque_by_line(
    *, cheque_id: int, key: str, day: date, by: User, at: datetime
) -> Receipt | None:
    """A bank line is the money of this cheque: ``key`` is that of the line's receipt. One of which
    somebody had said that it was paid keeps its receipt and what that settled, and its money is in
    transit no more. None where it is neither presented nor waiting for its line."""
    cheque = _lock(cheque_id, by)
    receipt: Receipt | None = cheque.receipt
    if cheque.state == ChequeState.PRESENTED:
        cheque.receipt = receipt = _take(cheque, key, day, None, by=by, at=at)
        _move(cheque, ChequeState.CLEARED, by=by, at=at)
        return receipt
    if cheque.state != ChequeState.CLEARED or receipt is None or receipt.is_of_bank_line:
        return None
    receipt.source_key = key
    receipt.save(update_fields=["source_key"])
    books.take_back_receipt(receipt, day=books.open_day(timezone.localdate(at)), by=by, at=at)
    record("cheque.on_the_bank", cheque, by=by, at=at, data={"amount": str(cheque.amount)})
    return receipt


@in_callers_transaction()
def take_back_clearing(*, receipt: Receipt, reason: str, by: User, at: datetime) -> None:
    """The bank line that was taken for this receipt's money was not it: a cheque of which it was is with
    the bank again."""
    cheque = Cheque.objects.filter(receipt=receipt).first()
    if cheque is not None:
        cheque = _lock(cheque.pk, by)
        cheque.receipt, cheque.note = None, required_text(reason)
        _move(cheque, ChequeState.PRESENTED, by=by, at=at)
    drop_receipt(receipt_id=receipt.pk, reason=reason, by=by, at=at)


@transaction.atomic
def bounce_cheque(*, cheque_id: int, reason: str, by: User, at: datetime) -> Cheque:
    """The bank did not pay, or took the money back: what it had settled is owed again."""
    cheque = _lock(cheque_id, by)
    CHEQUE_MOVES.check(ChequeState(cheque.state), ChequeState.BOUNCED)
    if cheque.receipt is not None:
        receipt = drop_receipt(receipt_id=cheque.receipt.pk, reason=reason, by=by, at=at)
        take_back = books.post_bounced if receipt.is_of_bank_line else books.take_back_receipt
        take_back(receipt, day=books.open_day(timezone.localdate(at)), by=by, at=at)
        cheque.receipt = None
    cheque.note = required_text(reason)
    return _move(cheque, ChequeState.BOUNCED, by=by, at=at)


@transaction.atomic
def lapse_cheque(*, cheque_id: int, reason: str, by: User, at: datetime) -> Cheque:
    """It did not come, or came too late to be presented."""
    cheque = _lock(cheque_id, by)
    cheque.note = required_text(reason)
    return _move(cheque, ChequeState.LAPSED, by=by, at=at)


def _lock(cheque_id: int, by: User) -> Cheque:
    cheque: Cheque = (
        Cheque.objects.visible_to(by)
        .select_for_update(of=["self"])
        .select_related("payer", "receipt")
        .get(pk=cheque_id)
    )
    return cheque


def _take(
    cheque: Cheque, key: str, day: date, debit: Side | None, *, by: User, at: datetime
) -> Receipt:
    return take_receipt(
        source=ReceiptSource.CHEQUE,
        source_key=key,
        payer=cheque.payer,
        amount=cheque.amount,
        day=day,
        debit=debit,
        reference=cheque.number,
        by=by,
        at=at,
    )


def _own(cheque: Cheque, receipt: Receipt) -> Receipt:
    """The receipt, locked, as this cheque's money."""
    found: Receipt = Receipt.objects.select_for_update(of=["self"]).get(pk=receipt.pk)
    if (
        found.payer_id != cheque.payer_id
        or found.amount != cheque.amount
        or found.cancelled_at is not None
        or Cheque.objects.filter(receipt=found).exists()
    ):
        raise RuleBroken(_("This receipt is not the money of this cheque."), code="not_its_money")
    return found


# The event of each state.
_EVENTS = {
    ChequeState.IN_HAND: "cheque.collected",
    ChequeState.PRESENTED: "cheque.presented",
    ChequeState.CLEARED: "cheque.cleared",
    ChequeState.BOUNCED: "cheque.bounced",
    ChequeState.LAPSED: "cheque.lapsed",
}


def _move(cheque: Cheque, to: ChequeState, *, by: User, at: datetime) -> Cheque:
    CHEQUE_MOVES.check(ChequeState(cheque.state), to)
    cheque.state, cheque.moved_at, cheque.moved_by = to, at, by
    with refused_as(
        BadInput(_("This cheque is on record already."), code="cheque_known", field="number"),
        "cheque_once",
    ):
        cheque.save()
    data: dict[str, Any] = {"amount": str(cheque.amount), "note": cheque.note}
    record(_EVENTS[to], cheque, by=by, at=at, data=data)
    return cheque
