"""Files of calls are taken by a job, calls and rates go out as spreadsheets: apps/backoffice/job_kinds.py, exports.py say
what becomes of them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, Query, attribute, choice, rows_of_list
from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.job_kinds import JobKind
from apps.backoffice.models import Job
from apps.hotline.models import Call
from apps.hotline.queries.board import DayRate, day_rates
from apps.hotline.rules.rate import percent
from apps.hotline.services.files import JOB, end_call_file, run_call_file


def _address(job: Job) -> str:
    return reverse("admin:hotline_callfile_change", args=[job.given["file"]])


JOBS = (
    JobKind(JOB, _("Files of calls"), "hotline.take_callfile", run_call_file, ended=end_call_file, address=_address),
)  # fmt: skip


CALLS = Export(
    name="hotline.call",
    label=_("Calls"),
    file_name="calls",
    permission="hotline.view_call",
    rows=rows_of_list(Call),
    columns=(
        attribute(_("time of the call"), "offered_at"),
        ExportColumn(_("Phone number"), lambda call: call.masked),
        choice(_("Direction"), "direction"),
        choice(_("Outcome"), "outcome"),
        attribute(_("Waited, in seconds"), "wait_s"),
        attribute(_("Talked, in seconds"), "talk_s"),
        ExportColumn(_("Agent"), lambda call: str(call.agent or "")),
        attribute(_("Extension"), "extension"),
        attribute(_("Queue"), "queue"),
        attribute(_("Customer number"), "customer.code"),
        attribute(_("Waybill"), "waybill.number"),
        attribute(_("Case"), "case.number"),
    ),
)


def _day_rates(by: Any, query: Query) -> Iterable[DayRate]:
    form = PeriodReportForm(query, user=by, at=timezone.now())
    return () if form.errors else day_rates(**form.cleaned_data, user=by)


RATES = Export(
    name="hotline.rates",
    label=_("Answer rate by day"),
    file_name=lambda query: f"answer-rate-{query['first_day']}-{query['last_day']}",
    permission="hotline.view_call",
    rows=_day_rates,
    columns=(
        attribute(_("Day"), "day"),
        attribute(_("calls offered"), "counts.offered"),
        attribute(_("Not counted"), "counts.excluded"),
        attribute(_("calls counted"), "counts.counted"),
        attribute(_("Answered by a person"), "counts.answered"),
        attribute(_("Not answered"), "counts.missed"),
        ExportColumn(_("Answer rate"), lambda row: percent(row.counts.rate)),
        ExportColumn(_("Service level"), lambda row: percent(row.counts.level)),
        attribute(_("Mean wait, in seconds"), "counts.mean_wait"),
        attribute(_("Goal, in percent"), "goal"),
    ),
)
EXPORTS = (CALLS, RATES)
