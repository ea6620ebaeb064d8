"""What a process takes for the time decides nothing: only the database's clock does (CMP-3)."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

import apps.sla
from apps.core.database import database_now
from apps.sla import services
from apps.sla.enums import Metric
from apps.sla.models import FiredStep
from tests.factories.sla import clock_of, open_case, publish, step, target

ROOMS = ("services", "rules", "queries", "worktime", "models")
# Time that passes within one process is measured by it; what time it is, is not.
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("time", "time"),
    ("time", "time_ns"),
    ("times", "now"),
}
A_WHILE = timedelta(minutes=5)  # a busy machine may take it, and wrong clocks are hours off
NAMES = {"now", "localdate", "present"}


def files() -> list[Path]:
    root = Path(next(iter(apps.sla.__path__)))
    return sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))


def process_clocks(tree: ast.AST) -> Iterator[str]:
    """Where a clock of the process is read: called as a method of its module, or imported by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in (
            "django.utils.timezone",
            "apps.core.times",
            "time",
        ):
            yield from (
                f"{node.lineno}: {a.name}" for a in node.names if a.name in NAMES | {"time"}
            )
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name | ast.Attribute):
            of = called.value.id if isinstance(called.value, ast.Name) else called.value.attr
            bare = of == "timezone" and called.attr.startswith("local") and node.args  # type: ignore[attr-defined]  # a call
            if (of, called.attr) in CLOCKS and not bare:
                yield f"{called.lineno}: {of}.{called.attr}"


def test_no_service_rule_or_query_of_the_clocks_reads_the_process_clock() -> None:
    found = {
        str(path): lines
        for path in files()
        if (lines := list(process_clocks(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert len(files()) > 30
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "from django.utils import timezone\nx = timezone.now()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nx = datetime.now(UTC)",
        "from django.utils.timezone import now\nx = now()",
        "from apps.core.times import now as present",
        "import time\nx = time.time()",
        "from django.utils import timezone\nx = timezone.localdate()",
    ],
)
def test_the_search_sees_every_way_of_reading_one(text: str) -> None:
    assert list(process_clocks(ast.parse(text)))


def test_measuring_how_long_something_takes_is_no_clock() -> None:
    assert not list(process_clocks(ast.parse("import time\nx = time.monotonic()")))


@pytest.mark.django_db
@pytest.mark.requirement("CMP-3")
@pytest.mark.parametrize("hours", [-26, -1, 1, 26])
def test_a_process_whose_clock_is_wrong_tells_what_is_due_and_nothing_else(
    hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(target(Metric.FEEDBACK, timedelta(hours=1), step("warn", -timedelta(minutes=10))))
    _what, due = open_case(opened_at=database_now() - timedelta(minutes=55))
    _what, not_yet = open_case(opened_at=database_now() - timedelta(minutes=40))

    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    monkeypatch.setattr(timezone, "now", wrong)
    assert services.sweep().steps == 1
    (row,) = FiredStep.objects.all()
    assert row.clock == clock_of(due, Metric.FEEDBACK)
    assert abs(row.fired_at - database_now()) < A_WHILE
    assert 290 <= row.late_seconds <= 310 + A_WHILE.total_seconds()
    _what, fresh = open_case()
    begun: Any = clock_of(fresh, Metric.FEEDBACK).started_at
    assert abs(begun - database_now()) < A_WHILE
    assert clock_of(not_yet, Metric.FEEDBACK).next_at is not None
