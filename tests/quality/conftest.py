from typing import Any

from apps.sla.models import Clock
from tests.complaints.conftest import agent, team

__all__ = ["agent", "team"]


def clocks(of: Any) -> dict[str, Clock]:
    """The newest clock of each metric."""
    rows = Clock.objects.filter(
        matter__subject_type=of._meta.label_lower, matter__subject_id=str(of.pk)
    )
    return {clock.metric: clock for clock in rows.order_by("cycle")}
