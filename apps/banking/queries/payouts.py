"""What a payout says, as two people approve it; which payouts of a thing there are."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.timezone import localdate

from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.banking.enums import PayoutState, Use
from apps.banking.models import BankAccount, BankLine, Payout
from apps.banking.queries.payees import payee_sha
from apps.banking.rules import plain_number

MOST_LINES = 5_000
MOST_OFFERED = 20
MOST_IN_FILE = 500


def payout_content(payout: Payout) -> dict[str, Any]:
    """Plain values for the approvals' engine; the account number is in it by its fingerprint only."""
    return {
        "number": payout.number,
        "purpose": payout.purpose,
        "for": f"{payout.subject_type}:{payout.subject_id}",
        "customer": payout.payee.whom,
        "holder": payout.payee.holder,
        "bank": f"{payout.payee.bank} {payout.payee.branch}".strip(),
        "tail": payout.payee.tail,
        "payee": payee_sha(payout.payee),
        "amount": str(payout.amount),
        "from": str(payout.account),
        "note": payout.note,
    }


def payout_sha(payout: Payout) -> str:
    return sha256_of(canonical(payout_content(payout)))


def payout_of(purpose: str, subject: Model) -> Payout | None:
    """The payout of a row of a floor above that was not called off; there is one at most."""
    return (
        Payout.objects.filter(
            purpose=purpose, subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
        )
        .exclude(state=PayoutState.CANCELLED)
        .select_related("payee__customer", "account", "file")
        .first()
    )


def settled_by() -> list[tuple[BankLine, Payout]]:
    """Which line that went out is which payout that no line has settled: by the payout's number in what the bank
    says, else by the payee's account and the amount. A line or a payout of which there could be two is left
    out. Three queries however many there are."""
    states = (PayoutState.SENT, PayoutState.UNCLEAR, PayoutState.PAID, PayoutState.RETURNED)
    waiting = list(
        Payout.objects.filter(state__in=states, bank_line=None).select_related("payee", "account")
    )
    if not waiting:
        return []
    since = min(localdate(row.sent_at) for row in waiting)
    lines = BankLine.objects.unposted().filter(
        account__in={row.account_id for row in waiting}, amount__lt=0, day__gte=since
    )
    by_place: dict[tuple[int, Any], list[Payout]] = {}
    for row in waiting:
        by_place.setdefault((row.account_id, -row.amount), []).append(row)
    pairs = [
        (line, row)
        for line in lines.order_by("pk")[:MOST_LINES]
        for row in _meant(line, by_place.get((line.account_id, line.amount), ()))
    ]
    lines_of = Counter(line.pk for line, _row in pairs)
    rows_of = Counter(row.pk for _line, row in pairs)
    return [(line, row) for line, row in pairs if lines_of[line.pk] == 1 and rows_of[row.pk] == 1]


def _meant(line: BankLine, rows: Iterable[Payout]) -> list[Payout]:
    """The payouts that a line may be; one that it names is it, whatever else would fit."""
    found = list(rows)
    words = plain_number(f"{line.text} {line.ref}")
    named = [row for row in found if plain_number(row.number) in words]
    if named:
        return named
    return [row for row in found if line.party_index and row.payee.number_index == line.party_index]


def lines_out(payout: Payout) -> list[BankLine]:
    """Lines by which it may have gone out, for a person to choose from."""
    return list(_unposted(payout).filter(amount=-payout.amount)[:MOST_OFFERED])


def lines_back(payout: Payout) -> list[BankLine]:
    """Lines by which it may have come back: money of this amount whose payer nobody has said."""
    found = BankLine.objects.filter(account=payout.account_id, amount=payout.amount).with_use()
    rows = found.order_by("-day", "-pk")[: MOST_OFFERED * 4]
    return [line for line in rows if line.use is None or line.use.use == Use.UNKNOWN][:MOST_OFFERED]


def payable_from(account: BankAccount) -> list[Payout]:
    """What is released and waits to be put into a file of this account, the oldest first."""
    rows = Payout.objects.filter(account=account, state=PayoutState.RELEASED)
    return list(rows.select_related("payee__customer").order_by("pk")[:MOST_IN_FILE])


def _unposted(payout: Payout) -> Any:
    return BankLine.objects.unposted().filter(account=payout.account_id).order_by("-day", "-pk")
