"""A statement as a paper: Chinese, A4, the same bytes for the same data (BIL-7)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.banking.enums import AccountPurpose
from apps.banking.queries import pay_to
from apps.billing.enums import StatementState
from apps.billing.models import Charge, Statement
from apps.billing.queries.compensation import headings, sheet_rows
from apps.billing.queries.lines import all_lines
from apps.billing.rules.words import in_words
from apps.core.errors import RuleBroken
from apps.core.typesetting import typeset
from apps.customers.models import Customer

TEMPLATE = Path(__file__).parent.parent / "papers" / "statement.typ"
# More is no paper any more; the sheets have every line.
MOST_LINES = 5_000
SENT = (StatementState.SENT, StatementState.CONFIRMED)
Pair = tuple[str, str]


def statement_pdf(statement: Statement) -> bytes:
    """The paper that the payer gets; before it is sent it says so. Its account is the one that the payer
    was told when it was sent. RuleBroken ``still_open`` while charges come."""
    if statement.state == StatementState.OPEN:
        message = _("%(number)s is still open: freeze it first.") % {"number": statement.number}
        raise RuleBroken(message, code="still_open")
    at = statement.sent_at or statement.frozen_at
    assert at is not None  # noqa: S101  # a constraint says that a frozen one has its instant
    with override("zh-hans"):
        return typeset(TEMPLATE, paper_of(statement, at), at=at)


def paper_of(statement: Statement, at: datetime) -> dict[str, Any]:
    """What stands on the paper, as text."""
    lines = [_line(charge) for charge in islice(all_lines(statement), MOST_LINES)]
    more = (statement.lines or 0) - len(lines)
    month = date_format(statement.period, "Y年n月")
    return {
        "company": settings.COMPANY_NAME,
        "title": f"{statement.number} {statement.period:%Y-%m}",
        "heading": _("Statement of %(month)s") % {"month": month},
        "notice": "" if statement.state in SENT else _("Not sent yet: a draft"),
        "facts": _rows_of_two(_facts(statement)),
        "account": account_rows(statement.bill_to, at),
        "total_headings": [_("Kind"), _("Lines"), _("Amount")],
        "totals": _totals(statement),
        "closing": amount(statement.closing),
        "in_words": in_words(statement.closing or Decimal(0)),
        "lines": lines,
        "line_headings": [
            _("Day"), _("Waybill"), _("Customer"), _("From – to"), _("Kind"), _("Weight (kg)"), _("Amount"),
        ],
        "compensation": [
            [f"{day:%m-%d}", *texts, amount(paid)] for day, *texts, paid in sheet_rows(statement)
        ],
        "compensation_headings": headings(),
        "left_out": _("%(n)d more lines are in the spreadsheet.") % {"n": more} if more > 0 else "",
        "words": _words(statement),
    }  # fmt: skip


def _facts(statement: Statement) -> list[Pair]:
    due_on = f"{statement.due_on:%Y-%m-%d}" if statement.due_on else "—"
    return [
        (_("Payer"), statement.payer_name),
        (_("Number"), statement.number),
        (_("Opening balance"), amount(statement.opening)),
        (_("Charges"), amount(statement.charged)),
        (_("Receipts"), amount(statement.received)),
        (_("Due on"), due_on),
    ]


def account_rows(payer: Customer | None, at: datetime) -> list[list[str]]:
    """Where to pay, in full: whoever reads the paper has to type it."""
    pays_to = pay_to(payer, at, purpose=AccountPurpose.FREIGHT)
    if pays_to is None:
        return []
    return _rows_of_two(
        [
            (_("Account holder"), pays_to.holder),
            (_("Account number"), pays_to.number),
            (_("Bank"), pays_to.bank),
            (_("CNAPS code"), pays_to.cnaps or "—"),
        ]
    )


def _totals(statement: Statement) -> list[list[str]]:
    rows = statement.totals.order_by("kind", "tax_class_id")
    return [[row.get_kind_display(), str(row.n), amount(row.gross)] for row in rows]


def _line(charge: Charge) -> list[str]:
    facts = charge.facts
    way = " – ".join(part for part in (facts.get("from"), facts.get("to")) if part)
    grams = facts.get("weight_g")
    return [
        f"{charge.service_day:%m-%d}",
        charge.waybill or "—",
        charge.customer.display_name if charge.customer else "",
        way,
        f"{charge.get_kind_display()} {charge.reason}".strip(),
        f"{Decimal(grams) / 1000:f}" if grams else "",
        amount(charge.gross),
    ]


def _words(statement: Statement) -> dict[str, str]:
    code = _("Please write %(number)s on your transfer: then we know at once what it is for.")
    return {
        "closing": _("Closing balance"),
        "in_words": _("In words"),
        "payment_code": code % {"number": statement.number},
        "lines": _("Lines"),
        "compensation": _("Compensation paid to you this month, not part of the figures"),
        "our_stamp": _("Our stamp and day:"),
        "your_stamp": _("Agreed, the payer's stamp and day:"),
    }


def _rows_of_two(pairs: Iterable[Pair]) -> list[list[str]]:
    """Two pairs a row; the last one may be half empty."""
    flat = list(pairs)
    if len(flat) % 2:
        flat.append(("", ""))
    return [[*left, *right] for left, right in zip(flat[::2], flat[1::2], strict=True)]


def amount(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,.2f}"
