"""Lists of cases as rows of a spreadsheet, read in pieces, masked (CMP-1)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.complaints.models import CaseQuerySet
from apps.complaints.queries.cases import CaseFilter, case_list
from apps.complaints.queries.clock_lines import next_lines, with_overdue
from apps.core.masking import mask_name

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_ROWS = 50_000
PIECE = 1_000
HEADINGS = (
    *(_("Number"), _("Class"), _("Severity"), _("State"), _("Channel"), _("Direct complaint")),
    *(_("Subject"), _("Customer number"), _("Customer"), _("Contact"), _("Waybill"), _("Owner")),
    *(_("Unit"), _("Opened"), _("Last activity"), _("Closed"), _("Next due"), _("Due time")),
    *(_("Satisfaction, 1–5"), _("Times reopened")),
)


def exported(user: "User", filters: CaseFilter, overdue: str) -> CaseQuerySet:
    """What the list shows, newest first."""
    cases = case_list(user, filters)
    return with_overdue(cases, overdue) if overdue else cases


def is_too_long(rows: "QuerySet[Any]") -> bool:
    return bool(rows.values_list("pk")[MOST_ROWS : MOST_ROWS + 1])


def export_rows(cases: CaseQuerySet) -> Iterator[list[Any]]:
    """At most MOST_ROWS, in pieces by key: memory stays flat and no cursor stays open."""
    last: int | None = None
    for _piece in range(MOST_ROWS // PIECE):
        found = list((cases.filter(pk__lt=last) if last else cases)[:PIECE])
        clocks = next_lines([case.pk for case in found])
        for case in found:
            line = clocks.get(case.pk)
            yield [
                case.number,
                case.get_case_class_display(),
                case.get_severity_display(),
                case.get_state_display(),
                case.get_channel_display(),
                case.is_direct,
                case.title,
                case.customer.code if case.customer else "",
                case.customer.name if case.customer else "",
                mask_name(case.contact_name),
                case.waybill.number if case.waybill else "",
                str(case.owner or ""),
                case.unit.name,
                case.created_at,
                case.updated_at,
                case.closed_at,
                line.label if line else "",
                line.clock.due_at if line else None,
                case.satisfied_score,
                case.reopened_count,
            ]
        if len(found) < PIECE:
            return
        last = found[-1].pk
