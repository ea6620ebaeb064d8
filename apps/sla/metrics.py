"""Clocks that are open or overdue, as numbers for whoever operates the installation."""

from apps.core.metric_types import Metric, age, count

METRICS = (
    count(
        "clocks_unannounced", "Clocks whose next step is due and not told",
        "sla_clock WHERE next_at <= statement_timestamp()",
    ),
    age("clocks_unannounced_seconds", "How late the oldest of these steps is", "next_at",
        "sla_clock WHERE next_at IS NOT NULL"),
    Metric(
        "clocks_overdue",
        "Open clocks past their due time, by what they are about",
        "SELECT kind, count(*) FROM sla_clock WHERE state IN ('running', 'paused')"
        " AND due_at < statement_timestamp() GROUP BY kind",
        ("kind",),
    ),
)  # fmt: skip
