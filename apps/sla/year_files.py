"""The official list of a year as a small file: CSV or xlsx with headings, or JSON.

A row is a day, or a run of days with ``until``. Headings may be Chinese or English::

    日期,至,类型,名称,英文名称,时段
    2027-01-01,2027-01-03,放假,元旦,New Year's Day,
    2027-01-09,,上班,元旦调休上班,,
    2027-12-31,,单独时段,跨年,,09:00-12:00;13:00-15:00

JSON holds the same keys (``day``, ``until``, ``kind``, ``name``, ``english_name``, ``hours``) as a list,
or under ``days`` beside ``year`` and ``source``.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import Column, decode, read_rows
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.worktime import Interval, parse_hours

MAX_BYTES = 200_000
MAX_ROWS = 400
MAX_RUN = 31  # days that one row may span

COLUMNS = (
    Column("day", ("日期", "date", "开始日期", "from"), required=True),
    Column("until", ("至", "结束日期", "to")),
    Column("kind", ("类型", "type", "安排"), required=True),
    Column("name", ("名称", "holiday", "节日"), required=True),
    Column("english_name", ("英文名称", "english name")),
    Column("hours", ("时段", "hours", "上班时段")),
)
KINDS = {
    DayKind.HOLIDAY: ("holiday", "off", "放假", "休", "休假", "节假日"),
    DayKind.WORKDAY: ("workday", "work", "上班", "班", "补班", "调休", "调休上班"),
    DayKind.HALF_DAY: ("half_day", "half day", "半天", "单独时段"),
}
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_BETWEEN = re.compile(r"\s*(?:[-–—~～]|至)\s*")
_APART = re.compile(r"[\s;,；，、]+")


@dataclass
class YearFile:
    """What a file says, row by row; ``faults`` carry their line. ``year`` and ``source`` only where
    the file itself names them."""

    days: list[DayEntry] = field(default_factory=list)
    faults: list[BadInput] = field(default_factory=list)
    year: int | None = None
    source: str = ""


def read_year(file: BinaryIO, *, filename: str) -> YearFile:
    """Read a file; ``BadInput`` when it is no such file at all, otherwise each bad row is a fault."""
    found = YearFile()
    if filename.lower().endswith(".json"):
        rows = _json_rows(file, found)
    else:
        rows = _sheet_rows(file, filename, found)
    for line, values in rows:
        try:
            found.days += _entries(line, values)
        except BadInput as fault:
            fault.row = line
            found.faults.append(fault)
    return found


def _sheet_rows(
    file: BinaryIO, filename: str, found: YearFile
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    sheet = read_rows(
        file, filename=filename, columns=COLUMNS, max_rows=MAX_ROWS, max_bytes=MAX_BYTES
    )
    for row in sheet.rows:
        if row.errors:
            found.faults += row.errors
        elif any(row.values.values()):
            yield row.number, row.values


def _json_rows(file: BinaryIO, found: YearFile) -> Iterator[tuple[int, Mapping[str, Any]]]:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(
            _("The file is too large for one year's list."), code="file_too_large", field="file"
        )
    try:
        document = json.load(io.StringIO(decode(data)))
    except (ValueError, RecursionError):
        raise BadInput(
            _("The file is not JSON that can be read."), code="file_broken", field="file"
        ) from None
    rows = document
    if isinstance(document, dict):
        rows = document.get("days")
        year, source = document.get("year"), document.get("source", "")
        found.year = year if isinstance(year, int) else None
        found.source = source[:160] if isinstance(source, str) else ""
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise BadInput(
            _("The file holds no list of days, or one that is too long."),
            code="file_broken",
            field="file",
        )
    for line, row in enumerate(rows, 1):
        yield line, row if isinstance(row, dict) else {}


def _entries(line: int, values: Mapping[str, Any]) -> list[DayEntry]:
    first = _day(values.get("day"), "day")
    last = _day(values["until"], "until") if values.get("until") else first
    if not first <= last < first + timedelta(days=MAX_RUN):
        raise BadInput(
            _("From %(first)s to %(last)s is not a run of 1 to %(n)s days.")
            % {"first": first, "last": last, "n": MAX_RUN},
            code="bad_run",
            field="until",
        )
    kind = _kind(values.get("kind"))
    hours = _hours(values.get("hours"))
    return [
        DayEntry(
            first + timedelta(days=n),
            kind,
            str(values.get("name") or "").strip(),
            str(values.get("english_name") or "").strip(),
            hours,
            line,
        )
        for n in range((last - first).days + 1)
    ]


def _day(value: Any, place: str) -> date:
    text = str(value or "").strip()
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise BadInput(
            _("“%(text)s” is not a date; write it like 2026-10-01.") % {"text": text[:40]},
            code="not_a_date",
            field=place,
        ) from None


def _kind(value: Any) -> DayKind:
    kind = _KIND_OF.get(str(value or "").strip().lower())
    if kind is None:
        raise BadInput(
            _("“%(text)s” is no kind of day; write 放假, 上班 or 单独时段.")
            % {"text": str(value or "")[:40]},
            code="no_such_kind",
            field="kind",
        )
    return kind


def _hours(value: Any) -> tuple[Interval, ...] | None:
    """``09:00-12:00;13:00-15:00`` or the list that JSON holds; nothing means none given."""
    if value is None or value in ("", []):
        return None
    return parse_hours(typed_hours(value) if isinstance(value, str) else value)


def typed_hours(text: str) -> list[Sequence[str]]:
    """Hours as one types them, for ``parse_hours``: ``09:00-12:00, 13:00-18:00``; empty is closed."""
    parts = _APART.split(_BETWEEN.sub("-", text.strip()))
    return [part.split("-") for part in parts if part]
