"""Partitions for the months ahead."""

from apps.core.metric_types import Metric

METRICS = (
    Metric(
        "months_missing",
        "1 while tracking events of the next month have no partition yet",
        "SELECT (to_regclass('tracking_trackingevent_' || to_char(statement_timestamp()"
        " + interval '1 month', 'YYYY_MM')) IS NULL)::int",
    ),
)
