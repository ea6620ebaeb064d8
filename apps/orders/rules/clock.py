"""How a due time stands (ORD-5): what is left of it, and its colour. When it is due says the clock floor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.orders.enums import ClockStage

# The clock turns amber this long before it runs out.
DUE_SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Clock:
    """``left`` is negative once overdue."""

    stage: ClockStage
    left: timedelta

    @property
    def hours_minutes(self) -> str:
        """``3:07`` left or over, whole minutes."""
        minutes = int(abs(self.left).total_seconds() // 60)
        return f"{minutes // 60}:{minutes % 60:02d}"


def read_clock(due_at: datetime, at: datetime) -> Clock:
    """What is due at this very instant is overdue: it had its time."""
    left = due_at - at
    if left <= timedelta(0):
        return Clock(ClockStage.OVERDUE, left)
    if left <= DUE_SOON:
        return Clock(ClockStage.DUE_SOON, left)
    return Clock(ClockStage.RUNNING, left)
