"""Money comes in: noted, identified, taken back (BIL-5).

A receipt always goes to the payer's advance, and an allocation moves it from there to what is owed:
over-, under-, part and unknown payments are nothing special.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ReceiptSource
from apps.billing.models import Cheque, Receipt
from apps.billing.services import books
from apps.billing.services.allocating import lock_receipt, undo_allocation
from apps.core.database import in_callers_transaction
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.ledger.inputs import Side


@transaction.atomic
def take_receipt(
    *,
    source: ReceiptSource,
    source_key: str,
    payer: Customer | None,
    amount: Decimal,
    day: date,
    debit: Side | None,
    reference: str = "",
    by: User,
    at: datetime,
) -> Receipt:
    """Note money that came in, once by ``source_key``. ``debit`` is the account it came to; None where
    that is in the ledger already, as for a line of the bank's file."""
    amount = money(amount)
    if amount <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    if day > timezone.localdate(at):
        raise BadInput(_("That day is still to come."), code="future", field="day")
    there: Receipt | None = Receipt.objects.filter(source_key=source_key).first()
    if there is not None:
        return there
    receipt: Receipt = Receipt.objects.create(
        source=source,
        source_key=source_key,
        payer=payer,
        amount=amount,
        day=books.open_day(day),
        reference=" ".join(reference.split())[:140],
        taken_at=at,
        taken_by=by,
    )
    if debit is not None:
        books.post_receipt(receipt, debit, by=by, at=at)
    data = {"amount": str(amount), "source": str(source), "payer": str(payer or "")}
    record("receipt.taken", receipt, by=by, at=at, data=data)
    return receipt


@transaction.atomic
def identify_receipt(
    *, receipt_id: int, payer: Customer, by: User, at: datetime, in_ledger: bool = False
) -> Receipt:
    """Whose money it was is known now. ``in_ledger`` where the entry was made with the bank's line."""
    receipt = lock_receipt(receipt_id)
    if receipt.payer_id is not None:
        raise RuleBroken(_("Its payer is known already."), code="payer_known")
    receipt.payer, receipt.identified_at, receipt.identified_by = payer, at, by
    receipt.save(update_fields=["payer", "identified_at", "identified_by"])
    if not in_ledger:
        day = books.open_day(timezone.localdate(at))
        books.post_identified(receipt, payer, day=day, by=by, at=at)
    record("receipt.identified", receipt, by=by, at=at, data={"payer": str(payer)})
    return receipt


@transaction.atomic
def cancel_receipt(*, receipt_id: int, reason: str, by: User, at: datetime) -> Receipt:
    """It was no money after all: what it settled is owed again. RuleBroken ``of_bank_line``,
    ``of_cheque`` and ``of_remittance`` say where that of a bank line, a cheque or a remittance is taken
    back."""
    receipt = lock_receipt(receipt_id)
    if receipt.is_of_remittance:
        raise RuleBroken(
            _("It was taken off a remittance, and is owed again when that comes back."),
            code="of_remittance",
        )
    if receipt.is_of_bank_line:
        raise RuleBroken(
            _("It came with a bank line: undo there whose payment that is."), code="of_bank_line"
        )
    if Cheque.objects.filter(receipt=receipt).exists():
        raise RuleBroken(
            _("It is the money of a cheque: say there that the bank did not pay."),
            code="of_cheque",
        )
    return take_back_receipt(receipt_id=receipt_id, reason=reason, by=by, at=at)


@in_callers_transaction()
def take_back_receipt(*, receipt_id: int, reason: str, by: User, at: datetime) -> Receipt:
    """With its entry; who calls knows why it is none."""
    receipt = drop_receipt(receipt_id=receipt_id, reason=reason, by=by, at=at)
    day = books.open_day(timezone.localdate(at))
    books.take_back_receipt(receipt, day=day, by=by, at=at)
    return receipt


@in_callers_transaction()
def drop_receipt(*, receipt_id: int, reason: str, by: User, at: datetime) -> Receipt:
    """Mark a receipt as none and take back what it settled; its money in the ledger is the caller's."""
    reason = required_text(reason)
    receipt = lock_receipt(receipt_id)
    if receipt.cancelled_at is not None:
        raise RuleBroken(_("It was cancelled already."), code="cancelled_already")
    in_force = receipt.allocations.filter(reverses__isnull=True, reversed_by__isnull=True)
    for allocation in in_force.order_by("statement_id"):
        undo_allocation(allocation_id=allocation.pk, reason=reason, by=by, at=at)
    receipt.cancelled_at, receipt.cancelled_by, receipt.cancelled_reason = at, by, reason
    receipt.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_reason"])
    return receipt
