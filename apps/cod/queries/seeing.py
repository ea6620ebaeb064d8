"""Which lines of the bank may be the money that is on its way."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.banking.enums import Use
from apps.banking.models import BankLine, LineUse
from apps.cod.enums import TransitState
from apps.cod.models import ClawBack, Deposit, QrSettlement

# A line is never older than what it is of; later than this somebody has to look.
LONGEST = timedelta(days=15)


def waiting_transits(limit: int = 500) -> list[Deposit | QrSettlement]:
    """Deposits and settlements that are not on the bank yet, the oldest first."""
    sent = {"state": TransitState.SENT}
    deposits = Deposit.objects.filter(**sent).select_related("account").order_by("pk")[:limit]
    settlements = QrSettlement.objects.filter(**sent).select_related("account").order_by("pk")
    return [*deposits, *settlements[:limit]]


def candidates(
    waiting: Sequence[Deposit | QrSettlement],
) -> dict[tuple[int, Decimal], list[BankLine]]:
    """By account and amount, the lines that nobody has said anything about: one statement."""
    if not waiting:
        return {}
    first = min(row.day for row in waiting)
    sums = {row.amount if isinstance(row, Deposit) else row.net for row in waiting}
    lines = (
        _unidentified()
        .filter(
            account__in={row.account_id for row in waiting},
            amount__in=sums,
            day__gte=first,
        )
        .order_by("day", "pk")
    )
    found: dict[tuple[int, Decimal], list[BankLine]] = defaultdict(list)
    for line in lines:
        found[line.account_id, line.amount].append(line)
    return found


def _unidentified() -> QuerySet[BankLine]:
    identified = LineUse.objects.filter(line=OuterRef("pk"), undone_at=None).exclude(
        use=Use.UNKNOWN
    )
    return BankLine.objects.filter(~Exists(identified))


def lines_for_claw_back(row: ClawBack) -> list[BankLine]:
    """Lines by which the consignee may have been paid, from any account, the newest 50. It may have been
    paid before somebody entered that it is given back."""
    first = timezone.localdate(row.at) - LONGEST
    return list(
        _unidentified().filter(amount=-row.amount, day__gte=first).order_by("-day", "-pk")[:50]
    )


def lines_for(row: Deposit | QrSettlement) -> list[BankLine]:
    """The lines that a person is offered for one of them."""
    amount = row.amount if isinstance(row, Deposit) else row.net
    found = candidates([row]).get((row.account_id, amount), [])
    return [line for line in found if line.day <= row.day + LONGEST]
