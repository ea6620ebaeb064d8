"""Celery wakes these; what is due is decided by the database."""

from django.utils import timezone

from apps.backoffice import services
from apps.events.chores import chore


@chore("apps.backoffice.tasks.sweep_form_submissions")
def sweep_form_submissions() -> int:
    """Answers to forms that are past keeping."""
    return services.sweep_submissions(at=timezone.now())


@chore("apps.backoffice.tasks.purge_held")
def purge_held() -> int:
    """Files of forms that nobody sent."""
    return services.purge_held(at=timezone.now())
