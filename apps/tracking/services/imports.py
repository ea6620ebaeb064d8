"""Events from a spreadsheet: every row answered, the original kept (TRK-2)."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import MAX_BYTES, Column, SheetRow, read_rows
from apps.core.storage import all_or_nothing
from apps.tracking.codes import CODES
from apps.tracking.enums import Door, Status
from apps.tracking.inputs import IncomingEvent, Refusal
from apps.tracking.models import EventBatch
from apps.tracking.reading import Unreadable, printable, read_time, refuse
from apps.tracking.services.ingest import MAX_EVENTS, ingest
from apps.tracking.services.refusals import keep_refusals, open_batch
from apps.tracking.typed import one_number

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_FILE: Final = MAX_BYTES
COLUMNS: Final = (
    Column("waybill_number", ("运单号", "运单编号", "Waybill number"), required=True),
    Column("code", ("状态", "事件", "Event"), required=True),
    Column("occurred_at", ("时间", "发生时间", "Time"), required=True),
    Column("place", ("地点", "Place")),
    Column("city", ("城市", "City")),
    Column("text", ("说明", "备注", "Description")),
    Column("source_id", ("事件编号", "Event id")),
    Column("unit_code", ("网点代码", "Unit code")),
)
# The words of the scan form and of TRK-2, in both languages, beside the codes themselves.
_WORDS: Final[dict[str, str]] = {
    "揽收": "picked_up",
    "已揽收": "picked_up",
    "分拣": "sorted",
    "发出": "departed",
    "已发出": "departed",
    "到达": "arrived",
    "已到达": "arrived",
    "派送": "out_for_delivery",
    "派送中": "out_for_delivery",
    "派件": "out_for_delivery",
    "签收": "delivered",
    "已签收": "delivered",
    "代签收": "delivered.proxy",
    "延误": "delayed",
    "拒收": "refused",
    "收件人不在": "consignee_absent",
    "破损": "damaged",
    "丢失": "lost",
    "错发": "misrouted",
    "退回": "returning",
    "已退回": "returned",
    "取消": "cancelled",
}


def import_events(
    *, content: bytes, filename: str, by: "User", at: datetime
) -> tuple[EventBatch, Sequence[str]]:
    """Take in a sheet of events. BadInput for a file that cannot be read at all; each row that
    cannot be taken is a RefusedEvent whose ``index`` is its row as the person sees it.

    Times without a zone are local. Returns the batch and the outcome of each row.
    """
    sheet = read_rows(io.BytesIO(content), filename=filename, columns=COLUMNS, max_rows=MAX_EVENTS)
    items = [_read_row(row) for row in sheet.rows]
    with all_or_nothing(), transaction.atomic():
        batch = open_batch(
            source="sheet", door=Door.SHEET, by=by, at=at, filename=printable(filename)
        )
        batch.file.save(batch.filename or "import", ContentFile(content), save=True)
        result = ingest(items, source="sheet", by=by, at=at, door=Door.SHEET, keep=False)
        for refusal in result.refused:
            row = sheet.rows[refusal.index]
            refusal.index, refusal.message = row.number, by_heading(refusal, row)
        keep_refusals(batch, result.refused, result.outcomes, by=by)
    return batch, result.outcomes


def by_heading(refusal: Refusal, row: SheetRow) -> str:
    """The reason with the column as the person reads it in the sheet, never by its name in code."""
    chinese = (get_language() or "").startswith("zh")
    found = [column for column in COLUMNS if column.key == refusal.field]
    if not found:
        return refusal.message
    heading = found[0].headings[0] if chinese else found[0].headings[-1]
    if not row.values.get(refusal.field) and not row.errors:
        return _("Missing: %(columns)s.") % {"columns": heading}
    code = f"“{refusal.field}”"
    if code in refusal.message:
        return refusal.message.replace(code, f"“{heading}”")
    return f"{heading}: {refusal.message}"


def _read_row(row: SheetRow) -> IncomingEvent | Refusal:
    values = row.values
    number = _number(values.get("waybill_number", ""))
    try:
        if row.errors:
            first = row.errors[0]
            raise Unreadable(first.code, str(first), first.field or "")
        return IncomingEvent(
            waybill_number=number,
            code=code_of(values.get("code", "")),
            occurred_at=read_time(_iso(values.get("occurred_at", "")), _zone()),
            place=values.get("place", ""),
            city=values.get("city", ""),
            text=values.get("text", ""),
            source_id=values.get("source_id", ""),
            unit_code=values.get("unit_code", ""),
        )
    except Unreadable as problem:
        return refuse(problem, number, dict(values))


def _number(cell: str) -> str:
    """Our number out of the cell; the cell as it is where there is none, to be refused by name."""
    try:
        return one_number(cell)
    except BadInput:
        return cell


def code_of(word: str) -> str:
    """A code, a word staff use, or a status label in the active language; else as it came."""
    word = word.strip()
    if word in CODES:
        return word
    if word in _WORDS:
        return _WORDS[word]
    folded = word.casefold()
    labels = {str(status.label).casefold(): status.value for status in Status}
    return labels.get(folded, folded if folded in CODES else word)


def _iso(text: str) -> str:
    """``2026/3/21 14:05`` as people and Excel write it, in ISO form."""
    date, _space, time = text.strip().replace("/", "-").replace(".", "-", 2).partition(" ")
    parts = date.split("-")
    if len(parts) == 3 and all(p.isdigit() for p in parts):
        date = f"{int(parts[0]):04d}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    if time[1:2] == ":":
        time = f"0{time}"
    return f"{date} {time.strip()}".strip()


def _zone() -> ZoneInfo:
    zone = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("Asia/Shanghai")
