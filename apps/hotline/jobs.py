"""Files of calls are taken by a job: apps/backoffice/job_kinds.py says what becomes of it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.backoffice.job_kinds import JobKind
from apps.backoffice.models import Job
from apps.hotline.services.files import JOB, end_call_file, run_call_file


def _address(job: Job) -> str:
    return reverse("admin:hotline_callfile_change", args=[job.given["file"]])


JOBS = (
    JobKind(JOB, _("Files of calls"), "hotline.take_callfile", run_call_file, ended=end_call_file, address=_address),
)  # fmt: skip
