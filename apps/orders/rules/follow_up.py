"""The follow-up class of an order and the due times of its tasks (ORD-6, TRK-3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.customers.enums import FollowUpClass, JobType
from apps.orders.enums import FollowUpReason, ServiceLevel, TaskAnchor

VALUABLE_FROM = Decimal("10000.00")
A_DAY = timedelta(hours=24)
PRODUCTION_WORDS = (
    "展览",
    "展会",
    "展品",
    "参展",
    "布展",
    "生产",
    "产线",
    "产品样",
    "原料",
    "exhibit",
    "trade fair",
    "production",
)
# A daily look is never planned further ahead than this, however far the delivery lies.
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    job_type: str
    service_level: str
    received_at: datetime
    requested_delivery: datetime | None
    first_order: bool
    declared_value: Decimal | None
    goods_name: str
    special_demands: bool
    customer_default: str = ""


def decide_class(facts: FollowUpFacts) -> tuple[FollowUpClass, FollowUpReason]:
    """A before B before C; the first rule that holds is the reason that is shown.

    What is agreed with the customer may raise the class and never lowers it: a first-time
    customer or valuable goods stay A.
    """
    found = _class_a(facts)
    if found is not None:
        return FollowUpClass.A, found
    ordinary = _ordinary(facts)
    if facts.customer_default and facts.customer_default < ordinary[0]:
        return FollowUpClass(facts.customer_default), FollowUpReason.CUSTOMER_DEFAULT
    return ordinary


def _class_a(facts: FollowUpFacts) -> FollowUpReason | None:
    requested = facts.requested_delivery
    if facts.first_order:
        return FollowUpReason.FIRST_ORDER
    if facts.declared_value is not None and facts.declared_value >= VALUABLE_FROM:
        return FollowUpReason.VALUABLE
    if facts.job_type == JobType.DEDICATED:
        return FollowUpReason.DEDICATED
    if facts.service_level == ServiceLevel.SAME_DAY:
        return FollowUpReason.UNDER_A_DAY
    if requested is not None and requested - facts.received_at < A_DAY:
        return FollowUpReason.UNDER_A_DAY
    if facts.special_demands:
        return FollowUpReason.SPECIAL_DEMANDS
    if facts.job_type == JobType.DOOR_TO_DOOR and facts.service_level == ServiceLevel.EXPRESS:
        return FollowUpReason.DOOR_TO_DOOR
    return None


def _ordinary(facts: FollowUpFacts) -> tuple[FollowUpClass, FollowUpReason]:
    goods = facts.goods_name.casefold()
    if any(word in goods for word in PRODUCTION_WORDS):
        return FollowUpClass.B, FollowUpReason.EXHIBITION
    if facts.service_level == ServiceLevel.ECONOMY:
        return FollowUpClass.C, FollowUpReason.ECONOMY
    return FollowUpClass.B, FollowUpReason.DAYS


USUAL_TIME = {
    ServiceLevel.SAME_DAY: timedelta(hours=12),
    ServiceLevel.EXPRESS: timedelta(hours=24),
    ServiceLevel.STANDARD: timedelta(hours=72),
    ServiceLevel.ECONOMY: timedelta(hours=120),
}


def delivery_due(
    service_level: str,
    *,
    confirmed_at: datetime,
    requested: datetime | None,
    promised: datetime | None,
) -> datetime:
    """When the delivery is expected: as asked for, else as promised, else as usual."""
    if requested is not None:
        return requested
    if promised is not None:
        return promised
    usual = next(
        (t for level, t in USUAL_TIME.items() if level == service_level), timedelta(days=3)
    )
    return confirmed_at + usual


def task_times(
    anchor: str, minutes: int, *, confirmed_at: datetime, delivery_due: datetime
) -> Iterator[datetime]:
    """When the tasks of one template are due; none for an anchor that waits for a status.

    A task is never due before the order was confirmed. The daily look comes every 24 hours
    after the confirmation, shifted by ``minutes``, and stops at the delivery.
    """
    offset = timedelta(minutes=minutes)
    if anchor == TaskAnchor.CONFIRMED:
        yield confirmed_at + max(offset, timedelta(0))
    elif anchor == TaskAnchor.DELIVERY_DUE:
        yield max(delivery_due + offset, confirmed_at)
    elif anchor == TaskAnchor.DAILY:
        for day in range(1, MOST_DAYS + 1):
            due = confirmed_at + day * A_DAY + offset
            if due >= delivery_due:
                return
            yield max(due, confirmed_at)
