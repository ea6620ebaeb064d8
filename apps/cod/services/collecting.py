"""*Collected* comes from the proof of delivery and from nowhere else (COD-7, TRK-6).

The item is locked, then the courier's cash-up. Until somebody has counted, a corrected proof changes what
was taken; afterwards it is an exception for a person, because the money is what it was.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import CashUpState, ItemState, TakingKind
from apps.cod.models import CashUp, CodItem, Taking
from apps.cod.services import books
from apps.cod.services.decisions import void_decisions
from apps.cod.services.freight import take_collect_freight
from apps.cod.services.items import open_items
from apps.cod.services.moving import lock_items, move_items
from apps.cod.services.noticing import report_difference
from apps.cod.services.opening_cash_ups import open_cash_up
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.events.services import record
from apps.ledger.inputs import NewPosting
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier, ProofOfDelivery

S = ItemState


@dataclass(frozen=True, slots=True)
class _Paid:
    """What a proof says was paid, and to whom."""

    proof: ProofOfDelivery
    amount: Decimal
    courier: Courier | None


@transaction.atomic
def collect(*, waybill_ids: Collection[int], by: User, at: datetime) -> int:
    """Bring the items of these waybills to what their proofs of delivery say now; how many changed.
    Safe to repeat, in any order of what happened."""
    proofs = {
        proof.waybill_id: proof
        for proof in ProofOfDelivery.objects.standing()
        .filter(waybill__in=waybill_ids)
        .select_related("waybill", "courier__unit", "recorded_by__courier__unit")
    }
    take_collect_freight(list(proofs.values()), by=by, at=at)
    paid = {pk: _paid(one) for pk, one in proofs.items() if one.cod_due is not None}
    if not paid:
        return 0
    open_items(waybill_ids=list(paid), by=by, at=at)
    ids = CodItem.objects.filter(waybill_id__in=list(paid)).values_list("pk", flat=True)
    items = lock_items(list(ids))
    return sum(_follow(item, paid[item.waybill_id], by=by, at=at) for item in items)


@transaction.atomic
def name_courier(*, item_id: int, courier: Courier, by: User, at: datetime) -> CodItem:
    """Cash that a proof says was paid, but not to whom: it is this courier's to hand in. RuleBroken
    ``no_proof``, ``courier_known``, ``own_cash``."""
    [item] = lock_items([item_id])
    proof = ProofOfDelivery.objects.standing().filter(waybill=item.waybill_id).first()
    if proof is None or not proof.cod_paid or item.state not in (S.DUE, S.REFUSED):
        raise RuleBroken(
            _("No proof of delivery says that cash was paid and nobody knows to whom."),
            code="no_proof",
            rule="COD-7",
        )
    known = _paid(proof).courier
    if known is not None and known != courier:
        raise RuleBroken(
            _("The proof of delivery names %(courier)s: correct it there.") % {"courier": known},
            code="courier_known",
            rule="COD-7",
        )
    _take(item, _Paid(proof, proof.cod_paid, courier), by=by, at=at)
    return item


def _paid(proof: ProofOfDelivery) -> _Paid:
    """Without a courier named it is the one who recorded it, if that is one."""
    courier = proof.courier or getattr(proof.recorded_by, "courier", None)
    return _Paid(proof, proof.cod_paid or Decimal("0.00"), courier)


def _follow(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> bool:
    """Whether anything changed."""
    collected = item.collected or Decimal("0.00")
    method = paid.proof.cod_method if paid.amount else ""
    same = (collected, item.method, item.courier) == (paid.amount, method, paid.courier)
    if item.state not in (S.DUE, S.REFUSED, S.COLLECTED):
        if collected != paid.amount or item.method != method:
            _tell_late(item, paid, by=by, at=at)
        return False
    if same and item.state != S.DUE:
        return False
    if paid.amount and method == CodMethod.CASH and paid.courier is None:
        _tell_nobody(item, paid, by=by, at=at)
        return False
    if item.state == S.COLLECTED and not _give_back(item, paid.proof, by=by, at=at):
        _tell_late(item, paid, by=by, at=at)
        return False
    if paid.amount:
        _take(item, paid, by=by, at=at)
    else:
        _refuse(item, paid, by=by, at=at)
    return True


def _take(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> None:
    proof, first = paid.proof, item.state == S.DUE
    cash = proof.cod_method == CodMethod.CASH
    day = timezone.localdate(proof.signed_at)
    cash_up = (
        open_cash_up(courier=paid.courier, day=day, by=by, at=at) if cash and paid.courier else None
    )
    taking = Taking.objects.create(
        kind=TakingKind.COD,
        source=f"proof:{proof.pk}",
        item=item,
        waybill=item.waybill,
        method=proof.cod_method,
        amount=paid.amount,
        courier=paid.courier,
        day=day,
        taken_at=proof.signed_at,
        cash_up=cash_up,
        by=by,
    )
    postings = books.taken(taking)
    if first:
        postings += books.memo(item, -item.due)
    _post(item, taking, postings, by=by, at=at)
    item.collected, item.method, item.collected_at = paid.amount, proof.cod_method, proof.signed_at
    item.courier = paid.courier
    item.unit = paid.courier.unit if paid.courier else item.unit
    item.state, item.ended_at = S.COLLECTED, None
    item.save()
    data = {"amount": str(paid.amount), "method": proof.cod_method, "waybill": item.waybill}
    record("coditem.collected", item, by=by, at=at, data=data)
    if first:
        void_decisions([item], by=by, at=at)
    if paid.amount < item.due:
        _tell_short(item, paid, by=by, at=at)


def _give_back(item: CodItem, proof: ProofOfDelivery, *, by: User, at: datetime) -> bool:
    """Take back what an earlier version of the proof had said; False where that has left the courier."""
    taking = item.takings.select_related("courier", "item__merchant").order_by("-pk").first()
    if taking is None or taking.settlement_id is not None:
        return False
    if taking.cash_up_id is not None:
        held = CashUp.objects.select_for_update(of=("self",)).get(pk=taking.cash_up_id)
        if held.state != CashUpState.OPEN:
            return False
    back = Taking.objects.create(
        kind=taking.kind,
        source=f"proof:{proof.pk}:back",
        item=item,
        waybill=item.waybill,
        method=taking.method,
        amount=-taking.amount,
        courier=taking.courier,
        day=taking.day,
        taken_at=at,
        cash_up=taking.cash_up,
        by=by,
    )
    _post(item, back, books.taken(back), by=by, at=at)
    return True


def _post(
    item: CodItem, taking: Taking, postings: list[NewPosting], *, by: User, at: datetime
) -> None:
    text = _("COD taken %(waybill)s") % {"waybill": item.waybill}
    row = (f"taking:{taking.pk}", "coditem.collected", taking.day, text, postings, item)
    books.post_items([row], by=by, at=at)


def _refuse(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> None:
    """Delivered and nothing paid."""
    if item.state == S.DUE:
        books.post_met([item], by=by, at=at)
        move_items(item_ids=[item.pk], to=S.REFUSED, by=by, at=at)
        void_decisions([item], by=by, at=at)
    else:
        item.collected, item.method, item.collected_at, item.courier = None, "", None, None
        item.state = S.REFUSED
        item.save()
        record("coditem.moved", item, by=by, at=at, data={"from": S.COLLECTED, "to": S.REFUSED})
    _tell_short(item, paid, by=by, at=at)


def _tell_short(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> None:
    """Less than due, and nobody approved another amount before: who explains it?"""
    what = _("%(paid)s of %(due)s was paid at the door. Said there: %(reason)s") % {
        "paid": format_money(paid.amount),
        "due": format_money(item.due),
        "reason": paid.proof.cod_reason or "—",
    }
    _tell(item, _("Less was paid than due: %(waybill)s"), what, by=by, at=at)


def _tell_late(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> None:
    what = _("The proof of delivery now says %(paid)s, the money counted is %(collected)s.") % {
        "paid": format_money(paid.amount),
        "collected": format_money(item.collected or Decimal(0)),
    }
    _tell(item, _("Proof corrected after the money was counted: %(waybill)s"), what, by=by, at=at)


def _tell_nobody(item: CodItem, paid: _Paid, *, by: User, at: datetime) -> None:
    what = _("%(paid)s was paid in cash. Name the courier who has it.") % {
        "paid": format_money(paid.amount)
    }
    _tell(item, _("Cash at the door, but no courier named: %(waybill)s"), what, by=by, at=at)


def _tell(item: CodItem, title: str, what: str, *, by: User, at: datetime) -> None:
    named = title % {"waybill": item.waybill}
    record("coditem.differs", item, by=by, at=at, data={"reason": what})
    report_difference(
        title=named,
        what=f"{named}\n{what}",
        happened_at=at,
        waybill_id=item.waybill_id,
        unit=item.unit,
        customer=item.merchant,
        by=by,
        at=at,
    )
