"""The page that leads through an account change, and its final report on paper (COD-2, COD-4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.account_changes.admin.change_acts import ACTS, ENTRY, missing_of, next_act
from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import FeedbackClass, ProjectState
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.campaigns import progress_of
from apps.account_changes.queries.changes import concerned_people, missing_readers
from apps.account_changes.queries.comparing import compared, comparison
from apps.account_changes.queries.starting import is_notice_missing
from apps.account_changes.queries.using import stages_of, usage_of
from apps.account_changes.rules.changes import MARKS, month_after
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.core.downloads import private_file
from apps.core.money import format_money
from apps.core.times import span

S = ProjectState
# The stages of one that goes as planned, in their order.
PATH = (S.PREPARING, S.APPROVING, S.APPROVED, S.SCHEDULED, S.TRANSITION, S.CLOSED, S.REPORTED)
STAGES = {
    "before": _("before the start: old account"),
    "transition": _("in transition: either account"),
    "after": _("after the transition: new account"),
}
REPORT_WORDS = (
    ("customers", _("Customers affected")),
    ("readers", _("Colleagues who confirmed the briefing")),
    ("concerned", _("Colleagues concerned")),
    ("days_prepared", _("Days from its beginning to the approval")),
    ("days_waited", _("Days from the approval to the start")),
    ("days_in_transition", _("Days in transition")),
    ("old_payments", _("Payments at the old account in transition")),
    ("old_sum", _("Their sum")),
    ("new_payments", _("Payments at the new account since the start")),
    ("new_sum", _("Sum of these")),
    ("told", _("Customers told of it")),
    ("told_later", _("Of these told later, as they became customers")),
    ("reached", _("Of these reached")),
    ("said", _("Feedback by class")),
    ("answered", _("Questions answered")),
    ("answer_minutes", _("Time to the answer (median)")),
    ("late", _("Uses of the old account after its time")),
    ("late_sum", _("Money of these")),
    ("late_open", _("Of these still being followed up")),
    ("refused", _("Attempts refused")),
    ("old_arrived_minutes", _("Test deposits, old account: time until there (median)")),
    ("new_arrived_minutes", _("Test deposits, new account: time until there (median)")),
)


@admin.register(ChangeProject)
class ChangeProjectAdmin(PanelAdmin):
    acts, entry = ACTS, ENTRY
    page_template = "account_changes/change.html"
    list_display = (
        "number",
        "reason",
        "old_account",
        "new_account",
        "since",
        "accept_until",
        "stands",
    )
    list_filter = ("state", "purpose")
    list_select_related = ("old_account", "new_account")
    search_fields = ("number", "reason")
    search_help_text = _("number or reason")
    ordering = ("-id",)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("<int:key>/papers/<int:paper>/", require_GET(self.paper_view), "paper"),
            ("<int:key>/report/", require_GET(self.report_view), "report"),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ChangeProject]":
        found: QuerySet[ChangeProject] = ChangeProject.objects.select_related(
            "old_account", "new_account", "created_by", "paused_by", "ended_by"
        )
        return found

    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: ChangeProject) -> SafeString:
        return self.tag(S(row.state))

    def facts(self, request: HttpRequest, record: ChangeProject) -> dict[str, Any]:
        missing, offered = missing_of(record), self.offered(request, record)
        leads = next_act(record, missing)
        return {
            "title": f"{record.number} {record.reason}"[:80],
            "state": S(record.state),
            "path": _path(record),
            "open_points": missing,
            "is_prepared": record.state != S.PREPARING,
            "tells": _tells(request, record),
            "next": next((act for act in offered if act.name == leads), None),
            "waits_for": leads,
            "acts": [act for act in offered if act.name != leads],
            "approval": approval_part(ACCOUNT_CHANGE, record),
            "is_editing": request.user.has_perm("account_changes.run_changeproject") and record.started_at is None
            and record.ended_at is None,
            **_parts(record),
            **_shipments(record),
        }  # fmt: skip

    def paper_view(self, request: HttpRequest, key: int, paper: int) -> HttpResponseBase:
        must(request, "account_changes.view_changeproject")
        found = get_object_or_404(self.seen(request, key).papers, pk=paper)
        answer: HttpResponseBase = private_file(
            found.file.open("rb"), name=found.name, content_type=found.content_type
        )
        return answer

    def report_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """On paper, once it is made."""
        must(request, "account_changes.view_changeproject")
        project = self.seen(request, key)
        if project.report is None:
            raise Http404
        context = {
            "project": project,
            "figures": _figures(project),
            "steps": project.steps.select_related("by"),
            "candidates": compared(project),
            "printed_at": timezone.now(),
        }
        return TemplateResponse(request, "account_changes/change_report.html", context)


def _tells(request: HttpRequest, project: ChangeProject) -> bool:
    """Whether this colleague's next step is to tell the customers."""
    is_time = project.state == S.SCHEDULED and not project.is_paused
    may = request.user.has_perm("account_changes.send_campaign")
    return is_time and may and is_notice_missing(project, timezone.now())


def _path(project: ChangeProject) -> list[tuple[ProjectState, str]]:
    """Each stage with “done”, “now” or “later”; one that ended early ends where it stood."""
    if project.state not in PATH:
        return [(S(project.state), "now")]
    place = PATH.index(S(project.state))
    return [
        (stage, "done" if n < place else "now" if n == place else "later")
        for n, stage in enumerate(PATH)
    ]


def _parts(project: ChangeProject) -> dict[str, Any]:
    people = concerned_people(project) if project.briefing else []
    missing = missing_readers(project) if project.briefing else []
    return {
        "members": project.members.select_related("user"),
        "listed": project.customers.select_related("customer", "account"),
        "candidates": compared(project),
        "weights": [getattr(project, f"weight_{mark}") for mark in MARKS],
        "deposits": project.deposits.select_related("account", "by"),
        "compared": comparison(project),
        "papers": project.papers.select_related("by"),
        "concerned": len(people),
        "missing": missing,
        "steps": project.steps.select_related("by"),
        "late_uses": project.late_uses.select_related("account", "line", "order", "exception"),
        "figures": _figures(project),
        "progress": progress_of(project),
    }


def _shipments(project: ChangeProject) -> dict[str, Any]:
    """How the old account is used and what happens to what is under way, while that can still change."""
    now = timezone.now()
    if project.closed_at is not None or project.ended_at is not None:
        return {"usage": None, "stages": []}
    since = project.since or project.earliest_start or now
    until = project.accept_until or month_after(since)
    stages = stages_of(project, now, since, until)
    return {
        "usage": usage_of(project, now),
        "stages": [(STAGES[one.code], one) for one in stages],
        "planned_since": since,
        "planned_until": until,
    }


def _figures(project: ChangeProject) -> list[tuple[Any, Any]]:
    report = project.report or {}
    return [
        (label, _in_words(name, report[name]))
        for name, label in REPORT_WORDS
        if report.get(name) is not None
    ]


def _in_words(name: str, value: Any) -> Any:
    """A figure as it is read: kept are minutes, amounts as text and codes with numbers."""
    if name.endswith("_minutes"):
        return span(timedelta(minutes=value))
    if name.endswith("_sum"):
        return format_money(Decimal(value))
    if name == "said":
        return " · ".join(f"{FeedbackClass(kind).label} {n}" for kind, n in value.items())
    return value
