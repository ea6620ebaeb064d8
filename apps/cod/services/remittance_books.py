"""What remittances write into the ledger. The table of entries is in docs/architecture.md."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import RowKind
from apps.cod.models import Remittance, RemittanceRow
from apps.cod.services.books import both_ways, merchant_party, open_day, payable
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import NewPosting, Side
from apps.ledger.models import Entry
from apps.ledger.services import post_entry, reverse_entry

# On its way to merchants: items come in, claw-backs, fees and what is set off leave it again, so that the
# rest is the payout, until the bank's line takes it.
OUT = Side(AccountKind.PAYOUTS_IN_TRANSIT)
CLEARED = "remittance.cleared"


def ahead(row: Customer) -> Side:
    """What a merchant had before the money was seen on the bank."""
    return Side(AccountKind.COD_ADVANCED, merchant_party(row))


def post_remittance(row: Remittance, *, by: User, at: datetime) -> None:
    """Shipment by shipment, so that what is owed to a merchant can be proved by shipment."""
    owed = payable(row.merchant)
    sides = {
        RowKind.ITEM: (owed, OUT),
        RowKind.ADVANCE: (ahead(row.merchant), OUT),
        # What is taken of it is below zero, what is given back above.
        RowKind.CLAW_BACK: (owed, OUT),
    }
    lines = row.rows.filter(kind__in=list(sides)).values_list("kind", "amount", "text")
    postings = [
        posting
        for kind, amount, waybill in lines
        for posting in both_ways(*sides[RowKind(kind)], amount, waybill)
    ]
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


def post_cleared(
    row: Remittance, lines: Sequence[RemittanceRow], *, by: User, at: datetime
) -> None:
    """The money of these lines is on the bank: what the merchant had ahead takes what is owed to it off."""
    owed, had = payable(row.merchant), ahead(row.merchant)
    post_entry(
        key=f"{_key(row)}:cleared:{min(line.pk for line in lines)}",
        kind=CLEARED,
        day=open_day(timezone.localdate(at)),
        text=_("Paid ahead by %(number)s, seen on the bank") % {"number": row.number},
        postings=[NewPosting(owed, had, line.amount, line.text) for line in lines],
        subject=row,
        by=by,
        at=at,
    )


def take_back_cleared(row: Remittance, *, by: User, at: datetime) -> None:
    """With the remittance itself: what had been cleared is owed again."""
    entries = Entry.objects.filter(
        kind=CLEARED, subject_type="cod.remittance", subject_id=str(row.pk)
    )
    for entry in entries.order_by("pk"):
        reverse_entry(entry, by=by, at=at, day=open_day(timezone.localdate(at)))
