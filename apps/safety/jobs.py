"""What happened to accounts, as a spreadsheet (apps/backoffice/exports.py)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, attribute, rows_of_list
from apps.events.kinds import label_of
from apps.safety.models import AccountEvent
from apps.safety.queries.trail import details_of

TRAIL = Export(
    name="safety.accountevent",
    label=_("What happened to accounts"),
    file_name="account-trail",
    permission="safety.export_accountevent",
    event="accounttrail.exported",
    rows=rows_of_list(AccountEvent),
    columns=(
        attribute(_("When"), "at"),
        attribute(_("Recorded at"), "recorded_at"),
        ExportColumn(_("What"), lambda event: label_of(event.kind)),
        attribute(_("Subject"), "subject_type"),
        attribute(_("Number"), "subject_id"),
        ExportColumn(_("By"), lambda event: str(event.by)),
        ExportColumn(_("Details"), details_of),
    ),
)
EXPORTS = (TRAIL,)
