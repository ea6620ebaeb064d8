from celery import shared_task

from apps.events.services import relay_batch


@shared_task(name="apps.events.tasks.relay_events")
def relay_events() -> int:
    """Woken every two seconds by beat; the outbox itself is in the database."""
    return relay_batch()
