"""Its list as a spreadsheet."""

from apps.lockers.models import Locker
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, attribute, rows_of_list

EXPORTS = (
    Export(
        name="lockers.locker",
        label=_("Parcel lockers"),
        file_name="lockers",
        permission="lockers.empty_locker",
        columns=(attribute(_("Name"), "name"),),
        rows=rows_of_list(Locker),
    ),
)
