"""Numbers and names of account titles, which finance takes from the accounting system."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.core.models import save_checked
from apps.events.services import record
from apps.ledger.models import AccountTitle

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def change_title(row: AccountTitle, *, by: "User", at: datetime) -> AccountTitle:
    """Save the code and the name of a title. Raises BadInput for a code that another title has."""
    AccountTitle.objects.select_for_update().get(pk=row.pk)
    save_checked(row)
    data = {"code": row.code, "name": row.name}
    record("account_title.changed", row, by=by, at=at, data=data)
    return row
