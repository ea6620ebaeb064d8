"""A remittance of money that is not on the bank yet, where a policy allows it (COD-7)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import REFUSED, STANDING
from apps.cod.models import CodItem, Remittance
from apps.cod.queries.advances import items_to_advance, open_ahead
from apps.cod.queries.remitting import plan_ahead
from apps.cod.rules.counting import exact
from apps.cod.services.advances import check_limit
from apps.cod.services.remittances import RULE, prepare_plan
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.events.services import recorded_refusals


@transaction.atomic
def pay_ahead(*, merchant_id: int, amount: Any = None, by: User, at: datetime) -> Remittance:
    """Prepare a remittance of what is counted or on its way, the oldest first: up to ``amount``, or to what
    is left of the limit. Two people release it as any other. RuleBroken ``no_policy``, ``above_limit``,
    ``ahead_already`` (one a day), ``nothing_ahead``, ``no_terms``; what is refused is on record."""
    merchant = Customer.objects.get(pk=merchant_id)
    with recorded_refusals(REFUSED, merchant, "pay_ahead", by=by, at=at):
        merchant = Customer.objects.select_for_update(no_key=True).get(pk=merchant_id)
        day, used = timezone.localdate(at), open_ahead(merchant_id)
        wanted = exact(amount, "amount") if amount is not None else None
        limit = check_limit(merchant, used + (wanted or Decimal(0)), day)
        _check_first(merchant, day)
        items = _within(merchant_id, limit - used if wanted is None else wanted)
        plan = plan_ahead(merchant_id, items, at)
        if plan is None:
            text = _("It is not said when this merchant is remitted to: enter its terms.")
            raise RuleBroken(text, code="no_terms", field="merchant", rule=RULE)
        if not plan.settlement.rows:
            reason = plan.settlement.waits
            raise RuleBroken(
                str(reason.label if reason else ""), code=str(reason), field="merchant", rule=RULE
            )
        return prepare_plan(plan, by=by, at=at)


def _check_first(merchant: Customer, day: Any) -> None:
    there = Remittance.objects.filter(
        merchant=merchant, day=day, state__in=STANDING, advanced__gt=0
    ).first()
    if there is not None:
        text = _("%(number)s pays ahead today already.") % {"number": there.number}
        raise RuleBroken(text, code="ahead_already", field="merchant", rule=RULE)


def _within(merchant_id: int, most: Decimal) -> list[CodItem]:
    """Whole shipments, the oldest first, as far as the sum goes."""
    found, rest = [], most
    for item in items_to_advance(merchant_id)[:5_000]:
        part = item.collected or Decimal(0)
        if part <= rest:
            found.append(item)
            rest -= part
    if not found:
        text = _("No shipment's money that is counted or on its way is within %(most)s.")
        raise RuleBroken(text % {"most": most}, code="nothing_ahead", field="amount", rule=RULE)
    return found
