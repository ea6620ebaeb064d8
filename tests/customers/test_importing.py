"""Customers with their contacts from a spreadsheet (ORD-3's first step): one row, a company and a person."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import Unit, User
from apps.backoffice import services as backoffice
from apps.backoffice.enums import RowOutcome
from apps.backoffice.models import ImportFile
from apps.core.sheets import write_xlsx
from apps.customers.jobs import CUSTOMERS
from apps.customers.models import Contact, Customer
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.imports import hand_in, take_in

pytestmark = pytest.mark.django_db
HEAD = ["公司名称", "简称", "所属单位", "客服", "结算方式", "联系人", "联系电话", "联系人职责"]


@pytest.fixture
def unit() -> Unit:
    made: Unit = UnitFactory(code="SHA", name="上海分公司")
    return made


@pytest.fixture
def sales(unit: Unit) -> User:
    user: User = UserFactory(roles=[Role.SALES], unit=unit, scope=ObjectScope.UNITS)
    return user


def row(**changes: str) -> list[str]:
    usual = dict(
        zip(
            HEAD,
            ["云裳服饰有限公司", "云裳", "上海分公司", "", "月结", "王芳", "13800000002", "下单"],
            strict=True,
        )
    )
    return [(usual | changes)[name] for name in HEAD]


def take(by: User, *rows: list[str]) -> ImportFile:
    return take_in(CUSTOMERS.name, write_xlsx(HEAD, rows), by=by)


def outcomes(file: ImportFile) -> list[tuple[str, str]]:
    return list(file.rows.values_list("outcome", "code"))


def test_a_company_and_its_people_from_several_rows(sales: User, unit: Unit) -> None:
    agent = UserFactory(username="wangfang", roles=[Role.AGENT], unit=unit)
    file = take(
        sales,
        row(客服="wangfang"),
        row(联系人="李娜", 联系电话="021-65432100", 联系人职责="财务"),
        row(),
    )
    assert outcomes(file) == [
        (RowOutcome.TAKEN, ""),
        (RowOutcome.TAKEN, ""),
        (RowOutcome.KNOWN, "customer_known"),
    ]
    made = Customer.objects.get()
    assert (made.name, made.unit, made.agent) == ("云裳服饰有限公司", unit, agent)
    assert made.settlement_method == "monthly" and made.code.startswith("KH")
    people = {(one.name, one.role, one.phone) for one in made.contacts.all()}
    assert people == {("王芳", "orders", "+8613800000002"), ("李娜", "finance", "+862165432100")}
    assert Event.objects.filter(kind="customer.created", by=sales).count() == 1
    assert {one.subject_id for one in file.rows.all()} == {made.pk}


def test_each_refusal_names_its_column_and_the_other_rows_stay(sales: User) -> None:
    file = take(
        sales,
        row(所属单位="月球分公司"),
        row(公司名称="甲", 结算方式="赊账"),
        row(公司名称="乙", 联系电话="12"),
        row(公司名称="丙", 联系电话=""),
        row(公司名称=""),
        row(公司名称="丁公司"),
    )
    assert [kind for kind, _code in outcomes(file)] == ["refused"] * 5 + ["taken"]
    lines = list(load_workbook(io.BytesIO(backoffice.refused_rows(file))).worksheets[0].values)
    reasons = [str(line[-1]) for line in lines[1:]]
    for reason, column in zip(
        reasons, ["所属单位", "结算方式", "联系电话", "联系电话", "公司名称"], strict=True
    ):
        assert reason.startswith(column), reason
    assert Customer.objects.get().name == "丁公司"


def test_another_units_customer_is_neither_shown_nor_changed(sales: User) -> None:
    theirs = CustomerFactory(name="云裳服饰有限公司", unit=UnitFactory())
    file = take(sales, row())
    assert outcomes(file) == [(RowOutcome.REFUSED, "not_yours")]
    assert not Contact.objects.filter(customer=theirs, name="王芳").exists()


def test_who_may_and_whose_files_one_sees(client: Client, sales: User) -> None:
    where = reverse("admin:backoffice_importfile_new_customers_customer")
    sign_in(client, sales)
    assert client.get(where).status_code == 200
    file = hand_in(CUSTOMERS.name, write_xlsx(HEAD, [row()]), by=sales)
    page = reverse("admin:backoffice_importfile_change", args=[file.pk])
    assert client.get(page).status_code == 200
    for role, status in ((Role.SALES, 404), (Role.AGENT, 404)):
        sign_in(client, UserFactory(roles=[role]))
        assert client.get(page).status_code == status
    assert client.get(where).status_code == 403


def test_a_template_says_what_is_asked_for_in_both_languages(client: Client, sales: User) -> None:
    sign_in(client, sales)
    where = reverse("admin:backoffice_importfile_template_customers_customer")
    heads = []
    for language in ("zh-hans", "en"):
        User.objects.filter(pk=sales.pk).update(language=language)
        client.cookies["yipiao_language"] = language
        got: Any = client.get(where)
        book = load_workbook(io.BytesIO(b"".join(got.streaming_content)))
        heads.append(next(book.worksheets[0].values)[1])
    assert heads == ["公司名称", "Company name"]
