"""One rule for phones at every door: assigned numbers, hotlines where they may be, extensions kept."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from apps.accounts.services import create_user
from apps.complaints.queries.cases import CaseFilter, case_list
from apps.core.errors import BadInput
from apps.core.masking import Known, mask_phone, mask_text
from apps.core.phones import (
    is_mobile,
    last_four,
    normalise_phone,
    phone_key,
    search_key,
    shown_phone,
)
from apps.customers import services as customers
from apps.notifications.addresses import clean
from apps.orders.cleaning import clean_order
from apps.orders.models import WorkOrder
from apps.orders.queries.orders import orders_found
from apps.tracking.forms.waybills import CarrierForm
from apps.tracking.queries.waybill import find_waybills
from tests.factories.accounts import UserFactory
from tests.factories.chats import begin, round_the_clock
from tests.factories.complaints import case
from tests.factories.customers import CustomerFactory, ready_customer
from tests.factories.orders import confirmed_order
from tests.orders.test_api import BODY, key_of, send
from tests.orders.test_intake import outcomes, row, take

EXTENDED = "+861080462111;ext=843"
WRONG = ["12345", "1381234567", "138123456789", "12012345678", "58881234", "021588812345"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 1234 5678", "+8613812345678"),
        ("021-5888-1234", "+862158881234"),
        ("(0571) 8888 6666", "+8657188886666"),
        ("400-820-8820", "+864008208820"),
        ("8008101234", "+868008101234"),
        ("95338", "+8695338"),
        ("+852 9123 4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("00886 912 345 678", "+886912345678"),
        ("+1 415 555 2671 ext 12", "+14155552671;ext=12"),
        ("010-80462111转843", EXTENDED),
        ("（010）8046 2111 分机：843", EXTENDED),
        ("010-80462111-843", EXTENDED),
        ("010–80462111–843", EXTENDED),
        ("010-80462111 ext. 843", EXTENDED),
        ("010-80462111x843", EXTENDED),
        ("010-80462111#843", EXTENDED),
        ("13812345678-1234", "+8613812345678;ext=1234"),
        (EXTENDED, EXTENDED),
    ],
)
def test_what_people_write_is_kept_one_way(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored == normalise_phone(stored)


@pytest.mark.parametrize("typed", [*WRONG, "010-80462111转", "转843", "13812345678 13912345678"])
def test_what_nobody_can_call_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        normalise_phone(typed)
    assert refused.value.code == "bad_phone"


def test_the_key_is_of_the_number_and_never_of_the_extension() -> None:
    assert last_four(EXTENDED) == "2111"
    assert phone_key(EXTENDED) == "+861080462111"
    assert not is_mobile("+8613812345678;ext=1234") and is_mobile("+8613812345678")
    assert mask_phone(EXTENDED) == mask_phone("+861080462111")
    hidden = mask_text("请打01080462111，尾数2111", Known(phones=(EXTENDED,)))
    assert "80462111" not in hidden and "2111" not in hidden


def test_an_extension_is_shown_in_the_readers_words() -> None:
    with translation.override("zh-hans"):
        assert shown_phone(EXTENDED) == "+861080462111 转843"
    with translation.override("en"):
        assert shown_phone(EXTENDED) == "+861080462111 ext. 843"


def test_numbers_kept_before_the_rule_was_strict_are_found_still() -> None:
    assert search_key("138123456789") == "+86138123456789"
    assert search_key("010-80462111转843") == "+861080462111"
    assert search_key("张三") is None


@pytest.mark.django_db
@pytest.mark.parametrize("typed", WRONG)
def test_every_door_refuses_the_same(client: Client, typed: str) -> None:
    who: dict[str, Any] = {"by": UserFactory(), "at": timezone.now()}
    _content, errors = clean_order({"delivery_phone": typed})
    assert errors["delivery_phone"].code == "bad_phone"
    answer = send(client, key_of(ready_customer()), {**BODY, "delivery_phone": typed})
    assert answer.status_code in (400, 409)
    assert {e["field"] for e in answer.json()["errors"]} == {"delivery_phone"}
    assert outcomes(take(ready_customer(), [row(收货电话=typed)])) == [("refused", "bad_phone")]
    round_the_clock()
    doors = (
        lambda: case(contact_phone=typed),
        lambda: customers.add_contact(CustomerFactory(), {"name": "王", "phone": typed}, **who),
        lambda: begin(phone=typed),
        lambda: clean("sms", typed),
        lambda: create_user(username="new", display_name="新", phone=typed, **who),
    )
    for door in doors:
        with pytest.raises(BadInput) as refused:
            door()
        assert refused.value.code == "bad_phone"
    sent = client.post("/report", {"kind": "other", "text": "坏了", "phone": typed})
    assert sent.status_code == 422 and "phone-error" in sent.content.decode()
    form = CarrierForm({"code": "x", "name": "x", "time_zone": "UTC", "phone": typed})
    assert "phone" in form.errors


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["95338", "400-820-8820", "010-80462111转843"])
def test_a_contact_may_have_a_hotline_or_an_extension_and_sms_may_not(typed: str) -> None:
    _content, errors = clean_order({"delivery_phone": typed})
    assert not errors
    assert case(contact_phone=typed).contact_phone == normalise_phone(typed)
    form = CarrierForm({"code": "x", "name": "x", "time_zone": "UTC", "phone": typed})
    assert "phone" not in form.errors and form.cleaned_data["phone"] == typed
    with pytest.raises(BadInput) as refused:
        clean("sms", typed)
    assert refused.value.code == "not_a_mobile"


@pytest.mark.parametrize("typed", ["95338", "400-820-8820"])
def test_where_a_person_must_answer_no_hotline_will_do(typed: str) -> None:
    with pytest.raises(BadInput):
        normalise_phone(typed, hotline=False)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["010-80462111", "010-80462111转843", "01080462111 ext 9"])
def test_a_phone_with_an_extension_is_found_by_its_number(asked: str) -> None:
    boss = UserFactory()
    of = case(contact_phone="010-80462111转843")
    assert list(case_list(boss, CaseFilter(text=asked))) == [of]
    order = confirmed_order(delivery_phone="010-80462111转843")
    assert order.delivery_phone == EXTENDED
    assert list(orders_found(WorkOrder.objects.all(), asked, user=boss)) == [order]
    parcel = order.issued.first().waybill
    assert parcel.consignee_phone == EXTENDED
    assert parcel in find_waybills(asked, user=boss)
