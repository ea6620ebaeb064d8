"""Settlement reports leave the company on record (COD-7)."""

from datetime import datetime
from typing import IO

from django.db import transaction

from apps.accounts.models import User
from apps.cod.enums import RemittanceFile
from apps.cod.models import Remittance
from apps.cod.queries.settlement_reports import report_file
from apps.events.services import record


@transaction.atomic
def export_remittance(
    *, remittance_id: int, form: RemittanceFile, by: User, at: datetime
) -> tuple[str, IO[bytes]]:
    """Name and open file of a report that ``by`` may see."""
    rows = Remittance.objects.visible_to(by).select_related("merchant", "payee")
    row = rows.get(pk=remittance_id)
    record("remittance.exported", row, by=by, at=at, data={"as": str(form)})
    return report_file(row, form)
