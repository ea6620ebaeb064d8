"""Events on their way, and when work that goes by the hour was last done."""

from apps.core.metric_types import Metric, age, count
from apps.events.background import periods

_LATE = """
SELECT t.name, GREATEST(0, EXTRACT(EPOCH FROM statement_timestamp() - t.ran_at) - p.seconds)
FROM events_taskrun t JOIN (VALUES {}) AS p (name, seconds) ON p.name = t.name
"""
STANDBY = ("standby", 10.0)  # it notes each of its looks


def _late() -> str:
    known = [*periods().items(), STANDBY]
    return _LATE.format(", ".join(f"('{name}', {float(seconds)})" for name, seconds in known))


METRICS = (
    count("event_dispatches", "Events that a subscriber has not taken in yet", "events_dispatch"),
    age("event_oldest_seconds", "How long the oldest of them has waited", "created_at", "events_dispatch"),
    Metric(
        "event_failing",
        "Events that a subscriber refused eight times or more",
        "SELECT subscriber, count(*) FROM events_dispatch WHERE attempts >= 8 GROUP BY subscriber",
        ("subscriber",),
    ),
    Metric(
        "task_late_seconds",
        "How long ago work that is done regularly should have been done again",
        _late,
        ("task",),
    ),
)  # fmt: skip
