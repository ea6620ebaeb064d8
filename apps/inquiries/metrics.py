"""The inquiry mailbox."""

from apps.core.metric_types import Metric

METRICS = (
    Metric(
        "mailbox_failures_in_row",
        "How often the inquiry mailbox failed since it was last read",
        "SELECT COALESCE(max(failures_in_row), 0) FROM inquiries_mailboxstate",
    ),
)
