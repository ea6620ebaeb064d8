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


@chore("apps.backoffice.tasks.purge_drafts")
def purge_drafts() -> int:
    """Daily: what somebody typed two weeks ago and never sent."""
    return services.purge_drafts(at=timezone.now())


@chore("apps.backoffice.tasks.purge_counts")
def purge_counts() -> int:
    """Daily: counters that no limit looks at any more."""
    return services.purge_counts(at=timezone.now())
