"""Which account, when: the one question that every list, file, API and notice asks here."""

from collections.abc import Collection
from datetime import datetime
from hmac import compare_digest

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment, BankAccount
from apps.customers.models import Customer


def which_account(
    customer: Customer | None, at: datetime, *, purpose: AccountPurpose
) -> BankAccount | None:
    """The account that ``customer`` is told to pay into at ``at`` for ``purpose`` (freight or COD):
    their own newest assignment, else everybody's. None only while nothing has been assigned for it."""
    found = _assignments(customer, purpose).filter(since__lte=at).first()
    return found.account if found else None


def is_accepted(
    account: BankAccount, customer: Customer | None, at: datetime, *, purpose: AccountPurpose
) -> bool:
    """Whether money at ``account`` is nothing odd: it is the answer now, or one before it still accepts."""
    if which_account(customer, at, purpose=purpose) == account:
        return True
    rows = _assignments(customer, purpose).filter(account=account, since__lte=at)
    return rows.filter(accept_until__gt=at).exists()


def tail_is(account: BankAccount | None, digits: str) -> bool:
    """Whether ``digits`` are the last four of ``account``; as long for a wrong guess as for a right one,
    and for no account at all."""
    kept = account.tail if account is not None else ""
    return compare_digest(kept.encode(), digits.encode()) and account is not None


def _assignments(customer: Customer | None, purpose: AccountPurpose) -> QuerySet[AccountAssignment]:
    whose = Q(customer=None)
    if customer is not None:
        whose |= Q(customer=customer.pk)
    rows = AccountAssignment.objects.filter(whose, purpose=purpose)
    return rows.select_related("account").order_by(F("customer").asc(nulls_last=True), "-since")


def customers_paying_into(
    accounts: Collection[int], at: datetime, *, purpose: AccountPurpose
) -> "QuerySet[Customer]":
    """Customers still doing business whose answer at ``at`` is one of ``accounts`` (ids), in one query:
    by their own assignment, or because everybody's is."""
    of_all = AccountAssignment.objects.filter(purpose=purpose, since__lte=at).order_by("-since")
    own = of_all.filter(customer=OuterRef("pk")).values("account")[:1]
    everybodys = of_all.filter(customer=None).values("account")[:1]
    return (
        Customer.objects.open_for_orders()
        .annotate(told_account=Coalesce(Subquery(own), Subquery(everybodys)))
        .filter(told_account__in=accounts)
    )
