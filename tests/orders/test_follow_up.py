"""Follow-up class, tasks, dispatch arrangement, prints (ORD-4, ORD-6, TRK-3)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.customers.enums import FollowUpClass as C
from apps.events.models import Event
from apps.events.services import relay_batch
from apps.orders import services
from apps.orders.barcodes import code128_svg, qr_svg
from apps.orders.enums import FollowUpReason as R
from apps.orders.enums import OrderStatus, PrintKind, TaskAnchor, TaskStatus
from apps.orders.inputs import ArrangementInput
from apps.orders.models import FollowUpTask, WorkOrder
from apps.orders.rules import FollowUpFacts, decide_class, task_times
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import Waybill
from apps.tracking.services import ingest
from tests.factories.accounts import UserFactory
from tests.factories.orders import confirmed_order, order, seasoned_customer
from tests.factories.tracking import report, waybills

AT = timezone.now()
PLAIN: dict[str, Any] = {
    "job_type": "door_to_door",
    "service_level": "standard",
    "received_at": AT,
    "requested_delivery": None,
    "first_order": False,
    "declared_value": None,
    "goods_name": "服装",
    "special_demands": False,
}


@pytest.mark.requirement("ORD-6")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (C.B, R.DAYS)),
        ({"first_order": True}, (C.A, R.FIRST_ORDER)),
        ({"declared_value": Decimal("10000.00")}, (C.A, R.VALUABLE)),
        ({"declared_value": Decimal("9999.99")}, (C.B, R.DAYS)),
        ({"special_demands": True}, (C.A, R.SPECIAL_DEMANDS)),
        ({"job_type": "dedicated"}, (C.A, R.DEDICATED)),
        ({"service_level": "same_day"}, (C.A, R.UNDER_A_DAY)),
        ({"service_level": "express"}, (C.A, R.DOOR_TO_DOOR)),
        ({"requested_delivery": AT + timedelta(hours=23, minutes=59)}, (C.A, R.UNDER_A_DAY)),
        ({"requested_delivery": AT + timedelta(hours=24)}, (C.B, R.DAYS)),
        ({"goods_name": "展会物料"}, (C.B, R.EXHIBITION)),
        ({"service_level": "economy"}, (C.C, R.ECONOMY)),
        ({"service_level": "economy", "goods_name": "生产原料"}, (C.B, R.EXHIBITION)),
        ({"service_level": "economy", "customer_default": "A"}, (C.A, R.CUSTOMER_DEFAULT)),
        ({"first_order": True, "customer_default": "C"}, (C.A, R.FIRST_ORDER)),
        ({"customer_default": "C"}, (C.B, R.DAYS)),
    ],
)
def test_the_class_and_its_reason(changes: dict[str, Any], expected: tuple[C, R]) -> None:
    assert decide_class(FollowUpFacts(**{**PLAIN, **changes})) == expected


@given(
    st.sampled_from(list(TaskAnchor)),
    st.integers(min_value=-5000, max_value=5000),
    st.integers(min_value=-100, max_value=2000),
)
def test_no_task_is_due_before_the_order_was_confirmed(
    anchor: str, minutes: int, hours: int
) -> None:
    due = AT + timedelta(hours=hours)
    times = list(task_times(anchor, minutes, confirmed_at=AT, delivery_due=due))
    assert all(moment >= AT for moment in times) and len(times) <= 30
    assert not (anchor == TaskAnchor.STATUS and times)


def steps(made: WorkOrder) -> set[str]:
    return set(made.tasks.values_list("template__step", flat=True))


def scan(made: WorkOrder, code: str, waybill: int = 0) -> None:
    number = made.waybills.order_by("pk")[waybill].number
    event = IncomingEvent(waybill_number=number, code=code, occurred_at=timezone.now())
    result = ingest([event], source="test", by=UserFactory(), at=timezone.now())
    assert not result.refused, result.refused
    relay_batch()
    made.refresh_from_db()


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_each_class_gets_its_own_steps_with_owner_and_time() -> None:
    a = confirmed_order()
    customer = a.customer
    b = confirmed_order(customer)
    c = confirmed_order(
        customer, service_level="economy", requested_delivery=timezone.now() + timedelta(days=4)
    )
    assert (a.follow_up_class, b.follow_up_class, c.follow_up_class) == ("A", "B", "C")
    assert {"printed", "vehicle-arranged", "consignment-letter", "arrival-told"} <= steps(a)
    assert steps(b) == {
        "handed-to-dispatch",
        "picked-up",
        "handed-to-carrier",
        "arrived",
        "out-for-delivery",
    }
    assert steps(c) == {"shipped", "daily-look", "day-before-arrival"}
    assert c.tasks.filter(template__step="daily-look").count() == 3
    assert all(t.owner == a.owner and t.due_at >= a.confirmed_at for t in a.tasks.all())


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_tracking_ticks_steps_off_and_delivery_opens_the_last_one() -> None:
    made = confirmed_order()
    scan(made, "picked_up")
    done = {t.template.step for t in made.tasks.filter(done_at__isnull=False)}
    assert done == {"loading-watched"} and made.status == OrderStatus.IN_PROGRESS
    assert "delivery-confirmed" not in steps(made)
    scan(made, "delivered")
    assert made.status == OrderStatus.COMPLETED
    last = made.tasks.get(template__step="delivery-confirmed")
    assert last.state == TaskStatus.OPEN and last.due_at > timezone.now()
    moved = services.WaybillMoved(made.waybills.get().pk, UserFactory(), timezone.now())
    services.follow_waybills([moved])
    assert made.tasks.filter(template__step="delivery-confirmed").count() == 1


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_an_order_of_several_waybills_is_complete_with_the_last_of_them() -> None:
    made = confirmed_order(pieces="2", waybill_per_piece="yes")
    scan(made, "delivered", 0)
    assert made.status == OrderStatus.IN_PROGRESS
    scan(made, "delivered", 1)
    assert made.status == OrderStatus.COMPLETED


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_many_scans_at_once_move_each_order_once(
    django_assert_max_num_queries: Any,
) -> None:
    orders = [confirmed_order(pieces="2", waybill_per_piece="yes") for _n in range(2)]
    who = UserFactory()
    moved = [
        services.WaybillMoved(w.pk, who, timezone.now())
        for order in orders
        for w in order.waybills.all()
    ]
    for scanned in moved:
        report(Waybill.objects.get(pk=scanned.waybill_id), "delivered")
    strangers = [services.WaybillMoved(made.pk, who, timezone.now()) for made in waybills(50)]
    assert services.follow_waybills([*strangers, *moved]) == 2
    for made in orders:
        made.refresh_from_db()
        assert (made.status, made.completed_by) == (OrderStatus.COMPLETED, who)
    assert Event.objects.filter(kind="workorder.completed").count() == 2
    with django_assert_max_num_queries(3):
        assert services.follow_waybills(strangers) == 0


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_same_day_intra_city_is_arranged_with_dispatch_and_told_to_the_customer() -> None:
    made = confirmed_order(job_type="intra_city", destination_city="上海", service_level="same_day")
    who: dict[str, Any] = {"by": UserFactory(), "at": timezone.now()}
    with pytest.raises(RuleBroken):
        services.tell_customer(order_id=made.pk, whom="王", **who)
    given_ = ArrangementInput(
        vehicle="沪A12345",
        driver_name="赵师傅",
        driver_phone="13700000003",
        expected_pickup=AT + timedelta(hours=1),
        expected_delivery=AT + timedelta(hours=3),
    )
    services.arrange_dispatch(order_id=made.pk, arrangement=given_, **who)
    task = made.tasks.get(template__step="same-day-arrangement")
    assert task.state == TaskStatus.OPEN
    services.tell_customer(order_id=made.pk, whom="王小明", **who)
    task.refresh_from_db()
    assert task.state == TaskStatus.DONE
    changed = services.arrange_dispatch(order_id=made.pk, arrangement=given_, **who)
    assert changed.notified_at is None, "what changed must be told again"
    with connection.cursor() as cursor:
        cursor.execute("SELECT driver_phone FROM orders_dispatcharrangement")
        assert "137" not in cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_a_task_is_closed_once_with_an_outcome_or_postponed_with_a_reason() -> None:
    task = confirmed_order().tasks.first()
    assert task is not None
    who: dict[str, Any] = {"by": UserFactory(), "at": timezone.now()}
    with pytest.raises(BadInput):
        services.postpone_task(task_id=task.pk, due_at=AT - timedelta(days=1), reason="x", **who)
    later = timezone.now() + timedelta(hours=5)
    services.postpone_task(task_id=task.pk, due_at=later, reason="客户午休", **who)
    services.complete_task(task_id=task.pk, outcome="已确认", **who)
    with pytest.raises(RuleBroken) as caught:
        services.complete_task(task_id=task.pk, outcome="再确认", **who)
    assert caught.value.code == "task_closed"
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpTask.objects.filter(pk=task.pk).update(done_by=None)


@pytest.mark.django_db
@pytest.mark.requirement("ORD-4")
def test_every_copy_is_counted_and_a_reprint_says_why() -> None:
    made, by = confirmed_order(), UserFactory()

    def print_it(reason: str = "") -> Any:
        return services.print_order(
            order_id=made.pk, kind=PrintKind.WORK_ORDER, reason=reason, by=by, at=timezone.now()
        )

    assert print_it().copy == 1
    made.refresh_from_db()
    assert made.print_job.printed_by == by
    assert made.tasks.get(template__step="printed").state == TaskStatus.DONE
    with pytest.raises(BadInput) as caught:
        print_it()
    assert caught.value.code == "reprint_reason"
    assert print_it("卡纸").copy == 2
    assert (
        services.print_order(order_id=made.pk, kind=PrintKind.LABEL, by=by, at=timezone.now()).copy
        == 1
    )


@pytest.mark.django_db
@pytest.mark.requirement("ORD-4")
def test_a_print_record_can_be_neither_changed_nor_deleted() -> None:
    made = confirmed_order()
    printed = services.print_order(
        order_id=made.pk, kind=PrintKind.LABEL, by=UserFactory(), at=timezone.now()
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
    for change in (printed.delete, lambda: made.prints.update(copy=7)):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            change()


@pytest.mark.django_db
@pytest.mark.requirement("ORD-4")
def test_paper_and_label_carry_codes_and_the_label_no_personal_data(
    client: Any, agent: User
) -> None:
    made = confirmed_order(settlement_method="cod", cod_amount="88.00")
    number = made.waybills.get().number
    for kind in PrintKind.values:
        act = f"print-{kind.replace('_', '-')}"
        url = reverse("admin:orders_workorder_act", args=[made.pk, act])
        assert client.get(url).status_code == 200 and not made.prints.filter(kind=kind).exists()
        shown = client.post(url, follow=True).content.decode()
        assert "code128" in shown and 'class="qr"' in shown and number in shown
        assert ("建国路1号2单元301室" in shown) == (kind == PrintKind.WORK_ORDER)
        assert ("13800000002" in shown) == (kind == PrintKind.WORK_ORDER)
    again = client.post(reverse("admin:orders_workorder_act", args=[made.pk, "print-label"]))
    assert again.status_code == 422 and made.prints.filter(kind="label").count() == 1


def test_the_barcode_is_code_128_of_the_number() -> None:
    svg = code128_svg("YP123456789012")
    # Start, 14 characters (digits in pairs where that is shorter), check and stop: ≥ 12 symbols.
    assert svg.count("<rect") % 3 in (0, 1) and 'aria-label="YP123456789012"' in svg
    assert "<script" not in code128_svg("<script>") and "&lt;" in code128_svg("<b>")
    assert qr_svg("https://example.test/track/YP1").startswith("<svg")


@pytest.mark.django_db
@pytest.mark.requirement("ORD-6")
def test_the_second_order_of_a_customer_is_no_longer_its_first() -> None:
    assert order().follow_up_reason == R.FIRST_ORDER
    assert order(seasoned_customer()).follow_up_reason == R.DAYS
