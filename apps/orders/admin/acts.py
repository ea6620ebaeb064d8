"""What can be done to one work order from its page."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.orders import services
from apps.orders.admin.pages import Act, person
from apps.orders.enums import OrderStatus
from apps.orders.forms import (
    ArrangementForm,
    AssignForm,
    ClassForm,
    ConfirmForm,
    ReasonForm,
    ToldForm,
    local_input,
)
from apps.orders.inputs import ArrangementInput
from apps.orders.models import WorkOrder

RUNNING = (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _hold(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.hold_order(order_id=order.pk, reason=typed["reason"], **_who(request))


def _release(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.release_order(order_id=order.pk, **_who(request))


def _cancel(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.cancel_order(order_id=order.pk, reason=typed["reason"], **_who(request))


def _assign(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.assign_order(order_id=order.pk, owner=typed["owner"], **_who(request))


def _classify(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.set_follow_up_class(order_id=order.pk, **typed, **_who(request))


def _arrange(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.arrange_dispatch(
        order_id=order.pk, arrangement=ArrangementInput(**typed), **_who(request)
    )


def _tell(order: WorkOrder, typed: dict[str, Any], request: HttpRequest) -> None:
    services.tell_customer(order_id=order.pk, whom=typed["whom"], **_who(request))


def _arranged(order: WorkOrder) -> dict[str, Any]:
    kept = getattr(order, "arrangement", None)
    if kept is None:
        return {}
    return {
        "vehicle": kept.vehicle,
        "driver_name": kept.driver_name,
        "driver_phone": kept.driver_phone,
        "expected_pickup": local_input(kept.expected_pickup),
        "expected_delivery": local_input(kept.expected_delivery),
    }


ACTS: dict[str, Act] = {
    "arrange": Act(
        _("Arrange vehicle and driver"),
        _("As confirmed with dispatch. Afterwards tell the customer."),
        "change_workorder",
        _arrange,
        _("The arrangement is kept. Now tell the customer."),
        ArrangementForm,
        initial=_arranged,
        may=lambda order: order.status in RUNNING,
    ),
    "tell": Act(
        _("Customer was told"),
        _("Vehicle, driver and expected time were told to the customer."),
        "change_workorder",
        _tell,
        _("On record: the customer knows."),
        ToldForm,
        may=lambda order: order.status in RUNNING and hasattr(order, "arrangement"),
    ),
    "class": Act(
        _("Change the follow-up class"),
        _("The class decides which follow-up steps are planned when the order is confirmed."),
        "change_workorder",
        _classify,
        _("The follow-up class is changed."),
        ClassForm,
        may=lambda order: order.is_unconfirmed,
    ),
    "assign": Act(
        _("Give to another agent"),
        _("The order and its open steps go to the new owner."),
        "assign_workorder",
        _assign,
        _("The order has a new owner."),
        AssignForm,
        needs_user=True,
        may=lambda order: order.is_unconfirmed or order.status in RUNNING,
    ),
    "hold": Act(
        _("Put on hold"),
        _(
            "The order cannot be confirmed until the hold is lifted. Whether its clock runs on is in the clock policy for orders."
        ),
        "change_workorder",
        _hold,
        _("The order is on hold."),
        ReasonForm,
        may=lambda order: order.is_unconfirmed and order.status != OrderStatus.HELD,
    ),
    "release": Act(
        _("Lift the hold"),
        _("The order goes on where it stood."),
        "change_workorder",
        _release,
        _("The hold is lifted."),
        ConfirmForm,
        may=lambda order: order.status == OrderStatus.HELD,
    ),
    "cancel": Act(
        _("Cancel the order"),
        _(
            "Its waybills are cancelled, open steps dropped and the print job withdrawn. This cannot be undone."
        ),
        "cancel_workorder",
        _cancel,
        _("The order is cancelled."),
        ReasonForm,
        danger=True,
        may=lambda order: order.is_unconfirmed or order.status == OrderStatus.CONFIRMED,
    ),
}
