"""The staff pages of reports."""

from apps.reports.admin.figures import FigureAdmin
from apps.reports.admin.figures_goals import GoalAdmin

__all__ = ["FigureAdmin", "GoalAdmin"]
