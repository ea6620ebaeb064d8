"""Money given back after a return: the merchant owes it, and the next remittances take it (COD-7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import ItemState
from apps.cod.models import ClawBack
from apps.cod.services import books
from apps.cod.services.moving import lock_items, move_items
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record


@transaction.atomic
def claw_back(*, item_id: int, reason: str, by: User, at: datetime) -> ClawBack:
    """All that was collected goes back to the consignee. Once the money is on the bank, or after it was
    remitted: then it is carried until a remittance takes it. RuleBroken ``illegal_move``."""
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    [item] = lock_items([item_id])
    had = item.state == ItemState.REMITTED
    if item.collected is None:
        raise RuleBroken(_("Nothing was collected."), code="illegal_move", rule="COD-7")
    move_items(item_ids=[item.pk], to=ItemState.CLAWED_BACK, by=by, at=at)
    row: ClawBack = ClawBack.objects.create(
        item=item,
        merchant=item.merchant,
        amount=item.collected,
        reason=" ".join(reason.split())[:200],
        is_carried=had,
        at=at,
        by=by,
    )
    books.post_claw_back(row, by=by, at=at)
    data = {"amount": str(row.amount), "reason": row.reason}
    record("coditem.clawed_back", item, by=by, at=at, data=data)
    return row
