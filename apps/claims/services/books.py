"""What claims write into the ledger: the cost when money goes out, less what a partner agrees to bear. Cash comes from
a petty cash that is cleared up in the ledger; a set-off is owed until the statement that carries it is frozen."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import PayWay
from apps.claims.models import ClaimPayment, Recovery
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.models import Entry
from apps.ledger.queries import open_since
from apps.ledger.services import post_entries, reverse_entry

if TYPE_CHECKING:
    from datetime import date

COST = Side(AccountKind.CLAIMS_COST)
FROM = {
    PayWay.SPOT: AccountKind.PENDING_DIFFERENCES,
    PayWay.CASH: AccountKind.PENDING_DIFFERENCES,
    PayWay.TRANSFER: AccountKind.PAYOUTS_IN_TRANSIT,
    PayWay.SET_OFF: AccountKind.CLAIMS_PAYABLE,
}


def open_day(at: datetime) -> "date":
    """The local day, or the first one that the ledger still takes."""
    day, first = localdate(at), open_since()
    return day if first is None else max(day, first)


def post_payment(row: ClaimPayment, *, by: User, at: datetime) -> None:
    claim = row.claim
    posting = NewPosting(COST, Side(FROM[PayWay(row.way)]), row.amount, claim.waybill.number)
    _post(f"claim:{row.pk}", "claim.payment_released", claim.number, posting, row.claim_id, by, at)


def take_back_payment(row: ClaimPayment, *, by: User, at: datetime) -> None:
    entry = Entry.objects.filter(key=f"claim:{row.pk}").first()
    if entry is not None:
        reverse_entry(entry, by=by, at=at, day=open_day(at))


def post_recovery(row: Recovery, *, by: User, at: datetime) -> None:
    """A partner owes what it agreed to; what units, insurers and persons bear is booked where it comes in."""
    if row.carrier is None or row.agreed is None:
        return
    partner = Party(PartyKind.PARTNER, row.carrier.pk, row.carrier.name)
    debit = Side(AccountKind.PARTNER_RECEIVABLE, partner)
    posting = NewPosting(debit, COST, row.agreed, row.claim.waybill.number)
    number = row.claim.number
    _post(f"recovery:{row.pk}", "recovery.agreed", number, posting, row.claim_id, by, at)


def take_back_recovery(row: Recovery, *, by: User, at: datetime) -> None:
    entry = Entry.objects.filter(key=f"recovery:{row.pk}").first()
    if entry is not None:
        reverse_entry(entry, by=by, at=at, day=open_day(at))


def _post(
    key: str, kind: str, number: str, posting: NewPosting, claim_id: int, by: User, at: datetime
) -> None:
    entry = NewEntry(
        key=key,
        kind=kind,
        day=open_day(at),
        text=_("Claim %(number)s") % {"number": number},
        postings=[posting],
        subject_type="claims.claim",
        subject_id=str(claim_id),
    )
    post_entries([entry], by=by, at=at)
