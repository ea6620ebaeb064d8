"""What happened is written once."""

from apps.core.sql import append_only

OPERATIONS = [
    append_only("events_event"),
]
