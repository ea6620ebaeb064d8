"""The table of known traps names each of them, and only tests that exist."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROW = re.compile(r"\| (B\d\d) \| [^|]+ \| (?:`(tests/[\w/]+\.py)::(test_\w+)`|reason: .+) \|")
ROWS = [
    ROW.fullmatch(line) or line
    for line in (HERE / "traps.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| B")
]


def test_every_trap_has_a_row() -> None:
    assert [row[1] for row in ROWS if not isinstance(row, str)] == [
        f"B{n:02d}" for n in range(1, 59)
    ]
    assert [row for row in ROWS if isinstance(row, str)] == []


@pytest.mark.parametrize(
    "row", [r for r in ROWS if not isinstance(r, str) and r[2]], ids=lambda r: r[1]
)
def test_the_test_it_names_exists(row: "re.Match[str]") -> None:
    assert f"def {row[3]}(" in (ROOT / row[2]).read_text(encoding="utf-8")
