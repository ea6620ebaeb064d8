"""The staff pages of orders, clicked through (ORD-1, ORD-4, TRK-3)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import Draft
from apps.orders import services
from apps.orders.enums import OrderStatus
from apps.orders.models import FollowUpTask, WorkOrder
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order, phone_order, words

pytestmark = pytest.mark.django_db
LIST = "admin:orders_workorder_changelist"
ENTER = "admin:orders_workorder_enter"


def typed(customer: Any, **changes: Any) -> dict[str, Any]:
    return {**words(**changes), "customer": customer.pk, "draft_key": str(uuid4())}


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"admin:orders_{name}", args=args))
    assert answer.status_code == 200, (name, answer.status_code, answer.get("Location"))
    return answer.content.decode()


@pytest.mark.requirement("ORD-4")
def test_every_page_of_an_order_opens_in_both_languages(client: Client, agent: User) -> None:
    draft, issued = phone_order(), confirmed_order()
    for language in ("zh-hans", "en"):
        client.cookies["yipiao_language"] = language
        for made in (draft, issued):
            page(client, "workorder_change", made.pk)
        page(client, "workorder_enter")
        page(client, "workorder_edit", draft.pk)
        page(client, "workorder_read_back", draft.pk)
        page(client, "workorder_confirm", draft.pk)
        page(client, "workorder_act", draft.pk, "reveal")
        page(client, "workorder_act", issued.pk, "print-label")
        page(client, "declaredcount_day")
        new = reverse("admin:backoffice_importfile_new_orders_workorder")
        assert client.get(new).status_code == 200
        for name in ("arrange", "cancel"):
            page(client, "workorder_act", issued.pk, name)
        for name in ("hold", "class"):
            page(client, "workorder_act", draft.pk, name)
        for model in (
            "workorder",
            "followuptask",
            "printjob",
            "declaredcount",
            "prohibitedlist",
            "prohibitedterm",
        ):
            page(client, f"{model}_changelist")
        for model in ("prohibitedlist",):
            answer = client.get(reverse(f"admin:orders_{model}_changelist"))
            assert answer.status_code == 200


@pytest.mark.requirement("ORD-4")
def test_names_phones_and_addresses_are_masked_until_revealed(client: Client, agent: User) -> None:
    made = order()
    shown = page(client, "workorder_change", made.pk) + page(client, "workorder_changelist")
    for secret in ("13800000002", "+8613800000002", "张三", "建国路"):
        assert secret not in shown
    url = reverse("admin:orders_workorder_act", args=[made.pk, "reveal"])
    assert "建国路" not in client.post(url, {"reason": ""}).content.decode()
    assert "建国路" in client.post(url, {"reason": "客户来电核对地址"}).content.decode()
    assert made.pk and "workorder.revealed" in _kinds(made)


def _kinds(made: WorkOrder) -> list[str]:
    from apps.events.queries import timeline

    return [event.kind for event in timeline(made, 50)]


@pytest.mark.requirement("ORD-4")
def test_a_mistake_loses_nothing_and_the_draft_outlives_the_window(
    client: Client, agent: User
) -> None:
    customer = ready_customer()
    sent = typed(customer, delivery_phone="12", goods_name="服装样衣")
    answer = client.post(reverse(ENTER), sent)
    text = answer.content.decode()
    assert answer.status_code == 200 and not WorkOrder.objects.exists()
    assert "服装样衣" in text and 'value="12"' in text and 'id="errors"' in text
    draft = Draft.objects.get(owner=agent)
    again = client.get(reverse(ENTER), {"draft": str(draft.key)}).content.decode()
    assert "服装样衣" in again and customer.code in again
    with connection.cursor() as cursor:
        cursor.execute("SELECT form FROM backoffice_draft")
        assert "服装" not in cursor.fetchone()[0], "a draft holds personal data, so it is encrypted"


@pytest.mark.requirement("ORD-4")
def test_the_draft_is_kept_while_typing_and_belongs_to_its_owner(
    client: Client, agent: User
) -> None:
    key = str(uuid4())
    url = reverse("admin:orders_workorder_draft")
    assert client.post(url, {"draft_key": key, "goods_name": "皮鞋"}).json()["kept"]
    assert client.get(url).status_code == 400
    assert client.post(url, {"draft_key": "x"}).status_code == 400
    assert client.post(url, {"draft_key": key, "goods_name": "a" * 60_000}).status_code == 400
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    assert "皮鞋" not in client.get(reverse(ENTER), {"draft": key}).content.decode()


@pytest.mark.requirement("ORD-4")
def test_the_same_form_sent_twice_is_one_order(client: Client, agent: User) -> None:
    sent = typed(ready_customer(), channel="email")
    first, second = client.post(reverse(ENTER), sent), client.post(reverse(ENTER), sent)
    assert first["Location"] == second["Location"]
    assert WorkOrder.objects.count() == 1


@pytest.mark.requirement("ORD-2")
def test_prohibited_goods_are_told_while_typing(client: Client, agent: User) -> None:
    url = reverse("admin:orders_workorder_goods")
    found = client.get(url, {"q": "打 火 机", "mode": "road"}).json()["findings"]
    assert found[0]["blocks"] and "打火机" in found[0]["message"]
    assert client.get(url, {"q": "服装", "mode": "road"}).json()["findings"] == []
    power = client.get(url, {"q": "充电宝", "mode": "road"}).json()["findings"]
    assert power and not any(f["blocks"] for f in power)


@pytest.mark.requirement("ORD-5")
def test_the_column_that_the_list_is_sorted_by_is_the_one_marked(
    client: Client, agent: User
) -> None:
    order(ready_customer())
    for asked, column in (({}, "received"), ({"clock": "running"}, "clock")):
        shown = client.get(reverse(LIST), asked).context["cl"]
        (marked,) = shown.get_ordering_field_columns()
        name = shown.list_display[marked]
        assert column in getattr(name, "__name__", name), asked


@pytest.mark.requirement("ORD-5")
def test_the_clock_is_visible_in_words_and_colour(client: Client, agent: User) -> None:
    from datetime import timedelta

    order(at=timezone.now() - timedelta(hours=21))
    order(at=timezone.now() - timedelta(hours=25))
    shown = page(client, "workorder_changelist")
    assert "tag-amber" in shown and "tag-red" in shown and "data-due=" in shown and "⚠" in shown
    overdue = client.get(reverse(LIST), {"clock": "overdue"}).content.decode()
    assert overdue.count("data-due=") == 1


@pytest.mark.parametrize("name", ["workorder", "followuptask", "printjob", "declaredcount"])
@pytest.mark.requirement("ORD-4")
def test_lists_ask_as_often_for_three_rows_as_for_one(
    client: Client, agent: User, name: str
) -> None:
    url = reverse(f"admin:orders_{name}_changelist")

    def asked() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == 200
        return [q["sql"] for q in captured.captured_queries]

    _one_of_each(1)
    asked()
    one = asked()
    _one_of_each(2)
    _one_of_each(3)
    three = asked()
    assert len(three) == len(one)
    mine = [sql for sql in three if "orders_" in sql]
    assert len(mine) < 10
    assert not any("COUNT(" in sql and f"orders_{name}" in sql for sql in three)


def _one_of_each(n: int) -> None:
    customer = ready_customer()
    confirmed_order(customer)
    services.declare_count(
        customer=customer, day=timezone.localdate(), declared=n, by=UserFactory(), at=timezone.now()
    )


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize("by", ["number", "waybill", "phone", "reference", "customer"])
def test_the_search_finds_an_order_by(client: Client, agent: User, by: str) -> None:
    made = confirmed_order(customer_reference="PO-77", delivery_phone="13811112222")
    order(delivery_phone="13811113333")
    words_of = {
        "number": made.number.lower(),
        "waybill": made.waybills.get().number,
        "phone": "138 1111 2222",
        "reference": "PO-77",
        "customer": made.customer.code,
    }
    shown = client.get(reverse(LIST), {"q": words_of[by]}).content.decode()
    rows = [m for m in WorkOrder.objects.all() if f"/{m.pk}/change/" in shown]
    assert rows == [made]


def many(act: str) -> str:
    return reverse("admin:orders_workorder_bulk", args=[act])


@pytest.mark.requirement("ORD-4")
def test_chosen_orders_are_assigned_and_cancelled_by_post_with_a_reason(
    client: Client,
) -> None:
    director = sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
    first, second = order(), order()
    chosen = {"chosen": [first.pk, second.pk]}
    asked = client.post(many("assign"), {**chosen})
    assert asked.status_code == 200 and first.number in asked.content.decode()
    client.post(many("assign"), {**chosen, "go": "1", "owner": director.pk})
    first.refresh_from_db()
    assert first.owner == director
    client.post(many("cancel"), {**chosen, "go": "1", "reason": ""})
    second.refresh_from_db()
    assert second.status == OrderStatus.READY
    client.post(many("cancel"), {**chosen, "go": "1", "reason": "客户取消"})
    second.refresh_from_db()
    assert (second.status, second.cancel_reason) == (OrderStatus.CANCELLED, "客户取消")


@pytest.mark.requirement("ORD-4")
def test_many_are_confirmed_and_printed_and_one_refusal_does_not_stop_the_rest(
    client: Client, agent: User
) -> None:
    good, bad = order(), order(goods_name="鞭炮")
    chosen = {"chosen": [good.pk, bad.pk]}
    client.post(many("confirm"), {**chosen, "go": "1"})
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status) == (OrderStatus.CONFIRMED, OrderStatus.READY)
    answer = client.post(
        many("print"),
        {"chosen": [good.pk], "go": "1", "reason": "批量"},
        follow=True,
    )
    assert good.waybills.get().number in answer.content.decode()
    assert good.prints.count() == 1


@pytest.mark.requirement("TRK-3")
def test_a_step_is_ticked_off_with_what_came_of_it(client: Client, agent: User) -> None:
    made = confirmed_order()
    task = FollowUpTask.objects.filter(work_order=made).first()
    assert task is not None
    url = reverse("admin:orders_followuptask_act", args=[task.pk, "complete"])
    assert client.post(url, {"outcome": ""}).status_code == 422
    client.post(url, {"outcome": "调度已收到"})
    task.refresh_from_db()
    assert (task.done_by, task.outcome) == (agent, "调度已收到")
    assert "调度已收到" in page(client, "workorder_change", made.pk)


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize(
    "name",
    ["enter", "edit", "read_back", "confirm", "original", "act reveal", "act print-label"],
)
def test_who_may_only_look_may_not_act(client: Client, name: str) -> None:
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    made = phone_order()
    name, *act = name.split()
    args: list[Any] = [] if name == "enter" else [made.pk, *act]
    url = reverse(f"admin:orders_workorder_{name}", args=args)
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code in (403, 405)


@pytest.mark.requirement("STF-3")
def test_nobody_sees_orders_of_units_that_are_not_theirs(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT], scope="units"))
    made = order()
    assert client.get(reverse("admin:orders_workorder_change", args=[made.pk])).status_code == 404
    assert made.number not in page(client, "workorder_changelist")
    url = reverse("admin:orders_workorder_confirm", args=[made.pk])
    assert client.post(url).status_code == 404


def test_without_signing_in_every_page_asks_for_it(client: Client) -> None:
    made = order()
    for name, args in (("enter", []), ("confirm", [made.pk]), ("papers", []), ("goods", [])):
        answer = client.get(reverse(f"admin:orders_workorder_{name}", args=args))
        assert answer.status_code == 302 and "login" in answer["Location"]
