"""The watch process (``manage.py watch``) needs no broker; Celery wakes the same sooner."""

from celery import shared_task
from django.utils import timezone

from apps.sla import services


@shared_task(name="apps.sla.tasks.sweep_clocks", ignore_result=True)
def sweep_clocks() -> int:
    """Tell what is due."""
    return services.sweep().clocks


@shared_task(name="apps.sla.tasks.recompute_clocks", ignore_result=True)
def recompute_clocks() -> int:
    """Read again what a calendar or a policy has made out of date."""
    return services.recompute_stale()


@shared_task
def mind_calendars() -> int:
    return services.mind_calendars(at=timezone.now())
