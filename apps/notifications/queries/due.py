"""Since when something waits that nobody works on: rows (channel or '', since) for ``due_when``."""

from collections.abc import Iterable

from apps.notifications.models.sender import HELD

# One row of an index for each channel and each of its two turns. Whoever looked for a message of this
# channel was at work on it, and a provider that is left alone for a while is not waited for.
_TO_SEND = """
SELECT c.channel, GREATEST(next.due_at, p.paused_until, p.refilled)
FROM unnest({channels}) AS c (channel)
CROSS JOIN LATERAL (
    SELECT min(due_at) AS due_at FROM (VALUES (true), (false)) AS turn (urgent)
    CROSS JOIN LATERAL (
        SELECT d.due_at FROM notifications_delivery d
        WHERE d.channel = c.channel AND d.urgent = turn.urgent AND d.state IN ('held', 'queued')
            AND d.carried_by_id IS NULL AND d.digest_key = ''
        ORDER BY d.due_at LIMIT 1
    ) AS first
) AS next
LEFT JOIN notifications_providerstate p ON p.channel = c.channel
WHERE next.due_at IS NOT NULL
"""
_TO_ASK = """
SELECT c.channel, next.due_at FROM unnest({channels}) AS c (channel)
CROSS JOIN LATERAL (
    SELECT d.due_at FROM notifications_delivery d
    WHERE d.channel = c.channel AND d.state = 'ambiguous' AND d.carried_by_id IS NULL
    ORDER BY d.due_at LIMIT 1
) AS next
"""
# Digests, fallbacks, leases that have run out, and messages whose sender is gone; while a sender is at
# work its end lies just ahead, so that whoever looks is there when a sender goes.
TO_MIND = f"""
SELECT '', LEAST(
    (SELECT due_at FROM notifications_delivery
     WHERE state IN ('held', 'queued') AND carried_by_id IS NULL AND NOT digest_key = ''
     ORDER BY due_at LIMIT 1),
    (SELECT fallback_due FROM notifications_delivery WHERE fallback_due IS NOT NULL
     ORDER BY fallback_due LIMIT 1),
    (SELECT min(lease_until) FROM notifications_delivery WHERE state = 'sending'),
    (SELECT statement_timestamp() + interval '0.3 seconds' FROM notifications_delivery
     WHERE state = 'sending' AND sender IS NOT NULL LIMIT 1),
    (SELECT min(d.state_since) FROM notifications_delivery d JOIN notifications_sender s ON s.id = d.sender
     WHERE d.state = 'sending' AND NOT {HELD})
)
"""  # noqa: S608  # ours


def to_send(names: Iterable[str]) -> str:
    return _TO_SEND.format(channels=_array(names))


def to_ask(names: Iterable[str]) -> str:
    return _TO_ASK.format(channels=_array(names))


def _array(names: Iterable[str]) -> str:
    """Names of channels, which the code gives."""
    return f"ARRAY[{', '.join(repr(str(name)) for name in names)}]::varchar[]"
