"""One box that finds everything, one screen that shows everything (CMP-1, REP-1 begin here)."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.desk.queries import search
from apps.events.models import Event
from apps.orders.models import WorkOrder
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, group_number
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order
from tests.factories.tracking import carrier, partner_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> WorkOrder:
    unit = UnitFactory(city="上海")
    agent = UserFactory(roles=[Role.AGENT], unit=unit, scope="units")
    customer = ready_customer(unit=unit, agent=agent, name="上海云裳服饰有限公司")
    return confirmed_order(customer, by=agent, customer_reference="REF-77")


@pytest.fixture
def agent(client: Client, made: WorkOrder) -> User:
    person: User = sign_in(client, made.customer.agent)
    return person


@pytest.fixture
def stranger(client: Client) -> User:
    person: User = sign_in(
        client, UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units")
    )
    return person


def waybill_of(made: WorkOrder) -> Waybill:
    return Waybill.objects.get(work_orders=made)


def texts(made: WorkOrder) -> list[str]:
    waybill = waybill_of(made)
    return [
        waybill.number,
        f"{waybill.number[:4]} {waybill.number[4:]}".lower(),
        made.number,
        "REF-77",
        "13800000002",
        "ysfs",
    ]


@pytest.mark.requirement("REP-1")
def test_whatever_the_caller_says_is_found(made: WorkOrder) -> None:
    person = made.customer.agent
    for text in texts(made):
        found = search(text, user=person)
        assert found.waybills or found.orders or found.customers, text


@pytest.mark.requirement("STF-3")
def test_what_one_may_not_see_looks_as_if_it_were_not_there(made: WorkOrder) -> None:
    other = UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units")
    for text in texts(made):
        found = search(text, user=other)
        assert not (found.waybills or found.orders or found.customers), text


def test_a_waybill_number_opens_its_shipment_at_once(
    client: Client, agent: User, made: WorkOrder
) -> None:
    number = waybill_of(made).number
    answer = client.get(reverse("desk:search"), {"q": number})
    assert answer["Location"] == reverse("desk:shipment", args=[number])


def test_a_mistyped_number_is_said_in_words(client: Client, agent: User, made: WorkOrder) -> None:
    number = waybill_of(made).number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    page = client.get(reverse("desk:search"), {"q": wrong})
    assert page.context["found"].hint


@pytest.mark.requirement("TRK-10")
def test_the_shipment_shows_everything_but_personal_data(
    client: Client,
    agent: User,
    made: WorkOrder,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    waybill = waybill_of(made)
    with django_assert_max_num_queries(26):
        page = client.get(reverse("desk:shipment", args=[waybill.number]))
    text = page.content.decode()
    assert page.status_code == 200
    assert made.number in text and made.customer.name[:4] in text
    for number in (waybill.number, made.number, made.customer.code):
        text = text.replace(number, "")
    assert "13800000002" not in text and "0002" not in text
    assert "2单元301室" not in text


@pytest.mark.requirement("TRK-10")
def test_revealing_needs_a_reason_and_leaves_a_trace(
    client: Client, agent: User, made: WorkOrder
) -> None:
    number = waybill_of(made).number
    address = reverse("desk:reveal", args=[number])
    assert client.post(address, {"reason": ""}).status_code == 302
    assert not Event.objects.filter(kind="waybill.revealed").exists()
    page = client.post(address, {"reason": "来电人是收件人"})
    assert "+8613800000002" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    seen = Event.objects.get(kind="waybill.revealed")
    assert (seen.by, seen.data) == (agent, {"reason": "来电人是收件人"})
    assert client.get(address).status_code == 405


@pytest.mark.requirement("STF-3")
def test_a_stranger_cannot_open_it_by_guessing(
    client: Client, stranger: User, made: WorkOrder
) -> None:
    number = waybill_of(made).number
    assert client.get(reverse("desk:shipment", args=[number])).status_code == 404
    assert client.post(reverse("desk:reveal", args=[number]), {"reason": "x y"}).status_code == 404
    client.logout()
    for name, args in (("desk:shipment", [number]), ("desk:search", [])):
        assert "login" in client.get(reverse(name, args=args))["Location"]


@pytest.mark.parametrize("orders", [1, 3])
def test_my_desk_has_what_runs_out_next_and_few_queries(
    client: Client, agent: User, made: WorkOrder, orders: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(orders):
        order(made.customer, by=agent)
    with django_assert_max_num_queries(22):
        page = client.get(reverse("admin:index"))
    desk = page.context["desk"]
    assert len(desk.orders) == orders
    assert [o.due_at for o in desk.orders] == sorted(o.due_at for o in desk.orders)
    assert desk.tasks, "the steps of the confirmed order"


@pytest.mark.parametrize("what", ["order", "task", "waybill"])
def test_a_message_leads_to_what_it_is_about(
    client: Client, made: WorkOrder, agent: User, what: str
) -> None:
    waybill, task = waybill_of(made), made.tasks.first()
    assert task is not None
    order_page = reverse("admin:orders_workorder_change", args=[made.pk])
    label, pk, page = {
        "order": ("orders.workorder", made.pk, order_page),
        "task": ("orders.followuptask", task.pk, order_page),
        "waybill": (
            "tracking.waybill",
            waybill.pk,
            reverse("desk:shipment", args=[waybill.number]),
        ),
    }[what]
    answer = client.get(reverse("desk:open", args=[label, pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, page)


@pytest.mark.parametrize(
    "label", ["tracking.waybill", "orders.workorder", "no.such", "nonsense", "events.event"]
)
def test_a_guessed_number_leads_nowhere(
    client: Client, made: WorkOrder, stranger: User, label: str
) -> None:
    pk = waybill_of(made).pk if label == "tracking.waybill" else made.pk
    if label == "events.event":
        pk = 10**9
    assert client.get(reverse("desk:open", args=[label, pk])).status_code == 404


@pytest.mark.requirement("CMP-1")
def test_a_pasted_message_finds_its_shipment(client: Client, made: WorkOrder, agent: User) -> None:
    number = waybill_of(made).number
    long = "客户发来的整段聊天记录，" * 20
    for text in (
        f"运单号：{number}",
        f"{long}单号{group_number(number).lower()}，麻烦看下",
        number.removeprefix("YP"),
        f"https://track.example.com/track/{number}?from=app",
    ):
        found = search(text, user=agent)
        assert [w.number for w in found.waybills] == [number]
        answer = client.get(reverse("desk:search"), {"q": text})
        assert answer["Location"].endswith(f"/{number}"), text
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert wrong in search(f"运单号：{wrong}", user=agent).hint


@pytest.mark.requirement("CMP-1")
def test_bare_digits_of_ours_hide_no_partners_number(made: WorkOrder, agent: User) -> None:
    """A partner's twelve digits may fit our check digit."""
    ours = waybill_of(made)
    digits = compose("YP", 5, "5a" * 32).removeprefix("YP")
    partner_number(ours, carrier("shentong"), digits)
    assert [w.number for w in search(digits, user=agent).waybills] == [ours.number]
