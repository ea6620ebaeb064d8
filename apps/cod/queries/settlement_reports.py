"""The settlement report of a remittance: rows that sum to zero, as xlsx, csv and PDF (COD-7)."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.billing.rules.words import in_words
from apps.cod.enums import BEFORE_RELEASE, RemittanceFile, RemittanceState, RowKind
from apps.cod.models import Remittance, RemittanceRow
from apps.core.sheets import stream_csv
from apps.core.typesetting import typeset
from apps.core.workbooks import fill_book
from apps.tracking.enums import CodMethod

TEMPLATE = Path(__file__).parent.parent / "papers" / "remittance.typ"
TYPES = {
    RemittanceFile.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    RemittanceFile.CSV: "text/csv",
    RemittanceFile.PDF: "application/pdf",
}
IN_MEMORY = 2 * 1024 * 1024
# More is no paper any more; the sheets have every line.
MOST_LINES = 3_000
Line = tuple[Any, ...]


def report_file(row: Remittance, form: RemittanceFile) -> tuple[str, IO[bytes]]:
    """(its name, the open file at its beginning). Whoever asks closes it."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the caller closes it
    try:
        if form == RemittanceFile.PDF:
            file.write(report_pdf(row))
        elif form == RemittanceFile.XLSX:
            fill_book(file, _pages(row))
        else:
            for line in stream_csv(headings(), lines_of(row)):
                file.write(line.encode())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return f"{row.number}.{form}", file


def headings() -> list[str]:
    return [
        _("Row"), _("Kind"), _("Waybill or statement"), _("Collected at"), _("Paid by"), _("Amount"),
    ]  # fmt: skip


def lines_of(row: Remittance) -> Iterator[Line]:
    """Every line as cells; the amounts sum to zero."""
    rows = (
        RemittanceRow.objects.filter(remittance=row)
        .order_by("n")
        .values_list("n", "kind", "text", "amount", "item__collected_at", "item__method")
    )
    for n, kind, text, amount, at, method in rows.iterator(chunk_size=2_000):
        is_item = kind in (RowKind.ITEM, RowKind.ADVANCE)
        yield (
            n,
            kind_of_line(kind, amount),
            text,
            f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if is_item and at else "",
            str(CodMethod(method).label) if is_item and method else "",
            amount,
        )


def kind_of_line(kind: str, amount: Decimal) -> str:
    """What stands on a line; a claw-back above zero gives back what was taken too much."""
    if kind == RowKind.CLAW_BACK and amount > 0:
        return _("Claw-back given back")
    return str(RowKind(kind).label)


def sums_of(row: Remittance) -> list[tuple[str, Decimal]]:
    """By kind, in the order of the report; with the payout they are zero."""
    ahead = [(str(RowKind.ADVANCE.label), row.advanced)] if row.advanced else []
    return [
        (str(RowKind.ITEM.label), row.collected),
        *ahead,
        (str(RowKind.FEE.label), -row.fees),
        (str(RowKind.CLAW_BACK.label), -row.claw_backs),
        (str(RowKind.OFFSET.label), -row.offset),
        (str(RowKind.PAYOUT.label), -row.amount),
    ]


def facts_of(row: Remittance) -> list[tuple[str, str]]:
    """What stands above the lines; the account is masked."""
    return [
        (_("Merchant"), row.merchant.name),
        (_("Number"), row.number),
        (_("Day"), row.day.isoformat()),
        (_("Money on the bank until"), row.until.isoformat()),
        (_("Shipments"), str(row.count)),
        (_("Payout account"), row.payee.masked if row.payee else "—"),
        (_("State"), str(RemittanceState(row.state).label)),
        (
            _("With the merchant since"),
            f"{timezone.localdate(row.paid_at)}" if row.paid_at else "—",
        ),
    ]


def _pages(row: Remittance) -> list[tuple[str, list[str], Iterable[Line]]]:
    total: Line = (_("Total"), Decimal("0.00"))
    return [
        (_("Summary"), [_("Kind"), _("Amount")], [*sums_of(row), total, *facts_of(row)]),
        (_("Lines"), headings(), lines_of(row)),
    ]


def report_pdf(row: Remittance) -> bytes:
    """Chinese, A4, the same bytes for the same data; before its release it says so."""
    at: datetime = row.released_at or row.prepared_at
    with override("zh-hans"):
        return typeset(TEMPLATE, paper_of(row), at=at)


def paper_of(row: Remittance) -> dict[str, Any]:
    """What stands on the paper, as text."""
    lines = [
        [str(n), kind, text, at, method, f"{amount:,.2f}"]
        for n, kind, text, at, method, amount in islice(lines_of(row), MOST_LINES)
    ]
    more = row.rows.count() - len(lines)
    facts = facts_of(row)
    return {
        "company": settings.COMPANY_NAME,
        "title": row.number,
        "heading": _("COD settlement report of %(day)s") % {"day": row.day.isoformat()},
        "notice": _("Not released yet: a draft") if row.state in BEFORE_RELEASE else "",
        "facts": [[*left, *right] for left, right in zip(facts[::2], facts[1::2], strict=True)],
        "total_headings": [_("Kind"), _("Amount")],
        "totals": [[label, f"{amount:,.2f}"] for label, amount in sums_of(row)],
        "payout_label": _("Paid out"),
        "payout": f"{row.amount:,.2f}",
        "words_label": _("In words"),
        "in_words": in_words(row.amount),
        "lines_label": _("Lines"),
        "line_headings": headings(),
        "lines": lines,
        "left_out": _("%(n)d more lines are in the spreadsheet.") % {"n": more} if more > 0 else "",
        "stamp": _("Our stamp and day:"),
    }
