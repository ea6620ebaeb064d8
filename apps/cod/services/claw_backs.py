"""Money given back after a return: the merchant owes it, and the next remittances take it (COD-7).

What goes to the consignee is in transit until a person names the bank's line that paid it.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import Use
from apps.banking.models import BankLine
from apps.banking.services import clear_transit
from apps.cod.enums import REFUSED, ItemState
from apps.cod.models import ClawBack
from apps.cod.services import books, clocks
from apps.cod.services.moving import lock_items, move_items
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.events.services import record, recorded_refusals
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import Side


@transaction.atomic
def claw_back(*, item_id: int, reason: str, by: User, at: datetime) -> ClawBack:
    """All that was collected goes back to the consignee. Once the money is on the bank, or after it was
    remitted: then it is carried until a remittance takes it. RuleBroken ``illegal_move``."""
    why = required_text(reason, least=1, message=_("Say why."))
    [item] = lock_items([item_id])
    had = item.state == ItemState.REMITTED
    if item.collected is None:
        raise RuleBroken(_("Nothing was collected."), code="illegal_move", rule="COD-7")
    move_items(item_ids=[item.pk], to=ItemState.CLAWED_BACK, by=by, at=at)
    row: ClawBack = ClawBack.objects.create(
        item=item,
        merchant=item.merchant,
        amount=item.collected,
        reason=why,
        is_carried=had,
        at=at,
        by=by,
    )
    books.post_claw_back(row, by=by, at=at)
    clocks.clawed_back(row, by=by, at=at)
    data = {"amount": str(row.amount), "reason": row.reason}
    record("coditem.clawed_back", item, by=by, at=at, data=data)
    return row


def see_claw_back(*, claw_back_id: int, line: BankLine, by: User, at: datetime) -> ClawBack:
    """This line paid the consignee: nothing is in transit for it any more. RuleBroken ``claw_back_paid``,
    ``line_differs``, ``line_used``."""
    item = ClawBack.objects.select_related("item").get(pk=claw_back_id).item
    with recorded_refusals(REFUSED, item, "see", by=by, at=at):
        row = _lock(claw_back_id)
        if row.line_id is not None:
            raise RuleBroken(
                _("The bank's line of this claw-back is known already."),
                code="claw_back_paid",
                rule="COD-7",
            )
        if line.amount != -row.amount:
            raise RuleBroken(
                _("That line is of another amount."), code="line_differs", rule="COD-7"
            )
        clear_transit(line, side=Side(AccountKind.PAYOUTS_IN_TRANSIT), by=by, at=at)
        row.line, row.paid_at = line, at
        row.save(update_fields=["line", "paid_at"])
        clocks.claw_backs_moved([row], by=by, at=at)
        data = {"amount": str(row.amount)}
        record("coditem.claw_back_paid", row.item, by=by, at=at, data=data)
    return row


@transaction.atomic
def unsee_claw_backs(*, line_ids: Collection[int], by: User, at: datetime) -> int:
    """Somebody undid what these lines were posted as: the money is in transit again. How many were."""
    found = list(ClawBack.objects.filter(line__in=line_ids).values_list("pk", flat=True))
    for pk in found:
        row = _lock(pk)
        if row.line is None or (row.line.use and row.line.use.use == Use.TRANSIT):
            continue
        row.line, row.paid_at = None, None
        row.save(update_fields=["line", "paid_at"])
        clocks.claw_backs_moved([row], by=by, at=at)
        record("coditem.claw_back_unseen", row.item, by=by, at=at)
    return len(found)


def _lock(pk: int) -> ClawBack:
    rows = ClawBack.objects.select_for_update(of=("self",), no_key=True)
    found: ClawBack = rows.select_related("item", "line").get(pk=pk)
    return found
