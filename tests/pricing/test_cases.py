"""Prices that other systems state or assert: the engine comes to the same (``cases/rating.jsonl``)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pricing.adapter import answer, same

HERE = Path(__file__).parent / "cases" / "rating.jsonl"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "rating.jsonl"


def cases(file: Path) -> list[Any]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.mark.requirement("BIL-1")
@pytest.mark.parametrize("case", cases(HERE))
def test_the_engine_comes_to_what_others_state(case: dict[str, Any]) -> None:
    got = answer(case)
    assert same(got, case["expected"]), got


def test_no_case_is_left_out() -> None:
    if not SHARED.exists():
        pytest.skip("the cases shared between projects are not here")
    ours = {case.values[0]["id"] for case in cases(HERE)}
    assert {case.values[0]["id"] for case in cases(SHARED)} <= ours
