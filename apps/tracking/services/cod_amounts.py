"""What is paid at the door changes while nobody has paid: decided by two people on a floor above."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.core.database import in_callers_transaction
from apps.core.errors import RuleBroken
from apps.core.money import money
from apps.events.services import record
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User


@in_callers_transaction()
def change_cod_amount(*, waybill_id: int, amount: Decimal, by: "User", at: datetime) -> Waybill:
    """Yuan to be paid at the door from now on; the caller has seen to the approval. RuleBroken
    ``delivered`` once a proof of delivery is on record."""
    waybill: Waybill = Waybill.objects.select_for_update(of=["self"], no_key=True).get(
        pk=waybill_id
    )
    if waybill.proofs.exists():
        raise RuleBroken(
            _("It was delivered already; correct the proof of delivery."),
            code="delivered",
            rule="COD-7",
        )
    before, waybill.cod_amount = waybill.cod_amount, money(amount)
    waybill.save(update_fields=["cod_amount"])
    data = {"before": str(before), "amount": str(waybill.cod_amount)}
    record("waybill.cod_changed", waybill, by=by, at=at, data=data)
    return waybill
