"""A merchant's evening file: what is good goes out, what is not comes back, what is lost is found."""

import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import Role
from apps.backoffice import services as backoffice
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from apps.orders import services
from apps.orders.enums import CountStatus, OrderStatus
from apps.orders.models import WorkOrder
from tests.factories.accounts import UserFactory
from tests.factories.customers import ready_customer
from tests.factories.imports import take_in

HEAD = ["客户单号", "收货人", "收货电话", "目的城市", "收货地址", "货物名称", "件数", "重量(kg)"]


def line(number: int, phone: str = "13800000002") -> list[str]:
    return [f"D-{number}", "张三", phone, "北京市", "北京市朝阳区建国路1号", "皮鞋", "1", "0.8"]


@pytest.mark.django_db
@pytest.mark.requirement("ORD-1")
def test_the_file_the_correction_and_the_count() -> None:
    customer, agent, at = (
        ready_customer(sends_bulk_orders=True),
        UserFactory(roles=[Role.AGENT]),
        timezone.now(),
    )
    today = timezone.localdate(at)

    # Fifty rows, two of them with a wrong phone.
    rows = [line(n, "12" if n in (7, 9) else "13800000002") for n in range(1, 51)]
    first = take_in(
        "orders.workorder",
        write_xlsx(HEAD, rows),
        customer=customer.pk,
        filename="晚班.xlsx",
        by=agent,
        at=at,
    )
    assert (first.rows_taken, first.rows_refused) == (48, 2)

    # The customer says fifty: two are missing, and that is raised today.
    count = services.declare_count(customer=customer, day=today, declared=50, by=agent, at=at)
    assert count.status == CountStatus.MISMATCH
    assert Event.objects.filter(kind="orders.count_mismatch").count() == 1

    # The refused rows go back, are corrected there and come in again.
    book = load_workbook(io.BytesIO(backoffice.refused_rows(first)))
    head, *back = [
        [cell or "" for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    assert len(back) == 2
    for row in back:
        row[head.index("收货电话")] = "13900000003"
    second = take_in(
        "orders.workorder",
        write_xlsx(head, back),
        customer=customer.pk,
        filename="更正.xlsx",
        by=agent,
        at=at,
    )
    assert second.rows_taken == 2

    # The sweeper sees that nothing is missing any more; all fifty can be confirmed.
    assert services.compare_counts(at) == 1
    count.refresh_from_db()
    assert count.status == CountStatus.MATCHED
    for order in WorkOrder.objects.all():
        services.confirm_order(order_id=order.pk, by=agent, at=timezone.now())
    assert WorkOrder.objects.filter(status=OrderStatus.CONFIRMED).count() == 50
    numbers = set(WorkOrder.objects.values_list("waybills__number", flat=True))
    assert len(numbers) == 50
