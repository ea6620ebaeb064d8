"""Every KPI, in the order in which they are shown."""

from typing import Final

from apps.reports.kpis import (
    cases,
    claims,
    clocks,
    closings,
    hotline,
    incidents,
    shipments,
    staff,
    stages,
)
from apps.reports.kpis.base import COMPANY, Kpi, Period, Rows, Scope

_MODULES = (shipments, incidents, stages, cases, closings, clocks, claims, hotline, staff)
_ALL: Final = [one() for module in _MODULES for one in module.ALL]
# What is shown beside a KPI stands right after it.
KPIS: Final[dict[str, Kpi]] = {
    one.code: one
    for first in _ALL
    if not first.parent
    for one in (first, *(other for other in _ALL if other.parent == first.code))
}

__all__ = ["COMPANY", "KPIS", "Kpi", "Period", "Rows", "Scope"]
