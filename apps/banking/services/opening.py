"""Going live: what stood in the old books, by sheet, as entries of one dated opening."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.banking.enums import OpeningKind
from apps.banking.models import BankAccount
from apps.banking.queries.reconciliation import OPENING
from apps.banking.reading.figures import amount_of
from apps.banking.services.sides import bank_side
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.core.sheets import Column, SheetRow, read_rows
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.services import post_entries

if TYPE_CHECKING:
    from apps.accounts.models import User

COLUMNS = (
    Column("kind", ("类别", "kind"), required=True),
    Column("code", ("编码", "客户编码", "账户", "code"), required=True),
    Column("amount", ("金额", "amount"), required=True),
)
_NAMES = {
    "应收": OpeningKind.RECEIVABLE, "应收账款": OpeningKind.RECEIVABLE, "预收": OpeningKind.ADVANCE,
    "预收账款": OpeningKind.ADVANCE, "银行": OpeningKind.BANK, "银行存款": OpeningKind.BANK,
    "代收货款": OpeningKind.COD, "未付代收货款": OpeningKind.COD, **{kind.value: kind for kind in OpeningKind},
}  # fmt: skip
_CREDITS = {OpeningKind.ADVANCE: AccountKind.ADVANCE, OpeningKind.COD: AccountKind.COD_PAYABLE}


class OpeningRefused(RuleBroken):
    """Nothing was posted; ``rows`` are the refusals with their rows."""

    def __init__(self, rows: list[BadInput]) -> None:
        super().__init__(_("The sheet was not taken."), code="opening_refused", field="file")
        self.rows = rows


@dataclass(frozen=True, slots=True)
class _Row:
    row: int
    kind: OpeningKind
    party: Any
    amount: Decimal


def take_opening(
    *,
    content: bytes,
    name: str,
    day: date,
    totals: Mapping[OpeningKind, Decimal],
    by: "User",
    at: datetime,
) -> int:
    """Post the sheet's rows as of the end of ``day``; how many. All of them or none: every row must be
    readable and each kind must add up to ``totals`` (a kind left out: to nothing). The same sheet again
    changes nothing; another amount for somebody who has an opening is refused (``key_taken``)."""
    sheet = read_rows(io.BytesIO(content), filename=name, columns=COLUMNS, max_rows=20_000)
    rows, refused = _read(sheet.rows)
    refused += _untrue_totals(rows, totals)
    if refused:
        raise OpeningRefused(refused)
    entries = [_entry(row, day) for row in rows]
    with transaction.atomic():
        post_entries(entries, by=by, at=at)
    return len(entries)


def _read(rows: list[SheetRow]) -> tuple[list[_Row], list[BadInput]]:
    codes = {row.values["code"].strip() for row in rows}
    customers = {c.code: c for c in Customer.objects.filter(code__in={c.upper() for c in codes})}
    accounts = {a.name: a for a in BankAccount.objects.filter(name__in=codes)}
    found: list[_Row] = []
    refused: list[BadInput] = []
    seen: dict[tuple[OpeningKind, int], int] = {}
    for row in rows:
        try:
            one = _one(row, customers, accounts)
            before = seen.setdefault((one.kind, one.party.pk), row.number)
            if before != row.number:
                raise BadInput(
                    _("The same stands in line %(n)s already.") % {"n": before},
                    code="row_twice",
                    field="code",
                )
            found.append(one)
        except BadInput as refusal:
            refusal.row = row.number
            refused.append(refusal)
    return found, refused


def _one(row: SheetRow, customers: dict[str, Customer], accounts: dict[str, BankAccount]) -> _Row:
    if row.errors:
        raise row.errors[0]
    kind = _NAMES.get(row.values["kind"].strip())
    if kind is None:
        raise BadInput(
            _("“%(kind)s” is no kind of opening.") % {"kind": row.values["kind"][:20]},
            code="bad_kind",
            field="kind",
        )
    code = row.values["code"].strip()
    party: Any = accounts.get(code) if kind == OpeningKind.BANK else customers.get(code.upper())
    if party is None:
        raise BadInput(
            _("“%(code)s” is not known.") % {"code": code[:40]}, code="unknown_code", field="code"
        )
    try:
        amount = amount_of(row.values["amount"])
    except ValueError:
        amount = None
    if not amount or (amount < 0 and kind != OpeningKind.BANK):
        raise BadInput(
            _("The amount must be above zero, with two decimals at most."),
            code="bad_amount",
            field="amount",
        )
    return _Row(row.number, kind, party, amount)


def _untrue_totals(rows: list[_Row], totals: Mapping[OpeningKind, Decimal]) -> list[BadInput]:
    found = []
    for kind in OpeningKind:
        total = sum((row.amount for row in rows if row.kind == kind), Decimal(0))
        stated = totals.get(kind) or Decimal(0)
        if total != stated:
            found.append(
                BadInput(
                    _("%(kind)s: the rows add up to %(sum)s, the total says %(total)s.")
                    % {
                        "kind": kind.label,
                        "sum": format_money(total),
                        "total": format_money(stated),
                    },
                    code="total_differs",
                    field=kind.value,
                )
            )
    return found


def _entry(row: _Row, day: date) -> NewEntry:
    opening, party = Side(AccountKind.OPENING), row.party
    if row.kind == OpeningKind.BANK:
        key, kind, side = f"{OPENING}:{party.pk}", OPENING, bank_side(party)
        sides = (side, opening) if row.amount > 0 else (opening, side)
    else:
        key, kind = f"opening:{row.kind}:{party.pk}", "opening"
        owner = Party(PartyKind.CUSTOMER, party.pk, str(party))
        if row.kind == OpeningKind.RECEIVABLE:
            sides = (Side(AccountKind.RECEIVABLE, owner), opening)
        else:
            sides = (opening, Side(_CREDITS[row.kind], owner))
    text = _("Opening balance of %(account)s") % {"account": party}
    posting = NewPosting(*sides, abs(row.amount))
    return NewEntry(key, kind, day, text, [posting], party._meta.label_lower, str(party.pk))
