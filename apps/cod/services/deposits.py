"""Cash goes to the bank: whole cash-ups by one slip (COD-7)."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount
from apps.cod.enums import REFUSED, ItemState, TransitState
from apps.cod.models import CashUp, CodItem, Deposit
from apps.cod.models.cash import HANDED_IN
from apps.cod.rules.counting import exact
from apps.cod.services import books, clocks
from apps.cod.services.moving import move_items
from apps.cod.states import TRANSIT_MOVES
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.core.text import required_text
from apps.events.services import record, recorded_refusals
from apps.training.enums import Area
from apps.training.queries import check_may_work

T = TransitState


def make_deposit(
    *,
    cash_up_ids: Collection[int],
    account: BankAccount,
    slip: str,
    amount: Any,
    day: date,
    by: User,
    at: datetime,
) -> Deposit:
    """Enter a slip of the bank for cash-ups of one station whose money it is. BadInput ``bad_amount``,
    ``slip_missing``, ``future``, ``nothing_chosen``; RuleBroken ``slip_differs``, ``slip_used``,
    ``in_deposit``, ``several_stations``, ``not_counted``, ``account_unfit``, ``not_qualified``."""
    with recorded_refusals(REFUSED, account, "deposit", by=by, at=at):
        check_may_work(by, Area.COD, at)
        paid = exact(amount, "amount")
        number = "".join(slip.split()).upper()[:40]
        _check(account, number, day, at)
        cash_ups = _lock(cash_up_ids)
        total = _total(cash_ups)
        if paid != total:
            raise BadInput(
                _("The slip says %(slip)s, the cash-ups held %(total)s.")
                % {"slip": format_money(paid), "total": format_money(total)},
                code="slip_differs",
                field="amount",
            )
        deposit = _create(
            unit=cash_ups[0].unit,
            account=account,
            slip=number,
            day=day,
            amount=paid,
            made_at=at,
            made_by=by,
        )
        CashUp.objects.filter(pk__in=[row.pk for row in cash_ups]).update(deposit=deposit)
        _move(deposit, ItemState.DEPOSITED, by=by, at=at)
        books.post_deposit(deposit, by=by, at=at)
        clocks.sent_to_bank(deposit, by=by, at=at)
        data = {"slip": number, "amount": str(paid), "cash_ups": len(cash_ups)}
        record("deposit.made", deposit, by=by, at=at, data=data)
    return deposit


def void_deposit(*, deposit_id: int, reason: str, by: User, at: datetime) -> Deposit:
    """It was entered wrongly: the money is still at the station. RuleBroken ``illegal_move`` once the
    bank's line was seen."""
    deposit = Deposit.objects.get(pk=deposit_id)
    with recorded_refusals(REFUSED, deposit, "void", by=by, at=at):
        why = required_text(reason, least=1, message=_("Say why."))
        deposit = lock_deposit(deposit_id)
        TRANSIT_MOVES.check(T(deposit.state), T.VOID)
        _move(deposit, ItemState.COUNTED, by=by, at=at)
        CashUp.objects.filter(deposit=deposit).update(deposit=None)
        deposit.state, deposit.void_reason = T.VOID, why
        deposit.save(update_fields=["state", "void_reason"])
        books.take_back_deposit(deposit, by=by, at=at)
        clocks.taken_back(deposit, by=by, at=at)
        record("deposit.voided", deposit, by=by, at=at, data={"reason": deposit.void_reason})
    return deposit


def lock_deposit(pk: int) -> Deposit:
    """The row, held until the caller's transaction ends."""
    rows = Deposit.objects.select_for_update(of=("self",), no_key=True)
    found: Deposit = rows.select_related("account__parent", "unit").get(pk=pk)
    return found


def items_of_deposit(deposit: Deposit) -> list[int]:
    """The items whose cash it holds."""
    rows = CodItem.objects.filter(takings__cash_up__deposit=deposit)
    return list(rows.values_list("pk", flat=True).distinct())


def _move(deposit: Deposit, to: ItemState, *, by: User, at: datetime) -> None:
    here = ItemState.COUNTED if to == ItemState.DEPOSITED else ItemState.DEPOSITED
    ids = CodItem.objects.filter(pk__in=items_of_deposit(deposit), state=here)
    move_items(item_ids=list(ids.values_list("pk", flat=True)), to=to, by=by, at=at)


def check_banked(account: BankAccount, day: date, at: datetime) -> None:
    """What is paid into the bank on ``day`` goes to an account for it. BadInput ``future``, RuleBroken
    ``account_unfit``."""
    if day > timezone.localdate(at):
        raise BadInput(_("That day is still to come."), code="future", field="day")
    if account.state != AccountState.OPEN or account.purpose != AccountPurpose.COD:
        raise RuleBroken(
            _("COD money goes to an open account for COD only."),
            code="account_unfit",
            field="account",
            rule="COD-7",
        )


def _check(account: BankAccount, slip: str, day: date, at: datetime) -> None:
    if not slip:
        raise BadInput(_("Type the number of the slip."), code="slip_missing", field="slip")
    check_banked(account, day, at)


def _lock(ids: Collection[int]) -> list[CashUp]:
    rows = CashUp.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    found = list(rows.select_related("unit", "courier").order_by("pk"))
    if not found:
        raise BadInput(_("Choose the cash-ups."), code="nothing_chosen", field="cash_ups")
    for row in found:
        if row.state not in HANDED_IN:
            raise RuleBroken(
                _("%(cash_up)s has not been counted yet.") % {"cash_up": row},
                code="not_counted",
                rule="COD-7",
            )
        if row.deposit_id is not None:
            raise RuleBroken(
                _("The money of %(cash_up)s went to the bank already.") % {"cash_up": row},
                code="in_deposit",
                rule="COD-7",
            )
    if len({row.unit_id for row in found}) > 1:
        raise RuleBroken(_("One slip is of one station."), code="several_stations", rule="COD-7")
    return found


def _total(cash_ups: list[CashUp]) -> Decimal:
    return sum((row.counted or Decimal(0) for row in cash_ups), Decimal("0.00"))


def _create(**values: Any) -> Deposit:
    with refused_as(
        RuleBroken(
            _("The slip %(slip)s was entered already.") % {"slip": values["slip"]},
            code="slip_used",
            field="slip",
            rule="COD-7",
        ),
        "deposit_slip_once",
    ):
        deposit: Deposit = Deposit.objects.create(**values)
        return deposit
