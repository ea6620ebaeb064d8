"""A statement as rows: for the payer's sheet and ours (BIL-7)."""

from collections.abc import Iterator
from typing import IO, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import ChargeKind
from apps.billing.models import Statement

KIND = 7  # its column of HEADINGS

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


# What stands under HEADINGS, without objects: a hundred thousand lines take the time of reading them.
_LINES = """
SELECT c.service_day, c.waybill, coalesce(nullif(u.short_name, ''), u.name, ''), c.facts->>'from',
    c.facts->>'to', (c.facts->>'pieces')::int,
    trim_scale(nullif((c.facts->>'weight_g')::numeric, 0) / 1000), {kind}, t.name, c.gross, c.reason
FROM billing_charge c JOIN pricing_taxclass t ON t.id = c.tax_class_id
LEFT JOIN customers_customer u ON u.id = c.customer_id {kinds}
WHERE c.statement_id = %(statement)s ORDER BY c.service_day, c.waybill, c.id
"""
_KINDS = "JOIN unnest(%(kinds)s::text[], %(labels)s::text[]) AS k (kind, label) ON k.kind = c.kind"
# A cell that a spreadsheet would take for a formula gets an apostrophe, as in core.sheets: = + - @ | %,
# tab and carriage return.
_TEXT = "CASE WHEN ascii({0}) IN (61, 43, 45, 64, 124, 37, 9, 13) THEN '''' || {0} ELSE nullif({0}, '') END"
_CSV = "SELECT day, {waybill}, {payer}, {origin}, {destination}, pieces, kg, {kind}, {tax}, gross, {reason}"
_TEXTS = ("waybill", "payer", "origin", "destination", "kind", "tax", "reason")
_NAMED = "(day, waybill, payer, origin, destination, pieces, kg, kind, tax, gross, reason)"


def line_rows(statement: Statement) -> Iterator[tuple[Any, ...]]:
    """The lines under HEADINGS; amounts and weights are numbers. Through a cursor of the server:
    memory does not grow with them."""
    labels = {kind.value: str(kind.label) for kind in ChargeKind}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES.format(kind="c.kind", kinds=""), {"statement": statement.pk})
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                yield (*row[:KIND], labels[row[KIND]], *row[KIND + 1 :])


def copy_lines(statement: Statement, file: IO[bytes]) -> None:
    """The same as csv in UTF-8 without headings, written by the database itself, a row at each
    ``write``; texts that could act as a formula are defused."""
    cells = _CSV.format(**{name: _TEXT.format(name) for name in _TEXTS})
    lines = _LINES.format(kind="k.label", kinds=_KINDS)
    given = {
        "statement": statement.pk,
        "kinds": ChargeKind.values,
        "labels": [str(kind.label) for kind in ChargeKind],
    }
    with connection.cursor() as cursor:
        asked = cursor.mogrify(f"{cells} FROM ({lines}) AS line {_NAMED}", given).decode()
        cursor.copy_expert(f"COPY ({asked}) TO STDOUT WITH (FORMAT csv)", file)


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
