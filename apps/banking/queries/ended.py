"""Accounts of ours that are over: what came there all the same, and who still names them (COD-4)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from apps.banking.enums import AccountState
from apps.banking.models import AccountAssignment, BankAccount, BankLine
from apps.banking.rules import ACCOUNT_NUMBER, own_number
from apps.core.crypto import blind_index

# Whose assignments for what, oldest first.
AssignmentsByPurpose = Mapping[tuple[str, int | None], list[AccountAssignment]]
_RUN = re.compile(r"[0-9](?:[ \-]?[0-9]){7,31}")


def lines_at_ended(account: BankAccount, customers: Mapping[BankLine, int | None]) -> set[int]:
    """Of the bank lines (→ their customer, as far as known) at ``account`` those that came when that
    customer, or nobody, was told to pay into it and nothing was accepted there any more. An account that
    was never assigned is over only once it is closed. Two statements."""
    closed_at = account.closed_at if account.state == AccountState.CLOSED else None
    rows = _assignments_about(account, set(customers.values()))
    return {
        line.pk
        for line, customer in customers.items()
        if (closed_at is not None and _moment(line) >= closed_at)
        or _is_over(account.pk, rows, customer, _moment(line))
    }


def is_ended(account: BankAccount, at: datetime) -> bool:
    """Closed, or told to somebody once and now neither anybody's answer nor accepted."""
    if account.state == AccountState.CLOSED:
        return True
    return _is_over(account.pk, _assignments_about(account, ()), None, at)


def ended_accounts_named(texts: Mapping[int, str], at: datetime) -> dict[int, BankAccount]:
    """Which of ``texts`` (by key) name an account of ours that is over at ``at``: by its number in full,
    blanks and hyphens aside. One statement while none does."""
    numbers = {key: _numbers_in(text) for key, text in texts.items()}
    indexes = {n: blind_index(n, ACCOUNT_NUMBER) for found in numbers.values() for n in found}
    if not indexes:
        return {}
    known = BankAccount.objects.filter(number_index__in=indexes.values())
    over = {one.number_index: one for one in known if is_ended(one, at)}
    named = {}
    for key, found in numbers.items():
        hits = [over[indexes[number]] for number in sorted(found) if indexes[number] in over]
        if hits:
            named[key] = hits[0]
    return named


def _numbers_in(text: str) -> set[str]:
    found = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text)):
        with suppress(ValueError):
            found.add(own_number(run))
    return found


def _assignments_about(
    account: BankAccount, customers: Iterable[int | None]
) -> AssignmentsByPurpose:
    """For whatever ``account`` was ever assigned for: of these customers, of everybody, and of whoever
    was ever told this account."""
    used = AccountAssignment.objects.filter(account=account).values_list("purpose", "customer")
    keys = set(used)
    if not keys:
        return {}
    whose = {c for c in customers if c} | {c for _purpose, c in keys if c}
    rows = AccountAssignment.objects.filter(
        Q(customer=None) | Q(customer__in=whose), purpose__in={purpose for purpose, _c in keys}
    )
    found: dict[tuple[str, int | None], list[AccountAssignment]] = {}
    for one in rows.order_by("since", "pk"):
        found.setdefault((one.purpose, one.customer_id), []).append(one)
    return found


def _is_over(
    account_id: int, rows: AssignmentsByPurpose, customer: int | None, at: datetime
) -> bool:
    """Told once and not any more. Of a known customer what they are told counts; a stranger's money is in
    order as long as anybody may pay into the account."""
    assignments = list(rows.values())
    if customer is not None:
        assignments = [_of(rows, purpose, customer, at) for purpose in {key for key, _c in rows}]
    was_assigned = any(
        row.account_id == account_id and row.since <= at for one in assignments for row in one
    )
    return was_assigned and not any(_takes(account_id, one, at) for one in assignments)


def _of(
    rows: AssignmentsByPurpose, purpose: str, customer: int, at: datetime
) -> list[AccountAssignment]:
    """A customer's own once there is one, before it everybody's."""
    mine = rows.get((purpose, customer), [])
    return mine if any(one.since <= at for one in mine) else rows.get((purpose, None), [])


def _takes(account_id: int, assignments: list[AccountAssignment], at: datetime) -> bool:
    past = [one for one in assignments if one.since <= at]
    if past and past[-1].account_id == account_id:
        return True
    return any(
        one.account_id == account_id and one.accept_until is not None and one.accept_until > at
        for one in past
    )


def _moment(line: BankLine) -> datetime:
    """When the bank says that it was; a line without a time is taken as the first of its day."""
    return timezone.make_aware(datetime.combine(line.day, line.time or time.min))
