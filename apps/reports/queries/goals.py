"""Goals in force, and the reference figures of the State Post Bureau."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.reports.enums import ScopeKind
from apps.reports.models import Goal


def goals_on(
    day: date, kpis: Iterable[str], kind: ScopeKind, scope_id: int = 0
) -> dict[str, Decimal]:
    """KPI → the goal in force on the day: the scope's own, else the whole company's. One query."""
    rows = (
        Goal.objects.filter(kpi__in=list(kpis), since__lte=day, lane="")
        .filter(scope_kind__in=[kind, ScopeKind.ALL], scope_id__in=[scope_id, 0])
        .order_by("since")
    )
    found: dict[str, dict[bool, Decimal | None]] = {}
    for row in rows:
        is_own = row.scope_kind == kind and row.scope_id == scope_id
        found.setdefault(row.kpi, {})[is_own] = row.value
    chosen = {
        kpi: both.get(True) if True in both else both.get(False) for kpi, both in found.items()
    }
    return {kpi: value for kpi, value in chosen.items() if value is not None}


def meets(value: Decimal | None, goal: Decimal, better: str) -> bool:
    if value is None:
        return True
    return value >= goal if better == "up" else value <= goal


@dataclass(frozen=True, slots=True)
class Reference:
    value: Decimal
    source: object


_YEAR: Final = _("State Post Bureau, 2023, express between cities, from system data")
# Seconds where it is a time. The Bureau's stages are ours: handling at the origin, transport, handling at the
# destination with delivery.
REFERENCES: Final = {
    "in_72h": Reference(Decimal("80.97"), _YEAR),
    "stage_sort": Reference(Decimal("7.60") * 3600, _YEAR),
    "stage_line_haul": Reference(Decimal("35.51") * 3600, _YEAR),
    "stage_delivery": Reference((Decimal("10.08") + Decimal("3.24")) * 3600, _YEAR),
}
