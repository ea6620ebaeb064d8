"""The alarm rules as Prometheus reads them, evaluated against the text of the page.

Understood is what the rules use: a series compared with a number, a quotient of two series without labels,
and ``increase`` between two readings of the page.
"""

import operator
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser as promql
import yaml
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
Labels = frozenset[tuple[str, str]]
Series = dict[Labels, float]
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt,
}  # fmt: skip


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Alarm → its rule."""
    read = yaml.safe_load((ROOT / "deploy" / "alarms.yml").read_text())
    return {rule["alert"]: rule for group in read["groups"] for rule in group["rules"]}


def samples(text: str) -> dict[str, Series]:
    """What a page says, by the name of its series."""
    found: dict[str, Series] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def fires(alarm: str, text: str, before: str = "") -> list[dict[str, str]]:
    """For which labels the rule holds now; ``before`` is an earlier reading, for what grew since."""
    parsed = promql.parse(rules()[alarm]["expr"])
    held = _value(parsed, samples(text), samples(before))
    assert isinstance(held, dict)
    return [dict(labels) for labels in held]


def _value(expr: Any, now: dict[str, Series], before: dict[str, Series]) -> Series | float:
    if isinstance(expr, promql.NumberLiteral):
        return float(expr.val)
    if isinstance(expr, promql.VectorSelector):
        wanted = {(one.name, one.value) for one in expr.matchers.matchers}
        series = now.get(expr.name, {})
        return {labels: value for labels, value in series.items() if wanted <= labels}
    if isinstance(expr, promql.Call):
        assert expr.func.name == "increase"
        name = expr.args[0].vector_selector.name
        old = before.get(name, {})
        return {at: value - old.get(at, 0.0) for at, value in now.get(name, {}).items()}
    assert isinstance(expr, promql.BinaryExpr)
    left, right = _value(expr.lhs, now, before), _value(expr.rhs, now, before)
    assert isinstance(left, dict)
    sign = str(expr.op)
    if sign == "/":
        assert isinstance(right, dict)
        return {at: value / right[at] for at, value in left.items() if at in right}
    assert isinstance(right, float)
    return {at: value for at, value in left.items() if _COMPARED[sign](value, right)}
