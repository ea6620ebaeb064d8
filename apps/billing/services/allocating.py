"""Receipts settle statements: an allocation moves money from the payer's advance to what is owed, and is undone by one row (BIL-5)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import AllocationKind, StatementState
from apps.billing.models import Allocation, Receipt, Statement
from apps.billing.queries.owing import owed_by, owed_on, unspent_of
from apps.billing.rules.settling import spread
from apps.billing.services import books, clocks
from apps.billing.services.moving import lock_statement
from apps.billing.services.voiding import void_changed
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.text import required_text
from apps.events.services import record
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import Side

# What of a receivable may be given up without the two people of a write-off: bank charges, rounding.
SMALL = Decimal("50.00")


@transaction.atomic
def allocate(
    *, receipt_id: int, statement_id: int, amount: Decimal, by: User, at: datetime
) -> Allocation:
    """Settle a part of a statement with a part of a receipt of the same payer.

    Both rows are locked, the receipt first. BadInput ``above_receipt`` or ``above_statement`` names
    what is left; RuleBroken ``other_payer``, ``still_open``.
    """
    receipt = lock_receipt(receipt_id)
    statement = lock_statement(statement_id, by)
    if receipt.cancelled_at is not None:
        raise RuleBroken(_("This receipt was cancelled."), code="cancelled_already")
    if receipt.payer is None or receipt.payer_id != statement.bill_to_id:
        raise RuleBroken(
            _("The receipt and the statement are of different payers."), code="other_payer"
        )
    amount = _fitting(amount, _rest(receipt), _owed(statement))
    allocation = _write(AllocationKind.PAYMENT, statement, amount, receipt=receipt, by=by, at=at)
    books.post_allocation(allocation, books.advance(receipt.payer), by=by, at=at)
    _settled(statement, by=by, at=at)
    return allocation


@transaction.atomic
def allocate_oldest(*, payer_id: int, by: User, at: datetime) -> list[Allocation]:
    """What the payer has left settles what it owes, the oldest statement first."""
    done = []
    for receipt in unspent_of(payer_id):
        owed = [(one.statement_id, one.owed) for one in owed_by(payer_id)]
        for statement_id, part in spread(receipt.rest, owed):
            done.append(
                allocate(
                    receipt_id=receipt.receipt_id,
                    statement_id=statement_id,
                    amount=part,
                    by=by,
                    at=at,
                )
            )
    return done


@transaction.atomic
def settle_small_difference(
    *, statement_id: int, reason: str, by: User, at: datetime
) -> Allocation:
    """Give up what is left of a statement, up to 50.00: the payer's bank kept its fee, or somebody
    rounded. RuleBroken ``not_small``: that is a write-off by two people."""
    statement = lock_statement(statement_id, by)
    rest = _owed(statement)
    if rest > SMALL:
        raise RuleBroken(
            _("%(rest)s is more than a small difference: ask for a write-off.") % {"rest": rest},
            code="not_small",
        )
    _fitting(rest, rest, rest)
    cost = Side(AccountKind.FINANCE_COST)
    return _give_up(
        AllocationKind.SMALL_DIFFERENCE, statement, rest, cost, reason=reason, by=by, at=at
    )


@transaction.atomic
def write_off(
    *, statement_id: int, amount: Decimal, reason: str, by: User, at: datetime
) -> Allocation:
    """Write off what does not come, once two people approved it: the caller has seen to that."""
    statement = lock_statement(statement_id, by)
    rest = _owed(statement)
    loss = Side(AccountKind.BAD_DEBT)
    part = _fitting(amount, rest, rest)
    return _give_up(AllocationKind.WRITE_OFF, statement, part, loss, reason=reason, by=by, at=at)


def _give_up(
    kind: AllocationKind,
    statement: Statement,
    amount: Decimal,
    debit: Side,
    *,
    reason: str,
    by: User,
    at: datetime,
) -> Allocation:
    allocation = _write(kind, statement, amount, reason=required_text(reason), by=by, at=at)
    books.post_allocation(allocation, debit, by=by, at=at)
    _settled(statement, by=by, at=at)
    return allocation


@transaction.atomic
def undo_allocation(*, allocation_id: int, reason: str, by: User, at: datetime) -> Allocation:
    """Take an allocation back, exactly and once: the receipt has it again and the statement owes it."""
    reason = required_text(reason)
    found = Allocation.objects.get(pk=allocation_id)
    if found.receipt_id is not None:
        lock_receipt(found.receipt_id)
    statement = lock_statement(found.statement_id, by)
    if found.reverses_id is not None:
        raise RuleBroken(_("This row undoes another one already."), code="undoes")
    with refused_as(RuleBroken(_("It was undone already."), code="undone_already"), "reverses"):
        undone = Allocation.objects.create(
            kind=found.kind,
            receipt=found.receipt,
            statement=statement,
            amount=found.amount,
            day=books.open_day(timezone.localdate(at)),
            reverses=found,
            reason=reason,
            at=at,
            by=by,
        )
    books.take_back_allocation(found, day=undone.day, by=by, at=at)
    clocks.owed_again(statement, by=by, at=at)
    void_changed(statement, by=by, at=at)
    data = {"amount": str(found.amount), "reason": reason}
    record("allocation.undone", statement, by=by, at=at, data=data)
    return undone


def lock_receipt(receipt_id: int) -> Receipt:
    rows = Receipt.objects.select_for_update(of=["self"]).select_related("payer")
    receipt: Receipt = rows.get(pk=receipt_id)
    return receipt


def _rest(receipt: Receipt) -> Decimal:
    spent = Decimal("0.00")
    for amount, undoes in receipt.allocations.values_list("amount", "reverses_id"):
        spent += -amount if undoes else amount
    return Decimal(receipt.amount - spent)


def _owed(statement: Statement) -> Decimal:
    if statement.state == StatementState.OPEN:
        raise RuleBroken(
            _("%(number)s is still open: freeze it first.") % {"number": statement.number},
            code="still_open",
        )
    return owed_on([statement.pk])[statement.pk].owed


def _fitting(amount: Decimal, rest: Decimal, owed: Decimal) -> Decimal:
    amount = money(amount)
    if amount <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    if amount > rest:
        raise BadInput(
            _("Only %(rest)s of this receipt is left.") % {"rest": rest},
            code="above_receipt",
            field="amount",
        )
    if amount > owed:
        raise BadInput(
            _("Only %(owed)s is owed on this statement.") % {"owed": max(owed, Decimal("0.00"))},
            code="above_statement",
            field="amount",
        )
    return amount


def _write(
    kind: AllocationKind,
    statement: Statement,
    amount: Decimal,
    *,
    receipt: Receipt | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> Allocation:
    allocation = Allocation.objects.create(
        kind=kind,
        receipt=receipt,
        statement=statement,
        amount=amount,
        day=books.open_day(timezone.localdate(at)),
        reason=reason,
        at=at,
        by=by,
    )
    data = {"amount": str(amount), "kind": str(kind), "reason": reason}
    record("allocation.made", statement, by=by, at=at, data=data)
    if kind != AllocationKind.WRITE_OFF:  # that is the one that was approved
        void_changed(statement, by=by, at=at)
    return allocation


def _settled(statement: Statement, *, by: User, at: datetime) -> None:
    if owed_on([statement.pk])[statement.pk].owed == 0:
        clocks.paid(statement, by=by, at=at)
