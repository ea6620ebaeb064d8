"""The whole demonstration, in the order things happen at a courier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.database import without_savepoints
from apps.customers.models import Customer
from apps.desk.demo import afterwards
from apps.desk.demo.cases import make_cases
from apps.desk.demo.chats import make_chats
from apps.desk.demo.companies import make_companies
from apps.desk.demo.duty import make_roster
from apps.desk.demo.exceptions import make_exceptions
from apps.desk.demo.journeys import make_journeys
from apps.desk.demo.messages import make_messages
from apps.desk.demo.orders import make_orders
from apps.desk.demo.people import Cast, make_people
from apps.events.services import relay_batch
from apps.orders import services as orders
from apps.orders.models import FollowUpTask
from apps.orders.services.history import Completed, complete_each
from apps.tracking.services.late import find_late
from apps.tracking.services.standards import add_usual_standards

PER_DAY = 12
OUTCOMES = ["已确认", "已与调度核对", "已告知客户", "电话联系，一切正常"]


@dataclass(frozen=True)
class Made:
    customers: int
    shipments: int
    api_key: str


@without_savepoints()
def make_week(seed: int = 1, per_day: int = PER_DAY, now: datetime | None = None) -> Made:
    """Fill an empty database; all or nothing."""
    rng = Random(seed)  # noqa: S311  # the point is that it can be repeated
    now = now or timezone.now()
    began = now - timedelta(days=20)
    add_usual_standards(by=system_user("setup"), at=began)
    cast = make_people(began)
    make_roster(cast, now)
    customers = make_companies(cast, began, now)
    shipped = make_orders(cast, customers, rng, now, per_day)
    carrier = afterwards.make_partner(cast, began)
    afterwards.attach_numbers(cast, shipped, carrier)
    make_journeys(cast, shipped, carrier, rng, now)
    afterwards.take_spreadsheet(cast, customers, rng, now)
    afterwards.send_documents_back(cast, now)
    afterwards.refuse_some(cast, shipped, now)
    afterwards.authorise_someone(cast, now)
    _declare(cast, customers, now)
    while relay_batch():
        pass
    with_late = system_user("sweeper")
    while find_late(limit=500, by=with_late):
        pass
    while relay_batch():
        pass
    afterwards.handle_late(cast, now)
    afterwards.ask_customers(cast, customers, now)
    _follow_up(rng, now)
    make_messages(cast, customers, shipped, rng, now)
    cases = make_cases(cast, shipped, rng, now)
    make_exceptions(cast, cases, now)
    make_chats(cast, now)
    afterwards.export_cases(cast, now)
    return Made(len(customers), len(shipped), cast.api_key)


def _follow_up(rng: Random, now: datetime) -> None:
    """Agents did what was due; a few of the last hours' steps are still open."""
    due = FollowUpTask.objects.filter(
        done_at__isnull=True, dropped_at__isnull=True, due_at__lt=now
    ).select_related("owner", "template", "work_order")
    complete_each(
        [
            Completed(task, rng.choice(OUTCOMES), by=task.owner, at=task.due_at)
            for task in due.order_by("due_at", "pk")
            if not (task.due_at > now - timedelta(hours=5) and rng.random() < 0.5)
        ]
    )


def _declare(cast: Cast, customers: dict[str, Customer], now: datetime) -> None:
    """Bulk senders say how many orders they sent; one number does not agree."""
    today = timezone.localdate(now)
    for code, extra in (("YUNSHANG", 0), ("CHAYU", 2)):
        customer = customers[code]
        received = customer.work_orders.filter(received_on=today).count()
        orders.declare_count(
            customer=customer, day=today, declared=received + extra, by=cast["lina"], at=now
        )
