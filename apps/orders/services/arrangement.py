"""Vehicle, driver and expected time: confirmed with dispatch, then told to the customer (TRK-3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import normalise_phone
from apps.events.services import record
from apps.orders.enums import OrderStatus
from apps.orders.inputs import ArrangementInput
from apps.orders.models import DispatchArrangement, FollowUpTask
from apps.orders.services.entry import lock_order
from apps.orders.services.tasks import tick_tasks

VEHICLE_STEP, SAME_DAY_STEP = "vehicle-arranged", "same-day-arrangement"


@transaction.atomic
def arrange_dispatch(
    *, order_id: int, arrangement: ArrangementInput, by: User, at: datetime
) -> DispatchArrangement:
    """Keep what dispatch arranged. A change after the customer was told must be told again."""
    order = lock_order(order_id)
    if order.status not in (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS):
        raise RuleBroken(
            _("A vehicle is arranged for a confirmed order that is not finished."),
            code="not_confirmed",
            rule="TRK-3",
        )
    for field in ("vehicle", "driver_name"):
        if not getattr(arrangement, field).strip():
            raise BadInput(_("This is needed."), code="required", field=field)
    if arrangement.expected_delivery <= arrangement.expected_pickup:
        raise BadInput(
            _("The delivery comes after the pickup."), code="order", field="expected_delivery"
        )
    try:
        phone = normalise_phone(arrangement.driver_phone, hotline=False)
    except BadInput as error:
        error.field = "driver_phone"
        raise
    values = {
        "vehicle": arrangement.vehicle.strip()[:40],
        "driver_name": arrangement.driver_name.strip()[:60],
        "driver_phone": phone,
        "expected_pickup": arrangement.expected_pickup,
        "expected_delivery": arrangement.expected_delivery,
        "changed_at": at,
        "changed_by": by,
        "notified_at": None,
        "notified_by": None,
        "notified_name": "",
    }
    saved, _made = DispatchArrangement.objects.update_or_create(
        work_order=order, defaults=values, create_defaults={**values, "created_by": by}
    )
    _tick(order.pk, [VEHICLE_STEP], "vehicle_arranged", by=by, at=at)
    data = {
        "vehicle": saved.vehicle,
        "expected_pickup": saved.expected_pickup.isoformat(),
        "expected_delivery": saved.expected_delivery.isoformat(),
    }
    record("workorder.arranged", order, by=by, at=at, data=data)
    return saved


@transaction.atomic
def tell_customer(*, order_id: int, whom: str, by: User, at: datetime) -> DispatchArrangement:
    """The customer knows vehicle, driver and time; ``whom`` is who was told."""
    order = lock_order(order_id)
    arrangement = DispatchArrangement.objects.filter(work_order=order).first()
    if arrangement is None:
        raise RuleBroken(
            _("Enter vehicle, driver and times first."), code="not_arranged", rule="TRK-3"
        )
    if not whom.strip():
        raise BadInput(_("Say who was told."), code="required", field="whom")
    arrangement.notified_at, arrangement.notified_by = at, by
    arrangement.notified_name = whom.strip()[:60]
    arrangement.save(update_fields=["notified_at", "notified_by", "notified_name"])
    _tick(order.pk, [SAME_DAY_STEP], "customer_told", by=by, at=at)
    record("workorder.customer_told", order, by=by, at=at)
    return arrangement


def _tick(order_id: int, steps: list[str], outcome: str, *, by: User, at: datetime) -> None:
    tasks = FollowUpTask.objects.select_related("template").filter(
        work_order=order_id, template__step__in=steps
    )
    tick_tasks(tasks, outcome=outcome, by=by, at=at)
