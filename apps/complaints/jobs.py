"""Lists of cases as spreadsheets (CMP-1): what the list shows, masked (apps/backoffice/exports.py)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, attribute, choice, rows_of_list
from apps.complaints.models import Case
from apps.complaints.queries.clock_lines import next_lines
from apps.core.masking import mask_name


def _with_clocks(cases: Sequence[Any]) -> Iterator[Any]:
    lines = next_lines([case.pk for case in cases])
    for case in cases:
        case.next_line = lines.get(case.pk)
        yield case


CASES = Export(
    name="complaints.case",
    label=_("Cases"),
    file_name="cases",
    permission="complaints.export_case",
    event="case.exported",
    rows=rows_of_list(Case),
    prepare=_with_clocks,
    columns=(
        attribute(_("Number"), "number"),
        choice(_("Class"), "case_class"),
        choice(_("Severity"), "severity"),
        choice(_("State"), "state"),
        choice(_("Channel"), "channel"),
        attribute(_("Direct complaint"), "is_direct"),
        attribute(_("Subject"), "title"),
        attribute(_("Customer number"), "customer.code"),
        attribute(_("Customer"), "customer.name"),
        ExportColumn(_("Contact"), lambda case: mask_name(case.contact_name)),
        attribute(_("Waybill"), "waybill.number"),
        ExportColumn(_("Owner"), lambda case: str(case.owner or "")),
        attribute(_("Unit"), "unit.name"),
        attribute(_("Opened"), "created_at"),
        attribute(_("Last activity"), "updated_at"),
        attribute(_("Closed"), "closed_at"),
        attribute(_("Next due"), "next_line.label"),
        attribute(_("Due time"), "next_line.clock.due_at"),
        attribute(_("Satisfaction, 1–5"), "satisfied_score"),
        attribute(_("Times reopened"), "reopened_count"),
    ),
)
EXPORTS = (CASES,)
