"""Money that is counted or on its way is paid to a merchant ahead of the bank, by a policy (COD-7).

Where the money is does not change by it: the item stays with the station or in transit, and what the merchant
had is an account of its own until the bank's line comes.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import ItemState, RowKind
from apps.cod.models import Remittance, RemittanceRow
from apps.cod.queries.advances import policy_in_force
from apps.cod.services import remittance_books as books
from apps.cod.services.moving import mark_remitted, put_in_remittance
from apps.core.database import in_callers_transaction
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.customers.models import Customer
from apps.events.services import record


def check_ahead(row: Remittance, at: datetime) -> None:
    """The policy by which it is paid ahead is still in force. RuleBroken ``no_policy``, ``above_limit``."""
    if row.advanced > 0:
        check_limit(row.merchant, row.advanced, timezone.localdate(at))


def check_limit(merchant: Customer, amount: Decimal, day: Any) -> Decimal:
    """The limit of the policy in force, which ``amount`` is within."""
    policy = policy_in_force(merchant.pk, day)
    if policy is None:
        text = _("No policy lets %(merchant)s be paid ahead of the bank.")
        raise RuleBroken(
            text % {"merchant": merchant}, code="no_policy", field="merchant", rule="COD-7"
        )
    if amount > policy.limit:
        text = _("%(amount)s would be paid ahead; the policy allows %(limit)s.")
        message = text % {"amount": format_money(amount), "limit": format_money(policy.limit)}
        raise RuleBroken(message, code="above_limit", field="amount", rule="COD-7")
    return Decimal(policy.limit)


@in_callers_transaction()
def clear_advances(*, item_ids: Collection[int], by: User, at: datetime) -> int:
    """The money of these items is on the bank: where the merchant had it ahead, it is remitted now. How
    many. The items are locked by the caller, so that a release at the same time comes before or after."""
    waiting = (
        RemittanceRow.objects.filter(
            kind=RowKind.ADVANCE,
            stands=True,
            cleared_at__isnull=True,
            item__in=item_ids,
            item__state=ItemState.BANKED,
            remittance__released_at__isnull=False,
        )
        .select_related("remittance__merchant")
        .order_by("pk")
    )
    by_remittance: dict[Remittance, list[RemittanceRow]] = defaultdict(list)
    for line in waiting:
        by_remittance[line.remittance].append(line)
    done = 0
    for row, lines in by_remittance.items():
        ids = [line.item_id for line in lines if line.item_id is not None]
        put_in_remittance(item_ids=ids, by=by, at=at)
        mark_remitted(item_ids=ids, by=by, at=at)
        RemittanceRow.objects.filter(pk__in=[line.pk for line in lines]).update(cleared_at=at)
        books.post_cleared(row, lines, by=by, at=at)
        total = sum((line.amount for line in lines), Decimal("0.00"))
        data = {"amount": str(total), "shipments": len(lines)}
        record("remittance.advance_cleared", row, by=by, at=at, data=data)
        done += len(lines)
    return done
