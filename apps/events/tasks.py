from celery import shared_task

from apps.events.services import relay_due


@shared_task(name="apps.events.tasks.relay_events")
def relay_events() -> int:
    """Woken every two seconds by beat, for about as long; the outbox is in the database."""
    return relay_due(seconds=2.0)
