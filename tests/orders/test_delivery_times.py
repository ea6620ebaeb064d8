"""A requested delivery lies ahead and within what a service takes, at every door (ORD-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.orders.forms import local_input
from apps.orders.models import WorkOrder
from tests.factories.customers import ready_customer
from tests.factories.orders import order
from tests.orders.test_admin import ENTER, typed
from tests.orders.test_api import BODY, key_of, send
from tests.orders.test_intake import GOOD, HEAD, outcomes, take

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("ORD-1")]
DAY = timedelta(days=1)
FARTHEST = timedelta(days=settings.ORDER_FARTHEST_DELIVERY_DAYS)
REFUSED = [
    (-timedelta(minutes=2), "in_the_past"),
    (-400 * DAY, "out_of_range"),
    (-30 * DAY, "in_the_past"),
    (FARTHEST + DAY, "out_of_range"),
]
TAKEN = [timedelta(hours=3), FARTHEST - DAY]


@pytest.mark.parametrize(("away", "code"), REFUSED)
def test_the_api_names_the_field(client: Client, away: timedelta, code: str) -> None:
    asked = (timezone.now() + away).isoformat()
    answer = send(client, key_of(ready_customer()), {**BODY, "requested_delivery": asked})
    assert answer.status_code == 409, answer.content
    errors = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert errors == {("requested_delivery", code)}
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(("away", "code"), REFUSED)
def test_a_row_of_a_file_is_refused_and_names_the_column(away: timedelta, code: str) -> None:
    head = [*HEAD, "要求送达时间"]
    asked = timezone.localtime(timezone.now() + away).strftime("%Y-%m-%d %H:%M")
    intake = take(ready_customer(), [[*GOOD, ""], ["PO-2", *GOOD[1:], asked]], head)
    assert outcomes(intake) == [("taken", ""), ("refused", code)]
    assert "要求送达时间" in intake.rows.get(outcome="refused").message


@pytest.mark.parametrize(("away", "_code"), REFUSED)
def test_the_entry_page_says_so_at_the_field(
    client: Client, agent: User, away: timedelta, _code: str
) -> None:
    asked = local_input(timezone.now() + away)
    answer = client.post(reverse(ENTER), typed(ready_customer(), requested_delivery=asked))
    assert answer.status_code == 200 and not WorkOrder.objects.exists()
    assert set(answer.context["form"].errors) == {"requested_delivery"}


@pytest.mark.parametrize("away", TAKEN)
def test_what_a_service_can_do_is_taken(client: Client, agent: User, away: timedelta) -> None:
    asked = local_input(timezone.now() + away)
    answer = client.post(reverse(ENTER), typed(ready_customer(), requested_delivery=asked))
    assert answer.status_code == 302
    assert local_input(WorkOrder.objects.get().requested_delivery) == asked


def test_an_order_whose_time_has_passed_meanwhile_can_still_be_changed(
    client: Client, agent: User
) -> None:
    made = order()
    passed = timezone.now() - 2 * DAY
    WorkOrder.objects.filter(pk=made.pk).update(requested_delivery=passed)
    url = reverse("admin:orders_workorder_edit", args=[made.pk])
    sent: dict[str, Any] = {**typed(made.customer), "requested_delivery": local_input(passed)}
    assert client.post(url, {**sent, "goods_name": "衬衫"}).status_code == 302
    made.refresh_from_db()
    assert made.goods_name == "衬衫"
    sent["requested_delivery"] = local_input(passed + timedelta(hours=1))
    answer = client.post(url, sent)
    assert set(answer.context["form"].errors) == {"requested_delivery"}
