"""Every KPI, in the order in which they are shown."""

from typing import Final

from apps.reports.kpis import cases, clocks, closings, hotline, shipments, staff, stages
from apps.reports.kpis.base import COMPANY, Kpi, Period, Rows, Scope

KPIS: Final[dict[str, Kpi]] = {
    one.code: one()
    for module in (shipments, stages, cases, closings, clocks, hotline, staff)
    for one in module.ALL
}

__all__ = ["COMPANY", "KPIS", "Kpi", "Period", "Rows", "Scope"]
