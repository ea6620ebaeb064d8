"""The vouchers of a month for the accounting system, as a spreadsheet (BIL-7; apps/backoffice/exports.py)."""

from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, Query
from apps.ledger.queries import VOUCHER_HEADINGS, voucher_rows
from apps.ledger.rules import month_of


def _month(query: Query) -> date:
    return parse_date(f"{query.get('month', '')}-01") or month_of(timezone.localdate())


def _rows(_by: Any, query: Query) -> Iterator[tuple[object, ...]]:
    return voucher_rows(_month(query))


VOUCHERS = Export(
    name="ledger.voucher",
    label=_("Vouchers"),
    file_name=lambda query: f"vouchers-{_month(query):%Y-%m}",
    permission="ledger.view_entry",
    rows=_rows,
    columns=tuple(ExportColumn(head, itemgetter(n)) for n, head in enumerate(VOUCHER_HEADINGS)),
)
EXPORTS = (VOUCHERS,)
