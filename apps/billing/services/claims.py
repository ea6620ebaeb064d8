"""Compensation that is set off against the customer's statement: one line in the payer's open month (CMP-6)."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChargeKind
from apps.billing.inputs import NewCharge
from apps.billing.services.books import UNTAXED
from apps.billing.services.charges import post_charges
from apps.pricing.models import TaxClass

# Before everything that is billed.
EVER = date(2000, 1, 1)


def set_off_claim(
    *,
    payment_id: int,
    number: str,
    customer_id: int,
    waybill: str,
    amount: Decimal,
    by: User,
    at: datetime,
) -> None:
    """A credit of ``amount`` yuan, once for the payment; it is in the month of ``at``, or the next that is open."""
    untaxed, _made = TaxClass.objects.get_or_create(
        code=UNTAXED,
        since=EVER,
        defaults={"name": "赔付抵扣（不征税）", "rate_ppm": 0, "created_by": by},
    )
    charge = NewCharge(
        kind=ChargeKind.CLAIM,
        gross=-amount,
        tax_class_id=untaxed.pk,
        service_day=localdate(at),
        source=f"claim:{payment_id}",
        customer_id=customer_id,
        waybill=waybill,
        reason=_("Compensation, claim %(number)s") % {"number": number},
    )
    post_charges([charge], by=by, at=at)
