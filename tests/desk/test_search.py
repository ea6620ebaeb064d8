"""The desk's one box and the search of each list: names and their parts, numbers however written."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.core.name_index import fill, name_parts, parts_of
from apps.core.opaque import dated_number
from apps.core.typed import mistyped_number, several, tidy_typed, typed_number
from apps.customers import services as customers
from apps.desk.queries import search
from apps.orders.models import WorkOrder
from apps.orders.queries.orders import NAME
from apps.tracking.models import Waybill
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.complaints import case, exception, who
from tests.factories.customers import CustomerFactory
from tests.factories.orders import confirmed_order

pytestmark = [pytest.mark.requirement("CMP-1")]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("欧阳小红", ["欧阳", "阳小", "小红"]),
        ("张 三", ["张三"]),
        ("王", []),
        ("Mary Ann O'Neil", ["mary", "ann", "neil"]),
        ("ＭＡＲＹ", ["mary"]),
        ("阿依古丽·买买提", ["阿依", "依古", "古丽", "丽买", "买买", "买提"]),
        ("李Lily", ["lily"]),
        ("", []),
    ],
)
def test_a_name_is_cut_into_its_parts(name: str, parts: list[str]) -> None:
    assert parts_of(name) == parts


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("wo20261125-00001", "WO20261125-00001"),
        ("WO2026112500001", "WO20261125-00001"),
        ("wo 20261125 00001", "WO20261125-00001"),
        ("ＷＯ20261125—00001", "WO20261125-00001"),
        ("wo2026", "WO2026"),
        ("CS20261125", ""),
        ("worldwide", ""),
    ],
)
def test_a_number_is_meant_with_or_without_its_dash(typed: str, number: str) -> None:
    assert typed_number("WO", typed) == number


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("WO20261125-00001,wo2026112500002", ["WO20261125-00001", "wo2026112500002"]),
        ("YP123456789012\nYP123456789013\r\nYP123456789013", ["YP123456789012", "YP123456789013"]),
        ("13812345678、13912345678", ["13812345678", "13912345678"]),
        ("138 1234 5678", []),
        ("YP 1234 5678 9012", []),
        ("上海 锦绣", []),
        ("WO20261125-00001 破损", []),
    ],
)
def test_several_numbers_are_told_from_one_and_from_words(typed: str, numbers: list[str]) -> None:
    assert several(typed) == numbers


def test_control_characters_are_blanks() -> None:
    assert tidy_typed("\x00张\x00三\x1b ") == "张 三"


class Found:
    """A shipment of 欧阳小红 to Mary O'Neil, a case and an exception of it."""

    def __init__(self) -> None:
        self.order: WorkOrder = confirmed_order(
            pickup_contact="欧阳小红", delivery_contact="Mary O'Neil"
        )
        self.waybill: Waybill = self.order.issued.first().waybill  # type: ignore[union-attr]
        self.case: Case = case(waybill=self.waybill, contact_name="司马相如")
        self.report = exception(waybill=self.waybill, case=self.case)
        self.other: WorkOrder = confirmed_order(delivery_contact="李四")


@pytest.fixture
def installation(db: None) -> Found:
    return Found()


@pytest.fixture
def boss(client: Client) -> User:
    user: User = sign_in(client, superuser())
    return user


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["欧阳小红", "欧阳", "小红", "欧 阳 小 红", "oneil mary", "O'NEIL", "neil"]
)
def test_sender_and_consignee_are_found_by_a_part_of_their_name(
    installation: Found, boss: User, typed: str
) -> None:
    if typed == "oneil mary":
        typed = "o'neil mary"
    found = search(typed, user=boss)
    assert found.orders == [installation.order]
    assert found.waybills == [installation.waybill]
    assert found.cases == [installation.case] and found.exceptions == [installation.report]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["司马", "相如", "司马相如"])
def test_who_brought_a_case_is_found_by_a_part_of_the_name(
    installation: Found, boss: User, typed: str
) -> None:
    found = search(typed, user=boss)
    assert found.cases == [installation.case] and found.exceptions == [installation.report]
    assert not found.orders and not found.waybills


@pytest.mark.django_db
def test_a_customer_is_found_by_its_contact(boss: User) -> None:
    customer = CustomerFactory()
    values = {"name": "诸葛孔明", "phone": "13812345678"}
    customers.add_contact(customer, values, **who())
    for typed in ("诸葛", "孔明", "诸葛孔明"):
        assert search(typed, user=boss).customers == [customer]


@pytest.mark.django_db
def test_every_list_finds_the_name(client: Client, installation: Found, boss: User) -> None:
    for name, typed, row in (
        ("orders_workorder", "欧阳", installation.order.number),
        ("tracking_waybill", "小红", installation.waybill.number[-4:]),
        ("complaints_case", "司马", installation.case.number),
        ("quality_exceptionreport", "欧阳", installation.report.number),
    ):
        url = reverse(f"admin:{name}_changelist")
        assert row in client.get(url, {"q": typed}).content.decode(), name
        assert row not in client.get(url, {"q": "尉迟"}).content.decode(), name


@pytest.mark.django_db
def test_numbers_are_found_with_or_without_dashes_and_several_at_once(
    client: Client, installation: Found, boss: User
) -> None:
    for number, kind in (
        (installation.order.number, "orders"),
        (installation.report.number, "exceptions"),
    ):
        for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " ")):
            found: Any = getattr(search(typed, user=boss), kind)
            assert [thing.number for thing in found] == [number], typed
    both = f"{installation.order.number.replace('-', '').lower()}\n{installation.other.number}"
    assert {o.number for o in search(both, user=boss).orders} == {
        installation.order.number,
        installation.other.number,
    }
    mixed = f"{installation.waybill.number}, {installation.report.number.replace('-', '')}"
    found = search(mixed, user=boss)
    assert installation.waybill in found.waybills and found.exceptions == [installation.report]
    page = client.get(reverse("desk:search"), {"q": installation.report.number.replace("-", "")})
    assert page.status_code == 302, "the only thing found is opened"


@pytest.mark.django_db
def test_names_are_kept_as_fingerprints_of_the_key(installation: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name_parts::text FROM orders_workorder WHERE id = %s", [installation.order.pk]
        )
        kept = cursor.fetchone()[0]
    assert "欧阳" not in kept and "mary" not in kept
    assert set(installation.order.name_parts) == set(name_parts(["欧阳小红", "Mary O'Neil"], NAME))
    assert not set(installation.order.name_parts) & set(installation.waybill.name_parts), (
        "a key for each table"
    )


@pytest.mark.django_db
def test_a_changed_name_is_found_and_the_old_one_is_not(installation: Found, boss: User) -> None:
    from apps.complaints.inputs import CaseChanges
    from apps.complaints.services import change_case

    change_case(
        case_id=installation.case.pk,
        version=installation.case.version,
        changes=CaseChanges(contact_name="上官婉儿"),
        **who(),
    )
    assert search("上官", user=boss).cases == [installation.case]
    assert not search("相如", user=boss).cases


@pytest.mark.django_db
def test_rows_from_before_are_filled_in(installation: Found, boss: User) -> None:
    WorkOrder.objects.update(name_parts=[])
    assert not search("欧阳", user=boss).orders
    fill(WorkOrder._base_manager, ("pickup_contact", "delivery_contact"), NAME)
    assert search("欧阳", user=boss).orders == [installation.order]


@pytest.mark.django_db
def test_what_one_may_not_see_is_not_found_by_name(installation: Found) -> None:
    stranger: User = UserFactory(scope="units")
    found = search("欧阳", user=stranger)
    assert not found.everything


@pytest.mark.parametrize("prefix", ["CS", "EX", "WO"])
def test_a_number_that_does_not_fit_its_check_digit_is_told_so(prefix: str) -> None:
    right = dated_number(prefix, date(2026, 11, 25), 7)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    prefixes = ("CS", "EX", "WO")
    assert mistyped_number(prefixes, wrong.lower().replace("-", " ")) == wrong
    for fine in (right, right[:-1], f"{prefix}20261125-00001", "YP12345678901", "王芳"):
        assert mistyped_number(prefixes, fine) == ""


@pytest.mark.django_db
def test_the_desk_says_that_a_case_number_is_mistyped() -> None:
    with translation.override("zh-hans"):
        found = search("cs20261125-12345678", user=superuser())
    assert not found.everything
    assert found.hint == "“CS20261125-12345678”有误：输错了一位，或前后两位颠倒。"
