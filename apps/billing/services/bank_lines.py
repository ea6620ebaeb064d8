"""Lines of the bank's files become receipts, and settle what the matching names (BIL-5).

Banking has posted the money to the payer's advance already, so a receipt of a line has no entry of its
own; only what it settles has. Each identification of a line is a receipt: one that was undone is
cancelled, and another payer's is a new one.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import Use
from apps.banking.matching import Item, Match, Open, Payment, propose
from apps.banking.matching import allocate as share_out
from apps.banking.models import BankLine, LineUse
from apps.banking.queries.payers import payment_of
from apps.billing.enums import ReceiptSource
from apps.billing.models import Receipt
from apps.billing.queries.paying import items_of
from apps.billing.services.receipts import allocate, cancel_receipt, take_receipt
from apps.core.errors import RuleBroken


@transaction.atomic
def settle_lines(*, line_ids: Collection[int], by: User, at: datetime) -> int:
    """Bring the receipts of these lines to what each line is posted as now; returns how many are new.
    Safe to repeat, in any order of what happened."""
    locked = BankLine.objects.select_for_update(of=("self",), no_key=True)
    lines = list(locked.filter(pk__in=line_ids).order_by("pk").with_use())
    there = _receipts(lines)
    wanted = {_key(line.use): line for line in lines if _is_payment(line.use)}
    for key, receipt in there.items():
        if key not in wanted and receipt.cancelled_at is None:
            reason = _("The bank line was identified wrongly.")
            cancel_receipt(receipt_id=receipt.pk, reason=reason, by=by, at=at)
    fresh = {key: line for key, line in wanted.items() if key not in there}
    owed = _owed(fresh.values())
    for key, line in sorted(fresh.items(), key=lambda one: (one[1].day, one[1].pk)):
        receipt = _take(key, line, by=by, at=at)
        owed[receipt.payer_id] = _settle(
            receipt, payment_of(line), owed[receipt.payer_id], by=by, at=at
        )
    return len(fresh)


def _is_payment(use: LineUse | None) -> bool:
    return use is not None and use.use == Use.CUSTOMER


def _key(use: LineUse | None) -> str:
    return f"bank-line:{use.line_id}:{use.pk}" if use else ""


def _receipts(lines: list[BankLine]) -> dict[str, Receipt]:
    """By key, those of every use that these lines ever had."""
    uses = LineUse.objects.filter(line__in=lines, use=Use.CUSTOMER)
    keys = [_key(use) for use in uses]
    return {row.source_key: row for row in Receipt.objects.filter(source_key__in=keys)}


def _owed(lines: Collection[BankLine]) -> dict[int | None, list[Item]]:
    payers = {line.use.customer_id for line in lines if line.use and line.use.customer_id}
    found: dict[int | None, list[Item]] = defaultdict(list)
    for item in items_of(payers) if payers else ():
        found[item.payer].append(item)  # type: ignore[index]  # a payer is a customer's number here
    return found


def _take(key: str, line: BankLine, *, by: User, at: datetime) -> Receipt:
    use = line.use
    return take_receipt(
        source=ReceiptSource.TRANSFER,
        source_key=key,
        payer=use.customer if use else None,
        amount=line.amount,
        day=min(line.day, timezone.localdate(at)),
        debit=None,
        reference=line.ref,
        by=by,
        at=at,
    )


def _settle(
    receipt: Receipt, payment: Payment, items: list[Item], *, by: User, at: datetime
) -> list[Item]:
    """Allocate to what the match names for certain; a tie and what is over stay in the advance. Returns
    what is still owed."""
    answer = propose(replace(payment, payer=receipt.payer_id), items)
    if not isinstance(answer, Match) or not answer.is_certain:
        return items
    left = {item.id: item.amount for item in items}
    wanted = [Open(item.id, item.amount) for item in answer.items]
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
