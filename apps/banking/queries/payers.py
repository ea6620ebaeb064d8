"""Who paid: what is known for certain, and who it is likely to be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.banking.enums import AliasKind
from apps.banking.matching import Match, Payer, Payment, Tie, Why, propose, propose_payer
from apps.banking.matching.words import tokens
from apps.banking.models import BankAccount, BankLine, PayerAlias
from apps.banking.queries.accounts import assigned_customers
from apps.core.discovery import modules_named
from apps.customers.models import Customer

SHORTEST_CODE = 4
_LIKELY = """
SELECT id FROM customers_customer
WHERE similarity(name, %(name)s) > 0.2 OR strpos(%(text)s, nullif(short_name, '')) > 0 OR name = %(name)s
ORDER BY similarity(name, %(name)s) DESC, id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The payer of a line, for certain, and why; without a customer several fit (a tie)."""

    customer_id: int | None
    why: Why


def known_payers(account: BankAccount, lines: Sequence[BankLine]) -> dict[int, Known]:
    """By line: the owner of a virtual sub-account, else a customer's code in the text, else a
    confirmed alias of number or name, else whose open items it settles for certain. Three statements
    and what the floors above ask, however many lines; two answers are a tie."""
    owner = _owner_of(account)
    if owner is not None:
        return {line.pk: Known(owner, Why.CODE) for line in lines}
    codes = _codes(lines)
    aliases = aliases_of(lines)
    found = {}
    for line in lines:
        by_code = {codes[token] for token in tokens(f"{line.text} {line.ref}") if token in codes}
        named = {
            customer
            for kind, key in (
                (AliasKind.NUMBER, line.party_index),
                (AliasKind.NAME, line.name_index),
            )
            if key and (customer := aliases.get((kind, key))) is not None
        }
        either = by_code or named
        if either:
            why = Why.CODE if by_code else Why.ALIAS
            found[line.pk] = Known(either.pop() if len(by_code | named) == 1 else None, why)
    return {**_by_items([line for line in lines if line.pk not in found]), **found}


def payment_of(line: BankLine) -> Payment:
    """A line as the matching reads it; the account is its blind index."""
    return Payment(line.amount, line.text, line.ref, name=line.party_name, account=line.party_index)


def _by_items(lines: Sequence[BankLine]) -> dict[int, Known]:
    """What is owed is known on the floors above: an app that has such things announces them in a module
    ``owed`` with ``open_items(payments) -> Iterable[Item]``, asked once for all payments, whose items
    have the customer's number as ``payer``. Only a certain match decides; a tie is a person's."""
    payments = {line.pk: payment_of(line) for line in lines}
    if not payments:
        return {}
    items = [
        item
        for _config, module in modules_named("owed")
        for item in module.open_items(list(payments.values()))
    ]
    found = {}
    for pk, payment in payments.items():
        answer = propose(payment, items)
        if isinstance(answer, Match) and answer.is_certain:
            owners = {item.payer for item in answer.items}
            if len(owners) == 1:
                found[pk] = Known(owners.pop(), answer.why)
        elif isinstance(answer, Tie):
            found[pk] = Known(None, answer.why)
    return found


def aliases_of(lines: Collection[BankLine]) -> dict[tuple[str, str], int]:
    """(kind, key) → customer of those that are confirmed and of one customer only."""
    keys = {key for line in lines for key in (line.party_index, line.name_index) if key}
    rows = PayerAlias.objects.filter(key__in=keys, dropped_at=None, is_ambiguous=False)
    return {(row.kind, row.key): row.customer_id for row in rows}


def likely_customers(line: BankLine, *, most: int = 6) -> list[Customer]:
    """Whom a person is offered, the likeliest first; names decide nothing else."""
    given: dict[str, Any] = {"name": line.party_name, "text": line.text or " ", "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_LIKELY, given)
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = {row.pk: row for row in Customer.objects.filter(pk__in=ids)}
    found = [rows[pk] for pk in ids]
    payers = [Payer(row.pk, row.name, code=row.code) for row in found]
    answer = propose_payer(Payment(line.amount, text=line.text, name=line.party_name), payers)
    first = {one.id for one in answer.items} if isinstance(answer, Match) else set()
    first |= {one.id for one in answer.candidates} if isinstance(answer, Tie) else set()
    return sorted(found, key=lambda row: row.pk not in first)


def _codes(lines: Sequence[BankLine]) -> dict[str, int]:
    """Token → customer, for codes that stand in a text as a whole token."""
    candidates = {token.upper() for line in lines for token in tokens(f"{line.text} {line.ref}")}
    wanted = [token for token in candidates if len(token) >= SHORTEST_CODE]
    rows = Customer.objects.filter(code__in=wanted).values_list("code", "pk")
    return {code.lower(): pk for code, pk in rows}


def _owner_of(account: BankAccount) -> int | None:
    """The customer of a virtual sub-account: the only one it was ever assigned to."""
    if account.parent_id is None:
        return None
    mine = assigned_customers(account)
    return mine.pop() if len(mine) == 1 else None
