"""What two people decide who did not ask for it: another amount at the door, an amount due written off, a
courier's debt waived, an overage kept, a provider's difference cleared (COD-7).

What it is about is locked first, then the wish.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse, void_if_changed
from apps.cod.approvals import DECISION
from apps.cod.enums import CashUpState, DecisionKind, DecisionState, ItemState
from apps.cod.models import CashUp, CodDecision, CodItem, QrSettlement
from apps.cod.queries.debts import debt_of
from apps.cod.rules.counting import CLEARED_BY_ONE, exact
from apps.cod.services import books, decision_books
from apps.cod.services.moving import lock_items, move_items
from apps.cod.states import DECISION_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record
from apps.tracking.models import Courier
from apps.tracking.services.cod_amounts import change_cod_amount

K, D = DecisionKind, DecisionState


@transaction.atomic
def ask_change(*, item_id: int, amount: Any, reason: str, by: User, at: datetime) -> CodDecision:
    """Another amount is to be taken at the door. RuleBroken ``not_due``, ``asked_already``."""
    item, wanted = _due(item_id), exact(amount, "amount")
    if wanted == 0 or wanted == item.due:
        raise BadInput(
            _("Another amount above 0: nothing at all is a write-off."),
            code="bad_amount",
            field="amount",
        )
    return _ask(K.CHANGE, item, item.due, wanted, reason, by, at)


@transaction.atomic
def ask_write_off(*, item_id: int, reason: str, by: User, at: datetime) -> CodDecision:
    """What is due will never be taken. RuleBroken ``not_due``, ``asked_already``."""
    item = _due(item_id)
    return _ask(K.WRITE_OFF, item, item.due, item.due, reason, by, at)


@transaction.atomic
def ask_waiver(
    *, courier: Courier, amount: Any, reason: str, by: User, at: datetime
) -> CodDecision:
    """A courier's debt, or a part of it, is to be let go. BadInput ``above_debt``; RuleBroken
    ``asked_already``."""
    courier, wanted = _lock_courier(courier.pk), exact(amount, "amount")
    debt = debt_of(courier)
    if wanted == 0 or wanted > debt:
        raise BadInput(
            _("%(courier)s owes %(debt)s.") % {"courier": courier, "debt": debt},
            code="above_debt",
            field="amount",
        )
    return _ask(K.WAIVER, courier, debt, wanted, reason, by, at)


@transaction.atomic
def ask_overage(*, cash_up_id: int, reason: str, by: User, at: datetime) -> CodDecision:
    """What a closed cash-up was over, and whose it is could not be found, is to be the company's.
    RuleBroken ``nothing_over``, ``asked_already``."""
    row = _lock_cash_up(cash_up_id)
    over = row.difference or Decimal(0)
    settled = CodDecision.objects.filter(cash_up=row, state=D.DONE).exists()
    if row.state != CashUpState.CLOSED or over <= 0 or settled:
        raise RuleBroken(
            _("Only what a closed cash-up was over, and once, is decided about."),
            code="nothing_over",
            rule="COD-7",
        )
    return _ask(K.OVERAGE, row, over, over, reason, by, at)


@transaction.atomic
def clear_difference(*, settlement_id: int, reason: str, by: User, at: datetime) -> CodDecision:
    """By what a provider settled another sum than was taken is to be the company's cost, or its income. Up to
    CLEARED_BY_ONE one person clears it who did not enter the settlement; above it two people decide.
    RuleBroken ``nothing_differs``, ``own_entry``, ``asked_already``."""
    row = _lock_settlement(settlement_id)
    differs = abs(row.gross - row.expected)
    done = CodDecision.objects.filter(settlement=row, state=D.DONE).exists()
    if differs == 0 or done:
        raise RuleBroken(
            _("Only what was settled differently is cleared, and once."),
            code="nothing_differs",
            rule="COD-7",
        )
    by_one = differs <= CLEARED_BY_ONE
    if by_one and row.entered_by_id == by.pk:
        raise RuleBroken(
            _("You entered this settlement; somebody else clears its difference."),
            code="own_entry",
            rule="COD-7",
        )
    return _ask(K.DIFFERENCE, row, differs, differs, reason, by, at, by_one=by_one)


@transaction.atomic
def approve_decision(
    row: CodDecision,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> CodDecision:
    """The second approval does it, by that person. RuleBroken ``decision_ended`` for whoever comes
    after that."""
    row = _waiting(row)
    request = approve(kind=DECISION, subject=row, by=by, at=at, **given)
    if request.state == ApprovalState.APPROVED:
        _do(row, by=by, at=at)
        _end(row, D.DONE, by=by, at=at)
    return row


@transaction.atomic
def refuse_decision(row: CodDecision, *, seen: str, reason: str, by: User, at: datetime) -> None:
    row = _waiting(row)
    refuse(kind=DECISION, subject=row, seen=seen, reason=reason, by=by, at=at)
    _end(row, D.REFUSED, by=by, at=at)


def void_decisions(items: Collection[CodItem], *, by: User, at: datetime) -> None:
    """What was asked for these is no longer possible: the money came, or the goods went back. The items
    are locked by the caller, who has just moved them."""
    rows = CodDecision.objects.select_for_update(of=("self",)).filter(
        item__in=[item.pk for item in items], state=D.ASKED
    )
    for row in rows.select_related("item__merchant"):
        void_if_changed(kind=DECISION, subject=row, by=by, at=at)
        _end(row, D.VOID, by=by, at=at)


def _do(row: CodDecision, *, by: User, at: datetime) -> None:
    if row.kind == K.OVERAGE:
        decision_books.post_overage(row, by=by, at=at)
    elif row.kind == K.DIFFERENCE:
        decision_books.post_difference(row, by=by, at=at)
    elif row.item is None:
        decision_books.post_waiver(row, by=by, at=at)
    elif row.kind == K.CHANGE:
        change_cod_amount(waybill_id=row.item.waybill_id, amount=row.amount, by=by, at=at)
        decision_books.post_changed(row, by=by, at=at)
        row.item.due = row.amount
        row.item.save(update_fields=["due"])
    else:
        books.post_met([row.item], by=by, at=at)
        move_items(item_ids=[row.item.pk], to=ItemState.WRITTEN_OFF, by=by, at=at)


def _ask(
    kind: DecisionKind,
    about: CodItem | Courier | CashUp | QrSettlement,
    before: Any,
    amount: Any,
    reason: str,
    by: User,
    at: datetime,
    *,
    by_one: bool = False,
) -> CodDecision:
    """``by_one``: so little that it needs no approval, and is done at once."""
    why = required_text(reason, least=1, message=_("Say why."))
    of = {
        "item": about if isinstance(about, CodItem) else None,
        "courier": about if isinstance(about, Courier) else None,
        "cash_up": about if isinstance(about, CashUp) else None,
        "settlement": about if isinstance(about, QrSettlement) else None,
    }
    if CodDecision.objects.filter(**of, state=D.ASKED).exists():
        raise RuleBroken(
            _("A decision about this waits for approval already."),
            code="asked_already",
            rule="COD-7",
        )
    row: CodDecision = CodDecision.objects.create(
        kind=kind,
        **of,
        before=before,
        amount=amount,
        reason=why,
        asked_at=at,
        asked_by=by,
    )
    if not by_one:
        ask_approval(kind=DECISION, subject=row, title=str(row), by=by, at=at)
    _tell("asked", row, by=by, at=at)
    if by_one:
        _do(row, by=by, at=at)
        _end(row, D.DONE, by=by, at=at)
    return row


def _due(item_id: int) -> CodItem:
    [item] = lock_items([item_id])
    _check_due(item)
    return item


def _check_due(item: CodItem) -> None:
    if item.state != ItemState.DUE:
        raise RuleBroken(
            _("Nothing is due at the door for %(waybill)s: %(state)s.")
            % {"waybill": item.waybill, "state": ItemState(item.state).label},
            code="not_due",
            rule="COD-7",
        )


def _lock_courier(pk: int) -> Courier:
    return Courier.objects.select_for_update(of=("self",)).get(pk=pk)


def _lock_cash_up(pk: int) -> CashUp:
    rows = CashUp.objects.select_for_update(of=("self",), no_key=True)
    found: CashUp = rows.select_related("courier", "unit").get(pk=pk)
    return found


def _lock_settlement(pk: int) -> QrSettlement:
    rows = QrSettlement.objects.select_for_update(of=("self",), no_key=True)
    found: QrSettlement = rows.get(pk=pk)
    return found


def _waiting(row: CodDecision) -> CodDecision:
    if row.item_id is not None:
        lock_items([row.item_id])
    elif row.courier_id is not None:
        _lock_courier(row.courier_id)
    elif row.cash_up_id is not None:
        _lock_cash_up(row.cash_up_id)
    elif row.settlement_id is not None:
        _lock_settlement(row.settlement_id)
    found: CodDecision = (
        CodDecision.objects.select_for_update(of=("self",))
        .select_related(
            "item__merchant", "courier", "cash_up__courier", "cash_up__unit", "settlement"
        )
        .get(pk=row.pk)
    )
    if found.state != D.ASKED:
        raise RuleBroken(
            _("This decision has ended: %(state)s.") % {"state": D(found.state).label},
            code="decision_ended",
            rule="COD-7",
        )
    return found


def _end(row: CodDecision, to: DecisionState, *, by: User, at: datetime) -> None:
    DECISION_MOVES.check(D(row.state), to)
    row.state, row.closed_at, row.closed_by = to, at, by
    row.save(update_fields=["state", "closed_at", "closed_by"])
    _tell(str(to), row, by=by, at=at)


def _tell(what: str, row: CodDecision, *, by: User, at: datetime) -> None:
    data = {
        "kind": row.kind,
        "before": str(row.before),
        "amount": str(row.amount),
        "reason": row.reason,
    }
    record(f"coddecision.{what}", row.about or row, by=by, at=at, data=data)
