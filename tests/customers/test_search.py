"""ORD-4: the company look-up, and who may not find whom."""

import string

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope, Role
from apps.customers import services
from apps.customers.models import Customer, CustomerScope
from apps.customers.names import MOST_READINGS, readings, search_text, tidy
from apps.customers.queries import find_customers
from tests.factories.accounts import ServiceUserFactory, UnitFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory, CustomerSiteFactory

pytestmark = pytest.mark.requirement("ORD-4")
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("重庆长安汽车", "chongqingchanganqiche", "cqcaqc"),
        ("上海银行", "shanghaiyinhang", "shyh"),
        ("厦门国贸", "xiamenguomao", "xmgm"),
        ("六安瓜片", "luanguapian", "lagp"),
        ("曾记食品", "zengjishipin", "zjsp"),
        ("单氏制药", "shanshizhiyao", "sszy"),
        ("区域物流", "quyuwuliu", "qywl"),
        ("尉迟贸易", "yuchimaoyi", "ycmy"),
        ("3M中国", "3mzhongguo", "3mzg"),
        ("绿地集团", "lvdijituan", "ldjt"),
        ("ＡＢＣ贸易", "abcmaoyi", "amy"),
    ],
)
def test_the_usual_reading_of_a_name(name: str, full: str, initials: str) -> None:
    usual = readings(name)[0]
    assert (usual.full, usual.initials) == (full, initials)


def test_other_readings_find_the_name_too() -> None:
    assert "cjsp" in {reading.initials for reading in readings("曾记食品")}
    assert "ygzg" in {reading.initials for reading in readings("乐购中国")}


@given(st.text(max_size=40))
def test_tidying_is_done_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(alphabet=HAN, min_size=1, max_size=20))
def test_any_chinese_name_has_few_distinct_readings_of_plain_letters(name: str) -> None:
    found = readings(name)
    assert 1 <= len(found) <= MOST_READINGS
    assert len(set(found)) == len(found)
    for reading in found:
        assert len(reading.initials) <= len(reading.full) or not reading.full


@given(st.text(max_size=30), st.text(alphabet=string.printable, max_size=30))
def test_the_keys_hold_every_name(name: str, english: str) -> None:
    keys = search_text("KH1", name, "", english)
    assert tidy(name) in keys
    assert tidy(english) in keys


@pytest.fixture
def everyone(db: None) -> object:
    return UserFactory(scope=ObjectScope.ALL)


def found(text: str, user: object) -> list[str]:
    return [c.code for c in find_customers(text, user=user)]  # type: ignore[arg-type]  # a user


@pytest.mark.django_db
def test_every_key_finds_and_the_best_comes_first(everyone: object) -> None:
    CustomerFactory(code="CQ01", name="天津顺丰仓储", english_name="Tianjin Storage")
    CustomerFactory(
        code="ZZ99", name="重庆长安汽车", short_name="长安", english_name="Chang'an Auto"
    )
    CustomerFactory(code="ZZ98", name="新重庆火锅")
    assert found("zz99", everyone) == ["ZZ99"]
    assert found("cq", everyone)[:2] == ["CQ01", "ZZ99"], "code prefix, then initials prefix"
    assert found("cqca", everyone) == ["ZZ99"]
    assert found("chongqing", everyone) == ["ZZ99", "ZZ98"]
    assert found("重庆", everyone) == ["ZZ99", "ZZ98"]
    assert found("CHANG'AN", everyone) == ["ZZ99"]
    assert found("重庆 火锅", everyone) == ["ZZ98"], "every word counts"
    assert found("  ", everyone) == []
    assert found("%", everyone) == []
    assert found("_", everyone) == []
    assert found("x" * 5000, everyone) == []
    assert found("\x00重庆", everyone) == ["ZZ99", "ZZ98"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["13800138000", "+86 138 0013 8000", "138-0013-8000", "１３８００１３８０００"]
)
def test_a_phone_finds_whose_contact_or_place_it_is(everyone: object, typed: str) -> None:
    by_contact = ContactFactory(phone="+8613800138000").customer
    by_place = CustomerSiteFactory(phone="+8613800138000").customer
    ContactFactory(phone="+8613800138000", active=False)
    ContactFactory(phone="+8613900139000")
    assert set(found(typed, everyone)) == {by_contact.code, by_place.code}
    assert found("1380013", everyone) == [], "never by a part of a phone"


@pytest.mark.django_db
def test_the_look_up_is_one_query(everyone: object) -> None:
    CustomerFactory.create_batch(3)
    with CaptureQueriesContext(connection) as queries:
        assert len(found("sh", everyone)) == 3
    assert len(queries) == 1


@pytest.mark.django_db
def test_a_new_name_is_found_at_once_and_the_old_one_no_more(everyone: object) -> None:
    who = UserFactory()
    customer = services.create_customer(
        {"name": "旧名贸易", "unit": UnitFactory()}, by=who, at=timezone.now()
    )
    assert customer.code.startswith("KH")
    services.change_customer(customer, {"name": "新名贸易"}, by=who, at=timezone.now())
    assert found("xmmy", everyone) == [customer.code]
    assert found("旧名", everyone) == []


@pytest.mark.django_db
def test_whom_each_kind_of_user_sees() -> None:
    here, there = UnitFactory(), UnitFactory()
    below = UnitFactory(parent=here)
    mine, deeper, other = (CustomerFactory(unit=u) for u in (here, below, there))
    agent = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT], unit=here)
    visible = lambda user: set(Customer.objects.visible_to(user))  # noqa: E731  # a name for a phrase
    assert visible(agent) == {mine, deeper}
    assert visible(UserFactory(scope=ObjectScope.ALL)) == {mine, deeper, other}
    assert visible(UserFactory(scope=ObjectScope.UNITS)) == set()
    services.admit_user(other, user=agent, by=UserFactory(), at=timezone.now())
    services.admit_user(other, user=agent, by=UserFactory(), at=timezone.now())
    assert CustomerScope.objects.count() == 1
    assert visible(agent) == {mine, deeper, other}
    services.remove_user(other, user=agent, by=UserFactory(), at=timezone.now())
    assert visible(agent) == {mine, deeper}
    owner = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT], unit=there)
    services.change_customer(mine, {"agent": owner}, by=UserFactory(), at=timezone.now())
    assert visible(owner) == {mine, other}, "who owns the orders sees the customer"
    service = ServiceUserFactory(scope=ObjectScope.CUSTOMERS)
    services.admit_user(deeper, user=service, by=UserFactory(), at=timezone.now())
    assert visible(service) == {deeper}
    service.is_active = False
    assert visible(service) == set()


@pytest.mark.django_db
def test_another_units_customer_is_not_found_by_any_key() -> None:
    stranger = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT])
    contact = ContactFactory(phone="+8613800138000", customer__name="重庆长安汽车")
    for key in ("重庆", "cqca", contact.customer.code, "13800138000", "chongqing"):
        assert found(key, stranger) == []
