"""Working time against cases that other systems were tested with, read where they lie."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from apps.sla.worktime import (
    Pause,
    due_after,
    due_after_days,
    elapsed,
    explain,
    shift,
    shift_days,
)
from tests.sla.hours import read_calendar

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"

pytestmark = [
    pytest.mark.requirement("CMP-2"),
    pytest.mark.skipif(
        not CASES.is_dir(), reason="the folder of shared cases is not beside this clone"
    ),
]


def cases(name: str) -> list[Any]:
    path = CASES / f"{name}.jsonl"
    lines = path.read_text().splitlines() if path.is_file() else []
    return [pytest.param(json.loads(line), id=f"{name}-{n}") for n, line in enumerate(lines, 1)]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pauses(case: dict[str, Any]) -> list[Pause]:
    return [(instant(a), instant(b) if b else None) for a, b in case["pauses"]]


@pytest.mark.parametrize("case", cases("sla_due") + cases("sla_cn_makeup"))
def test_due(case: dict[str, Any]) -> None:
    """``NO``: the source stores pauses as hours and minutes and so cuts their seconds off; ours are
    kept, and the exact answer stands in ``my_due``."""
    cal, start, waits = read_calendar(case["calendar"]), instant(case["start"]), pauses(case)
    expected = case["my_due"] if case.get("agrees") == "NO" else case["expected_due"]
    days = case.get("sla_working_days")
    if days is not None:
        end_of_day = case.get("end_of_working_day", False)
        assert due_after_days(cal, start, days, waits, end_of_day=end_of_day) == instant(expected)
        return
    seconds = round(case["sla_minutes"] * 60)
    due = due_after(cal, start, seconds, waits)
    assert due == instant(expected)
    lines = explain(cal, start, seconds, waits)
    assert sum(line.seconds for line in lines if line.kind == "work") == seconds
    if lines:
        assert lines[-1].until == due


@pytest.mark.parametrize("case", cases("sla_elapsed"))
def test_elapsed(case: dict[str, Any]) -> None:
    """``yes_after_floor_to_minute``: the source counts whole minutes; the seconds are ours."""
    seconds = elapsed(
        read_calendar(case["calendar"]), instant(case["from"]), instant(case["to"]), pauses(case)
    )
    if case["agrees"] == "yes_after_floor_to_minute":
        seconds -= seconds % 60
    assert seconds == case["expected_working_seconds"]


@pytest.mark.parametrize("case", cases("sla_offset"))
def test_offset(case: dict[str, Any]) -> None:
    cal, due, trigger = (
        read_calendar(case["calendar"]),
        instant(case["due"]),
        instant(case["expected_trigger"]),
    )
    if "offset_working_days" in case:
        assert shift_days(cal, due, case["offset_working_days"]) == trigger
    else:
        assert shift(cal, due, round(case["offset_working_minutes"] * 60)) == trigger
