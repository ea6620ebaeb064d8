"""Asking for long work, cancelling it, beginning it again, and storing its result."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.backoffice.enums import JobState
from apps.backoffice.job_kinds import job_kinds
from apps.backoffice.models import Job
from apps.backoffice.rules.jobs import may_see_job
from apps.backoffice.states import JOB_MOVES
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import RuleBroken
from apps.events.services import record

RUN_JOBS = "apps.backoffice.tasks.run_jobs"
PURGE_BATCH = 500


@transaction.atomic
def ask_job(
    *,
    kind: str,
    title: str,
    given: Mapping[str, Any],
    by: Any,
    at: datetime,
    total: int | None = None,
) -> Job:
    """Put work in the queue; a worker is called once this is committed. ``given`` must be fit for
    JSON. Raises RuleBroken (``not_permitted``) for whoever lacks the kind's permission."""
    declared = job_kinds()[kind]
    if not by.has_perm(declared.permission):
        raise RuleBroken(_("You may not ask for this."), code="not_permitted")
    job = Job(
        kind=kind,
        title=title[:160],
        asked_by=by,
        asked_at=at,
        language=(get_language() or "zh-hans")[:10],
        parameters=json.dumps(dict(given), ensure_ascii=False),
        total=total,
        due_at=at,
    )
    job.save()
    record("job.asked", job, by=by, at=at)
    enqueue_on_commit(RUN_JOBS)
    return job


def _locked(job_id: int, by: Any) -> Job:
    job = Job.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=job_id)
    if not may_see_job(by, job):
        raise RuleBroken(_("This job is somebody else's."), code="not_yours")
    return job


@transaction.atomic
def cancel_job(*, job_id: int, by: Any, at: datetime) -> Job:
    """One that waits ends now; one at work ends after its present step. What is committed stays."""
    job = _locked(job_id, by)
    if job.state == JobState.RUNNING:
        if job.cancel_asked_at is None:
            job.cancel_asked_at, job.cancel_asked_by = at, by
            job.save(update_fields=["cancel_asked_at", "cancel_asked_by"])
            enqueue_on_commit(RUN_JOBS)
        return job
    JOB_MOVES.check(JobState(job.state), JobState.CANCELLED)
    end_job(job, JobState.CANCELLED, by=by, at=at)
    return job


@transaction.atomic
def begin_again(*, job_id: int, by: Any, at: datetime) -> Job:
    """A job that failed goes on where it stopped."""
    job = _locked(job_id, by)
    JOB_MOVES.check(JobState(job.state), JobState.QUEUED)
    job.state, job.error, job.tries = JobState.QUEUED, "", 0
    job.due_at, job.concluded_at = at, None
    job.cancel_asked_at = job.cancel_asked_by = None
    job.save()
    record("job.asked_again", job, by=by, at=at, data={"done": job.done})
    enqueue_on_commit(RUN_JOBS)
    return job


def end_job(job: Job, state: JobState, *, by: Any, at: datetime, error: str = "") -> None:
    """The one way a job ends; ``job`` is locked by the caller, whose transaction it is."""
    JOB_MOVES.check(JobState(job.state), state)
    job.state, job.error, job.concluded_at = state, error[:500], at
    job.due_at = job.lease = None
    job.save()
    kind = job_kinds().get(job.kind)
    if kind is not None:
        kind.ended(job)
    record(f"job.{state}", job, by=by, at=at, data={"done": job.done})


@transaction.atomic
def open_result(*, job: Job, by: Any, at: datetime) -> IO[bytes]:
    """The file that the job made; who takes it is on record. Raises FileNotFoundError when its days
    are over or the store lost it."""
    if not job.path or not may_see_job(by, job):
        raise FileNotFoundError(job.file_name)
    record("job.downloaded", job, by=by, at=at, data={"file": job.file_name})
    opened: IO[bytes] = default_storage.open(job.path)
    return opened


@transaction.atomic
def purge_results(*, at: datetime) -> int:
    """Files past their day go; the row stays and says that it was."""
    old = Job.objects.select_for_update(skip_locked=True).exclude(path="")
    jobs = list(old.filter(keep_until__lte=at).order_by("keep_until")[:PURGE_BATCH])
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(path="", parameters="{}")
    for job in jobs:
        transaction.on_commit(partial(default_storage.delete, job.path))
    return len(jobs)
