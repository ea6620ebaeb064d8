"""Which account somebody is paid to: the one question that every payout asks here."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.banking.enums import CallOutcome, Meanwhile, PayeeState, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.banking.models.payees import OVER
from apps.customers.models import Contact, Customer


def payee_account_for(
    customer: Customer, at: datetime, purpose: str = PayoutPurpose.COD
) -> PayeeAccount | None:
    """The account that ``customer`` is paid to for ``purpose`` at ``at``. None: nothing is paid now. That is so
    while none is active, and while a new one waits whose contract holds the money meanwhile (COD-6)."""
    return payee_accounts_for([customer.pk], at, purpose).get(customer.pk)


def payee_accounts_for(
    customers: list[int], at: datetime, purpose: str = PayoutPurpose.COD
) -> dict[int, PayeeAccount]:
    """The same for many, by the customer's key, in one query; who may not be paid is left out."""
    states = (PayeeState.ACTIVE, PayeeState.REQUESTED, PayeeState.CALLED_BACK, PayeeState.COOLING)
    rows = PayeeAccount.objects.filter(
        customer__in=customers, purpose=purpose, state__in=states
    ).select_related("customer")
    found: dict[int, PayeeAccount] = {}
    held = set()
    for row in rows:
        if row.customer_id is None:
            continue
        if row.state == PayeeState.ACTIVE:
            if row.active_at is not None and row.active_at <= at:
                found[row.customer_id] = row
        elif row.meanwhile == Meanwhile.HOLD:
            held.add(row.customer_id)
    return {customer: row for customer, row in found.items() if customer not in held}


def private_payee_for(subject: Model) -> PayeeAccount | None:
    """The account that a private person named for this one thing; None: no account is in use for it."""
    return PayeeAccount.objects.filter(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        customer=None,
        state=PayeeState.ACTIVE,
    ).first()


def private_payees_for(model: type[Model], keys: list[int]) -> dict[int, str]:
    """The same for many rows of ``model``, in one query and masked."""
    if not keys:
        return {}
    rows = PayeeAccount.objects.filter(
        subject_type=model._meta.label_lower,
        subject_id__in=[str(key) for key in keys],
        customer=None,
        state=PayeeState.ACTIVE,
    )
    return {int(row.subject_id): row.masked for row in rows.defer("number")}


def payee_sha(payee: PayeeAccount) -> str:
    """A fingerprint of whom and where we pay: what people approve holds it instead of the number, and a payout
    that was approved for another account is not the same payout."""
    private = {"subject": f"{payee.subject_type}:{payee.subject_id}"}
    return sha256_of(
        canonical(
            {
                **(private if payee.customer_id is None else {}),
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


def payee_content(payee: PayeeAccount) -> dict[str, Any]:
    """What two people approve, as plain values; the account number is in it by its fingerprint only."""
    call = payee.calls.filter(outcome=CallOutcome.CONFIRMED).select_related("contact").last()
    return {
        "customer": payee.whom,
        "purpose": payee.purpose,
        "version": payee.version,
        "holder": payee.holder,
        "name_check": payee.name_check,
        "bank": payee.bank,
        "branch": payee.branch,
        "cnaps": payee.cnaps,
        "number": payee.number_index,
        "tail": payee.tail,
        "meanwhile": payee.meanwhile,
        "papers": [
            {"kind": paper.kind, "name": paper.file_name, "sha256": paper.sha256}
            for paper in payee.papers.all()
        ],
        "call": [call.contact.name, call.at.isoformat(timespec="minutes"), call.answer]
        if call
        else [],
        "shared_with": shared_with(payee),
    }


def shared_with(payee: PayeeAccount) -> list[str]:
    """Codes of other customers with the same account: nothing forbids it, and who approves must know."""
    others = PayeeAccount.objects.filter(number_index=payee.number_index, customer__isnull=False)
    if payee.customer_id is not None:
        others = others.exclude(customer=payee.customer_id)
    codes = others.exclude(state__in=OVER).values_list("customer__code", flat=True)
    return sorted(set(codes))


def may_be_called(payee: PayeeAccount, at: datetime) -> QuerySet[Contact]:
    """The contacts whose word counts: in use, and with a phone number that has been on file unchanged for
    ``PAYEE_PHONE_DAYS`` and since before the request (COD-6)."""
    since = min(at - timedelta(days=settings.PAYEE_PHONE_DAYS), payee.requested_at)
    return Contact.objects.filter(
        customer=payee.customer_id, active=True, phone_since__lt=since
    ).order_by("phone_since", "pk")
