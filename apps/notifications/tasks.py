"""The sending process (``manage.py deliver``) needs no broker; these do the same when woken."""

from celery import shared_task

from apps.notifications import services


@shared_task(name="apps.notifications.tasks.mind_deliveries", ignore_result=True)
def mind_deliveries() -> int:
    """Lost workers, digests that are due, fallbacks."""
    return services.mind()


@shared_task(name="apps.notifications.tasks.send_due", ignore_result=True)
def send_due(channel: str) -> int:
    """Send what is due on one channel."""
    return services.send_due(channel, worker="celery")


@shared_task(name="apps.notifications.tasks.forget_stamps", ignore_result=True)
def forget_stamps() -> int:
    """Throw away counts that no limit looks at any more."""
    return services.forget_stamps()
