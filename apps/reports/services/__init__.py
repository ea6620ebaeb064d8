from apps.reports.services.figures import freeze_figures
from apps.reports.services.goals import set_goal

__all__ = ["freeze_figures", "set_goal"]
