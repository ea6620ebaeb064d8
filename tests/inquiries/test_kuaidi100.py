"""Kuaidi100's vocabulary: all client styles verify, documented codes, our own parser as the judge."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.inquiries.enums import AccountKind, Monitor, Outcome
from apps.inquiries.kuaidi100.codes import words_of
from apps.inquiries.models import Inquiry, Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.services import accounts as services
from apps.tracking.codes import CODES
from apps.tracking.kuaidi100 import read_document, sign_query
from apps.tracking.mapping import KUAIDI100_CODES
from apps.tracking.numbers import group_number
from tests.factories.customers import CustomerFactory
from tests.factories.inquiries import aggregator, merchant, query_form
from tests.factories.tracking import CONSIGNEE_PHONE, report, waybill

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def ask(client: Client, account: Kuaidi100Account, **param: Any) -> Any:
    param = {"com": "yipiao", "show": "0", **param}
    body = query_form(account, json.dumps(param))
    return client.post("/poll/query.do", body, content_type=FORM)


# Made with the vendor's own demo code (key "testkey00000").
CUSTOMER, KEY = "TESTCUSTOMER0000000000000000000A", "testkey00000"
MADE = [
    (
        '{"com": "yuantong", "num": "YT9693083639795", "phone": "", "from": '
        '"\\u5e7f\\u4e1c\\u7701\\u6c5f\\u95e8\\u5e02", "to": "\\u5e7f\\u4e1c\\u7701\\u6df1\\u5733\\u5e02", '
        '"resultv2": "1", "show": "0", "order": "desc"}',
        "F9275C48ED3CCF08C83427D2A9403E6D",
    ),
    (
        '{"com":"yuantong","num":"YT9693083639795","phone":"","from":"广东省江门市","to":"广东省深圳市",'
        '"resultv2":"4","show":"0","order":"desc"}',
        "EEB06B827F8B266D51BC15CFD0C70E11",
    ),
]


@pytest.mark.parametrize(("param", "sign"), MADE)
def test_the_vendors_vectors_verify(client: Client, param: str, sign: str) -> None:
    account = merchant()
    Kuaidi100Account.objects.filter(pk=account.pk).update(code=CUSTOMER)
    account.refresh_from_db()
    account.key = KEY
    account.save()
    body = urlencode({"customer": CUSTOMER, "sign": sign, "param": param})
    answer = client.post("/poll/query.do", body, content_type=FORM).json()
    # Past the signature, at the company, which is not ours.
    assert answer == {"result": False, "returnCode": "400", "message": "不支持此快递公司"}
    changed = body.replace("YT9693083639795", "YT9693083639796")
    assert client.post("/poll/query.do", changed, content_type=FORM).json()["returnCode"] == "503"


def python_style(param: dict[str, str]) -> str:
    return json.dumps(param)


def gson_style(param: dict[str, str]) -> str:
    return json.dumps(param, ensure_ascii=False, separators=(",", ":"))


def php_style(param: dict[str, str]) -> str:
    return json.dumps(param, separators=(",", ":")).replace("/", "\\/")


def pretty_style(param: dict[str, str]) -> str:
    return json.dumps(param, ensure_ascii=False, indent=2)


@pytest.mark.parametrize("style", [python_style, gson_style, php_style, pretty_style])
@pytest.mark.parametrize("encode", [quote, lambda text: quote(text, safe="").replace("%20", "+")])
@pytest.mark.requirement("TRK-8")
def test_four_client_styles_verify(client: Client, style: Any, encode: Any) -> None:
    account = merchant()
    number = report(waybill(), "picked_up").number
    param = style({"com": "yipiao", "num": number, "from": "广东省/深圳市", "show": "0"})
    sign = sign_query(param.encode(), account.key, account.code)
    body = f"customer={account.code}&sign={sign}&param={encode(param)}"
    assert client.post("/poll/query.do", body, content_type=FORM).json()["nu"] == number
    lower = body.replace(sign, sign.lower())
    assert client.post("/poll/query.do", lower, content_type=FORM).json()["nu"] == number
    # In the address, and in parts.
    assert client.post(f"/poll/query.do?{body}", b"", content_type=FORM).json()["nu"] == number
    parts = {"customer": account.code, "sign": sign, "param": param}
    assert client.post("/poll/query.do", parts).json()["nu"] == number


def test_a_query_is_understood_by_our_own_reader(client: Client) -> None:
    account = merchant()
    shipment = report(waybill(), "picked_up", "departed", "out_for_delivery", "delivered.proxy")
    for level in ("0", "1", "4", "8"):
        response = ask(client, account, num=shipment.number, resultv2=level)
        body = response.json()
        document = read_document(response.content, ZoneInfo("Asia/Shanghai"))
        assert document.number == shipment.number
        assert len(document.rows) == 4
        assert body["ischeck"] == "1"
        assert body["condition"] == "F00"
        assert body["state"] == ("303" if level in "48" else "3")
        assert ("statusCode" in body["data"][0]) == (level in "48")
        assert ("routeInfo" in body) == (level != "0")
        assert ("arrivalTime" in body) == (level == "8")
        assert "李小红" not in response.content.decode()
    fine = [row.code for row in document.rows]
    assert fine == ["picked_up", "departed", "out_for_delivery", "delivered.proxy"]
    times = [row["time"] for row in body["data"]]
    assert times == sorted(times, reverse=True)
    backwards = ask(client, account, num=shipment.number, order="asc").json()
    assert [row["time"] for row in backwards["data"]] == sorted(times)


def test_shows_and_languages(client: Client) -> None:
    account, shipment = merchant(), report(waybill(), "picked_up", "departed")
    xml = ask(client, account, num=shipment.number, show="1")
    root = ElementTree.fromstring(xml.content)
    assert root.findtext("nu") == shipment.number
    assert len(root.findall("data")) == 2
    html = ask(client, account, num=shipment.number, show="2")
    assert html.content.decode().count("<tr>") == 2
    text = ask(client, account, num=shipment.number, show="3").content.decode()
    assert len(text.splitlines()) == 2
    english = ask(client, account, num=shipment.number, lang="en", resultv2="4").json()
    assert english["data"][0]["context"] == "The parcel has left for its next stop"
    assert english["data"][1]["status"] == "Picked up"
    expected = ask(client, account, num=shipment.number, resultv2="8").json()
    assert {"arrivalTime", "remainTime", "predictedRoute"} <= set(expected)


@pytest.mark.parametrize(
    ("param", "code"),
    [
        ({"num": "12345"}, "400"),
        ({"num": "x" * 33}, "400"),
        ({"num": ""}, "400"),
        ({"com": "sf", "num": "YP123456"}, "400"),
        ({"num": "YP123456789"}, "500"),
        ({"num": ["a"]}, "400"),
    ],
)
def test_documented_failures(client: Client, param: dict[str, Any], code: str) -> None:
    answer = ask(client, merchant(), **param).json()
    assert answer["result"] is False
    assert answer["returnCode"] == code


def test_keys(client: Client) -> None:
    account, number = merchant(), report(waybill(), "picked_up").number
    by, at = system_user("tests"), timezone.now()
    assert ask(client, account, num=number).json()["status"] == "200"
    services.change_account(
        account, name="x", is_active=True, expires_at=at - timedelta(days=1), by=by, at=at
    )
    assert ask(client, account, num=number).json()["returnCode"] == "601"
    services.change_account(account, name="x", is_active=False, expires_at=None, by=by, at=at)
    assert ask(client, account, num=number).json()["returnCode"] == "503"
    services.change_account(account, name="x", is_active=True, expires_at=None, by=by, at=at)
    services.renew_key(account_id=account.pk, by=by, at=at)
    assert ask(client, account, num=number).json()["returnCode"] == "503", "the old key is void"
    account.refresh_from_db()
    assert ask(client, account, num=number).json()["status"] == "200"
    assert services.reveal_key(account_id=account.pk, by=by, at=at) == account.key
    assert Event.objects.filter(kind="kuaidi100account.revealed").count() == 1
    with pytest.raises(RuleBroken):
        services.create_account(kind=AccountKind.MERCHANT, name="x", by=by, at=at)


@pytest.mark.requirement("TRK-10")
@pytest.mark.parametrize("case", ["a busy phone", "two phones with the same end"])
def test_a_given_phone_opens_nothing_so_it_need_not_be_told_apart(
    client: Client, case: str, settings: Any
) -> None:
    account = merchant(CustomerFactory())
    same = {"sender_phone": "13977779002"} if case.startswith("two") else {}
    if case == "a busy phone":
        settings.PARTY_DIGITS_MOST_SHIPMENTS = 0
    others = report(waybill(**same), "picked_up")
    pushed_mark = ask(client, account, num=others.number, phone=CONSIGNEE_PHONE).json()
    assert pushed_mark["status"] == "200" and "李小红" not in str(pushed_mark)


@pytest.mark.requirement("TRK-10")
def test_a_phone_that_is_given_must_be_a_partys(client: Client) -> None:
    customer = CustomerFactory()
    account, own = merchant(customer), report(waybill(customer=customer), "picked_up")
    for phone in (CONSIGNEE_PHONE, CONSIGNEE_PHONE[-4:]):
        for _n in range(8):
            assert ask(client, account, num=own.number, phone=phone).json()["status"] == "200"
    assert ask(client, account, num=own.number, phone="0000").json()["returnCode"] == "408"
    assert Inquiry.objects.filter(outcome=Outcome.REFUSED).count() == 1
    others = report(waybill(), "picked_up")
    answers = [
        ask(client, account, num=others.number, phone=f"{n:04d}").json()["returnCode"]
        for n in range(6)
    ]
    assert answers == ["408"] * 6
    late = ask(client, account, num=others.number, phone=CONSIGNEE_PHONE).json()
    assert late["returnCode"] == "408", "guesses are counted per waybill"


@pytest.mark.parametrize(
    "body",
    [b"", b"param=x", b"param=%7B%7D&customer=x&sign=y", b"&&&=", b"\xff=\xfe", b"a" * 70_000],
)
def test_broken_forms_are_answered_in_the_vendors_shape(client: Client, body: bytes) -> None:
    for url in ("/poll/query.do", "/poll"):
        answer = client.post(url, body, content_type=FORM)
        assert answer.status_code == 200
        assert answer.json()["result"] is False
    answer = client.post("/kuaidi100/courier", body, content_type=FORM).json()
    assert answer["result"] is False
    assert client.get("/poll/query.do").status_code == 405


def test_a_signed_param_that_is_no_object(client: Client) -> None:
    account = merchant()
    for param in ("[]", "x", '"a"', "[" * 3000, "{}"):
        answer = client.post("/poll/query.do", query_form(account, param), content_type=FORM)
        assert answer.json()["returnCode"] == "400"


# --- the courier's side -------------------------------------------------------------------------
def follow(client: Client, account: Kuaidi100Account, num: str, key: str | None = None) -> Any:
    whole = f"{account.code}{num}{key or account.key}".encode()
    sign = hashlib.md5(whole).hexdigest().upper()
    body = urlencode({"key": account.code, "num": num, "sign": sign})
    return client.post("/kuaidi100/courier", body, content_type=FORM).json()


@pytest.mark.requirement("TRK-8")
def test_an_aggregator_follows_our_parcels(client: Client) -> None:
    account, shipment = aggregator(), report(waybill(), "picked_up", "departed")
    answer = follow(client, account, shipment.number)
    # The shape of the vendor's own sample.
    assert set(answer) == {"result", "message", "state", "data"}
    assert set(answer["data"][0]) == {"context", "location", "time"}
    assert (answer["result"], answer["state"], len(answer["data"])) == (True, 0, 2)
    refused = follow(client, account, shipment.number, key="wrong")
    assert (refused["result"], refused["message"]) == (False, "验签失败")
    unknown = follow(client, account, "YP000000000000")
    assert (unknown["result"], unknown["data"], unknown["message"]) == (True, [], "运单号不存在")
    assert follow(client, merchant(), shipment.number)["result"] is False


def test_an_aggregators_key_ends_as_a_merchants_does(client: Client) -> None:
    account, shipment = aggregator(), report(waybill(), "picked_up")
    by, at = system_user("tests"), timezone.now()
    services.change_account(
        account, name="x", is_active=True, expires_at=at - timedelta(days=1), by=by, at=at
    )
    answer = follow(client, account, shipment.number)
    assert (answer["result"], answer["message"], answer["data"]) == (False, "key已过期", [])
    assert not Inquiry.objects.exists()
    services.change_account(
        account, name="x", is_active=True, expires_at=at + timedelta(days=1), by=by, at=at
    )
    assert follow(client, account, shipment.number)["result"] is True


def test_every_status_of_ours_has_its_words() -> None:
    for code, meaning in CODES.items():
        words = words_of(meaning.status, meaning.reason)
        assert words.name
        assert words.state in KUAIDI100_CODES, code
        back = CODES[KUAIDI100_CODES[words.code]]
        exceptions = {
            "pickup_failed",
            "intercepted",
            "signback",
            "expired",
            "delivered.cod_collected",
        }
        if code.split(".")[0] in exceptions or code in exceptions or "." not in code:
            continue
        if words.code in ("2", "204", "208"):
            continue  # the vendor has no finer one
        assert (back.status, back.reason) == (meaning.status, meaning.reason), code
    assert words_of("ready_for_pickup", "locker_or_station").state != "3", (
        "at the locker is not signed"
    )


# --- subscribing --------------------------------------------------------------------------------
def subscribe(
    client: Client, account: Kuaidi100Account, number: str, key: str | None = None, **more: Any
) -> str:
    parameters = {"callbackurl": "https://shop.example/cb", "salt": "s1", **more}
    company = parameters.pop("company", "yipiao")
    param = {
        "company": company,
        "number": number,
        "key": key or account.key,
        "parameters": parameters,
    }
    body = urlencode({"schema": "json", "param": json.dumps(param)})
    return str(client.post("/poll", body, content_type=FORM).json()["returnCode"])


@pytest.mark.requirement("TRK-8")
def test_subscriptions_and_their_codes(client: Client, settings: Any) -> None:
    account, number = merchant(), waybill().number
    assert subscribe(client, account, number, key="wrong") == "600"
    assert subscribe(client, account, number, company="sf") == "702"
    assert subscribe(client, account, "YP1") == "700"
    for callback in (
        "",
        "ftp://x.cn",
        "http://u:p@x.cn/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "https://[bad",
        "http://10.0.0.1:99999/",
    ):
        assert subscribe(client, account, number, callbackurl=callback) == "700", callback
    assert subscribe(client, account, number, phone="0000") == "700"
    assert subscribe(client, account, group_number(number)) == "200"
    assert subscribe(client, account, number) == "501"
    assert subscribe(client, merchant(), number) == "200"
    row = Kuaidi100Subscription.objects.filter(account=account).get()
    assert (row.number, row.monitor, row.callback_host) == (number, Monitor.POLLING, "shop.example")
    by, at = system_user("tests"), timezone.now()
    services.stop_subscription(subscription_id=row.pk, by=by, at=at)
    assert subscribe(client, account, number) == "701"
    with pytest.raises(RuleBroken):
        services.stop_subscription(subscription_id=row.pk, by=by, at=at)
    services.resume_subscription(subscription_id=row.pk, by=by, at=at)
    with pytest.raises(RuleBroken):
        services.resume_subscription(subscription_id=row.pk, by=by, at=at)
    settings.KUAIDI100_CALLBACK_HTTP = False
    assert subscribe(client, account, waybill().number, callbackurl="http://x.cn/") == "700"


def test_a_number_to_come_may_be_followed(client: Client) -> None:
    from django.conf import settings

    from apps.tracking.numbers import compose, new_key

    future = compose(settings.WAYBILL_PREFIX, 5, new_key())
    assert subscribe(client, merchant(), future) == "200"


@pytest.mark.requirement("TRK-10")
def test_whoever_follows_too_many_unknown_numbers_follows_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from apps.inquiries.enums import Way
    from apps.inquiries.services.counting import LIMITS, Limit
    from apps.tracking.numbers import compose, new_key

    monkeypatch.setitem(LIMITS, Way.KUAIDI100, Limit(timedelta(minutes=10), 20_000, 5))
    account, key, real = merchant(), new_key(), waybill().number
    answers = [
        subscribe(client, account, compose(settings.WAYBILL_PREFIX, n, key)) for n in range(5)
    ]
    assert answers == ["200"] * 5
    # Hit or miss, and at the other door as well.
    assert subscribe(client, account, compose(settings.WAYBILL_PREFIX, 6, key)) == "500"
    assert subscribe(client, account, real) == "500"
    assert ask(client, account, num=real).json()["returnCode"] == "500"
    assert subscribe(client, merchant(), real) == "200"
