"""The batch templates of banks are data: what stands in which column, and where that is published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from apps.core.sheets import write_xlsx

_FILE = Path(__file__).with_name("templates.json")


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of a payment file; ``payout`` is the number by which the bank's results and lines name it."""

    payout: str
    row: int
    day: date
    amount: Decimal
    holder: str
    number: str
    bank: str
    branch: str
    cnaps: str
    note: str
    from_holder: str
    from_number: str
    from_bank: str
    from_branch: str

    @property
    def bank_and_branch(self) -> str:
        return self.branch if self.branch.startswith(self.bank) else f"{self.bank}{self.branch}"


@dataclass(frozen=True, slots=True)
class Template:
    code: str
    name: str
    source: str
    sheet: str
    columns: tuple[dict[str, str], ...]

    @property
    def headings(self) -> list[str]:
        return [column["heading"] for column in self.columns]


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: Template(code, one["name"], one["source"], one["sheet"], tuple(one["columns"]))
        for code, one in read.items()
    }


def write_payments(template: Template, payments: Sequence[Payment]) -> bytes:
    """The xlsx to upload: numbers and days as text, so that no sheet rounds an account number."""
    rows = [[_cell(column, payment) for column in template.columns] for payment in payments]
    return write_xlsx(template.headings, rows, title=template.sheet)


def _cell(column: dict[str, str], payment: Payment) -> Any:
    if "value" in column:
        return column["value"]
    value = getattr(payment, column["field"])
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    return value
