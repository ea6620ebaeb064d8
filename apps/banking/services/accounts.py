"""Accounts of ours. A number is entered once and never changed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.banking.queries.accounts import assignments_to
from apps.banking.queries.reconciliation import OPENING
from apps.banking.rules import ACCOUNT_NUMBER, bank_of_cnaps, own_number
from apps.banking.services.sides import bank_side
from apps.banking.states import ACCOUNT_MOVES
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import check_row, set_values
from apps.core.text import required_text
from apps.events.services import record
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import NewPosting, Side
from apps.ledger.models import Entry
from apps.ledger.services import post_entry

if TYPE_CHECKING:
    from apps.accounts.models import User

CHANGEABLE = ("name", "bank", "branch", "cnaps", "purpose")
FIELDS = (*CHANGEABLE, "holder", "parent")


@transaction.atomic
def open_account(
    *, number: str, values: Mapping[str, Any], by: "User", at: datetime
) -> BankAccount:
    """Enter an account of ours. Raises BadInput for a number that is none or is there already."""
    try:
        plain = own_number(number)
    except ValueError as error:
        text = _("An account number has 8 to 32 digits and no letters.")
        raise BadInput(text, code="bad_number", field="number") from error
    index = blind_index(plain, ACCOUNT_NUMBER)
    if BankAccount.objects.filter(number_index=index).exists():
        raise BadInput(
            _("This account has been entered already."), code="number_known", field="number"
        )
    account = BankAccount(number=plain, number_index=index, tail=plain[-4:], created_by_id=by.pk)
    set_values(account, values, FIELDS)
    if account.parent is not None and account.parent.parent_id is not None:
        raise BadInput(
            _("A sub-account belongs to a main account, not to another sub-account."),
            code="bad_parent",
            field="parent",
        )
    _check(account)
    record(
        "bankaccount.opened",
        account,
        by=by,
        at=at,
        data={"name": account.name, "purpose": account.purpose},
    )
    return account


@transaction.atomic
def change_account(
    account: BankAccount, values: Mapping[str, Any], *, by: "User", at: datetime
) -> BankAccount:
    """Change what may be changed; the number and its holder may not."""
    row = _locked(account)
    changed = set_values(row, values, CHANGEABLE)
    _check(row)
    if changed:
        record("bankaccount.changed", row, by=by, at=at, data={"fields": changed})
    return row


@transaction.atomic
def close_account(account: BankAccount, *, reason: str, by: "User", at: datetime) -> BankAccount:
    """Refused while it is what anybody is told to pay into."""
    row = _locked(account)
    ACCOUNT_MOVES.check(AccountState(row.state), AccountState.CLOSED)
    if assignments_to([row.pk]):
        raise RuleBroken(
            _("Somebody is still told to pay into this account. Assign another one first."),
            code="account_in_use",
        )
    row.state, row.closed_at, row.closed_by = AccountState.CLOSED, at, by
    row.save(update_fields=["state", "closed_at", "closed_by"])
    record("bankaccount.closed", row, by=by, at=at, data={"reason": reason})
    return row


@transaction.atomic
def reveal_number(account: BankAccount, *, reason: str, by: "User", at: datetime) -> str:
    """The number in clear; the reason is on record."""
    why = required_text(reason)
    record("bankaccount.revealed", account, by=by, at=at, data={"reason": why})
    number: str = account.number
    return number


@transaction.atomic
def post_opening(
    account: BankAccount, *, day: date, amount: Decimal, by: "User", at: datetime
) -> Entry:
    """What stood on the account before its first line: once."""
    bank, opening = bank_side(account), Side(AccountKind.OPENING)
    sides = (bank, opening) if amount > 0 else (opening, bank)
    return post_entry(
        key=f"bank-opening:{account.pk}",
        kind=OPENING,
        day=day,
        text=_("Opening balance of %(account)s") % {"account": account},
        postings=[NewPosting(*sides, abs(amount))],
        subject=account,
        by=by,
        at=at,
    )


def _locked(account: BankAccount) -> BankAccount:
    return BankAccount.objects.select_for_update().get(pk=account.pk)


def _check(row: BankAccount) -> None:
    check_row(row)
    if row.cnaps and bank_of_cnaps(row.cnaps) is None:
        text = _("No bank's CNAPS codes begin with %(code)s.") % {"code": row.cnaps[:3]}
        raise BadInput(text, code="cnaps_unknown", field="cnaps")
    row.save()
