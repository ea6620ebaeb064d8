"""Messages and the providers that carry them."""

from apps.core.metric_types import Metric, count

_WAITING = """
SELECT channel, {} FROM notifications_delivery
WHERE state IN ('queued', 'held') AND carried_by_id IS NULL AND digest_key = ''
    AND due_at < statement_timestamp() GROUP BY channel
"""

METRICS = (
    Metric("deliveries_waiting", "Messages that are due and not sent", _WAITING.format("count(*)"), ("channel",)),
    Metric(
        "deliveries_oldest_seconds",
        "How long the oldest of them has been due",
        _WAITING.format("EXTRACT(EPOCH FROM statement_timestamp() - min(due_at))"),
        ("channel",),
    ),
    Metric(
        "deliveries_unclear",
        "Messages of which nobody knows whether they arrived",
        "SELECT channel, count(*) FROM notifications_delivery WHERE state = 'ambiguous' GROUP BY channel",
        ("channel",),
    ),
    Metric(
        "channel_failures_in_row",
        "How often a provider failed since it last took a message",
        "SELECT channel, failures_in_row FROM notifications_providerstate",
        ("channel",),
    ),
    count(
        "webhooks_disabled", "Webhook endpoints switched off because they failed for days",
        "notifications_webhookendpoint WHERE state = 'disabled' AND removed_at IS NULL",
    ),
)  # fmt: skip
