"""Every KPI, in the order in which they are shown."""

from typing import Final

from apps.reports.kpis.base import COMPANY, Kpi, Period, Rows, Scope

KPIS: Final[dict[str, Kpi]] = {one.code: one for one in ()}

__all__ = ["COMPANY", "KPIS", "Kpi", "Period", "Rows", "Scope"]
