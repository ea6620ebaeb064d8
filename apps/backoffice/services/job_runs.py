"""Running jobs: one worker at a time has a job's lease, works in steps, and may be killed at any moment."""

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.backoffice.enums import FileKind, JobState
from apps.backoffice.job_kinds import JobKind, Result, job_kinds
from apps.backoffice.models import Job
from apps.backoffice.services.jobs import RUN_JOBS, end_job
from apps.backoffice.services.retention import retention_period
from apps.backoffice.states import JOB_MOVES
from apps.core.enqueueing import enqueue
from apps.core.errors import RuleBroken
from apps.core.storage import all_or_nothing

log = logging.getLogger(__name__)
# How long a dead worker's job waits for the next; no step may take as long.
LEASE = timedelta(seconds=60)
# Seconds after which a job makes room for others, between two steps, and a worker for other work.
TURN, SHIFT = 10.0, 20.0
BEAT_EVERY = 1.0
MOST_TRIES = 3
PAUSE = timedelta(seconds=15)


class Cancelled(Exception):  # no error: whoever asked wants it to end
    """Called off."""


class Paused(Exception):  # no error: others have their turn
    """Its turn is over."""


class LeaseLost(Exception):  # no error of ours: we were too slow, or thought dead
    """Another worker has taken the job over; nothing of this step is kept."""


class JobRun:
    """``job_kinds.Run`` for a job that this worker holds by ``lease``."""

    def __init__(self, job: Job) -> None:
        self._pk, self._lease = job.pk, job.lease
        self.given: Mapping[str, Any] = job.given
        self.by, self.at = job.asked_by, job.asked_at
        self.place: dict[str, Any] = dict(job.place)
        self.done, self.total = job.done, job.total
        self._began = self._beaten = time.monotonic()

    @contextmanager
    def step(self) -> Iterator[None]:
        self._look()
        with all_or_nothing(), transaction.atomic():
            yield
            # Last, so that nobody who looks at the job waits for the step.
            job = self.held()
            job.place, job.done, job.total, job.tries = self.place, self.done, self.total, 0
            job.due_at = Now() + LEASE
            job.save(update_fields=["place", "done", "total", "tries", "due_at"])
        if time.monotonic() - self._began > TURN:
            raise Paused

    def beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT_EVERY:
            return
        self._beaten = time.monotonic()
        mine = Job.objects.filter(pk=self._pk, lease=self._lease)
        if not mine.update(done=self.done, total=self.total, due_at=Now() + LEASE):
            raise LeaseLost
        self._look()

    def held(self) -> Job:
        """The row, locked, while it is ours."""
        job = Job.objects.select_for_update().filter(pk=self._pk, lease=self._lease).first()
        if job is None:
            raise LeaseLost
        return job

    def _look(self) -> None:
        mine = Job.objects.filter(pk=self._pk, lease=self._lease)
        found = mine.values_list("cancel_asked_at", flat=True)[:1]
        if not found:
            raise LeaseLost
        if found[0] is not None:
            raise Cancelled


def run_jobs() -> int:
    """What is due, job after job; how many turns. Several workers may do so at once."""
    until, turns = time.monotonic() + SHIFT, 0
    while run_next():
        turns += 1
        if time.monotonic() > until:
            enqueue(RUN_JOBS)
            break
    return turns


def run_next() -> bool:
    """One turn of the job that is due longest; False when none is due."""
    job = claim_job()
    if job is None:
        return False
    _work(job)
    return True


@transaction.atomic
def claim_job() -> Job | None:
    """The job that is due longest by the database's clock, leased to the caller: one that waits, or
    one whose worker gave no sign of life."""
    due = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(due_at__lte=Now())
    job = due.select_related("asked_by").order_by("due_at").first()
    if job is None:
        return None
    if job.state != JobState.RUNNING:
        JOB_MOVES.check(JobState(job.state), JobState.RUNNING)
    job.state, job.lease, job.due_at = JobState.RUNNING, uuid4(), Now() + LEASE
    job.tries += 1
    job.started_at = job.started_at or Now()
    job.save(update_fields=["state", "lease", "due_at", "tries", "started_at"])
    return job


def _work(job: Job) -> None:
    kind, run = job_kinds().get(job.kind), JobRun(job)
    try:
        with translation.override(job.language):
            _must_be_possible(job, kind)
            assert kind is not None  # noqa: S101  # refused just before
            result = kind.run(run) or Result()
            _finish(run, result)
    except Cancelled:
        _end(run, JobState.CANCELLED)
    except Paused:
        _wait(run, Now())
    except LeaseLost:
        log.warning("job %s went on elsewhere", job.pk)
    except RuleBroken as refusal:
        _end(run, JobState.FAILED, str(refusal))
    except Exception:  # whatever it is, whoever asked reads it, and the worker goes on
        log.exception("job %s (%s) stumbled", job.pk, job.kind)
        if job.tries < MOST_TRIES:
            _wait(run, Now() + PAUSE * job.tries)
        else:
            with translation.override(job.language):
                _end(run, JobState.FAILED, _unexpected())


def _unexpected() -> str:
    return _(
        "Something unexpected happened, three times. What was done so far is kept; tell the IT"
        " administrator, who finds the details in the log, then begin it again."
    )


def _must_be_possible(job: Job, kind: JobKind | None) -> None:
    if job.cancel_asked_at is not None:
        raise Cancelled
    if kind is None:
        raise RuleBroken(_("This kind of work is no longer done."), code="unknown_kind")
    if not job.asked_by.is_active or not job.asked_by.has_perm(kind.permission):
        raise RuleBroken(_("Whoever asked for this may not do so any more."), code="not_permitted")
    if job.tries > MOST_TRIES:
        raise RuleBroken(_unexpected(), code="stuck")


def _finish(run: JobRun, result: Result) -> None:
    with all_or_nothing(), transaction.atomic():
        job = run.held()
        job.place, job.done, job.total = run.place, run.done, run.total
        job.summary = dict(result.summary)
        if result.file is not None:
            _store(job, result)
        end_job(job, JobState.DONE, by=run.by, at=timezone.now())


def _store(job: Job, result: Result) -> None:
    token = secrets.token_hex(16)
    assert result.file is not None  # noqa: S101  # asked by the caller
    with result.file as made:
        job.path = default_storage.save(f"jobs/{token[:2]}/{token}", File(made))
    job.file_name, job.size = result.file_name[:160], default_storage.size(job.path)
    job.keep_until = timezone.now() + retention_period(FileKind.JOB_RESULT)


def _end(run: JobRun, state: JobState, error: str = "") -> None:
    try:
        with transaction.atomic():
            job = run.held()
            by = job.cancel_asked_by if state == JobState.CANCELLED else None
            end_job(job, state, by=by or run.by, at=timezone.now(), error=error)
    except LeaseLost:
        log.warning("a job went on elsewhere")


def _wait(run: JobRun, due_at: Any) -> None:
    """Back into the queue, until ``due_at``."""
    try:
        with transaction.atomic():
            job = run.held()
            JOB_MOVES.check(JobState(job.state), JobState.QUEUED)
            job.state, job.lease, job.due_at = JobState.QUEUED, None, due_at
            job.save(update_fields=["state", "lease", "due_at"])
    except LeaseLost:
        log.warning("a job went on elsewhere")
