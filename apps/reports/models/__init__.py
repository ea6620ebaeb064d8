from apps.reports.models.figures import Figure, Freeze, Goal

__all__ = ["Figure", "Freeze", "Goal"]
