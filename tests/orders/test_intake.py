"""Spreadsheets of orders: every row answered, nothing taken twice, the original kept (ORD-1)."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.enums import RowOutcome
from apps.backoffice.models import ImportFile
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import write_xlsx
from apps.customers.models import Customer
from apps.orders.enums import OrderStatus
from apps.orders.jobs import ORDERS
from apps.orders.models import WorkOrder
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.imports import take_in, work
from tests.factories.orders import order

pytestmark = pytest.mark.django_db
HEAD = ["客户单号", "收货人", "收货电话", "目的城市", "收货地址", "货物名称", "件数", "重量(kg)"]
GOOD = ["PO-1", "张三", "13800000002", "北京市", "北京市朝阳区建国路1号301室", "服装", "2", "3.5"]


def row(**changes: Any) -> list[str]:
    by_head = dict(zip(HEAD, GOOD, strict=True)) | changes
    return [by_head[name] for name in HEAD]


def take(customer: Customer, rows: list[list[str]], head: list[str] = HEAD) -> ImportFile:
    return take_bytes(customer, write_xlsx(head, rows))


def take_bytes(customer: Customer, content: bytes, filename: str = "委托.xlsx") -> ImportFile:
    by = UserFactory(roles=[Role.AGENT])
    return take_in("orders.workorder", content, by=by, filename=filename, customer=customer.pk)


def outcomes(intake: ImportFile) -> list[tuple[str, str]]:
    return list(intake.rows.values_list("outcome", "code"))


@pytest.mark.requirement("ORD-1")
def test_good_rows_become_orders_and_bad_rows_come_back_with_their_reason() -> None:
    customer = ready_customer()
    intake = take(
        customer,
        [
            row(),
            row(客户单号="PO-2", 收货电话="12"),
            row(客户单号="PO-3", 货物名称="打火机"),
            row(客户单号="PO-4", 收货地址=""),
            row(客户单号="PO-5", 件数="", **{"重量(kg)": ""}),
            row(客户单号="PO-1", 件数="9"),
        ],
    )
    assert outcomes(intake) == [
        (RowOutcome.TAKEN, ""),
        (RowOutcome.REFUSED, "bad_phone"),
        (RowOutcome.REFUSED, "prohibited_goods"),
        (RowOutcome.REFUSED, "incomplete"),
        (RowOutcome.TAKEN, "draft"),
        (RowOutcome.KNOWN, "reference_known"),
    ]
    assert (intake.rows_taken, intake.rows_refused, intake.rows_known) == (2, 3, 1)
    ready = WorkOrder.objects.get(customer_reference="PO-1")
    assert ready.status == OrderStatus.READY and ready.pieces == 2
    assert ready.pickup_address, "the usual pickup place is filled in"
    assert WorkOrder.objects.get(customer_reference="PO-5").status == OrderStatus.DRAFT
    book = load_workbook(io.BytesIO(backoffice.refused_rows(intake)))
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(lines) == 4 and [line[-2] for line in lines[1:]] == ["3", "4", "5"]
    assert "打火机" in str(lines[2][-1])


@pytest.mark.requirement("ORD-1")
def test_the_same_file_is_recognised_whatever_it_is_called_and_kept_as_it_came() -> None:
    customer, content = ready_customer(), write_xlsx(HEAD, [row()])
    intake = take_bytes(customer, content)
    with pytest.raises(RuleBroken) as caught:
        take_bytes(customer, content, "另一个名字.xlsx")
    assert caught.value.code == "file_known" and "委托.xlsx" in str(caught.value)
    assert WorkOrder.objects.count() == 1
    with backoffice.open_original(file=intake, by=UserFactory(), at=timezone.now()) as original:
        assert original.read() == content
    assert take_bytes(ready_customer(), content).rows_taken == 1, "another customer's is another"


@pytest.mark.requirement("ORD-1")
def test_a_reference_that_came_by_phone_is_not_taken_again_from_the_file() -> None:
    customer = ready_customer()
    known = order(customer, customer_reference="PO-1")
    intake = take(customer, [row()])
    answered = intake.rows.get()
    assert (answered.outcome, answered.subject_id) == (RowOutcome.KNOWN, known.pk)
    assert known.number in answered.message


@pytest.mark.requirement("ORD-1")
def test_english_headings_and_gb18030_csv_are_understood() -> None:
    head = [
        "Reference",
        "Consignee",
        "Consignee phone",
        "Destination city",
        "Delivery address",
        "Goods",
        "Pieces",
        "Weight",
    ]
    assert take(ready_customer(), [row()], head).rows_taken == 1
    text = ",".join(HEAD) + "\n" + ",".join(row())
    assert take_bytes(ready_customer(), text.encode("gb18030"), "委托.csv").rows_taken == 1


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "a.xlsx", "file_empty"),
        (b"PK\x03\x04broken", "a.xlsx", "file_broken"),
        (b"hello", "a.pdf", "file_kind"),
        (write_xlsx(["甲", "乙"], [["1", "2"]]), "a.xlsx", "columns_missing"),
        (write_xlsx(HEAD, []), "a.xlsx", "file_empty"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    content: bytes, filename: str, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        take_bytes(ready_customer(), content, filename)
    assert caught.value.code == code
    assert not ImportFile.objects.exists() and not WorkOrder.objects.exists()


@pytest.mark.requirement("ORD-1")
def test_formula_cells_are_refused_and_the_other_rows_stay() -> None:
    customer = ready_customer()
    text = (
        ",".join(HEAD) + "\n" + ",".join(row(货物名称="=1+1")) + "\n" + ",".join(row(客户单号="P9"))
    )
    intake = take_bytes(customer, text.encode(), "a.csv")
    assert outcomes(intake) == [(RowOutcome.REFUSED, "formula"), (RowOutcome.TAKEN, "")]


@pytest.mark.requirement("ORD-1")
def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    def asked(count: int) -> int:
        customer = ready_customer()
        rows = [row(客户单号=f"N-{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert take(customer, rows).rows_taken == count
        return len(captured)

    asked(1)
    assert abs(asked(200) - asked(2)) <= 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_is_itself_a_good_file(language: str) -> None:
    with override(language):
        assert take_bytes(ready_customer(), backoffice.template_file(ORDERS)).rows_taken == 1


@pytest.mark.requirement("ORD-1")
def test_the_page_takes_a_file_and_gives_the_refused_rows_back(client: Client, agent: User) -> None:
    customer = ready_customer()
    content = write_xlsx(HEAD, [row(), row(客户单号="PO-2", 收货电话="12")])
    url = reverse("admin:backoffice_importfile_new_orders_workorder")
    sent = {"customer": customer.pk, "file": SimpleUploadedFile("委托.xlsx", content)}
    answer = client.post(url, sent, follow=True)
    assert answer.status_code == 200 and "PO-2" in answer.content.decode()
    intake = ImportFile.objects.get()
    assert not WorkOrder.objects.exists(), "it is looked at first"
    client.post(reverse("admin:backoffice_importfile_act", args=[intake.pk, "take"]))
    work()
    made = WorkOrder.objects.get()
    assert made.intake_file == intake
    shown = client.get(reverse("admin:backoffice_importfile_change", args=[intake.pk])).text
    assert (
        made.number in shown and reverse("admin:orders_workorder_change", args=[made.pk]) in shown
    )
    refused = client.get(reverse("admin:backoffice_importfile_refused", args=[intake.pk]))
    assert refused.status_code == 200 and _bytes(refused)[:2] == b"PK"
    original = client.get(reverse("admin:backoffice_importfile_original", args=[intake.pk]))
    assert _bytes(original) == content
    again = client.post(
        url, {"customer": customer.pk, "file": SimpleUploadedFile("b.xlsx", content)}
    )
    assert again.status_code == 422 and "委托.xlsx" in again.content.decode()
    template = reverse("admin:backoffice_importfile_template_orders_workorder")
    assert _bytes(client.get(template))[:2] == b"PK"


def _bytes(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.requirement("ORD-1")
def test_files_are_seen_by_who_sees_the_customer(client: Client) -> None:
    unit, other = UnitFactory(), UnitFactory()
    file = take(ready_customer(unit=unit), [row()])
    page = reverse("admin:backoffice_importfile_change", args=[file.pk])
    for where, status in ((unit, 200), (other, 404)):
        colleague = UserFactory(roles=[Role.AGENT], unit=where, scope=ObjectScope.UNITS)
        sign_in(client, colleague)
        assert client.get(page).status_code == status
