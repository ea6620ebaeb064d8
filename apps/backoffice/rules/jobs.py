"""Who may see what somebody else asked for."""

from typing import Any

from apps.backoffice.job_kinds import job_kinds

SEE_ALL = "backoffice.view_every_job"


def kinds_open_to(user: Any) -> list[str]:
    """Kinds of jobs that this person may ask for."""
    return [name for name, kind in job_kinds().items() if user.has_perm(kind.permission)]


def may_see_job(user: Any, job: Any) -> bool:
    """One's own while one may still ask for such; others' for whoever may see all, and such."""
    kind = job_kinds().get(job.kind)
    if kind is None or not user.has_perm(kind.permission):
        return False
    return bool(job.asked_by_id == user.pk or user.has_perm(SEE_ALL))
