"""A dunning letter as a paper: Chinese, A4, the same bytes for the same data (BIL-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.billing.models import DunningNotice, Statement
from apps.billing.queries.papers import account_rows, amount
from apps.billing.rules.dunning import Letter
from apps.billing.rules.words import in_words
from apps.core.typesetting import typeset
from apps.customers.models import Customer

TEMPLATE = Path(__file__).parent.parent / "papers" / "dunning.typ"


@dataclass(frozen=True, slots=True)
class Row:
    """A statement on the letter; ``level`` is the one it comes to, 0 where it is only named again."""

    number: str
    due_on: date
    owed: Decimal
    disputed: Decimal
    covered: Decimal
    asked: Decimal
    level: int


def letter_pdf(notice: DunningNotice) -> bytes:
    """The paper that the payer got."""
    rows = [
        Row(i.statement.number, i.due_on, i.owed, i.disputed, i.covered, i.asked, i.level or 0)
        for i in notice.items.select_related("statement")
    ]
    return _set(notice, rows, draft=False)


def letters_about(statement: Statement) -> "QuerySet[DunningNotice]":
    """The letters that name a statement, the newest first."""
    return DunningNotice.objects.filter(items__statement=statement).select_related("bill_to")


def draft_pdf(payer: Customer, letter: Letter, at: datetime) -> bytes:
    """What would be sent at ``at``; it has no number, and says that it is a draft."""
    rows = [
        Row(i.number, i.due_on, i.owed, i.disputed, i.covered, i.asked, level)
        for i, level in [*letter.raised, *((item, 0) for item in letter.named)]
    ]
    rows.sort(key=lambda row: (row.due_on, row.number))
    return _set(notice_of(payer, letter, at), rows, draft=True)


def notice_of(payer: Customer, letter: Letter, at: datetime) -> DunningNotice:
    """The letter as a row, without number and author."""
    day = timezone.localdate(at)
    return DunningNotice(
        bill_to=payer,
        level=letter.level.level,
        addressee=payer.name,
        title=letter.level.title,
        words=letter.level.words,
        as_of=day,
        pay_by=day + timedelta(days=letter.level.pay_within_days),
        total=letter.total,
        at=at,
    )


def _set(notice: DunningNotice, rows: Sequence[Row], *, draft: bool) -> bytes:
    with override("zh-hans"):
        return typeset(TEMPLATE, _paper(notice, rows, draft=draft), at=notice.at)


def _paper(notice: DunningNotice, rows: Sequence[Row], *, draft: bool) -> dict[str, Any]:
    code = _("Please write %(number)s on your transfer: then we know at once what it is for.")
    return {
        "company": settings.COMPANY_NAME,
        "number": notice.number or "—",
        "title": notice.title,
        "notice": _("Not sent yet: a draft") if draft else "",
        "day": date_format(notice.as_of, "Y年n月j日"),
        "addressee": _("To: %(name)s") % {"name": notice.addressee},
        "body": notice.words,
        "headings": [
            _("Statement"), _("Due on"), _("Owed"), _("Disputed"), _("Paid in advance"), _("To be paid"), _("Letter"),
        ],
        "items": [_row(row) for row in rows],
        "total": amount(notice.total),
        "in_words": in_words(notice.total),
        "pay_by": date_format(notice.pay_by, "Y年n月j日"),
        "account": account_rows(notice.bill_to, notice.at),
        "words": {
            "number": _("Number"),
            "total": _("To be paid in all"),
            "pay_by": _("at the latest on"),
            "payment_code": code % {"number": rows[0].number},
            "closing": _("If you have paid meanwhile, this letter needs no answer. Questions: %(phone)s.")
            % {"phone": settings.COMPANY_PHONE},
        },
    }  # fmt: skip


def _row(row: Row) -> list[str]:
    letter = _("no. %(level)d") % {"level": row.level} if row.level else _("also overdue")
    return [
        row.number,
        f"{row.due_on:%Y-%m-%d}",
        amount(row.owed),
        amount(row.disputed) if row.disputed else "—",
        amount(row.covered) if row.covered else "—",
        amount(row.asked),
        letter,
    ]
