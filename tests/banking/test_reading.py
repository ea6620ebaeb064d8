"""Bank files as banks write them: encodings, preambles, total rows, signs, cut files."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from apps.banking.reading import BUILT_IN, Layout, read_bank_file
from apps.banking.reading.figures import amount_of, day_of, is_day_first, time_of
from apps.core.errors import BadInput
from apps.core.sheets import write_xlsx
from tests.banking.cases import bank_file, bank_files

pytestmark = pytest.mark.requirement("BIL-5")
D = Decimal
FILES = bank_files()
# The rows of data in each sheet, counted by hand where the index does not say.
COUNTED = {
    "spdb_debit": 4, "ccb": 6, "wechat-records.xlsx": 27, "hsbchk": 11, "cmb-records": 6,
    "tests_fixtures_debit_credit": 2, "empty_statement_en": 0, "meta_data_separated": 4,
    "original_currency_empty": 1, "inverse_sign_en": 2,
}  # fmt: skip
FRAGMENT = "cmxl_statement_details"


@pytest.mark.skipif(not FILES, reason="the folder of cases is not beside this checkout")
@pytest.mark.parametrize("one", FILES, ids=lambda one: one["file"].rpartition("/")[2][-48:])
def test_files_of_real_banks(one: dict[str, Any]) -> None:
    name, wanted = one["file"], one["expected"]
    if FRAGMENT in name:
        with pytest.raises(BadInput) as refusal:
            read_bank_file(bank_file(name), name)
        assert refusal.value.code == "statement_missing"
        return
    reading = read_bank_file(bank_file(name), name)
    assert reading.refused == []
    counted = [count for part, count in COUNTED.items() if part in name]
    if counted or wanted.get("data_rows"):
        assert len(reading.lines) == (counted[0] if counted else wanted["data_rows"])
    if "statements" in wanted:
        assert len(reading.statements) == wanted["statements"]
    if "transactions" in wanted:
        assert len(reading.lines) == wanted["transactions"]
        amounts = one["upstream_expected"].get("amounts", [])
        assert [line.amount for line in reading.lines][: len(amounts)] == [D(a) for a in amounts]
    for statement, expected in zip(
        reading.statements, wanted.get("statements_detail", []), strict=False
    ):
        if "opening" in expected:
            assert (statement.opening, statement.closing) == (
                D(expected["opening"]),
                D(expected["closing"]),
            )
        if expected.get("balance_ties") is not None:
            assert statement.ties == expected["balance_ties"]
        if "entries" in expected:
            assert statement.entries == expected["entries"]
            assert sum(line.amount for line in statement.lines) == D(expected["sum"])
            assert len(statement.lines) in (
                expected["entries"],
                max(expected["txdtls"], expected["entries"]),
            )


# --- sheets -------------------------------------------------------------------------------------------
HEAD = "交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
ROWS = (
    "2026-11-02,09:00:00,,1000.00,1500.00,上海甲公司,0123456789012,货款,L1\n"
    '2026-11-03,10:30:00,"1,200.50",,299.50,苏州乙公司,6222020012345678901,运费,L2\n'
    "2026-11-03,11:00:00,-,20.00,319.50,个人,,利息,L3\n"
)


def read(text: str, encoding: str = "utf-8", name: str = "流水.csv") -> Any:
    return read_bank_file(text.encode(encoding), name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_file_in_four_encodings_has_the_same_rows(encoding: str) -> None:
    """M10."""
    text = "交易日期,收入,支出,对方户名\n2026-11-03,12.30,,上海甲公司\n"
    [line] = read(text, encoding).lines
    assert (line.day, line.amount, line.party_name) == (date(2026, 11, 3), D("12.30"), "上海甲公司")


@pytest.mark.parametrize(
    "odd", [b"\xff\xfe\x00\x81\x30", b"\x81\x30\xff\xfe,\n", b"\xef\xbb\xbf\xe4\xba\xa4\xe6"]
)
def test_what_no_encoding_reads_is_refused_by_name(odd: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        read_bank_file(odd, "odd.csv")
    assert refusal.value.code in ("file_encoding", "columns_missing")
    assert "?" not in str(refusal.value)


def test_a_file_with_two_amount_columns_is_proven_by_its_balance() -> None:
    reading = read(HEAD + ROWS)
    statement = reading.statements[0]
    assert [line.amount for line in reading.lines] == [D("1000.00"), D("-1200.50"), D("20.00")]
    assert (statement.opening, statement.closing, statement.ties) == (
        D("500.00"),
        D("319.50"),
        True,
    )
    assert reading.is_proven
    first = reading.lines[0]
    assert (first.party_number, first.time, first.ref) == ("0123456789012", time(9), "L1")


def test_newest_first_is_turned_round() -> None:
    turned = "".join(reversed(ROWS.splitlines(keepends=True)))
    assert [(line.ref, line.row) for line in read(HEAD + turned).lines] == [
        ("L1", 4),
        ("L2", 3),
        ("L3", 2),
    ]
    assert read(HEAD + turned).is_proven


def test_a_balance_that_does_not_follow_names_its_row() -> None:
    broken = read(HEAD + ROWS.replace("299.50", "299.60"))
    assert broken.is_contradicted
    assert broken.statements[0].breaks == (3, 4)


@pytest.mark.parametrize("total", ["1200.50,1020.00", '"1,200.50","1,020.00"'])
def test_a_total_row_is_no_line_and_is_compared(total: str) -> None:
    good = read(HEAD + ROWS + f"合计,,{total}\n")
    assert len(good.lines) == 3
    assert not good.is_contradicted
    assert read(HEAD + ROWS + "人民币合计,,1.00,1020.00\n").is_contradicted


def test_preamble_padding_and_remarks_are_no_lines() -> None:
    padded = HEAD + ROWS.replace(",上海甲公司,", ',"上海甲公司        \t",')
    text = (
        "账户明细查询\n账号: 6222000011112222,币种: 人民币\n共3笔记录\n\n"
        + padded
        + "以上数据仅供参考\n \n"
    )
    reading = read(text, "gb18030")
    assert (len(reading.lines), reading.refused) == (3, [])
    assert reading.lines[0].party_name == "上海甲公司"
    assert reading.statements[0].account == "6222000011112222"
    assert read(text.replace("共3笔", "共4笔")).is_contradicted


def test_bad_rows_are_named_and_the_others_stay() -> None:
    text = (
        HEAD
        + ROWS.replace("2026-11-02", "2026-11-32")
        + "2026-11-04,,5,6,319.50,,,两边都有,L4\n2026-11-05,,4.005,,1,,,三位小数,L5\n"
    )
    reading = read(text)
    assert [one.row for one in reading.refused] == [2, 5, 6]
    assert [line.ref for line in reading.lines] == ["L2", "L3"]


SIGNED = "日期,金额,余额,摘要\n"
MARKED = "日期,借贷标志,交易金额,余额,摘要\n"


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        (SIGNED + "2026-11-02,+100.00,150.00,a\n2026-11-02,-30,120.00,b\n", ["100.00", "-30.00"]),
        (
            MARKED + "2026-11-02,贷,100.00,150.00,a\n2026-11-02,借,30,120.00,b\n",
            ["100.00", "-30.00"],
        ),
        # Red ink: an expense below zero came back; only the balance can tell.
        (
            MARKED + "2026-11-02,借,30,120.00,a\n2026-11-02,借,-30,150.00,红字冲销\n",
            ["-30.00", "30.00"],
        ),
        (MARKED + "2026-11-02,借,-30,120.00,a\n2026-11-02,贷,30,150.00,b\n", ["-30.00", "30.00"]),
        # Without a balance: below zero beside others above it is a reversal; where all are, it is the bank's way.
        ("日期,支出,收入\n2026-11-02,30,\n2026-11-02,-30,\n", ["-30.00", "30.00"]),
        (
            "日期,支出,收入\n2026-11-02,-30,\n2026-11-02,-5,\n2026-11-02,,7\n",
            ["-30.00", "-5.00", "7.00"],
        ),
    ],
)
def test_signs(text: str, amounts: list[str]) -> None:
    reading = read(text)
    assert [line.amount for line in reading.lines] == [D(amount) for amount in amounts]
    assert not reading.is_contradicted


@pytest.mark.parametrize(
    ("code", "head", "row"),
    [
        (
            "icbc-corporate",
            "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,个性化信息",
            "123,1001,0123456789012,2026-11-03 10:30:00,贷,0.00,88.00,102290,货款,10月,上海甲公司,188.00,",
        ),
        (
            "cbhb-corporate",
            "交易日期,交易时间,对方名称,对方账号,摘要,附言,借方发生额,贷方发生额,账户余额",
            "20261103,103000,上海甲公司,0123456789012,货款,10月,,88.00,188.00",
        ),
        (
            "ccb-corporate",
            "交易时间,借方发生额/元(支取),贷方发生额/元(收入),余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号",
            "20261103 10:30:00,0,88.00,188.00,人民币元,上海甲公司,0123456789012,工行上海分行,20261103,货款,10月,13835-5309050F4BK8",
        ),
        (
            "generic",
            "付款人账号[ Debit Account No. ],付款人名称[ Payer's Name ],交易日期[ Transaction Date ],交易金额[ Trade Amount ],交易后余额[ After-transaction balance ],摘要[ Reference ]",
            "0123456789012,上海甲公司,20261103,88.00,188.00,货款",
        ),
        (
            "cmb-corporate",
            "交易日期,借方(出账),贷方(入账),余额,摘要,收(付)方名称,收(付)方账号,交易类型",
            "2026-11-03,,88.00,188.00,货款,上海甲公司,0123456789012,转账",
        ),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_layouts_of_company_accounts(code: str, head: str, row: str, form: str) -> None:
    if form == "csv":
        reading = read(f"{head}\n{row}\n", "gb18030")
    else:
        content = write_xlsx(head.split(","), [row.split(",")])
        reading = read_bank_file(content, "流水.xlsx")
    assert (reading.form, reading.layout) == (form, code)
    [line] = reading.lines
    assert (line.day, line.amount, line.balance_after) == (
        date(2026, 11, 3),
        D("88.00"),
        D("188.00"),
    )
    assert (line.party_name, line.party_number) == ("上海甲公司", "0123456789012")
    assert "货款" in line.text


def test_a_company_export_of_the_ccb_is_read_below_its_preamble() -> None:
    head = (
        "交易时间,借方发生额/元(支取),贷方发生额/元(收入),余额,币种,对方户名,对方账号,"
        "对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号"
    )
    reading = read(
        "中国建设银行\n"
        "账　　号,31001905038050548106,账户名称,上海一票物流有限公司\n"
        f"{head}\n"
        "20261103 10:30:00,0,88.00,188.00,人民币元,上海甲公司,0123456789012,工行上海分行,20261103,货款,10月,13835-1\n"
        "20261103 15:24:03,100.00,0,88.00,人民币元,张三,62166022700000810872,中国银行,20261103,电子转账,住宿费,13835-2\n",
        "gb18030",
    )
    assert (reading.layout, reading.is_proven) == ("ccb-corporate", True)
    assert [(line.amount, line.ref) for line in reading.lines] == [
        (D("88.00"), "13835-1"),
        (D("-100.00"), "13835-2"),
    ]
    assert "住宿费" in reading.lines[1].text


def test_every_layout_names_its_source_and_unknown_columns_are_refused() -> None:
    assert all(layout.source for layout in BUILT_IN)
    assert sum("对公" in layout.name for layout in BUILT_IN) >= 2
    with pytest.raises(ValueError, match="no such column"):
        Layout.of({"code": "x", "columns": {"date": ["日期"]}})


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_a_sheet_cut_at_any_byte_is_refused_contradicted_or_has_whole_lines(encoding: str) -> None:
    """No line comes out of a cut file that was not in the whole one, but for the text of the very last."""
    head, text = HEAD.replace("交易流水号", "备注"), ROWS + "合计,,1200.50,1020.00\n"
    data = (head + text).encode(encoding)
    whole = {
        (line.day, line.amount, line.balance_after, line.party_number)
        for line in read(head + text).lines
    }
    for size in range(len(data)):
        try:
            reading = read_bank_file(data[:size], "流水.csv")
        except BadInput as refusal:
            assert str(refusal)
            continue
        found = {
            (line.day, line.amount, line.balance_after, line.party_number) for line in reading.lines
        }
        assert found <= whole or reading.is_contradicted or reading.refused, data[:size].decode(
            encoding
        )


def test_a_spreadsheet_cut_anywhere_is_refused() -> None:
    content = write_xlsx(
        HEAD.strip().split(","),
        [row.split(",") for row in ["2026-11-02,09:00,,10.00,20.00,甲,1,货款,L1"]],
    )
    for size in (*range(4, len(content) - 1, 97), len(content) - 1):
        with pytest.raises(BadInput):
            read_bank_file(content[:size], "流水.xlsx")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "file_broken"),
        (b"PK\x03\x04rest", "file_broken"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "file_kind"),
        ("姓名,电话\n甲,1\n".encode(), "columns_missing"),
        (b"<Document><a></Document>", "file_broken"),
        (b"<Document><a/></Document>", "statement_missing"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><Document>&e;</Document>', "file_broken"),
        ('日期,金额,摘要\n2026-11-02,5,"半个引号\n'.encode(), "file_cut"),
    ],
)
def test_what_is_no_bank_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_bank_file(content, "x")
    assert refusal.value.code == code


# --- MT940 ----------------------------------------------------------------------------------------------
MT = (
    ":20:T1\n:25:123\n:28C:1/1\n:60F:C261101CNY100,00\n:61:2611021102C50,00NTRFNONREF//B1\n:86:HUOKUAN\n"
    ":61:2611031103{mark}20,00NMSCNONREF//B2\n:86:REVERSAL\n:62F:C261103CNY{closing}\n-\n"
)


@pytest.mark.parametrize(
    ("mark", "closing", "amount"),
    [
        ("RC", "130,00", "-20.00"),  # the standard: a credit taken back goes out
        ("RC", "170,00", "20.00"),  # a bank that means it otherwise, proven by its balance
        ("RD", "170,00", "20.00"),
        ("D", "130,00", "-20.00"),
    ],
)
def test_the_balance_proves_the_sign_of_a_reversal(mark: str, closing: str, amount: str) -> None:
    reading = read(MT.format(mark=mark, closing=closing), name="x.sta")
    assert reading.lines[1].amount == D(amount)
    assert reading.is_proven


def test_an_mt940_cut_at_any_byte_is_refused_or_not_proven() -> None:
    data = MT.format(mark="D", closing="130,00").encode()
    end = data.index(b"130,00") + len(b"130,")
    for size in range(end - 1):
        try:
            reading = read_bank_file(data[:size], "x.sta")
        except BadInput:
            continue
        assert not reading.is_proven, data[:size]


# --- figures ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.56", "1234.56"), ("+10000.00", "10000"), ("¥28.16", "28.16"), ("(5.00)", "-5"), ("-31070,11", "-31070.11"),
        ("1.234,50", "1234.50"), ("３．５０", "3.50"), (67.0, "67"), (16.78, "16.78"), (0.1 + 0.2, None), ("12.30元", "12.30"),
        ("-", ""), ("", ""), ("1.005", None), ("12abc", None), ("1,23,4", None), ("5-", "-5"), ("-0.00", "0"),
    ],
)  # fmt: skip
def test_amounts(cell: Any, amount: str | None) -> None:
    if amount is None:
        with pytest.raises(ValueError):
            amount_of(cell)
    else:
        assert amount_of(cell) == (D(amount) if amount else None)
        assert not str(amount_of(cell)).startswith("-0")


def test_days_and_times() -> None:
    for text in (
        "2026-11-03",
        "2026/11/3 10:30",
        "20261103",
        "2026年11月3日",
        "03/11/2026",
        "03.11.26",
    ):
        assert day_of(text) == date(2026, 11, 3)
    assert day_of("11/03/2026", day_first=False) == date(2026, 11, 3)
    assert day_of("12/29", month=date(2026, 1, 1)) == date(2025, 12, 29)
    for odd in ("", "12/29", "2026-13-01", "30.02.2026", "abc"):
        with pytest.raises(ValueError):
            day_of(odd)
    assert is_day_first(["01/04/2020"])
    assert not is_day_first(["12/15/2018", "01/02/2018"])
    assert (time_of("10:30"), time_of("103015"), time_of("")) == (
        time(10, 30),
        time(10, 30, 15),
        None,
    )
