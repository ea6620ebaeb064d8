from apps.events.services.recording import NewEvent, new_event, record, record_many
from apps.events.services.refusals import recorded_refusals
from apps.events.services.relaying import relay_batch, relay_due

__all__ = [
    "NewEvent",
    "new_event",
    "record",
    "record_many",
    "recorded_refusals",
    "relay_batch",
    "relay_due",
]
