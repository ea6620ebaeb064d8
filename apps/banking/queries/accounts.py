"""Which account, when: the one question that every list, file, API and notice asks here. Nobody else
reads numbers of ours or assignments (``tests/banking/test_one_answer.py``)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment, BankAccount
from apps.banking.rules import ACCOUNT_NUMBER
from apps.core.crypto import blind_index
from apps.customers.models import Customer


class NumberAltered(RuntimeError):
    """The number of an account of ours is not the one that was entered: somebody changed it past us."""


@dataclass(frozen=True, slots=True)
class PayTo:
    """Where to pay, in full, for a paper that the payer types it from."""

    holder: str
    number: str
    bank: str
    cnaps: str
    masked: str


def which_account(
    customer: Customer | None, at: datetime, *, purpose: AccountPurpose
) -> BankAccount | None:
    """The account that ``customer`` is told to pay into at ``at`` for ``purpose`` (freight or COD):
    their own newest assignment, else everybody's. None only while nothing has been assigned for it."""
    found = _assignments(customer, purpose).filter(since__lte=at).first()
    return found.account if found else None


def pay_to(customer: Customer | None, at: datetime, *, purpose: AccountPurpose) -> PayTo | None:
    """What ``which_account`` says, with its number in full. Raises NumberAltered rather than tell a
    number other than the one that was entered and approved."""
    account = which_account(customer, at, purpose=purpose)
    if account is None:
        return None
    check_number(account)
    bank = f"{account.bank} {account.branch}".strip()
    return PayTo(account.holder, account.number, bank, account.cnaps, account.masked)


def check_number(account: BankAccount) -> None:
    """Raises NumberAltered where the encrypted number is not the one its index was made of."""
    number = str(account.number)
    if blind_index(number, ACCOUNT_NUMBER) != account.number_index or number[-4:] != account.tail:
        raise NumberAltered(f"the number of account {account.pk} is not the one that was entered")


def tail_is(account: BankAccount | None, digits: str) -> bool:
    """Whether ``digits`` are the last four of ``account``; as long for a wrong guess as for a right one,
    and for no account at all."""
    own_tail = account.tail if account is not None else ""
    return compare_digest(own_tail.encode(), digits.encode()) and account is not None


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
        .annotate(assigned_account=Coalesce(Subquery(own), Subquery(everybodys)))
        .filter(assigned_account__in=accounts)
    )


def assignments_to(
    accounts: Collection[int], *, purpose: AccountPurpose | None = None
) -> list[AccountAssignment]:
    """Each one's newest assignment for ``purpose`` (None: for anything), everybody's among them, that is
    to one of ``accounts`` (ids)."""
    rows = AccountAssignment.objects.order_by("customer_id", "purpose", "-since", "-pk")
    newest = rows.distinct("customer_id", "purpose").values("pk")
    found = AccountAssignment.objects.filter(pk__in=newest, account__in=accounts)
    if purpose is not None:
        found = found.filter(purpose=purpose)
    return list(found.select_related("account", "customer").order_by("pk"))


def assigned_customers(account: BankAccount) -> set[int | None]:
    """Customers (ids; None: everybody) that were ever told this account."""
    rows = AccountAssignment.objects.filter(account=account)
    return set(rows.values_list("customer", flat=True))


def assignments_of(account: BankAccount, most: int = 50) -> list[AccountAssignment]:
    """Who was told it since when, the newest first."""
    rows = AccountAssignment.objects.filter(account=account).select_related("customer")
    return list(rows.order_by("-since", "-pk")[:most])


def fingerprint_of(account: BankAccount) -> str:
    """What stands for its number where the number itself is not shown: another number, another one."""
    return account.number_index


def assignments_by(project: str) -> list[AccountAssignment]:
    """Those that an account change (its number) made, oldest first."""
    rows = AccountAssignment.objects.filter(project=project)
    return list(rows.select_related("account", "customer").order_by("since", "pk"))


def assignments_ended_by(project: str, accounts: Collection[int]) -> list[AccountAssignment]:
    """The assignments to ``accounts`` (ids) that those of an account change followed."""
    made = assignments_by(project)
    fresh = {(one.customer_id, one.purpose): one for one in made if one.account_id not in accounts}
    rows = AccountAssignment.objects.filter(account__in=accounts, accept_until__isnull=False)
    return [
        one
        for one in rows.select_related("account").order_by("pk")
        if (found := fresh.get((one.customer_id, one.purpose))) and one.since < found.since
    ]


def _assignments(customer: Customer | None, purpose: AccountPurpose) -> QuerySet[AccountAssignment]:
    whose = Q(customer=None)
    if customer is not None:
        whose |= Q(customer=customer.pk)
    rows = AccountAssignment.objects.filter(whose, purpose=purpose)
    return rows.select_related("account").order_by(F("customer").asc(nulls_last=True), "-since")
