"""Who looked at the page of an account, of ours or of a merchant: on record, without anything of what it shows (COD-6)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from apps.banking.models import BankAccount, PayeeAccount
from apps.events.models import Event
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

# Whoever comes back to a page within this time is at the same piece of work.
ONE_LOOK = timedelta(hours=1)
VIEWED = {BankAccount: "bankaccount.viewed", PayeeAccount: "payee.viewed"}


@transaction.atomic
def note_view(account: BankAccount | PayeeAccount, *, by: "User", at: datetime) -> bool:
    """Keep that this person opened this account's page; once within an hour. Returns whether it was kept."""
    kind = VIEWED[type(account)]
    looks = Event.objects.filter(
        subject_type=account._meta.label_lower,
        subject_id=str(account.pk),
        kind=kind,
        by=by,
        at__gt=at - ONE_LOOK,
    )
    if looks.exists():
        return False
    record(kind, account, by=by, at=at, data={"tail": account.tail})
    return True
