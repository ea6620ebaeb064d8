"""A year's list as people send it: CSV, xlsx, JSON; every bad row named by its line."""

import io
import json
from datetime import date
from typing import Any

import pytest

from apps.core.errors import BadInput
from apps.core.sheets import write_xlsx
from apps.sla.enums import DayKind
from apps.sla.year_files import YearFile, read_year, typed_hours

pytestmark = pytest.mark.requirement("CMP-2")

GOOD = """日期,至,类型,名称,英文名称,时段
2027-01-01,2027-01-03,放假,元旦,New Year's Day,
2027/1/9,,上班,元旦调休上班,,
2027年12月31日,,单独时段,跨年,,09:00-12:00；13:00至15:00
20270501,,休,劳动节,,
"""


def read(text: str | bytes, name: str = "2027.csv") -> YearFile:
    data = text if isinstance(text, bytes) else text.encode()
    return read_year(io.BytesIO(data), filename=name)


def assert_is_good(found: YearFile) -> None:
    assert found.faults == []
    assert [(str(one.day), one.kind) for one in found.days] == [
        ("2027-01-01", DayKind.HOLIDAY),
        ("2027-01-02", DayKind.HOLIDAY),
        ("2027-01-03", DayKind.HOLIDAY),
        ("2027-01-09", DayKind.WORKDAY),
        ("2027-12-31", DayKind.HALF_DAY),
        ("2027-05-01", DayKind.HOLIDAY),
    ]
    assert found.days[0].english_name == "New Year's Day"
    assert found.days[3].hours is None
    assert found.days[4].hours == ((32_400, 43_200), (46_800, 54_000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_from_any_office(encoding: str) -> None:
    found = read(GOOD.encode(encoding))
    assert_is_good(found)
    assert [one.line for one in found.days] == [2, 2, 2, 3, 4, 5]


def test_a_workbook_with_real_dates() -> None:
    rows: list[list[Any]] = [line.split(",") for line in GOOD.splitlines()]
    rows[1][0], rows[2][0] = date(2027, 1, 1), date(2027, 1, 9)
    assert_is_good(read(write_xlsx(rows[0], rows[1:]), "放假安排.xlsx"))


def test_json_with_its_year_and_source() -> None:
    days = [
        {"day": "2027-01-01", "until": "2027-01-03", "kind": "holiday", "name": "元旦",
         "english_name": "New Year's Day"},
        {"day": "2027-01-09", "kind": "workday", "name": "元旦调休上班"},
        {"day": "2027-12-31", "kind": "half_day", "name": "跨年",
         "hours": [["09:00", "12:00"], ["13:00", "15:00"]]},
        {"day": "2027-05-01", "kind": "off", "name": "劳动节"},
    ]  # fmt: skip
    found = read(json.dumps({"year": 2027, "source": "国办", "days": days}), "y.json")
    assert_is_good(found)
    assert (found.year, found.source) == (2027, "国办")
    assert_is_good(read(json.dumps(days), "Y.JSON"))


def test_every_bad_row_carries_its_line_and_the_good_ones_are_read() -> None:
    found = read(
        "day,until,kind,name,hours\n"
        "2027-02-30,,放假,春节,\n"
        "2027-02-05,2027-02-01,放假,春节,\n"
        "2027-02-05,2027-04-01,放假,春节,\n"
        "2027-02-05,,或许,春节,\n"
        "2027-02-05,,单独时段,春节,09:00-08:00\n"
        '2027-02-05,,放假,"=HYPERLINK(1)",\n'
        ",,放假,春节,\n"
        "2027-02-06,,放假,春节,\n"
    )
    assert [
        (fault.row, fault.code) for fault in sorted(found.faults, key=lambda f: f.row or 0)
    ] == [
        (2, "not_a_date"),
        (3, "bad_run"),
        (4, "bad_run"),
        (5, "no_such_kind"),
        (6, "ends_before_start"),
        (7, "formula"),
        (8, "not_a_date"),
    ]
    assert [str(one.day) for one in found.days] == ["2027-02-06"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "y.csv", "file_empty"),
        (b"a,b\n1,2\n", "y.csv", "columns_missing"),
        (b"{", "y.json", "file_broken"),
        (b"[" * 100_000, "y.json", "file_broken"),
        (b'{"days": 5}', "y.json", "file_broken"),
        (b"7", "y.json", "file_broken"),
        (b" " * 200_001, "y.json", "file_too_large"),
        (b"x" * 200_001, "y.csv", "file_too_large"),
        (b"%PDF-1.7", "y.pdf", "file_kind"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(content, name)
    assert refusal.value.code == code


def test_json_rows_of_the_wrong_shape_are_faults() -> None:
    found = read(
        json.dumps(["x", {"day": 5}, {"day": "2027-01-01", "kind": [], "name": "x"}]), "y.json"
    )
    assert [(fault.row, fault.code) for fault in found.faults] == [
        (1, "not_a_date"),
        (2, "not_a_date"),
        (3, "no_such_kind"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "09:00-12:00, 13:00-18:00",
        "09:00 - 12:00  13:00 – 18:00",
        "09:00至12:00、13:00至18:00",
        " 09:00-12:00；\n13:00-18:00；",
    ],
)
def test_hours_as_one_types_them(text: str) -> None:
    assert typed_hours(text) == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert typed_hours("  ") == []
