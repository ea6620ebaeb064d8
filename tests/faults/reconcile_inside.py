"""The part of a reconciliation that reads and writes the house's own database with its own keys.

``python -m tests.faults.reconcile_inside seed COUNT`` makes what the acts are about, ``… count`` says
what is there; each prints one line of JSON after its name.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django

MARK = re.compile(r"(?:reports|messages|chats|orders)-\d{5}")


def seed(count: int) -> dict[str, Any]:
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.chat.models import ChatSeat
    from apps.customers.models import CustomerScope
    from apps.notifications.models import NotificationPolicy
    from apps.tracking.services import issue_waybills
    from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
    from tests.factories.chats import agent, round_the_clock
    from tests.factories.complaints import Team
    from tests.factories.customers import ready_customer
    from tests.factories.tracking import new_waybill

    team = Team()
    round_the_clock()
    agent("王芳", most=12)
    # However long it takes here: nobody gets up while visitors come.
    ChatSeat.objects.update(seen_at=timezone.now() + timedelta(days=1))
    customer = ready_customer(unit=team.unit, agent=team.agent)
    user = ServiceUserFactory(scope="customers")
    CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    scopes = ("orders:read", "orders:write", "events:write", "cases:read", "cases:write")
    # At any hour of the day.
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    NotificationPolicy.objects.filter(topic="waybill.picked_up").delete()
    NotificationPolicy.objects.create(
        topic="waybill.picked_up", audience="consignee", channels=["sms"]
    )
    made = issue_waybills(
        specs=[new_waybill(customer, consignee_phone=f"139{n:08d}") for n in range(count)],
        by=system_user("tests"),
        at=timezone.now(),
    )
    return {
        "key": bearer(*scopes, user=user)["Authorization"],
        "waybills": [one.number for one in made],
    }


def count() -> dict[str, Any]:
    from django.db.models import Exists, OuterRef

    from apps.chat.models import ChatLine
    from apps.complaints.models import Case, CaseEntry
    from apps.events.models import Event
    from apps.notifications.channels.base import reference_of
    from apps.notifications.models import Attempt, Delivery
    from apps.orders.models import WorkOrder
    from apps.sla.models import Matter
    from apps.tracking.models import TrackingEvent

    scans = TrackingEvent.objects.filter(code="picked_up").select_related("waybill")
    cases = list(Case.objects.all())
    orders = list(WorkOrder.objects.all())
    entered = set(CaseEntry.objects.values_list("case_id", flat=True))
    known = set(Matter.objects.values_list("subject_type", "subject_id"))
    clocked = {pk for kind, pk in known if kind == Case._meta.label_lower}
    recorded = set(
        Event.objects.filter(kind="workorder.received").values_list("data__number", flat=True)
    )
    messages = set(Delivery.objects.filter(channel="sms").values_list("waybill_id", flat=True))
    unclear = Attempt.objects.filter(delivery=OuterRef("pk"), effect="ambiguous")
    timed_out = Attempt.objects.filter(delivery=OuterRef("pk"), step="timed_out")
    deliveries = Delivery.objects.filter(channel__in=["sms", "email"], carried_by__isnull=True)
    return {
        "there": {
            "reports": _marks(one.description for one in cases),
            "orders": _marks(one.customer_reference for one in orders),
            "scans": Counter(one.waybill.number for one in scans),
            "messages": _marks(one.text for one in CaseEntry.objects.all()),
            "chats": _marks(
                one.text for one in ChatLine.objects.all() if one.text.startswith("还在吗")
            ),
        },
        "half": {
            "cases without an entry": sum(one.pk not in entered for one in cases),
            "cases without a clock": sum(str(one.pk) not in clocked for one in cases),
            "orders without an event": sum(one.number not in recorded for one in orders),
            "scans that nobody was told of": sum(one.waybill_id not in messages for one in scans),
        },
        "told": [
            [
                reference_of(one.pk),
                one.channel,
                one.state,
                one.idempotency_key.hex,
                bool(one.is_unclear),
            ]
            for one in deliveries.annotate(is_unclear=Exists(unclear) | Exists(timed_out))
        ],
    }


def _marks(texts: Iterable[str]) -> dict[str, int]:
    return Counter(mark for text in texts for mark in MARK.findall(text))


def main() -> None:
    django.setup()
    found = seed(int(sys.argv[2])) if sys.argv[1] == "seed" else count()
    print("FOUND", json.dumps(found))  # noqa: T201  # what it is for


if __name__ == "__main__":
    main()
