"""A statement as rows: for the payer's sheet and ours (BIL-7)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.billing.models import Statement
from apps.billing.queries.lines import all_lines

HEADINGS = (
    _("Day"),
    _("Waybill"),
    _("Customer"),
    _("From"),
    _("To"),
    _("Pieces"),
    _("Weight (kg)"),
    _("Kind"),
    _("Tax class"),
    _("Amount"),
    _("Note"),
)


def line_rows(statement: Statement) -> Iterator[tuple[Any, ...]]:
    """The lines under HEADINGS; amounts and weights are numbers. Memory does not grow with them."""
    for line in all_lines(statement):
        grams = line.facts.get("weight_g") or 0
        yield (
            line.service_day,
            line.waybill,
            line.customer.display_name if line.customer else "",
            line.facts.get("from", ""),
            line.facts.get("to", ""),
            line.facts.get("pieces"),
            Decimal(grams) / 1000 if grams else None,
            line.get_kind_display(),
            str(line.tax_class),
            line.gross,
            line.reason,
        )


def summary_rows(statement: Statement) -> list[tuple[Any, ...]]:
    """What stands above the lines: whose month, and the figures."""
    rows: list[tuple[Any, ...]] = [
        (str(_("Statement")), statement.number),
        (str(_("Payer")), statement.payer_name),
        (str(_("Month")), f"{statement.period:%Y-%m}"),
        (str(_("Opening balance")), statement.opening),
    ]
    rows += [
        (total.get_kind_display(), total.gross)
        for total in statement.totals.select_related("tax_class")
    ]
    rows += [
        (str(_("Charges")), statement.charged),
        (str(_("Receipts")), statement.received),
        (str(_("Closing balance")), statement.closing),
    ]
    return rows
