"""The whole demonstration, in the order things happen at a courier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.customers.models import Customer
from apps.desk.demo.companies import make_companies
from apps.desk.demo.journeys import make_journeys
from apps.desk.demo.orders import Shipped, make_orders
from apps.desk.demo.people import Cast, make_people
from apps.events.services import relay_batch
from apps.orders import services as orders
from apps.orders.models import FollowUpTask
from apps.tracking.enums import DocumentState
from apps.tracking.models import ReturnDocument
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.late import find_late
from apps.tracking.services.standards import add_usual_standards

PER_DAY = 12
WAY_BACK = [
    DocumentState.COLLECTED,
    DocumentState.IN_TRANSIT_BACK,
    DocumentState.RECEIVED_AT_ORIGIN,
]


@dataclass(frozen=True)
class Made:
    customers: int
    shipments: int
    api_key: str


@transaction.atomic
def make_week(seed: int = 1, per_day: int = PER_DAY) -> Made:
    """Fill an empty database; all or nothing."""
    rng = Random(seed)  # noqa: S311  # the point is that it can be repeated
    now = timezone.now()
    began = now - timedelta(days=20)
    add_usual_standards(by=system_user("setup"), at=began)
    cast = make_people(began)
    customers = make_companies(cast, began, now)
    shipped = make_orders(cast, customers, rng, now, per_day)
    make_journeys(cast, shipped, rng, now)
    _send_documents_back(cast, shipped)
    _declare(cast, customers)
    while relay_batch():
        pass
    with_late = system_user("sweeper")
    while find_late(limit=500, by=with_late):
        pass
    _follow_up(rng, now)
    orders.escalate_overdue_orders(now)
    return Made(len(customers), len(shipped), cast.api_key)


def _send_documents_back(cast: Cast, shipped: list[Shipped]) -> None:
    """Signed documents on every part of their way back; the oldest are on file."""
    owed = ReturnDocument.objects.filter(owed_since__isnull=False).order_by("owed_since")
    for number, document in enumerate(owed):
        clerk, at = cast["yunying"], (document.owed_since or timezone.now()) + timedelta(hours=20)
        if at + timedelta(hours=30) > timezone.now():
            continue
        steps = WAY_BACK[: 3 - number % 4 or 3]
        for turn, state in enumerate(steps):
            move_document(
                document_id=document.pk, to=state, by=clerk, at=at + timedelta(hours=8 * turn)
            )
        if steps[-1] == WAY_BACK[-1] and number % 2 == 0:
            file_document(
                document_id=document.pk,
                location=f"A柜{number % 5 + 1}层",
                by=clerk,
                at=at + timedelta(hours=26),
            )


def _follow_up(rng: Random, now: datetime) -> None:
    """Agents did what was due; a few of the last hours' steps are still open."""
    due = FollowUpTask.objects.filter(
        done_at__isnull=True, dropped_at__isnull=True, due_at__lt=now
    ).select_related("owner")
    for task in due.order_by("due_at"):
        if task.due_at > now - timedelta(hours=5) and rng.random() < 0.5:
            continue
        orders.complete_task(
            task_id=task.pk,
            outcome=rng.choice(["已确认", "已与调度核对", "已告知客户", "电话联系，一切正常"]),
            by=task.owner,
            at=task.due_at,
        )


def _declare(cast: Cast, customers: dict[str, Customer]) -> None:
    """Bulk senders say how many orders they sent; one number does not agree."""
    today = timezone.localdate()
    at = timezone.now()
    for code, extra in (("YUNSHANG", 0), ("CHAYU", 2)):
        customer = customers[code]
        received = customer.work_orders.filter(received_on=today).count()
        orders.declare_count(
            customer=customer, day=today, declared=received + extra, by=cast["lina"], at=at
        )
