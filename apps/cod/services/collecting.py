"""*Collected* comes from the proof of delivery and from nowhere else (COD-7, TRK-6).

The item is locked, then the courier's cash-up. Until somebody has counted, a corrected proof changes what
was taken; afterwards it is an exception for a person, because the money is what it was.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
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
from apps.cod.services.moving import lock_items
from apps.cod.services.noticing import report_difference
from apps.cod.services.opening_cash_ups import open_cash_up
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.customers.models import Customer
from apps.events.services import NewEvent, new_event, record_many
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier, ProofOfDelivery

S = ItemState
CHANGES = ["collected", "method", "collected_at", "courier", "unit", "state", "ended_at"]


@dataclass(frozen=True, slots=True)
class _Paid:
    """What a proof says was paid, and to whom."""

    proof: ProofOfDelivery
    amount: Decimal
    courier: Courier | None

    @property
    def method(self) -> str:
        return self.proof.cod_method if self.amount else ""


@transaction.atomic
def collect(*, waybill_ids: Collection[int], by: User, at: datetime) -> int:
    """Bring the items of these waybills to what their proofs of delivery say now; how many changed.
    Safe to repeat, in any order of what happened; as many statements for a hundred as for one, but for
    the cash-up of each courier and day and for what is an exception."""
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
    batch = _Batch(items, by, at)
    for item in items:
        batch.follow(item, paid[item.waybill_id])
    return batch.write()


@transaction.atomic
def name_courier(*, item_id: int, courier: Courier, by: User, at: datetime) -> CodItem:
    """Cash that a proof says was paid, but not to whom: it is this courier's to hand in. RuleBroken
    ``no_proof``, ``courier_known``."""
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
    batch = _Batch([item], by, at)
    batch.take(item, _Paid(proof, proof.cod_paid, courier))
    batch.write()
    return item


def _paid(proof: ProofOfDelivery) -> _Paid:
    """Without a courier named it is the one who recorded it, if that is one."""
    courier = proof.courier or getattr(proof.recorded_by, "courier", None)
    return _Paid(proof, proof.cod_paid or Decimal("0.00"), courier)


class _Batch:
    """Several items follow their proofs: first decided in memory, then written in sets."""

    def __init__(self, items: list[CodItem], by: User, at: datetime) -> None:
        self.by, self.at = by, at
        self.takings: list[Taking] = []
        self.first: list[CodItem] = []  # whose amount was due until now
        self.unpaid: list[CodItem] = []
        self.changed: list[CodItem] = []
        self.news: list[NewEvent] = []
        self.problems: list[tuple[CodItem, str, str]] = []
        self.cash_ups: dict[tuple[int, date], CashUp] = {}
        last = Taking.objects.filter(item__in=items).order_by("item_id", "-pk").distinct("item_id")
        with_all = last.select_related("courier", "cash_up", "item__merchant")
        self.last = {taking.item_id: taking for taking in with_all}
        merchants = Customer.objects.in_bulk([item.merchant_id for item in items])
        for item in items:
            item.merchant = merchants[item.merchant_id]

    def follow(self, item: CodItem, paid: _Paid) -> None:
        """Decide what this proof changes."""
        collected = item.collected or Decimal("0.00")
        moved = (collected, item.method) != (paid.amount, paid.method)
        if item.state not in (S.DUE, S.REFUSED, S.COLLECTED):
            if moved:
                self.tell_late(item, paid)
            return
        if not moved and item.courier_id == _pk(paid.courier) and item.state != S.DUE:
            return
        if paid.method == CodMethod.CASH and paid.courier is None:
            self.tell(item, _("Cash at the door, but no courier named: %(waybill)s"),
                _("%(paid)s was paid in cash. Name the courier who has it.")
                % {"paid": format_money(paid.amount)})  # fmt: skip
        elif item.state == S.COLLECTED and not self.give_back(item, paid.proof):
            self.tell_late(item, paid)
        elif paid.amount:
            self.take(item, paid)
        else:
            self.refuse(item, paid)

    def take(self, item: CodItem, paid: _Paid) -> None:
        """The money was taken: from now on it is the merchant's."""
        proof = paid.proof
        taking = Taking(
            kind=TakingKind.COD,
            source=f"proof:{proof.pk}",
            item=item,
            waybill=item.waybill,
            method=proof.cod_method,
            amount=paid.amount,
            courier=paid.courier,
            day=timezone.localdate(proof.signed_at),
            taken_at=proof.signed_at,
            by=self.by,
        )
        if proof.cod_method == CodMethod.CASH and paid.courier:
            taking.cash_up = self.cash_up(paid.courier, taking.day)
        self.takings.append(taking)
        if item.state == S.DUE:
            self.first.append(item)
        item.collected, item.method = paid.amount, proof.cod_method
        item.collected_at, item.courier = proof.signed_at, paid.courier
        item.unit = paid.courier.unit if paid.courier else item.unit
        item.state, item.ended_at = S.COLLECTED, None
        self.changed.append(item)
        data = {"amount": str(paid.amount), "method": proof.cod_method, "waybill": item.waybill}
        self.news.append(new_event("coditem.collected", item, by=self.by, at=self.at, data=data))
        if paid.amount < item.due:
            self.tell_short(item, paid)

    def give_back(self, item: CodItem, proof: ProofOfDelivery) -> bool:
        """Take back what an earlier version of the proof had said; False where that has left the
        courier."""
        taking = self.last.get(item.pk)
        if taking is None or taking.settlement_id is not None:
            return False
        if taking.cash_up_id is not None:
            held = CashUp.objects.select_for_update(of=("self",)).get(pk=taking.cash_up_id)
            if held.state != CashUpState.OPEN:
                return False
        self.takings.append(
            Taking(
                kind=taking.kind,
                source=f"proof:{proof.pk}:back",
                item=item,
                waybill=item.waybill,
                method=taking.method,
                amount=-taking.amount,
                courier=taking.courier,
                day=taking.day,
                taken_at=self.at,
                cash_up=taking.cash_up,
                by=self.by,
            )
        )
        return True

    def refuse(self, item: CodItem, paid: _Paid) -> None:
        """Delivered and nothing paid."""
        if item.state == S.DUE:
            self.unpaid.append(item)
        data = {"from": item.state, "to": str(S.REFUSED), "waybill": item.waybill}
        self.news.append(new_event("coditem.moved", item, by=self.by, at=self.at, data=data))
        item.collected, item.method, item.collected_at, item.courier = None, "", None, None
        item.state = S.REFUSED
        self.changed.append(item)
        self.tell_short(item, paid)

    def cash_up(self, courier: Courier, day: date) -> CashUp:
        found = self.cash_ups.get((courier.pk, day))
        if found is None:
            found = open_cash_up(courier=courier, day=day, by=self.by, at=self.at)
            self.cash_ups[courier.pk, day] = found
        return found

    def write(self) -> int:
        """How many items changed."""
        Taking.objects.bulk_create(self.takings)
        text, first = _("COD taken %(waybill)s"), {item.pk for item in self.first}
        rows: list[books.ItemEntry] = []
        for taking in self.takings:
            item = taking.item
            if item is None:
                raise TypeError("a taking of COD has its item")
            postings = books.taken(taking)
            if item.pk in first and taking.amount > 0:
                postings += books.memo(item, -item.due)
            summary = text % {"waybill": item.waybill}
            key = f"taking:{taking.pk}"
            rows.append((key, "coditem.collected", taking.day, summary, postings, item))
        books.post_items(rows, by=self.by, at=self.at)
        books.post_met(self.unpaid, by=self.by, at=self.at)
        if self.changed:
            CodItem.objects.bulk_update(self.changed, CHANGES)
            void_decisions([*self.first, *self.unpaid], by=self.by, at=self.at)
        record_many(self.news)
        for item, title, what in self.problems:
            self.report(item, title, what)
        return len(self.changed)

    def tell_short(self, item: CodItem, paid: _Paid) -> None:
        """Less than due, and nobody approved another amount before: who explains it?"""
        what = _("%(paid)s of %(due)s was paid at the door. Said there: %(reason)s") % {
            "paid": format_money(paid.amount),
            "due": format_money(item.due),
            "reason": paid.proof.cod_reason or "—",
        }
        self.tell(item, _("Less was paid than due: %(waybill)s"), what)

    def tell_late(self, item: CodItem, paid: _Paid) -> None:
        what = _("The proof of delivery now says %(paid)s, the money counted is %(collected)s.") % {
            "paid": format_money(paid.amount),
            "collected": format_money(item.collected or Decimal(0)),
        }
        self.tell(item, _("Proof corrected after the money was counted: %(waybill)s"), what)

    def tell(self, item: CodItem, title: str, what: str) -> None:
        self.problems.append((item, title % {"waybill": item.waybill}, what))
        data = {"reason": what}
        self.news.append(new_event("coditem.differs", item, by=self.by, at=self.at, data=data))

    def report(self, item: CodItem, title: str, what: str) -> None:
        report_difference(
            title=title,
            what=f"{title}\n{what}",
            happened_at=self.at,
            waybill_id=item.waybill_id,
            unit=item.unit,
            customer=item.merchant,
            by=self.by,
            at=self.at,
        )


def _pk(row: Courier | None) -> int | None:
    return None if row is None else row.pk
