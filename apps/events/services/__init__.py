from apps.events.services.recording import NewEvent, news, record, record_many
from apps.events.services.relaying import relay_batch, relay_due

__all__ = ["NewEvent", "news", "record", "record_many", "relay_batch", "relay_due"]
