"""Which account, when: the one question that every list, file, API and notice asks here."""

from datetime import datetime
from hmac import compare_digest

from django.db.models import F, Q, QuerySet

from apps.banking.models import AccountAssignment, BankAccount
from apps.customers.models import Customer


def which_account(customer: Customer | None, at: datetime) -> BankAccount | None:
    """The account that ``customer`` is told to pay into at ``at``: their own newest assignment, else
    everybody's. None only while nothing has been assigned at all."""
    found = _assignments(customer).filter(since__lte=at).first()
    return found.account if found else None


def is_accepted(account: BankAccount, customer: Customer | None, at: datetime) -> bool:
    """Whether money at ``account`` is nothing odd: it is the answer now, or one before it still accepts."""
    if which_account(customer, at) == account:
        return True
    return (
        _assignments(customer).filter(account=account, since__lte=at, accept_until__gt=at).exists()
    )


def tail_is(account: BankAccount | None, digits: str) -> bool:
    """Whether ``digits`` are the last four of ``account``; as long for a wrong guess as for a right one,
    and for no account at all."""
    kept = account.tail if account is not None else ""
    return compare_digest(kept.encode(), digits.encode()) and account is not None


def _assignments(customer: Customer | None) -> QuerySet[AccountAssignment]:
    whose = Q(customer=None)
    if customer is not None:
        whose |= Q(customer=customer.pk)
    rows = AccountAssignment.objects.filter(whose)
    return rows.select_related("account").order_by(F("customer").asc(nulls_last=True), "-since")
