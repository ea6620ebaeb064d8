"""My jobs: how far each is, what it made, what went wrong; called off and begun again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.backoffice import services
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.downloads import as_download
from apps.backoffice.enums import JobState
from apps.backoffice.job_kinds import job_kinds, label_of_kind
from apps.backoffice.models import Job
from apps.backoffice.queries.jobs import visible_jobs
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import in_words
from apps.core.times import human


class SeenAct(Act):
    """For whoever sees the record: which records those are says the admin's queryset."""

    def allows(self, user: Any) -> bool:
        return True


def _cancel(context: ActContext) -> None:
    services.cancel_job(job_id=context.record.pk, **context.who)


def _again(context: ActContext) -> None:
    services.begin_again(job_id=context.record.pk, **context.who)


ACTS = (
    SeenAct(
        "cancel", gettext_lazy("Call it off"), "", _cancel,
        explains=gettext_lazy("It ends after its present step; what is done already stays."),
        done=gettext_lazy("It is called off, or will be in a moment."),
        may=lambda job: job.is_live and job.cancel_asked_at is None, danger=True,
    ),
    SeenAct(
        "again", gettext_lazy("Begin it again"), "", _again,
        explains=gettext_lazy("It goes on where it stopped; nothing is done twice."),
        done=gettext_lazy("It is in the queue again."),
        may=lambda job: job.state == JobState.FAILED,
    ),
)  # fmt: skip


def progress_bar(job: Job) -> SafeString:
    """How far it is, as a bar and in numbers; without numbers while nobody has counted."""
    if job.total is None:
        return format_html("{}", job.done or "—")
    label = _("%(done)d of %(total)d") % {"done": job.done, "total": job.total}
    return format_html(
        '<progress class="job-bar" max="{}" value="{}" aria-label="{}"></progress> <span>{}</span>',
        max(job.total, 1), job.done, label, label,
    )  # fmt: skip


# What a job's numbers are called.
COUNTS = {
    "rows": gettext_lazy("Rows"),
    "taken": gettext_lazy("Taken in"),
    "known": gettext_lazy("Already known"),
    "refused": gettext_lazy("Refused"),
}


@admin.register(Job)
class JobAdmin(PanelAdmin):
    """One's own. Whoever may see all sees those of the kinds that they may ask for themselves."""

    acts = ACTS
    list_display = ["title", "kind_label", "state_tag", "progress", "asked", "asked_by", "result"]
    list_display_links = ["title"]
    list_filter = ["state", ("kind", in_words(lambda name: str(label_of_kind(name))))]
    ordering = ["-id"]
    page_template = "backoffice/job.html"
    list_before_template = "backoffice/jobs_live.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return visible_jobs(request.user)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:pk>/result/", require_GET(self.result_view), "result")]

    def facts(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        kind = job_kinds().get(record.kind)
        return {
            "title": record.title,
            "job": record,
            "kind": label_of_kind(record.kind),
            "bar": progress_bar(record),
            "counts": [(COUNTS.get(name, name), n) for name, n in record.summary.items()],
            "about": kind.address(record) if kind and kind.address else "",
            "acts": self.offered(request, record),
        }

    def result_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file for the one who asked, and on record."""
        job = self.seen(request, pk)
        try:
            file = services.open_result(job=job, by=request.user, at=timezone.now())
        except FileNotFoundError:
            raise Http404 from None
        return as_download(file, job.file_name)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_label(self, job: Job) -> str:
        return str(label_of_kind(job.kind))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_tag(self, job: Job) -> SafeString:
        return self.tag(job.now)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, job: Job) -> SafeString:
        return progress_bar(job)

    @admin.display(description=gettext_lazy("asked at"), ordering="id")
    def asked(self, job: Job) -> str:
        return human(job.asked_at)

    @admin.display(description=gettext_lazy("result"))
    def result(self, job: Job) -> str | SafeString:
        if job.path:
            return format_html('<a href="{}result/">{}</a>', self.page_base(job), job.file_name)
        return job.error

    def page_base(self, job: Job) -> str:
        return self.page_of(job).removesuffix("change/")
