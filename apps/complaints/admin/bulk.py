"""The same act for many cases, chosen in the list (CMP-1)."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import ActContext, BulkAct
from apps.backoffice.bulk import BulkAdmin
from apps.complaints import services
from apps.complaints.enums import Severity
from apps.complaints.forms.lists import AssignManyForm, CloseManyForm, SeverityManyForm
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case
from apps.complaints.queries.desk import newest_entry
from apps.core.templatetags.formatting import status_tag


def _user(context: ActContext) -> dict[str, Any]:
    return {"user": context.by}


def _severity(context: ActContext) -> None:
    case, typed = context.record, context.typed
    changes = CaseChanges(severity=Severity(typed["severity"]), severity_reason=typed["reason"])
    services.change_case(case_id=case.pk, version=case.version, changes=changes, **context.who)


BULK = (
    BulkAct(
        "take",
        _("Take"),
        "complaints.handle_case",
        lambda d: services.take_case(case_id=d.record.pk, **d.who),
        explains=_("You are responsible for each of them from now on."),
    ),
    BulkAct(
        "assign",
        _("Give to a colleague"),
        "complaints.assign_case",
        lambda d: services.assign_case(
            case_id=d.record.pk, owner=d.typed["owner"], reason=d.typed["reason"], **d.who
        ),
        explains=_("The cases and their clocks go to the new owner, who is told of each."),
        form=AssignManyForm,
        options=_user,
    ),
    BulkAct(
        "severity",
        _("Change the severity"),
        "complaints.change_case",
        _severity,
        explains=_("The policy of each is chosen anew; due times may move."),
        form=SeverityManyForm,
    ),
    BulkAct(
        "close",
        _("Close"),
        "complaints.close_case",
        lambda d: services.close_case(case_id=d.record.pk, note=d.typed["note"], **d.who),
        explains=_(
            "Only solved cases close. The note says why, where the result was not confirmed with the customer."
        ),
        form=CloseManyForm,
        tells_customer=True,
    ),
)


class BulkPages(BulkAdmin):
    bulk_acts = BULK

    def about_chosen(self, record: Case) -> SafeString:
        tag, owner = status_tag(record, "state"), record.owner or "—"
        return format_html("{} {} <small>{}</small>", tag, record.title, owner)

    def shown(self, records: Iterable[Case]) -> dict[str, Any]:
        versions = {f"version-{case.number}": case.version for case in records}
        return {"seen": newest_entry(), **versions}

    def as_shown(self, request: HttpRequest, record: Case) -> None:
        seen = request.POST.get(f"version-{record.number}", "")
        if seen.isascii() and seen.isdigit() and len(seen) < 10:
            record.version = int(seen)
