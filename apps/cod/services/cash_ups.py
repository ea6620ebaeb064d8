"""A courier's cash: declared, counted by somebody else, closed (COD-7).

What is counted short is the courier's debt and never the merchant's loss; what is over waits among the
differences. Each act holds the cash-up's row.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import REFUSED, CashUpState, ItemState, TakingKind
from apps.cod.models import CashUp, CodItem, Taking
from apps.cod.queries.debts import debt_of
from apps.cod.rules.counting import counted_up, exact
from apps.cod.services import books, clocks
from apps.cod.services.moving import move_items
from apps.cod.services.noticing import report_difference
from apps.cod.services.opening_cash_ups import open_cash_up
from apps.cod.states import CASH_UP_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.core.text import required_text
from apps.events.services import record, recorded_refusals
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier
from apps.training.enums import Area
from apps.training.queries import check_may_work

C = CashUpState


def declare_cash_up(*, cash_up_id: int, amount: Any, by: User, at: datetime) -> CashUp:
    """The courier, or a clerk for them, says how much there is. From now on it takes no more money: what
    comes later is in the next one. BadInput ``bad_amount``; RuleBroken ``illegal_move``."""
    row = CashUp.objects.get(pk=cash_up_id)
    with recorded_refusals(REFUSED, row, "declare", by=by, at=at):
        declared = exact(amount, "amount")
        row = _lock(cash_up_id)
        _move(row, C.DECLARED)
        total = row.takings.aggregate(sum=Sum("amount"))["sum"] or Decimal("0.00")
        row.expected, row.declared, row.declared_at, row.declared_by = total, declared, at, by
        row.save()
        data = {"amount": str(declared), "expected": str(total)}
        record("cashup.declared", row, by=by, at=at, data=data)
    return row


def take_back_declaration(*, cash_up_id: int, reason: str, by: User, at: datetime) -> CashUp:
    """Before anybody has counted: it takes money again."""
    row = CashUp.objects.get(pk=cash_up_id)
    with recorded_refusals(REFUSED, row, "take_back", by=by, at=at):
        row = _lock(cash_up_id)
        _move(row, C.OPEN)
        row.expected = row.declared = row.declared_at = row.declared_by = None
        row.save()
        record(
            "cashup.opened_again",
            row,
            by=by,
            at=at,
            data={"reason": required_text(reason, least=1)},
        )
    return row


def count_cash_up(
    *,
    cash_up_id: int,
    amount: Any,
    denominations: Mapping[str, int] | None = None,
    by: User,
    at: datetime,
) -> CashUp:
    """Somebody other than the courier counts, and the money is the station's. Without a difference it is
    closed. BadInput ``bad_amount``, ``notes_differ``; RuleBroken ``own_cash``, ``illegal_move``,
    ``not_qualified``."""
    row = CashUp.objects.select_related("courier").get(pk=cash_up_id)
    with recorded_refusals(REFUSED, row, "count", by=by, at=at):
        check_may_work(by, Area.COD, at)
        counted = exact(amount, "amount")
        row = _lock(cash_up_id)
        check_not_own(row.courier, by)
        CASH_UP_MOVES.check(C(row.state), C.COUNTED)
        _count(row, counted, denominations, by=by, at=at)
    return row


def recount_cash_up(
    *,
    cash_up_id: int,
    amount: Any,
    reason: str,
    denominations: Mapping[str, int] | None = None,
    by: User,
    at: datetime,
) -> CashUp:
    """A difference is counted once more, before the money goes to the bank: what was posted is taken back
    and posted anew. RuleBroken ``own_cash``, ``in_deposit``, ``not_counted``, ``not_qualified``."""
    row = CashUp.objects.select_related("courier").get(pk=cash_up_id)
    with recorded_refusals(REFUSED, row, "recount", by=by, at=at):
        check_may_work(by, Area.COD, at)
        counted, why = exact(amount, "amount"), required_text(reason, least=1)
        row = _lock(cash_up_id)
        check_not_own(row.courier, by)
        if row.state != C.COUNTED:
            raise RuleBroken(
                _("Only a cash-up with a difference is counted again."),
                code="not_counted",
                rule="COD-7",
            )
        _check_at_station(row)
        books.take_back_count(row, by=by, at=at)
        _count(row, counted, denominations, reason=why, by=by, at=at)
    return row


def close_cash_up(*, cash_up_id: int, explanation: str, by: User, at: datetime) -> CashUp:
    """A difference is explained and the cash-up closed; what is short stays the courier's debt.
    RuleBroken ``own_cash``, ``illegal_move``."""
    row = CashUp.objects.select_related("courier").get(pk=cash_up_id)
    with recorded_refusals(REFUSED, row, "close", by=by, at=at):
        why = required_text(explanation, least=1)
        row = _lock(cash_up_id)
        check_not_own(row.courier, by)
        if row.state != C.COUNTED:
            CASH_UP_MOVES.check(C(row.state), C.CLOSED)
            raise RuleBroken(_("It has not been counted yet."), code="illegal_move", rule="COD-7")
        _close(row, why, by=by, at=at)
    return row


def repay_shortage(*, courier: Courier, amount: Any, by: User, at: datetime) -> Taking:
    """The courier hands in what was short earlier: it is in the cash-up of today and counted with it.
    BadInput ``bad_amount``, ``above_debt``."""
    Courier.objects.select_for_update().get(pk=courier.pk)
    paid, owed = exact(amount, "amount"), debt_of(courier)
    if paid == 0 or paid > owed:
        raise BadInput(
            _("%(courier)s owes %(debt)s.") % {"courier": courier, "debt": format_money(owed)},
            code="above_debt",
            field="amount",
        )
    day = timezone.localdate(at)
    cash_up = open_cash_up(courier=courier, day=day, by=by, at=at)
    turn = cash_up.takings.filter(kind=TakingKind.REPAID).count() + 1
    taking = Taking.objects.create(
        kind=TakingKind.REPAID,
        source=f"repaid:{cash_up.pk}:{turn}",
        method=CodMethod.CASH,
        amount=paid,
        courier=courier,
        day=day,
        taken_at=at,
        cash_up=cash_up,
        by=by,
    )
    books.post_taking(taking, by=by, at=at)
    record("courier.repaid", courier, by=by, at=at, data={"amount": str(paid)})
    return taking


def check_not_own(courier: Courier, by: User) -> None:
    """Persons, not sign-ins: the same staff number is the same person."""
    own = courier.user
    same = own is not None and (
        own.pk == by.pk or (own.person_key != "" and own.person_key == by.person_key)
    )
    if same or by.staff_number == courier.number:
        raise RuleBroken(
            _("%(courier)s's cash is counted by somebody else.") % {"courier": courier.name},
            code="own_cash",
            rule="COD-7",
        )


def _count(
    row: CashUp,
    counted: Decimal,
    denominations: Mapping[str, int] | None,
    *,
    reason: str = "",
    by: User,
    at: datetime,
) -> None:
    is_first = row.state == C.DECLARED
    row.denominations = counted_up(denominations or {}, counted) or None
    ends = counted == row.expected
    if is_first:
        _move(row, C.CLOSED if ends else C.COUNTED)
    row.counted, row.counted_at, row.counted_by, row.counts = counted, at, by, row.counts + 1
    takings = list(row.takings.select_related("item").order_by("pk"))
    data = {"amount": str(counted), "expected": str(row.expected), "reason": reason}
    record("cashup.counted", row, by=by, at=at, data=data)
    if ends:
        _close(row, reason, by=by, at=at)
    else:
        row.save()
    books.post_counted(row, takings, by=by, at=at)
    if is_first:
        _hand_in(takings, by=by, at=at)
    if not ends:
        _tell(row, by=by, at=at)


def _close(row: CashUp, why: str, *, by: User, at: datetime) -> None:
    row.state, row.explanation = C.CLOSED, why
    row.closed_at, row.closed_by = at, by
    row.save()
    clocks.cash_up_closed(row, by=by, at=at)
    record("cashup.closed", row, by=by, at=at, data={"reason": why})


def _hand_in(takings: list[Taking], *, by: User, at: datetime) -> None:
    """The items whose cash this was; one whose proof was corrected to nothing or to a provider is not."""
    ids = {taking.item_id for taking in takings if taking.item_id}
    here = CodItem.objects.filter(pk__in=ids, state=ItemState.COLLECTED, method=CodMethod.CASH)
    move_items(item_ids=list(here.values_list("pk", flat=True)), to=ItemState.COUNTED, by=by, at=at)


def _tell(row: CashUp, *, by: User, at: datetime) -> None:
    what = _("%(courier)s, %(day)s: counted %(counted)s, should be %(expected)s.") % {
        "courier": row.courier,
        "day": row.day.isoformat(),
        "counted": format_money(row.counted or Decimal(0)),
        "expected": format_money(row.expected or Decimal(0)),
    }
    report_difference(
        title=_("Cash differs: %(courier)s") % {"courier": row.courier},
        what=what,
        happened_at=at,
        unit=row.unit,
        by=by,
        at=at,
    )


def _lock(pk: int) -> CashUp:
    rows = CashUp.objects.select_for_update(of=("self",))
    found: CashUp = rows.select_related("courier__user", "unit").get(pk=pk)
    return found


def _move(row: CashUp, to: CashUpState) -> None:
    CASH_UP_MOVES.check(C(row.state), to)
    row.state = to


def _check_at_station(row: CashUp) -> None:
    if row.deposit_id is not None:
        raise RuleBroken(
            _("Its money has gone to the bank already."), code="in_deposit", rule="COD-7"
        )
