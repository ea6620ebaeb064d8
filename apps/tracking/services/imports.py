"""Events from a spreadsheet: how a row is read, and how good rows are taken (TRK-2)."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome
from apps.core.errors import BadInput
from apps.core.sheets import Column, SheetRow
from apps.tracking.codes import CODES
from apps.tracking.enums import Door, Status
from apps.tracking.inputs import REPEATED, IncomingEvent, Refusal
from apps.tracking.reading import Unreadable, read_time
from apps.tracking.services.ingest import ingest
from apps.tracking.services.refusals import open_batch, store_refusals
from apps.tracking.typed import one_number

SOURCE: Final = "sheet"
COLUMNS: Final = (
    Column("waybill_number", ("运单号", "Waybill number", "运单编号"), required=True),
    Column("code", ("状态", "Event", "事件"), required=True),
    Column("occurred_at", ("时间", "Time", "发生时间"), required=True),
    Column("place", ("地点", "Place")),
    Column("city", ("城市", "City")),
    Column("text", ("说明", "Description", "备注")),
    Column("source_id", ("事件编号", "Event id")),
    Column("unit_code", ("网点代码", "Unit code")),
)
EXAMPLE: Final[Mapping[str, str | tuple[str, str]]] = {
    "waybill_number": "YP123456789012",
    "code": ("到达", "arrived"),
    "occurred_at": "2026-03-21 14:05",
    "place": "上海转运中心",
    "city": "上海市",
}
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


def read_scan(row: SheetRow, _context: object) -> IncomingEvent:
    """Times without a zone are local."""
    values = row.values
    try:
        return IncomingEvent(
            waybill_number=_number(values.get("waybill_number", "")),
            code=code_of(values.get("code", "")),
            occurred_at=read_time(_iso(values.get("occurred_at", "")), _zone()),
            place=values.get("place", ""),
            city=values.get("city", ""),
            text=values.get("text", ""),
            source_id=values.get("source_id", ""),
            unit_code=values.get("unit_code", ""),
        )
    except Unreadable as problem:
        message = by_heading(Refusal(problem.code, problem.message, field=problem.field), row)
        raise BadInput(message, code=problem.code) from None


def take_scans(intake: Intake, items: Sequence[Item]) -> list[Outcome]:
    """Rows that are refused because of what is not there (yet), such as their waybill, are kept for
    another try as well: RefusedEvent, whose ``index`` is the row as the person sees it."""
    by, at = intake.by, intake.at
    events = [item.content for item in items]
    result = ingest(events, source=SOURCE, by=by, at=at, door=Door.SHEET, save_refusals=False)
    refusals: dict[int, Refusal] = {}
    for refusal in result.refused:
        item = items[refusal.index]
        refusal.index, refusal.message = item.number, by_heading(refusal, item.row)
        refusals[item.number] = refusal
    if refusals:
        name = intake.file.name if intake.file else ""
        batch = open_batch(source=SOURCE, door=Door.SHEET, by=by, at=at, filename=name)
        store_refusals(batch, result.refused, result.outcomes, by=by)
    return [
        _outcome(item, word, refusals.get(item.number))
        for item, word in zip(items, result.outcomes, strict=True)
    ]


def _outcome(item: Item, word: str, refusal: Refusal | None) -> Outcome:
    about = str(item.content.waybill_number)
    if refusal is not None:
        kind, code, message = RowOutcome.REFUSED, refusal.code, refusal.message
        return Outcome(item.number, kind, about, None, code, message)
    kind = RowOutcome.KNOWN if word == REPEATED else RowOutcome.TAKEN
    return Outcome(item.number, kind, about)


def by_heading(refusal: Refusal, row: SheetRow) -> str:
    """The reason with the column as the person reads it in the sheet, never by its name in code."""
    found = [column for column in COLUMNS if column.key == refusal.field]
    if not found:
        return refusal.message
    heading = found[0].heading
    if not row.values.get(refusal.field) and not row.errors:
        return _("Missing: %(columns)s.") % {"columns": heading}
    code = f"“{refusal.field}”"
    if code in refusal.message:
        return refusal.message.replace(code, f"“{heading}”")
    return f"{heading}: {refusal.message}"


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
