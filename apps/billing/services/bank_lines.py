"""Lines of the bank's files become receipts, and settle what the matching names (BIL-5).

Banking has posted the money to the payer's advance already, so a receipt of a line has no entry of its
own; only what it settles has. A line that pays a cheque is the cheque's money. Each identification of a line is a receipt: one that was undone is
cancelled, and another payer's is a new one.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import Use
from apps.banking.matching import Item, Match, Open, propose
from apps.banking.matching import allocate as share_out
from apps.banking.models import BankLine, LineUse
from apps.banking.queries.payers import payment_of
from apps.billing.enums import ReceiptSource
from apps.billing.models import Receipt
from apps.billing.models.payments import BANK_LINE
from apps.billing.queries.paying import CHEQUE, cheques_of, items_of
from apps.billing.services import books
from apps.billing.services.allocating import allocate
from apps.billing.services.cheques import clear_cheque_by_line, take_back_clearing
from apps.billing.services.receipts import take_receipt
from apps.core.errors import RuleBroken


@transaction.atomic
def settle_lines(*, line_ids: Collection[int], by: User, at: datetime) -> int:
    """Bring the receipts of these lines to what each line is posted as now; returns how many are new.
    Safe to repeat, in any order of what happened."""
    # Lines are append-only, and nobody may lock one; what they are posted as says whose turn it is.
    uses = LineUse.objects.select_for_update(of=("self",), no_key=True)
    list(uses.filter(line__in=line_ids).order_by("pk").values_list("pk"))
    lines = list(BankLine.objects.filter(pk__in=line_ids).order_by("pk").with_use())
    there = _receipts(lines)
    wanted = {_key(line.use): line for line in lines if _is_payment(line.use)}
    for key, receipt in there.items():
        if key not in wanted:
            _drop(receipt, by=by, at=at)
    fresh = {key: line for key, line in wanted.items() if key not in there}
    owed = _owed(fresh.values())
    for key, line in sorted(fresh.items(), key=lambda one: (one[1].day, one[1].pk)):
        payer = line.use.customer_id if line.use else None
        owed[payer] = _settle(key, line, owed[payer], by=by, at=at)
    return len(fresh)


def _is_payment(use: LineUse | None) -> bool:
    return use is not None and use.use == Use.CUSTOMER


def _key(use: LineUse | None) -> str:
    return f"{BANK_LINE}{use.line_id}:{use.pk}" if use else ""


def _receipts(lines: list[BankLine]) -> dict[str, Receipt]:
    """By key, those of every use that these lines ever had."""
    uses = LineUse.objects.filter(line__in=lines, use=Use.CUSTOMER)
    keys = [_key(use) for use in uses]
    return {row.source_key: row for row in Receipt.objects.filter(source_key__in=keys)}


def _drop(receipt: Receipt, *, by: User, at: datetime) -> None:
    """The line is not this payment any more."""
    if receipt.cancelled_at is None:
        reason = _("The bank line was identified wrongly.")
        take_back_clearing(receipt=receipt, reason=reason, by=by, at=at)
    else:
        # A cheque that bounced, by a line that was not its money.
        day = books.open_day(timezone.localdate(at))
        books.take_back_bounced(receipt, day=day, by=by, at=at)


def _owed(lines: Collection[BankLine]) -> dict[int | None, list[Item]]:
    payers = {line.use.customer_id for line in lines if line.use and line.use.customer_id}
    found: dict[int | None, list[Item]] = defaultdict(list)
    if payers:
        for item in items_of(payers) + cheques_of(payers, {line.amount for line in lines}):
            found[item.payer] += [item]  # type: ignore[index]  # a payer is a customer's number here
    return found


def _settle(key: str, line: BankLine, items: list[Item], *, by: User, at: datetime) -> list[Item]:
    """The line's receipt, allocated to what the match names for certain; a tie and what is over stay in
    the advance. Returns what is still owed."""
    payer = line.use.customer_id if line.use else None
    # A cheque is paid whole or not at all.
    open_to = [item for item in items if not _is_cheque(item) or item.amount == line.amount]
    answer = propose(replace(payment_of(line), payer=payer), open_to)
    named = answer.items if isinstance(answer, Match) and answer.is_certain else ()
    day = min(line.day, timezone.localdate(at))
    if len(named) == 1 and _is_cheque(named[0]):
        cheque = named[0].id[1]
        if clear_cheque_by_line(cheque_id=cheque, key=key, day=day, by=by, at=at):
            return [item for item in items if item is not named[0]]
    receipt = take_receipt(
        source=ReceiptSource.TRANSFER,
        source_key=key,
        payer=line.use.customer if line.use else None,
        amount=line.amount,
        day=day,
        debit=None,
        reference=line.ref,
        by=by,
        at=at,
    )
    if any(_is_cheque(item) for item in named):
        return items  # somebody was quicker, or it is one of several: a person's
    return _allocate(receipt, named, items, by=by, at=at)


def _is_cheque(item: Item) -> bool:
    return isinstance(item.id, tuple) and item.id[0] == CHEQUE


def _allocate(
    receipt: Receipt, named: Sequence[Item], items: list[Item], *, by: User, at: datetime
) -> list[Item]:
    left = {item.id: item.amount for item in items}
    wanted = [Open(item.id, item.amount) for item in named]
    for part in share_out([Open(receipt.pk, receipt.amount)], wanted):
        try:
            allocate(
                receipt_id=receipt.pk, statement_id=part.item, amount=part.amount, by=by, at=at
            )
        except RuleBroken:
            # Somebody settled it meanwhile: the rest is for a person to allocate.
            continue
        left[part.item] -= part.amount
    return [replace(item, amount=left[item.id]) for item in items if left[item.id] > 0]
