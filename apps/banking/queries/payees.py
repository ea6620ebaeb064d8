"""Which account somebody is paid to: the one question that every payout asks here."""

from datetime import datetime

from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.banking.enums import Meanwhile, PayeeState, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.customers.models import Customer


def payee_account_for(
    customer: Customer, at: datetime, purpose: str = PayoutPurpose.COD
) -> PayeeAccount | None:
    """The account that ``customer`` is paid to for ``purpose`` at ``at``. None: nothing is paid now. That is so
    while none is active, and while a new one waits whose contract holds the money meanwhile (COD-6)."""
    return payee_accounts_for([customer.pk], at, purpose).get(customer.pk)


def payee_accounts_for(
    customers: "list[int]", at: datetime, purpose: str = PayoutPurpose.COD
) -> dict[int, PayeeAccount]:
    """The same for many, by the customer's key, in one query; who may not be paid is left out."""
    states = (PayeeState.ACTIVE, PayeeState.REQUESTED, PayeeState.CALLED_BACK, PayeeState.COOLING)
    rows = PayeeAccount.objects.filter(
        customer__in=customers, purpose=purpose, state__in=states
    ).select_related("customer")
    found: dict[int, PayeeAccount] = {}
    held = set()
    for row in rows:
        if row.state == PayeeState.ACTIVE:
            if row.active_at is not None and row.active_at <= at:
                found[row.customer_id] = row
        elif row.meanwhile == Meanwhile.HOLD:
            held.add(row.customer_id)
    return {customer: row for customer, row in found.items() if customer not in held}


def payee_sha(payee: PayeeAccount) -> str:
    """A fingerprint of whom and where we pay: what people approve holds it instead of the number, and a payout
    that was approved for another account is not the same payout."""
    return sha256_of(
        canonical(
            {
                "customer": payee.customer_id,
                "purpose": payee.purpose,
                "version": payee.version,
                "holder": payee.holder,
                "bank": payee.bank,
                "branch": payee.branch,
                "cnaps": payee.cnaps,
                "number": payee.number_index,
            }
        )
    )
