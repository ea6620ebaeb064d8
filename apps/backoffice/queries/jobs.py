"""Jobs that a person may see."""

from typing import Any

from django.db.models import QuerySet

from apps.backoffice.models import Job
from apps.backoffice.rules.jobs import SEE_ALL, kinds_open_to


def visible_jobs(user: Any) -> QuerySet[Job]:
    """One's own, or all for whoever may see all, of kinds that one may ask for."""
    jobs = Job.objects.filter(kind__in=kinds_open_to(user)).select_related("asked_by")
    return jobs if user.has_perm(SEE_ALL) else jobs.filter(asked_by=user)
