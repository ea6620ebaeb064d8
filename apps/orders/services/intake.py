"""Reading one row of an order spreadsheet, and the files that go back (ORD-1)."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import SheetRow, read_rows, write_xlsx
from apps.customers.queries import OrderDefaults
from apps.orders.cleaning import clean_order
from apps.orders.columns import COLUMNS, EXAMPLE, KEYS, heading_of, headings
from apps.orders.inputs import OrderInput
from apps.orders.models import IntakeFile
from apps.orders.queries.confirmation import finding_text
from apps.orders.rules import GoodsBook, check_goods

MOST_ROWS = 5_000
# Without these there is nothing to deliver; what else is missing can be asked for later.
LEAST = ("delivery_contact", "delivery_phone", "destination_city", "delivery_address", "goods_name")


@dataclass(frozen=True, slots=True)
class RowReading:
    """What a row says, or why it was refused."""

    row: int
    content: OrderInput | None
    reference: str
    code: str = ""
    message: str = ""


def read_row(row: SheetRow, defaults: OrderDefaults, book: GoodsBook) -> RowReading:
    """Pickup place and settlement come from the customer's usual ones where the row is silent."""
    reference = row.values.get("customer_reference", "")[:64]
    if row.errors:
        return _refused(row, reference, row.errors)
    content, errors = clean_order(_with_defaults(row.values, defaults))
    if errors:
        return _refused(row, reference, list(errors.values()))
    missing = [name for name in LEAST if not getattr(content, name)]
    if missing:
        names = "、".join(_heading(name) for name in missing)
        message = _("Missing: %(columns)s.") % {"columns": names}
        return RowReading(row.number, None, reference, "incomplete", message)
    blocking = [
        f for f in check_goods(book, content.goods_name, content.transport_mode) if f.blocks
    ]
    if blocking:
        message = finding_text(blocking[0])
        return RowReading(row.number, None, reference, "prohibited_goods", message[:400])
    return RowReading(row.number, content, content.customer_reference)


def _with_defaults(values: Mapping[str, str], usual: OrderDefaults) -> dict[str, str]:
    filled = {key: value for key, value in values.items() if value}
    at_door = ("pickup_contact", "pickup_phone", "pickup_address", "origin_city", "pickup_company")
    if not any(filled.get(name) for name in at_door):
        filled |= {
            "pickup_company": usual.company,
            "pickup_contact": usual.contact_name,
            "pickup_phone": usual.phone,
            "origin_city": usual.city,
            "pickup_address": usual.address,
        }
    if not filled.get("settlement_method"):
        filled["settlement_method"] = "cod" if filled.get("cod_amount") else usual.settlement_method
    return filled


def _refused(row: SheetRow, reference: str, errors: list[BadInput]) -> RowReading:
    parts = []
    for error in errors:
        name = _heading(error.field) if error.field else ""
        parts.append(f"{name}: {error}" if name else str(error))
    return RowReading(row.number, None, reference, errors[0].code, " ".join(parts)[:400])


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _heading(key: str) -> str:
    return heading_of(key, chinese=_chinese())


def template_file() -> bytes:
    """An empty spreadsheet with the headings and one example row, in the reader's language."""
    chinese = _chinese()
    example = []
    for key in KEYS:
        value = EXAMPLE.get(key, "")
        example.append(value if isinstance(value, str) else value[0 if chinese else 1])
    return write_xlsx(headings(chinese=chinese), [example])


def annotated_file(intake: IntakeFile) -> bytes:
    """The rows that were refused, as they came, each with its reason: to correct and send again.

    The row numbers are those of the original file.
    """
    refused = {row.row: row for row in intake.rows.filter(outcome="refused")}
    with intake.file.open("rb") as original:
        sheet = read_rows(
            io.BytesIO(original.read()),
            filename=intake.filename,
            columns=COLUMNS,
            max_rows=MOST_ROWS,
        )
    rows = [
        [*(row.values.get(key, "") for key in KEYS), str(row.number), refused[row.number].message]
        for row in sheet.rows
        if row.number in refused
    ]
    return write_xlsx([*headings(chinese=_chinese()), _("Row"), _("Why it was refused")], rows)
