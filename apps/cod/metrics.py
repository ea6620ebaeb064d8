"""Money for merchants."""

from apps.core.metric_types import age

METRICS = (
    age("remittances_waiting_seconds", "How long the oldest remittance is held or waits for its release",
        "prepared_at", "cod_remittance WHERE state IN ('held', 'prepared')"),
)  # fmt: skip
