"""Holding, releasing, cancelling, handing over; each locked, checked, changed, recorded."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.enums import FollowUpClass
from apps.events.services import record
from apps.orders.enums import FollowUpReason, OrderStatus
from apps.orders.models import FollowUpTask, PrintJob, WorkOrder
from apps.orders.queries import first_order_of
from apps.orders.rules import settled_status
from apps.orders.services import clocks
from apps.orders.services.entry import classify, lock_order, move
from apps.orders.states import ORDER_MOVES
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import Waybill
from apps.tracking.services import ingest


@transaction.atomic
def hold_order(*, order_id: int, reason: str, by: User, at: datetime) -> WorkOrder:
    """Set an unconfirmed order aside. Whether its clock runs on says the policy (ORD-5)."""
    order = lock_order(order_id)
    move_on(order, OrderStatus.HELD)
    order.held_at, order.held_by, order.hold_reason = at, by, _reason(reason)
    order.save()
    record("workorder.held", order, by=by, at=at, data={"reason": order.hold_reason})
    clocks.held(order, by=by, at=at)
    return order


@transaction.atomic
def release_order(*, order_id: int, by: User, at: datetime) -> WorkOrder:
    order = lock_order(order_id)
    if order.status != OrderStatus.HELD:
        raise RuleBroken(_("This order is not on hold."), code="not_held")
    order.held_at, order.held_by, order.hold_reason = None, None, ""
    order.status = OrderStatus.DRAFT
    move(order, settled_status(order))
    order.save()
    record("workorder.released", order, by=by, at=at)
    clocks.released(order, by=by, at=at)
    return order


@transaction.atomic
def cancel_order(*, order_id: int, reason: str, by: User, at: datetime) -> WorkOrder:
    """Cancel before pickup. Issued waybills are cancelled with it, open tasks dropped and the
    print job withdrawn; what is under way comes back by a return instead."""
    order = lock_order(order_id)
    if order.status == OrderStatus.IN_PROGRESS:
        raise RuleBroken(
            _("The goods are on their way already; have them returned instead."),
            code="under_way",
            rule="ORD-4",
        )
    move_on(order, OrderStatus.CANCELLED)
    order.cancelled_at, order.cancelled_by, order.cancel_reason = at, by, _reason(reason)
    order.held_at, order.held_by, order.hold_reason = None, None, ""
    order.save()
    clocks.stopped([order], reason=order.cancel_reason, by=by, at=at)
    if order.confirmed_at is not None:
        _withdraw(order, by=by, at=at)
    record("workorder.cancelled", order, by=by, at=at, data={"reason": order.cancel_reason})
    return order


def _withdraw(order: WorkOrder, *, by: User, at: datetime) -> None:
    waybills = list(order.waybills.all())
    if any(w.picked_up_at is not None for w in waybills):
        raise RuleBroken(
            _("The goods have been picked up already; have them returned instead."),
            code="under_way",
            rule="ORD-4",
        )
    _cancel_waybills(order, waybills, by=by, at=at)
    steps = open_steps(order)
    FollowUpTask.objects.filter(pk__in=[step.pk for step in steps]).update(
        dropped_at=at, dropped_by=by
    )
    clocks.stopped(steps, reason=order.cancel_reason, by=by, at=at)
    PrintJob.objects.filter(work_order=order).update(withdrawn_at=at, withdrawn_by=by)


def _cancel_waybills(order: WorkOrder, waybills: list[Waybill], *, by: User, at: datetime) -> None:
    events = [
        IncomingEvent(
            waybill_number=waybill.number,
            code="cancelled",
            occurred_at=at,
            source_id=f"{order.number}:cancelled:{waybill.number}",
        )
        for waybill in waybills
    ]
    result = ingest(events, source="orders", by=by, at=at)
    if result.refused:
        raise RuleBroken(str(result.refused[0].message), code="waybill_not_cancellable")


@transaction.atomic
def assign_order(*, order_id: int, owner: User, by: User, at: datetime) -> WorkOrder:
    """Give the order and its open tasks to another agent."""
    order = lock_order(order_id)
    if order.status in (OrderStatus.CANCELLED, OrderStatus.COMPLETED):
        raise RuleBroken(_("This order is over; nobody needs to own it."), code="over")
    if not owner.is_active or not owner.is_staff:
        raise BadInput(_("Choose someone who still works here."), code="owner", field="owner")
    if owner.pk == order.owner_id:
        return order
    data = {"from": str(order.owner), "to": str(owner)}
    order.owner = owner
    order.save(update_fields=["owner"])
    steps = open_steps(order)
    FollowUpTask.objects.filter(pk__in=[step.pk for step in steps]).update(owner=owner)
    clocks.given([order, *steps], owner=owner, by=by)
    record("workorder.assigned", order, by=by, at=at, data=data)
    return order


@transaction.atomic
def set_follow_up_class(
    *, order_id: int, follow_up_class: str, reason: str, by: User, at: datetime
) -> WorkOrder:
    """Choose the class by hand, before confirmation; an empty class gives it back to the rule."""
    order = lock_order(order_id)
    if order.confirmed_at is not None or order.status == OrderStatus.CANCELLED:
        raise RuleBroken(
            _("The follow-up tasks exist already; the class is chosen before confirming."),
            code="too_late",
            rule="ORD-6",
        )
    if follow_up_class:
        order.follow_up_class = FollowUpClass(follow_up_class)
        order.follow_up_reason = FollowUpReason.MANUAL
        order.follow_up_note = _reason(reason)
        order.follow_up_set_at, order.follow_up_set_by = at, by
    else:
        order.follow_up_reason, order.follow_up_note = FollowUpReason.DAYS, ""
        order.follow_up_set_at, order.follow_up_set_by = None, None
        classify(order, first_order=first_order_of(order.customer))
    order.save()
    data = {"class": order.follow_up_class, "reason": order.follow_up_note}
    record("workorder.follow_up_changed", order, by=by, at=at, data=data)
    return order


def move_on(order: WorkOrder, to: OrderStatus) -> None:
    """A move somebody asked for: repeating it is refused, unlike settling by content."""
    ORDER_MOVES.check(OrderStatus(order.status), to)
    order.status = to


def open_steps(order: WorkOrder) -> list[FollowUpTask]:
    """What is still to be done for a locked order; the rows are locked too."""
    steps = order.tasks.select_for_update().filter(done_at__isnull=True, dropped_at__isnull=True)
    return list(steps.order_by("pk"))


def _reason(text: str) -> str:
    return required_text(text, least=1, message=_("Give a reason."), code="required")
