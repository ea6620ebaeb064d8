"""Celery runs these; the database decides what is due."""

from django.utils import timezone

from apps.backoffice import services
from apps.backoffice.services.jobs import RUN_JOBS
from apps.events.background import background_task, due_when

JOBS_AT_ONCE = 4


@background_task("apps.backoffice.tasks.sweep_form_submissions")
def sweep_form_submissions() -> int:
    """Answers to forms that are past keeping."""
    return services.sweep_submissions(at=timezone.now())


@background_task("apps.backoffice.tasks.purge_held")
def purge_held() -> int:
    """Files of forms that nobody sent."""
    return services.purge_held(at=timezone.now())


@background_task("apps.backoffice.tasks.purge_drafts")
def purge_drafts() -> int:
    """Daily: what somebody typed two weeks ago and never sent."""
    return services.purge_drafts(at=timezone.now())


@background_task("apps.backoffice.tasks.purge_counts")
def purge_counts() -> int:
    """Daily: counters that no limit looks at any more."""
    return services.purge_counts(at=timezone.now())


@background_task(RUN_JOBS, concurrency=JOBS_AT_ONCE)
def run_jobs() -> int:
    """Long work that people asked for."""
    return services.run_jobs()


@background_task("apps.backoffice.tasks.purge_files")
def purge_files() -> int:
    """Results of jobs and files of imports whose days are over."""
    return services.purge_files(at=timezone.now())


due_when(
    RUN_JOBS,
    "SELECT '', due_at FROM backoffice_job WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",
)
