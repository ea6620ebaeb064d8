"""Whom an account change is about."""

from datetime import datetime

from django.db.models import QuerySet

from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.banking.queries import customers_paying_into
from apps.cod.enums import ChangeScope
from apps.cod.models import ChangeProject
from apps.customers.models import Customer


def accounts_of(account: BankAccount) -> list[int]:
    """An account and its sub-accounts: the money of all of them is in it."""
    return [account.pk, *account.children.values_list("pk", flat=True)]


def affected_customers(project: ChangeProject, at: datetime) -> "QuerySet[Customer]":
    """Customers whose account changes: those listed, or all that are told to pay into the old account
    or a sub-account of it. Of a project that has started: those that were told so when it did."""
    if project.scope == ChangeScope.LISTED:
        return Customer.objects.filter(account_changes__project=project)
    when = at if project.started_at is None else project.started_at
    return customers_paying_into(
        accounts_of(project.old_account), when, purpose=AccountPurpose(project.purpose)
    )
