"""A merchant calls, and the parcel is on its way: the story as the desk lives it."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.events.services import relay_batch
from apps.orders.models import PrintJob, WorkOrder
from apps.tracking.inputs import IncomingEvent
from apps.tracking.services import ingest
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.orders import words

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("ORD-1")
@pytest.mark.requirement("ORD-4")
@pytest.mark.requirement("TRK-3")
def test_by_phone_read_back_confirm_print_and_follow_to_the_end(client: Client) -> None:
    # The agent picks up the phone and finds the company by its initials.
    agent = sign_in(client, UserFactory(roles=[Role.AGENT]))
    centre = UnitFactory(kind="freight_centre", city="上海市")
    customer = ready_customer(name="晨光服饰有限公司", agent=agent)
    found = client.get(reverse("admin:customers_customer_lookup"), {"q": "cgfs"}).json()["results"]
    assert [row["id"] for row in found] == [customer.pk] and found[0]["blockers"] == []

    # A slip of the tongue: the phone number is short. Nothing typed is lost.
    typed: dict[str, Any] = {
        **words(),
        "customer": customer.pk,
        "draft_key": str(uuid4()),
        "channel": "phone",
    }
    kept = client.post(reverse("admin:orders_workorder_enter"), {**typed, "delivery_phone": "1380"})
    assert "建国路" in kept.content.decode() and not WorkOrder.objects.exists()

    # Saved; now it is read aloud, and only then can it be confirmed.
    answer = client.post(reverse("admin:orders_workorder_enter"), typed)
    order = WorkOrder.objects.get()
    assert answer["Location"] == reverse("admin:orders_workorder_read_back", args=[order.pk])
    confirm = reverse("admin:orders_workorder_confirm", args=[order.pk])
    client.post(confirm)
    order.refresh_from_db()
    assert order.confirmed_at is None
    aloud = client.get(answer["Location"]).content.decode()
    assert "+8613800000002" in aloud and "服装" in aloud
    client.post(answer["Location"], {"heard_by": "王小明"})
    order.refresh_from_db()
    assert order.read_back_at is None, "the box was not ticked"
    client.post(answer["Location"], {"agreed": "on", "heard_by": "王小明"})

    # One more look, then confirm: waybill, print queue, follow-up.
    assert "确认委托单" in client.get(confirm).content.decode()
    client.post(confirm)
    order.refresh_from_db()
    waybill = order.waybills.get()
    assert order.confirmed_by == agent and PrintJob.objects.get().centre == centre
    assert order.tasks.filter(owner=order.owner).count() == order.tasks.count() > 5

    # The freight clerk prints it; the copy is on record.
    clerk = sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK]))
    assert order.number in client.get(reverse("admin:orders_printjob_changelist")).content.decode()
    paper = client.post(
        reverse("admin:orders_workorder_act", args=[order.pk, "print-work-order"]), follow=True
    )
    assert waybill.number in paper.content.decode()
    assert order.prints.get().printed_by == clerk

    # The parcel moves and arrives; the last step is to ask the consignee.
    for code in ("picked_up", "departed", "out_for_delivery", "delivered"):
        event = IncomingEvent(waybill_number=waybill.number, code=code, occurred_at=timezone.now())
        assert not ingest([event], source="scan", by=clerk, at=timezone.now()).refused
        relay_batch()
    order.refresh_from_db()
    assert order.status == "completed"
    last = order.tasks.get(template__step="delivery-confirmed")
    sign_in(client, agent)
    client.post(
        reverse("admin:orders_followuptask_act", args=[last.pk, "complete"]),
        {"outcome": "包装完好，服务满意"},
    )
    last.refresh_from_db()
    assert last.done_by == agent
