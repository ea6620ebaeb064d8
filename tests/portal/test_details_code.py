"""Details by a code, where many people know the digits (TRK-10)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.notifications.models import Delivery, NotificationPolicy, OneTimeCode
from apps.portal.proofs import COOKIE
from apps.tracking.models import Waybill
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import send_all
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-10")]
SENDER = "8001"


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        yield gateway


@pytest.fixture
def parcel(settings: Any) -> Waybill:
    """The last of three of a merchant, where three are many."""
    settings.PARTY_DIGITS_MOST_SHIPMENTS = 2
    customer = CustomerFactory()
    made = [waybill(customer=customer, consignee_phone=f"1390013900{n}") for n in range(3)]
    return made[-1]


def ask(client: Client, number: str, digits: str, address: str = "203.0.113.1") -> Any:
    where = f"/track/{number}/details"
    return client.post(where, {"digits": digits}, REMOTE_ADDR=address)


def sent_code(gateway: SmsGateway) -> str:
    send_all("sms")
    return str(json.loads(gateway.sent[-1]["param"])["code"])


def test_a_merchants_digits_open_nothing_until_its_phone_answers(
    english: Client, parcel: Waybill, sms: SmsGateway
) -> None:
    asked = ask(english, parcel.number, SENDER)
    assert asked.status_code == 303 and COOKIE not in english.cookies
    page = english.get(asked["Location"]).content.decode()
    assert "We have sent a code to it" in page and 'name="code"' in page
    # Three digits alone may stand in the waybill number or in a token.
    assert not any(part in page for part in ("138****", "****8001", "13800138001", "王小明"))
    code = sent_code(sms)
    answers = Delivery.objects.get(topic="party.code")
    assert answers.address == "+8613800138001" and code not in str(answers.data)
    opened = english.post(asked["Location"], {"code": code})
    assert opened.status_code == 303 and COOKIE in english.cookies
    shown = english.get(opened["Location"]).content.decode()
    assert "王小明" in shown and "李小红" not in shown, "its own half"
    again = english.post(asked["Location"], {"code": code})
    assert again.status_code == 422 and "no longer valid" in again.content.decode()


def test_the_consignee_of_the_same_parcel_needs_none(client: Client, parcel: Waybill) -> None:
    assert ask(client, parcel.number, "9002")["Location"].endswith("/details")


def test_codes_are_not_guessed(english: Client, parcel: Waybill, sms: SmsGateway) -> None:
    where = ask(english, parcel.number, SENDER)["Location"]
    code = sent_code(sms)
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(5):
        assert english.post(where, {"code": wrong}).status_code == 422
    late = english.post(where, {"code": code})
    assert late.status_code == 422 and "Too many wrong codes" in late.content.decode()
    assert COOKIE not in english.cookies


def test_wrong_digits_send_nothing_and_say_what_they_always_say(
    english: Client, parcel: Waybill, sms: SmsGateway, settings: Any
) -> None:
    busy = ask(english, parcel.number, "0000")
    settings.PARTY_DIGITS_MOST_SHIPMENTS = 50
    quiet = ask(english, parcel.number, "0000")
    assert busy.status_code == quiet.status_code == 422
    assert "do not belong together" in busy.content.decode()
    assert not Delivery.objects.exists() and not OneTimeCode.objects.exists()


def test_the_page_of_a_code_belongs_to_its_parcel(
    client: Client, parcel: Waybill, sms: SmsGateway
) -> None:
    where = ask(client, parcel.number, SENDER)["Location"]
    other = waybill()
    for wrong in (where.replace(parcel.number, other.number), where[:-1], where + "x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, {"code": sent_code(sms)}).status_code == 404


def test_codes_are_not_pumped(english: Client, parcel: Waybill, sms: SmsGateway) -> None:
    assert ask(english, parcel.number, SENDER).status_code == 303
    again = ask(english, parcel.number, SENDER)
    assert again.status_code == 429 and 0 < int(again["Retry-After"]) <= 60
    assert "Try again in 1 minute" in again.content.decode()
    assert Delivery.objects.count() == 1
    elsewhere = ask(english, parcel.number, SENDER, address="203.0.113.2")
    assert elsewhere.status_code == 303, "somebody else asked: that shuts nobody out"


@pytest.mark.parametrize("why", ["no gateway", "a landline", "policy off"])
def test_where_no_code_can_be_sent_the_page_says_so(
    english: Client, settings: Any, why: str, sms: SmsGateway
) -> None:
    settings.PARTY_DIGITS_MOST_SHIPMENTS = 0
    digits, phone = ("2345", "010-88812345") if why == "a landline" else (SENDER, "13800138001")
    parcel = waybill(sender_phone=phone)
    if why == "no gateway":
        settings.SMS_URL = ""
    if why == "policy off":
        NotificationPolicy.objects.filter(topic="party.code").update(active=False)
    refused = ask(english, parcel.number, digits)
    page = refused.content.decode()
    assert refused.status_code == 422 and "we cannot send one to it" in page
    assert settings.COMPANY_PHONE in page and 'name="digits"' not in page
    assert not Delivery.objects.exists() and not OneTimeCode.objects.exists()
