"""What people send as spreadsheets is read carefully; bad rows never take the good ones along."""

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from apps.core.errors import BadInput
from apps.core.sheets import Column, read_rows, write_xlsx
from apps.core.sheets.writing import width_of

COLUMNS = [
    Column("number", ("运单号", "Waybill number"), required=True),
    Column("note", ("备注", "Note")),
]


def xlsx(*rows: list[object]) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding_of_a_chinese_office(encoding: str) -> None:
    data = "运单号,备注\nYP1,易碎\n\nYP2,“急”\n".encode(encoding)
    sheet = read_rows(io.BytesIO(data), filename="a.csv", columns=COLUMNS)
    assert [(r.number, r.values) for r in sheet.rows] == [
        (2, {"number": "YP1", "note": "易碎"}),
        (4, {"number": "YP2", "note": "“急”"}),
    ]


def test_headings_in_either_language_after_a_preamble() -> None:
    file = xlsx(["七月发货清单"], ["Note", "Waybill number*"], ["x", 12345.0])
    sheet = read_rows(file, filename="a.xlsx", columns=COLUMNS)
    assert sheet.rows[0].values == {"number": "12345", "note": "x"}


def test_a_formula_spoils_its_row_only() -> None:
    sheet = read_rows(
        xlsx(["运单号", "备注"], ["YP1", "=1+1"], ["YP2", "ok"]), filename="a.xlsx", columns=COLUMNS
    )
    assert [[e.code for e in r.errors] for r in sheet.rows] == [["formula"], []]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 not a zip at all", "file_broken"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "file_broken"),
        ("a.pdf", b"%PDF-1.7", "file_kind"),
        ("a.csv", b"", "file_empty"),
        ("a.csv", b"\n\n", "file_empty"),
        ("a.csv", b"\x81\xff\xff,\n", "file_encoding"),
        ("a.csv", "备注\nx".encode(), "columns_missing"),
        ("a.csv", b"x" * 2048, "file_too_large"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(
    name: str, data: bytes, code: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        read_rows(io.BytesIO(data), filename=name, columns=COLUMNS, max_bytes=1024)
    assert refusal.value.code == code


def test_a_truncated_workbook_and_a_zip_bomb_are_refused() -> None:
    whole = xlsx(["运单号"], ["YP1"]).getvalue()
    with pytest.raises(BadInput) as damaged:
        read_rows(io.BytesIO(whole[: len(whole) // 2]), filename="a.xlsx", columns=COLUMNS)
    assert damaged.value.code == "file_broken"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 210 * 1024 * 1024)
    with pytest.raises(BadInput) as refusal:
        read_rows(io.BytesIO(bomb.getvalue()), filename="a.xlsx", columns=COLUMNS)
    assert refusal.value.code == "file_too_large"


def test_too_many_rows_are_refused_before_any_is_used() -> None:
    data = b"number\n" + b"YP1\n" * 11
    with pytest.raises(BadInput) as refusal:
        read_rows(io.BytesIO(data), filename="a.csv", columns=COLUMNS, max_rows=10)
    assert refusal.value.code == "too_many_rows"


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused_never_a_crash(data: bytes, name: str) -> None:
    try:
        read_rows(io.BytesIO(data), filename=name, columns=COLUMNS)
    except BadInput as refusal:
        assert refusal.code


def test_what_we_export_holds_no_formula_and_keeps_types() -> None:
    at = datetime(2026, 3, 21, 6, 5, tzinfo=UTC)
    data = write_xlsx(["名称", "金额", "时间"], [["=cmd|' /C calc'!A0", Decimal("1.50"), at]])
    row = next(load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))
    assert [c.data_type for c in row] == ["s", "n", "d"]
    assert row[0].value == "=cmd|' /C calc'!A0"
    assert row[2].value == datetime(2026, 3, 21, 14, 5)


def test_the_old_format_is_read_with_its_dates_and_whole_numbers() -> None:
    columns = [
        Column("number", ("运单号", "Waybill number"), required=True),
        Column("at", ("时间", "Time")),
        Column("pieces", ("数量", "Pieces")),
    ]
    old = (Path(__file__).parent / "old.xls").read_bytes()
    sheet = read_rows(io.BytesIO(old), filename="旧.xls", columns=columns)
    assert [row.values for row in sheet.rows] == [
        {"number": "YP123456789012", "at": "2026-03-01 09:05:00", "pieces": "3"},
        {"number": "YP123456789013", "at": "2026-03-02 10:00", "pieces": "2.5"},
    ]
    assert sheet.rows[0].cells[1] == "揽收", "what stands in other columns is kept as well"


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    rows = [["KX1", "包裹两天没有更新，客户很着急", Decimal("12.5")], ["KX2", "x" * 300, None]]
    sheet = load_workbook(io.BytesIO(write_xlsx(["Number", "What", "Amount"], rows))).active
    widths = {name: round(column.width) for name, column in sheet.column_dimensions.items()}
    assert widths == {"A": 11, "B": 51, "C": 11}
    assert width_of("破损") == 4 and width_of(datetime(2026, 3, 1, 12, 0)) == 16
