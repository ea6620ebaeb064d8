"""Long work that people asked for."""

from apps.core.metric_types import age

METRICS = (
    age("jobs_waiting_seconds", "How long the oldest job has been due and nobody works on it", "due_at",
        "backoffice_job WHERE state IN ('queued', 'running')"),
)  # fmt: skip
