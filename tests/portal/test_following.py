"""Asking for messages about a shipment, and what an attacker learns by it: nothing (TRK-10)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.notifications import services
from apps.notifications.models import Delivery, OneTimeCode, SendStamp, Subscription
from apps.notifications.services.subscriptions import Asked
from apps.notifications.stop_links import stop_key
from apps.portal import limits
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.notifications import delivery, send_all
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-10")]
KEY = "7c" * 32
MOBILE = "13800000001"


@pytest.fixture(autouse=True)
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        settings.SITE_URL = "https://yp.example"
        yield gateway


def unknown(n: int) -> str:
    return compose("YP", n, KEY)


def follow(number: str) -> str:
    return f"/notify/follow/{number}"


Ask = Callable[[Client, str], Any]
ASKING: dict[str, Ask] = {
    "looking": lambda client, number: client.get(follow(number)),
    "asking": lambda client, number: client.post(
        follow(number), {"channel": "sms", "address": MOBILE}
    ),
}


@pytest.mark.parametrize("way", ASKING)
def test_whoever_walks_through_numbers_is_stopped_hit_or_miss(
    english: Client, under_way: Waybill, settings: Any, way: str
) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 10
    ask = ASKING[way]
    for n in range(10):
        assert ask(english, unknown(n)).status_code == 404
    hit, miss = ask(english, under_way.number), ask(english, unknown(11))
    assert (hit.status_code, miss.status_code) == (429, 429)
    assert hit.content == miss.content
    assert 0 < int(hit["Retry-After"]) <= limits.WINDOW_SECONDS
    assert not Subscription.objects.exists() and not Delivery.objects.exists()


@pytest.mark.requirement("TRK-9")
@pytest.mark.parametrize("typed", ["张三@qq.com", "mary@例子.com", "mary＠shop.example"])
def test_an_address_that_cannot_be_written_to_is_refused_at_once(
    english: Client, under_way: Waybill, typed: str
) -> None:
    given = {"channel": "email", "address": typed}
    answer = english.post(follow(under_way.number), given)
    assert answer.status_code == 422
    assert f"“{typed}” is not an e-mail address we can write to." in answer.content.decode()
    assert not Subscription.objects.exists() and not Delivery.objects.exists()


@pytest.mark.requirement("TRK-9")
def test_whoever_asks_for_code_after_code_is_told_how_long_to_wait(
    english: Client, under_way: Waybill
) -> None:
    given = {"channel": "sms", "address": MOBILE}
    assert english.post(follow(under_way.number), given).status_code == 302
    refused = english.post(follow(under_way.number), given)
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 60
    assert "Too many codes were asked for. Try again in 1 minute." in refused.content.decode()


def test_one_fence_for_both_doors(client: Client, under_way: Waybill, settings: Any) -> None:
    """Half of the misses on the tracking page, half here: it is the same count."""
    settings.PUBLIC_MISSES_PER_WINDOW = 10
    for n in range(5):
        client.get(f"/track/{unknown(n)}")
        client.get(follow(unknown(n)))
    for path in (f"/track/{under_way.number}", follow(under_way.number)):
        assert client.get(path).status_code == 429


def test_another_address_is_not_stopped(client: Client, under_way: Waybill, settings: Any) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 3
    for n in range(4):
        client.get(follow(unknown(n)), REMOTE_ADDR="203.0.113.7")
    assert client.get(follow(under_way.number), REMOTE_ADDR="203.0.113.7").status_code == 429
    assert client.get(follow(under_way.number), REMOTE_ADDR="203.0.113.8").status_code == 200


def test_an_unknown_number_and_an_ended_shipment_are_answered_alike(english: Client) -> None:
    ended = report(waybill(), "picked_up", "delivered")
    pages = []
    for number in (ended.number, unknown(1)):
        for ask in ASKING.values():
            answer = ask(english, number)
            assert answer.status_code == 404
            pages.append((blank(answer, number), sorted(answer.headers)))
    assert all(page == pages[0] for page in pages), "word for word the same"


def test_ended_shipments_cost_what_unknown_ones_cost(client: Client, settings: Any) -> None:
    """Otherwise the count itself would tell them apart."""
    settings.PUBLIC_MISSES_PER_WINDOW = 2
    ended = report(waybill(), "picked_up", "delivered")
    for _n in range(2):
        client.get(follow(ended.number))
    assert client.get(follow(ended.number)).status_code == 429


def test_what_is_no_number_at_all_is_judged_without_looking(
    client: Client, under_way: Waybill, settings: Any
) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 1
    for _n in range(3):
        assert client.get(follow("YP12")).status_code == 404
        assert client.get(follow(under_way.number)).status_code == 200
    moved = client.get(follow(under_way.number.lower()))
    assert moved["Location"] == follow(under_way.number)


def code_of(sms: SmsGateway) -> str:
    send_all("sms")
    return str(json.loads(sms.sent[-1]["param"])["code"])


def test_nobody_learns_that_an_address_follows_a_shipment(
    client: Client, under_way: Waybill, sms: SmsGateway
) -> None:
    """The attacker knows a number and a phone. Whether that phone follows looks the same."""
    asked = ASKING["asking"](client, under_way.number)
    code = code_of(sms)
    done = client.post(asked["Location"], {"code": code})
    assert client.get(done["Location"]).status_code == 200

    seen, attacker = [], Client()
    wrong = "000000" if code != "000000" else "111111"
    for shipment in (under_way, waybill()):
        SendStamp.objects.all().delete()  # a minute later
        again = ASKING["asking"](attacker, shipment.number)
        page = attacker.get(again["Location"])
        guessed = attacker.post(again["Location"], {"code": wrong})
        assert (again.status_code, page.status_code, guessed.status_code) == (302, 200, 422)
        seen.append([blank(answer, shipment.number) for answer in (page, guessed)])
    assert seen[0] == seen[1]
    assert "138********" in seen[0][0] and 'name="code"' in seen[0][0]
    assert Subscription.objects.get(waybill=under_way).state == "active"


def blank(answer: Any, number: str) -> str:
    """The page without its number and without the token of its form."""
    text = re.sub(r'value="[\w-]{22}"|value="\w{64}"', "", answer.content.decode())
    for part in (number, *re.findall(r"<span>(\w+)</span>", text)):
        text = text.replace(part, "…")
    return text


def test_whoever_follows_already_may_confirm_again(
    client: Client, under_way: Waybill, sms: SmsGateway
) -> None:
    for _turn in range(2):
        SendStamp.objects.all().delete()
        asked = ASKING["asking"](client, under_way.number)
        done = client.post(asked["Location"], {"code": code_of(sms)})
        assert done.status_code == 302
    assert Subscription.objects.get().state == "active"
    used = client.post(asked["Location"], {"code": "123456"})
    assert used.status_code == 422, "a code is good once"


def test_the_page_after_the_code_is_a_key_of_its_own(client: Client, under_way: Waybill) -> None:
    ASKING["asking"](client, under_way.number)
    asked = Asked(Subscription.objects.get(), OneTimeCode.objects.get().pk)
    token = services.subscription_token(asked)
    assert client.get(f"/notify/follow/{token}/done").status_code == 404
    assert client.get(f"/notify/follow/{token}x/code").status_code == 404


# --- the language switch ------------------------------------------------------------------------
def pages_of(shipment: Waybill) -> dict[str, str]:
    answers = delivery("sms", "+86" + MOBILE, waybill_id=shipment.pk)
    asked = services.request_subscription(
        waybill=shipment,
        address=MOBILE,
        channel="sms",
        client="192.0.2.7",
        language="zh-hans",
        at=timezone.now(),
    )
    return {
        "follow": follow(shipment.number),
        "confirm": f"/notify/follow/{services.subscription_token(asked)}/code",
        "followed": f"/notify/follow/{services.confirmed_token(asked.subscription)}/done",
        "stop": f"/notify/stop/{stop_key(answers.pk)}",
        "unknown": follow(unknown(1)),
    }


@pytest.mark.parametrize("name", ["follow", "confirm", "followed", "stop", "unknown"])
def test_the_switch_stays_on_the_page_and_is_remembered(
    client: Client, under_way: Waybill, name: str
) -> None:
    where = pages_of(under_way)[name]
    chinese = client.get(where).content.decode()
    (switch,) = re.findall(r'<a class="tongue" href="([^"]+)"', chinese)
    assert switch == "?lang=en", "the same address, with another language"
    english = client.get(where + switch).content.decode()
    assert '<html lang="en">' in english and '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in client.get(where).content.decode()


def test_after_an_error_the_switch_stays_too(client: Client, under_way: Waybill) -> None:
    refused = client.post(follow(under_way.number), {"channel": "sms", "address": "010-1"})
    assert refused.status_code == 422
    assert 'href="?lang=en"' in refused.content.decode()


def test_a_stopped_link_says_so_when_it_is_opened_again(client: Client, under_way: Waybill) -> None:
    where = pages_of(under_way)["stop"]
    assert "form method" in client.get(where).content.decode()
    assert client.post(where).status_code == 200
    again = client.get(f"{where}?lang=en").content.decode()
    assert "form method" not in again and "Done." in again
