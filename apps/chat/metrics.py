"""Visitors who wait."""

from apps.core.metric_types import age

METRICS = (
    age("chats_waiting_seconds", "How long the longest waiting visitor has waited for an agent", "started_at",
        "chat_chat WHERE state = 'queued'"),
)  # fmt: skip
