"""What two people decided about money at the door, in the ledger."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.models import CodDecision
from apps.cod.services import books
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import NewPosting, Side
from apps.ledger.services import post_entry


def post_changed(decision: CodDecision, *, by: User, at: datetime) -> None:
    """Two people decided that another amount is due at the door."""
    item = decision.item
    if item is None:
        raise TypeError("a constraint says that another amount is of an item")
    postings = books.memo(item, decision.amount - decision.before)
    text = _("Another COD amount %(waybill)s") % {"waybill": item.waybill}
    day = timezone.localdate(at)
    key = f"cod-decision:{decision.pk}"
    books.post_items([(key, "coditem.changed", day, text, postings, item)], by=by, at=at)


def post_waiver(decision: CodDecision, *, by: User, at: datetime) -> None:
    """Two people let a courier's debt go: the company's loss, never the merchant's."""
    if decision.courier is None:
        raise TypeError("a constraint says that a waiver has a courier")
    post_entry(
        key=f"cod-decision:{decision.pk}",
        kind="courier.waived",
        day=books.open_day(timezone.localdate(at)),
        text=_("Debt of %(courier)s waived") % {"courier": decision.courier},
        postings=[
            NewPosting(
                Side(AccountKind.BAD_DEBT), books.courier_debt(decision.courier), decision.amount
            )
        ],
        subject=decision,
        by=by,
        at=at,
    )


def post_overage(decision: CodDecision, *, by: User, at: datetime) -> None:
    """What a cash-up was over is nobody's that could be found: two people keep it as income. The ledger
    has no account of other income; it lessens finance cost, as the bank's interest does."""
    if decision.cash_up is None:
        raise TypeError("a constraint says that an overage has a cash-up")
    pending = Side(books.PENDING, books.station_party(decision.cash_up.unit))
    post_entry(
        key=f"cod-decision:{decision.pk}",
        kind="cash_up.overage",
        day=books.open_day(timezone.localdate(at)),
        text=_("Overage of %(what)s kept") % {"what": decision.cash_up},
        postings=[NewPosting(pending, Side(AccountKind.FINANCE_COST), decision.amount)],
        subject=decision,
        by=by,
        at=at,
    )


def post_difference(decision: CodDecision, *, by: User, at: datetime) -> None:
    """A provider settled less than was taken: the company's cost; more: it lessens finance cost, as an
    overage does."""
    settlement = decision.settlement
    if settlement is None:
        raise TypeError("a constraint says that a difference is of a settlement")
    pending = Side(books.PENDING, books.provider_party(settlement.provider))
    cost = Side(AccountKind.FINANCE_COST)
    post_entry(
        key=f"cod-decision:{decision.pk}",
        kind="settlement.cleared",
        day=books.open_day(timezone.localdate(at)),
        text=_("Difference of %(what)s cleared") % {"what": settlement},
        postings=books.both_ways(pending, cost, settlement.gross - settlement.expected),
        subject=decision,
        by=by,
        at=at,
    )
