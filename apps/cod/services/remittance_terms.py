"""When a merchant is remitted to: a row for each time it was agreed anew (COD-7)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.cod.enums import Cycle
from apps.cod.models import RemittanceTerms
from apps.core.errors import BadInput
from apps.core.money import money
from apps.customers.models import Customer
from apps.events.services import record

HIGHEST = {Cycle.WEEKLY: 7, Cycle.MONTHLY: 31, Cycle.EVERY: 60}
MOST_DELAY = 60


@transaction.atomic
def set_remittance_terms(
    *,
    customer: Customer,
    since: date,
    cycle: Cycle,
    days: Sequence[int],
    delay_days: int = 1,
    minimum: Decimal = Decimal("0.00"),
    fee_deducted: bool = False,
    offset_agreed: bool = False,
    is_held: bool = False,
    account: BankAccount | None = None,
    note: str = "",
    by: User,
    at: datetime,
) -> RemittanceTerms:
    """From ``since`` on, today at the earliest. BadInput names the field."""
    if since < timezone.localdate(at):
        raise BadInput(_("That day is over."), code="past", field="since")
    days = sorted(set(days))
    if not days or days[0] < 1 or days[-1] > HIGHEST[cycle]:
        text = _("Days from 1 to %(most)d.") % {"most": HIGHEST[cycle]}
        raise BadInput(text, code="bad_days", field="days")
    if cycle == Cycle.EVERY and len(days) != 1:
        raise BadInput(_("One number of days."), code="bad_days", field="days")
    if not 0 <= delay_days <= MOST_DELAY:
        raise BadInput(_("From 0 to 60 days."), code="bad_days", field="delay_days")
    if minimum < 0 or money(minimum) != minimum:
        text = _("An amount of 0 or more, with two decimals at most.")
        raise BadInput(text, code="bad_amount", field="minimum")
    if account is not None and (account.state != AccountState.OPEN or account.parent_id):
        raise BadInput(_("An open main account."), code="bad_account", field="account")
    if is_held and not note.strip():
        raise BadInput(_("Say why it is on hold."), code="reason_missing", field="note")
    row: RemittanceTerms = RemittanceTerms.objects.create(
        customer=customer,
        since=since,
        cycle=cycle,
        days=days,
        delay_days=delay_days,
        minimum=minimum,
        fee_deducted=fee_deducted,
        offset_agreed=offset_agreed,
        is_held=is_held,
        account=account,
        note=" ".join(note.split())[:200],
        at=at,
        by=by,
    )
    data = {"since": since.isoformat(), "cycle": str(cycle), "days": ", ".join(map(str, days))}
    record("remittanceterms.set", row, by=by, at=at, data=data)
    return row
