"""The record of what happened, and whether it was tampered with."""

from apps.core.metric_types import age, count

METRICS = (
    age("seals_waiting_seconds", "How long the rows of some table have not been sealed", "at", "safety_sealmark"),
    count("tampering_open", "Signs of tampering that nobody has explained", "safety_sealfinding WHERE state = 'open'"),
)  # fmt: skip
