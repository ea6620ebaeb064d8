"""What remittances write into the ledger. The table of entries is in docs/architecture.md."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import RowKind
from apps.cod.models import Remittance
from apps.cod.services.books import open_day, payable
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import NewPosting, Side
from apps.ledger.models import Entry
from apps.ledger.services import post_entry, reverse_entry

# On its way to merchants: items come in, claw-backs, fees and what is set off leave it again, so that the
# rest is the payout, until the bank's line takes it.
OUT = Side(AccountKind.PAYOUTS_IN_TRANSIT)


def post_remittance(row: Remittance, *, by: User, at: datetime) -> None:
    """Shipment by shipment, so that what is owed to a merchant can be proved by shipment."""
    owed = payable(row.merchant)
    postings = []
    for kind, amount, waybill in row.rows.filter(
        kind__in=[RowKind.ITEM, RowKind.CLAW_BACK]
    ).values_list("kind", "amount", "text"):
        debit, credit = (owed, OUT) if kind == RowKind.ITEM else (OUT, owed)
        postings.append(NewPosting(debit, credit, abs(amount), waybill))
    post_entry(
        key=_key(row),
        kind="remittance.released",
        day=open_day(timezone.localdate(at)),
        text=_("Remittance %(number)s") % {"number": row.number},
        postings=postings,
        subject=row,
        by=by,
        at=at,
    )


def take_back_remittance(row: Remittance, *, by: User, at: datetime) -> None:
    """The bank returned it: the merchant is owed all of it again."""
    entry = Entry.objects.get(key=_key(row))
    reverse_entry(entry, by=by, at=at, day=open_day(timezone.localdate(at)))


def _key(row: Remittance) -> str:
    return f"remittance:{row.pk}"
