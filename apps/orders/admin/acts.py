"""What can be done to work orders from their pages and their list."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, BulkAct
from apps.backoffice.forms import ReasonForm
from apps.orders import queries, services
from apps.orders.enums import OrderStatus, PrintKind
from apps.orders.forms import (
    ArrangementForm,
    AssignForm,
    ClassForm,
    CustomerInformedForm,
    PrintForm,
    local_input,
)
from apps.orders.inputs import ArrangementInput
from apps.orders.models import WorkOrder

RUNNING = (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS)
CHANGE, ASSIGN = "orders.change_workorder", "orders.assign_workorder"
PRINT, CANCEL = "orders.print_workorder", "orders.cancel_workorder"


def _arranged(context: ActContext) -> dict[str, Any]:
    arrangement = getattr(context.record, "arrangement", None)
    if arrangement is None:
        return {}
    return {
        "vehicle": arrangement.vehicle,
        "driver_name": arrangement.driver_name,
        "driver_phone": arrangement.driver_phone,
        "expected_pickup": local_input(arrangement.expected_pickup),
        "expected_delivery": local_input(arrangement.expected_delivery),
    }


def _is_running(order: WorkOrder) -> bool:
    return order.status in RUNNING


def _user(context: ActContext) -> dict[str, Any]:
    return {"user": context.by}


def _assign(context: ActContext) -> None:
    services.assign_order(order_id=context.record.pk, owner=context.typed["owner"], **context.who)


def _cancel(context: ActContext) -> None:
    services.cancel_order(order_id=context.record.pk, reason=context.typed["reason"], **context.who)


def _print(name: str, label: Any, kind: PrintKind) -> Act:
    """Record the copy, then open its paper."""

    def run(context: ActContext) -> HttpResponse:
        reason = context.typed["reason"]
        made = services.print_order(
            order_id=context.record.pk, kind=kind, reason=reason, **context.who
        )
        return redirect("admin:orders_workorder_paper", context.record.pk, made.pk)

    return Act(
        name,
        label,
        PRINT,
        run,
        explains=_("The print is counted: who, when, which copy."),
        form=PrintForm,
        options=lambda d: {"is_again": d.record.prints.filter(kind=kind).exists()},
        may=lambda order: order.is_issued,
        is_button=False,
        button=_("Print"),
    )


ACTS = (
    Act(
        "arrange",
        _("Arrange vehicle and driver"),
        CHANGE,
        lambda d: services.arrange_dispatch(
            order_id=d.record.pk, arrangement=ArrangementInput(**d.typed), **d.who
        ),
        explains=_("As confirmed with dispatch. Afterwards tell the customer."),
        done=_("The arrangement is kept. Now tell the customer."),
        form=ArrangementForm,
        initial=_arranged,
        may=_is_running,
    ),
    Act(
        "tell",
        _("Customer was told"),
        CHANGE,
        lambda d: services.tell_customer(order_id=d.record.pk, whom=d.typed["whom"], **d.who),
        explains=_("Vehicle, driver and expected time were told to the customer."),
        done=_("On record: the customer knows."),
        form=CustomerInformedForm,
        may=lambda order: _is_running(order) and hasattr(order, "arrangement"),
    ),
    Act(
        "class",
        _("Change the follow-up class"),
        CHANGE,
        lambda d: services.set_follow_up_class(order_id=d.record.pk, **d.typed, **d.who),
        explains=_(
            "The class decides which follow-up steps are planned when the order is confirmed."
        ),
        done=_("The follow-up class is changed."),
        form=ClassForm,
        may=lambda order: order.is_unconfirmed,
    ),
    Act(
        "assign",
        _("Give to another agent"),
        ASSIGN,
        _assign,
        explains=_("The order and its open steps go to the new owner."),
        done=_("The order has a new owner."),
        form=AssignForm,
        options=_user,
        may=lambda order: order.is_unconfirmed or _is_running(order),
    ),
    Act(
        "hold",
        _("Put on hold"),
        CHANGE,
        lambda d: services.hold_order(order_id=d.record.pk, reason=d.typed["reason"], **d.who),
        explains=_(
            "The order cannot be confirmed until the hold is lifted. Whether its clock runs on is in the clock policy for orders."
        ),
        done=_("The order is on hold."),
        form=ReasonForm,
        may=lambda order: order.is_unconfirmed and order.status != OrderStatus.HELD,
    ),
    Act(
        "release",
        _("Lift the hold"),
        CHANGE,
        lambda d: services.release_order(order_id=d.record.pk, **d.who),
        explains=_("The order goes on where it stood."),
        done=_("The hold is lifted."),
        may=lambda order: order.status == OrderStatus.HELD,
    ),
    Act(
        "cancel",
        _("Cancel the order"),
        CANCEL,
        _cancel,
        explains=_(
            "Its waybills are cancelled, open steps dropped and the print job withdrawn. This cannot be undone."
        ),
        done=_("The order is cancelled."),
        form=ReasonForm,
        may=lambda order: order.is_unconfirmed or order.status == OrderStatus.CONFIRMED,
        danger=True,
    ),
    Act(
        "reveal",
        _("Show phones and addresses"),
        "orders.reveal_workorder",
        lambda d: services.reveal_order(order=d.record, reason=d.typed["reason"], **d.who),
        explains=_("Who looked and why is on record."),
        form=ReasonForm,
        shows="orders/revealed.html",
    ),
    _print("print-work-order", PrintKind.WORK_ORDER.label, PrintKind.WORK_ORDER),
    _print("print-label", PrintKind.LABEL.label, PrintKind.LABEL),
)


def _goods_book(_request: HttpRequest) -> Any:
    return queries.goods_book(timezone.localdate())


def _confirm_one(context: ActContext) -> None:
    services.confirm_order(order_id=context.record.pk, book=context.shared, **context.who)


def _print_all(name: str, label: Any, kind: PrintKind) -> BulkAct:
    """Each copy is counted on its own; then all of them open as one print."""

    def run(context: ActContext) -> None:
        reason = context.typed["reason"]
        services.print_order(order_id=context.record.pk, kind=kind, reason=reason, **context.who)

    def papers(orders: list[WorkOrder], _typed: Mapping[str, Any]) -> str:
        return papers_address([order.pk for order in orders], kind)

    return BulkAct(
        name,
        label,
        PRINT,
        run,
        explains=_("Each copy is counted. The reason is kept with those printed before."),
        form=ReasonForm,
        initial=lambda _context: {"reason": _("Printed together")},
        button=_("Print"),
        leads_to=papers,
    )


def papers_address(order_ids: list[int], kind: PrintKind) -> str:
    """One print of several orders' papers of a kind."""
    query = urlencode({"ids": ",".join(map(str, order_ids)), "kind": kind.value})
    return f"{reverse('admin:orders_workorder_papers')}?{query}"


BULK_ACTS = (
    BulkAct(
        "confirm",
        _("Confirm"),
        "orders.confirm_workorder",
        _confirm_one,
        explains=_(
            "Waybills are issued and the centres told. Phone orders must have been read back."
        ),
        shared=_goods_book,
    ),
    BulkAct(
        "assign",
        _("Give to another agent"),
        ASSIGN,
        _assign,
        explains=_("The orders and their open steps go to the new owner."),
        form=AssignForm,
        options=_user,
    ),
    _print_all("print", _("Print work orders"), PrintKind.WORK_ORDER),
    _print_all("print-labels", _("Print labels"), PrintKind.LABEL),
    BulkAct(
        "cancel",
        _("Cancel with a reason"),
        CANCEL,
        _cancel,
        explains=_("Their waybills are cancelled too. This cannot be undone."),
        form=ReasonForm,
        danger=True,
    ),
)
