"""Balances: what was sealed last, and what was posted later."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db import connection

from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import Side
from apps.ledger.models import Account
from apps.ledger.rules import Balance

_BALANCES = """
WITH sealed AS (SELECT max(day) AS day FROM ledger_daybalance WHERE day <= %(on)s)
SELECT a.id, coalesce(b.debit, 0) + d.amount, coalesce(b.credit, 0) + c.amount
FROM unnest(%(accounts)s::bigint[]) AS a (id)
LEFT JOIN ledger_daybalance b ON b.account_id = a.id AND b.day = (SELECT day FROM sealed)
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM ledger_posting WHERE debit_id = a.id
    AND day <= %(on)s AND day > coalesce((SELECT day FROM sealed), '-infinity')) AS d
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM ledger_posting WHERE credit_id = a.id
    AND day <= %(on)s AND day > coalesce((SELECT day FROM sealed), '-infinity')) AS c
"""
_ACCOUNTS = """
SELECT party_id, id FROM ledger_account WHERE kind = %s AND party_kind = %s AND party_id = ANY(%s)
"""


def balance_of(account_id: int, *, on: date | None = None) -> Balance:
    """What stands on the account at the end of ``on``, or of everything posted."""
    return _balances([account_id], on)[account_id]


def net_of(side: Side) -> Decimal:
    """Debit less credit of one account, of everything posted; zero where nothing ever was."""
    kind, party_kind, party = side.key
    account = Account.objects.filter(kind=kind, party_kind=party_kind, party_id=party).first()
    return balance_of(account.pk).net if account else Decimal("0.00")


def balances_of(
    kind: AccountKind, party: PartyKind, ids: Collection[int], *, on: date | None = None
) -> dict[int, Balance]:
    """The balances of many parties in two statements, by the party's number; nothing for those
    without an account."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [kind.value, party.value, list(ids)])
        accounts = dict(cursor.fetchall())
    found = _balances(list(accounts.values()), on) if accounts else {}
    return {number: found[accounts[number]] if number in accounts else Balance() for number in ids}


def _balances(accounts: list[int], on: date | None) -> dict[int, Balance]:
    given = {"accounts": accounts, "on": on or "infinity"}
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, given)
        return {pk: Balance(debit, credit) for pk, debit, credit in cursor.fetchall()}
