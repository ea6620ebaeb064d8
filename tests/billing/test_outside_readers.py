"""What others read our files with finds the same sums: pandas, LibreOffice, and bean-check for the journal (BIL-7)."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

from apps.billing import services
from apps.billing.enums import StatementFile
from apps.billing.models import Statement
from apps.billing.queries.exporting import HEADINGS
from apps.ledger.queries import trial_balance, voucher_lines
from apps.ledger.queries.exporting import VoucherLine
from tests.billing.test_exporting import CSVS, content, long_one
from tests.factories.accounts import UserFactory
from tests.factories.billing import (
    DECEMBER_FIRST,
    NOVEMBER,
    OCTOBER,
    charged,
    frozen,
    payer,
    received,
    tax_class,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
D = Decimal
NO_OFFICE = "No LibreOffice on this machine. On Debian: apt-get install libreoffice-calc-nogui"
# Each sheet to a csv of its own, in UTF-8, texts quoted, cells as they are shown.
EACH_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def in_fen(amounts: Iterable[Any]) -> int:
    return sum(round(float(amount) * 100) for amount in amounts)


def test_pandas_reads_the_workbook_with_the_right_sums() -> None:
    statement = long_one()
    lines = pandas.read_excel(
        io.BytesIO(content(statement, StatementFile.XLSX)),
        sheet_name=1,
        engine="openpyxl",
        dtype={str(HEADINGS[1]): str},
    )
    day, waybill, amount = (lines.columns[place] for place in (0, 1, 9))
    rows, total = lines.iloc[:-1], lines.iloc[-1]
    assert len(rows) == statement.lines
    assert rows[amount].dtype == "float64", "numbers, not texts"
    assert in_fen(rows[amount]) == in_fen([total[amount]]) == int((statement.charged or 0) * 100)
    assert set(pandas.to_datetime(rows[day]).dt.date) == {date(2026, 11, 10)}
    assert set(rows[waybill]) == {"00123456789012345678"}, "a number of twenty digits stays whole"


@pytest.mark.parametrize("form", CSVS)
def test_pandas_reads_the_csv_with_the_right_sums(form: str) -> None:
    statement = long_one()
    found = pandas.read_csv(
        io.BytesIO(content(statement, StatementFile(form))),
        encoding=CSVS[form],
        dtype={1: str, 9: str},
    )
    amounts = [D(one) for one in found.iloc[:, 9]]
    assert (len(amounts), sum(amounts)) == (statement.lines, statement.charged)


@pytest.mark.slow
def test_libreoffice_opens_the_workbook_with_the_right_sums(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip(NO_OFFICE)
    statement = long_one()
    (tmp_path / "statement.xlsx").write_bytes(content(statement, StatementFile.XLSX))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", EACH_SHEET, "statement.xlsx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    summary, lines = sorted(tmp_path.glob("*.csv"), key=lambda one: len(_rows(one)))
    head, *rows, last = _rows(lines)
    assert len(rows) == statement.lines and len(head) == 11
    plain = [D(row[9].replace(",", "")) for row in [*rows, last]]
    assert sum(plain[:-1]) == plain[-1] == statement.charged
    assert rows[0][1] == "00123456789012345678" and rows[0][4] == "=1+1"
    assert str(statement.closing) in {
        cell.replace(",", "") for row in _rows(summary) for cell in row
    }


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8").splitlines()))


# --- the journal -------------------------------------------------------------------------------------


def test_the_journal_balances_in_bean_check(tmp_path: Path) -> None:
    """Two months of charges in two tax classes, credits, a payment, a part payment and its undoing.
    Bean-check sums every voucher and every account by itself and must come to our trial balance."""
    _two_months()
    lines = [
        line for month in (OCTOBER, NOVEMBER, date(2026, 12, 1)) for line in voucher_lines(month)
    ]
    assert len(lines) > 15
    done = _bean_check(tmp_path, _beancount(lines))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("wrong", ["voucher", "balance"])
def test_bean_check_would_see_a_fen(tmp_path: Path, wrong: str) -> None:
    _two_months()
    lines = list(voucher_lines(NOVEMBER))
    text = _beancount(lines, off=D("0.01") if wrong == "balance" else None)
    if wrong == "voucher":
        amount = f"{lines[0].debit} CNY"
        assert amount in text
        text = text.replace(amount, f"{(lines[0].debit or 0) + D('0.01')} CNY", 1)
    assert _bean_check(tmp_path, text).returncode != 0


def _two_months() -> None:
    customer, by = payer(), UserFactory()
    october = frozen(customer, "300.00", "0.07", month=OCTOBER)
    received(customer, "250.00", day=date(2026, 11, 20))
    received(None, "77.70", day=date(2026, 11, 21))
    money = received(customer, "90.10", day=date(2026, 11, 22))
    allocation = services.allocate(
        receipt_id=money.pk, statement_id=october.pk, amount=D("50.05"), by=by, at=DECEMBER_FIRST
    )
    services.undo_allocation(allocation_id=allocation.pk, reason="认错", by=by, at=DECEMBER_FIRST)
    charged(customer, "12.34", tax=tax_class("line_haul", 90_000).pk)
    frozen(customer, "56.78", "-20.00")
    frozen(payer(), "1000000.01")
    assert Statement.objects.exclude(state="open").count() == 3


ROOTS = {"1": "Assets", "2": "Liabilities", "4": "Equity", "6": "Income"}


def _beancount(lines: list[VoucherLine], off: Decimal | None = None) -> str:
    """Vouchers as beancount has them, with the balance of each title, by our own trial balance, at the end;
    ``off`` is what the first one is told wrongly."""
    codes = sorted({line.code for line in lines})
    text = ['option "operating_currency" "CNY"']
    text += [f"2026-01-01 open {_account(code)} CNY" for code in codes]
    vouchers: dict[tuple[date, int], list[VoucherLine]] = {}
    for line in lines:
        vouchers.setdefault((line.day.replace(day=1), line.number), []).append(line)
    for (_month, number), sides in vouchers.items():
        text.append(f'{sides[0].day} * "{number}" "{sides[0].text}"')
        text += [
            f"  {_account(one.code)}  {one.debit if one.debit is not None else -(one.credit or 0)} CNY"
            for one in sides
        ]
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    for row in trial_balance(first, last, by_title=True):
        if row.code in codes:
            moved = row.debit - row.credit + (off or 0)
            text.append(f"{last + timedelta(days=1)} balance {_account(row.code)}  {moved} ~ 0 CNY")
            off = None
    return "\n".join(text) + "\n"


def _account(code: str) -> str:
    return f"{ROOTS[code[0]]}:T{code}"


def _bean_check(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    (folder / "journal.beancount").write_text(text)
    command = [str(Path(sys.executable).with_name("bean-check")), "journal.beancount"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
