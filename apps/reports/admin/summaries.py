"""Monthly summaries: written, planned, signed by four in order, sent (REP-3)."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.acts import approval_acts
from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.downloads import as_download
from apps.backoffice.listing import ListAdmin
from apps.backoffice.queries.approvals import approval_part, is_awaited
from apps.backoffice.records import PanelAdmin
from apps.core.errors import RuleBroken
from apps.reports import forms, services
from apps.reports.admin.summary_list import SummaryList
from apps.reports.approvals import stands_in_for
from apps.reports.enums import SummaryFile, SummaryState
from apps.reports.models import TEXTS, Summary
from apps.reports.queries.summary_page import page_facts
from apps.reports.queries.summary_words import text_label
from apps.reports.rules.summaries import SUMMARY
from apps.reports.services.summaries import agent_signing

S = SummaryState
WRITE, PLAN, SIGN = "reports.write_summary", "reports.plan_summary", "reports.sign_summary"
SEND, PREPARE = "reports.send_summary", "reports.prepare_summary"
IN_SIGNING = (S.WRITTEN, S.PROJECT, S.DIRECTOR)


def _is(*states: SummaryState) -> Any:
    return lambda row: row.state in states


def _not_sent(row: Summary) -> bool:
    return row.state != S.SENT


def _not_received(row: Summary) -> bool:
    return row.state == S.SENT and not hasattr(row.sending, "receipt")


def _is_agent(row: Summary, user: User) -> bool:
    try:
        agent_signing(row, user, timezone.now())
    except RuleBroken:
        return False
    return True


def _plans_as(role: Role) -> Any:
    def offered(_row: Summary, user: User) -> bool:
        return user.has_role(role) or str(role) in stands_in_for(user, timezone.now())

    return offered


def _initial(*names: str) -> Any:
    return lambda context: {name: getattr(context.record, name) for name in names}


def _change(context: ActContext) -> None:
    services.change_summary(summary_id=context.record.pk, texts=context.typed, **context.who)


def _write(context: ActContext) -> None:
    services.write_summary(summary_id=context.record.pk, **context.who)


def _renew(context: ActContext) -> None:
    services.renew_figures(summary_id=context.record.pk, **context.who)


def _send(context: ActContext) -> None:
    services.send_summary(summary_id=context.record.pk, **context.who)


def _received(context: ActContext) -> None:
    services.acknowledge_summary(
        summary_id=context.record.pk, by_customer=False, **context.typed, **context.who
    )


def _download(context: ActContext) -> HttpResponseBase:
    form = SummaryFile(context.typed["form"])
    name, file = services.export_summary(summary_id=context.record.pk, form=form, **context.who)
    return as_download(file, name)


def _prepare(context: ActContext) -> str:
    made = services.prepare_summaries(month=context.typed["month"], **context.who)
    if not made:
        return gettext("Nothing new: every customer with shipments has a summary of that month.")
    return ngettext("%(n)d summary prepared.", "%(n)d summaries prepared.", len(made)) % {
        "n": len(made)
    }


CHANGES = _("What is being signed becomes a draft again, in a new round: its signatures are void.")
_SIGN, _RETURN = approval_acts(
    SUMMARY, SIGN, approve=services.sign_summary, refuse=services.return_summary,
    may=_is(*IN_SIGNING),
)  # fmt: skip
ACTS = (
    replace(_SIGN, label=_("Sign"), key="s", is_panel=True, done=_("Signed.")),
    replace(_RETURN, label=_("Send back"), is_panel=True, done=_("Sent back."),
            explains=_("The agent changes it, and all four sign anew. The signatures so far are kept and void.")),
    Act("write", _("Sign as the agent"), WRITE, _write, may=_is(S.DRAFT), offered_to=_is_agent, key="s",
        is_panel=True, done=_("Signed. It goes to the project manager."),
        explains=_("From now on it is checked; a change begins a new round.")),
    Act("texts", _("Write the agent's two paragraphs"), WRITE, _change, form=forms.AgentTextsForm,
        initial=_initial("happened", "ahead"), may=_not_sent, offered_to=_is_agent, is_panel=True,
        explains=CHANGES, done=_("Saved.")),
    Act("project-plan", _("Write the project manager's plan"), PLAN, _change, form=forms.ProjectPlanForm,
        initial=_initial("project_plan"), may=_not_sent, offered_to=_plans_as(Role.PROJECT_MANAGER),
        is_panel=True, explains=CHANGES, done=_("Saved.")),
    Act("department-plan", _("Write the department manager's plan"), PLAN, _change,
        form=forms.DepartmentPlanForm, initial=_initial("department_plan"), may=_not_sent,
        offered_to=_plans_as(Role.DEPARTMENT_MANAGER), is_panel=True, explains=CHANGES, done=_("Saved.")),
    Act("send", _("Send to the customer"), SEND, _send, may=_is(S.SIGNED), is_panel=True, tells_customer=True,
        explains=_("By the customer's channel, with a link to read, download and acknowledge it."),
        done=_("Sent.")),
    Act("received", _("Note that the customer has it"), SEND, _received, form=forms.ReceivedForm,
        may=_not_received, is_panel=True, done=_("Noted.")),
    Act("renew", _("Take the figures anew"), PREPARE, _renew, may=_is(S.DRAFT), is_panel=True,
        explains=_("The figures of the month are computed and frozen again."), done=_("Taken anew.")),
    Act("download", _("Print or download"), "reports.view_summary", _download, form=forms.FileForm,
        is_panel=True),
)  # fmt: skip


@admin.register(Summary)
class SummaryAdmin(ListAdmin, PanelAdmin):
    listing = SummaryList()
    page_template = "reports/summary.html"
    add_label = _("Prepare a month")
    entry = Act(
        "prepare", _("Prepare a month"), PREPARE, _prepare, form=forms.MonthForm,
        explains=_("A draft for each customer with anything to count, out of figures frozen now. It happens by itself on the first day of the next month."),
    )  # fmt: skip
    acts = ACTS

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Summary]":
        return Summary.objects.visible_to(person(request)).select_related(
            "customer__unit", "agent", "written_by", "written_for", "sending__receipt"
        )

    def panels(self, request: HttpRequest, record: Summary, **more: Any) -> Any:
        """Each sees what is theirs to do."""
        user = person(request)
        return [
            panel
            for panel in super().panels(request, record, **more)
            if panel.act.offered_to(record, user)
        ]

    def show_record(self, request: HttpRequest, record: Summary) -> HttpResponseBase:
        user = person(request)
        answer = super().show_record(request, record)
        if record.state in IN_SIGNING and is_awaited(SUMMARY, record, user):
            services.look_at_summary(record, by=user, at=timezone.now())
        return answer

    def facts(self, request: HttpRequest, record: Summary) -> dict[str, Any]:
        return {
            "title": f"{record.customer.display_name} {record.month:%Y-%m}",
            "state": S(record.state),
            "texts": [(text_label(name), getattr(record, name)) for name in TEXTS],
            "approval": approval_part(SUMMARY, record),
            "receipt": getattr(getattr(record, "sending", None), "receipt", None),
            **page_facts(record, person(request)),
        }
