"""Whom an account change is about, and what it still lacks."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.account_changes.enums import ChangeScope, PaperKind, TeamSide
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.comparing import compared, comparison
from apps.accounts.models import User
from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount
from apps.banking.queries import customers_paying_into
from apps.customers.models import Customer
from apps.training.queries import who_completed

LEAST_CANDIDATES = 2


def accounts_of(account: BankAccount) -> list[int]:
    """An account and its sub-accounts: the money of all of them is in it."""
    return [account.pk, *account.children.values_list("pk", flat=True)]


def affected_customers(project: ChangeProject, at: datetime) -> "QuerySet[Customer]":
    """Customers whose account changes: those listed, or all that are told to pay into the old account
    or a sub-account of it. Of a project that has started: those that were told so just before."""
    if project.scope == ChangeScope.LISTED:
        return Customer.objects.filter(account_changes__project=project)
    when = at if project.started_at is None else _just_before(project.started_at)
    return customers_paying_into(
        accounts_of(project.old_account), when, purpose=AccountPurpose(project.purpose)
    )


def briefing_sha256(project: ChangeProject) -> str:
    return hashlib.sha256(project.briefing.encode()).hexdigest()


def concerned_people(project: ChangeProject) -> list[User]:
    """Who must have read the briefing: the team, and whoever holds one of the roles now."""
    team = project.members.values_list("user_id", flat=True)
    people = User.objects.active().people()
    found = {user.pk: user for user in people.with_role(*project.reader_roles)}
    found |= {user.pk: user for user in User.objects.active().filter(pk__in=team)}
    return sorted(found.values(), key=lambda user: user.display_name)


def missing_readers(project: ChangeProject) -> list[User]:
    """By name: who has not completed the course of the change, or without one not confirmed the briefing as it
    is now."""
    if project.course_id is not None:
        people = concerned_people(project)
        learnt = who_completed(project.course_id, [user.pk for user in people])
        return [user for user in people if user.pk not in learnt]
    read = project.readings.filter(sha256=briefing_sha256(project)).values_list(
        "user_id", flat=True
    )
    done = set(read)
    return [user for user in concerned_people(project) if user.pk not in done]


def missing_sides(project: ChangeProject) -> list[TeamSide]:
    there = set(project.members.values_list("side", flat=True))
    return [side for side in TeamSide if side.value not in there]


def missing_before_approval(project: ChangeProject, at: datetime) -> list[str]:
    """What must be there before anybody is asked to approve, in words; empty when nothing lacks."""
    found = [
        _("Nobody of %(side)s is on the team.") % {"side": side.label}
        for side in missing_sides(project)
    ]
    if project.scope == ChangeScope.LISTED and not project.customers.exists():
        found.append(_("No customer is listed."))
    if project.scope == ChangeScope.LISTED:
        found += _listed_elsewhere(project, at)
    new = project.new_account
    if new is None:
        found.append(_("The new account is not chosen."))
    elif new.state != AccountState.OPEN:
        found.append(_("The new account is closed."))
    if not project.papers.filter(kind=PaperKind.OPENING).exists():
        found.append(_("The papers of the account's opening are not filed."))
    if not project.briefing:
        found.append(_("The briefing is not written."))
    return found + _lacks_proof(project)


def _listed_elsewhere(project: ChangeProject, at: datetime) -> Iterable[str]:
    paying = customers_paying_into(
        accounts_of(project.old_account), at, purpose=AccountPurpose(project.purpose)
    )
    elsewhere = affected_customers(project, at).exclude(pk__in=paying.values("pk"))
    return [
        _("%(name)s does not pay into the old account.") % {"name": one.display_name}
        for one in elsewhere[:20]
    ]


def _lacks_proof(project: ChangeProject) -> list[str]:
    """Banks compared, deposits tested; the new account is the better one or its choice is justified."""
    found = []
    ranked, test = compared(project), comparison(project)
    if len(ranked) < LEAST_CANDIDATES:
        found.append(_("Fewer than two banks are compared."))
    if not test.old.n or not test.new.n:
        found.append(_("Test deposits are missing: one at least into each account."))
    if not project.justification:
        if test.old.n and test.new.n and not test.new_wins:
            found.append(
                _("Money is there sooner at the old account: say why the new one all the same.")
            )
        if ranked and project.new_account is not None and not is_first(project):
            found.append(_("Another bank scores higher: say why this one all the same."))
    return found


def is_first(project: ChangeProject) -> bool:
    """Whether the bank of the new account is among those with the highest score."""
    account = project.new_account
    return account is not None and any(
        one.place == 1 and (one.bank in account.bank or account.bank in one.bank)
        for one in compared(project)
    )


def _just_before(at: datetime) -> datetime:
    return at - timedelta(microseconds=2)
