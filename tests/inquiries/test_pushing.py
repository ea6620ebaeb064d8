"""Callbacks against a real receiver: whole lists, signatures, retries, ends, bad addresses."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.events.services import relay_batch
from apps.inquiries.enums import Monitor
from apps.inquiries.models import Kuaidi100Subscription
from apps.inquiries.services import pushing
from apps.inquiries.services.accounts import stop_subscription
from apps.inquiries.services.pushing import push_due
from apps.inquiries.subscribers import push_on_status
from apps.tracking.kuaidi100 import is_signed, read_document
from apps.tracking.models import Waybill
from tests.factories.inquiries import merchant
from tests.factories.tracking import report, waybill
from tests.inquiries.servers import Receiver, receiver

# The senders are threads, so what they are to see must be committed.
pytestmark = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def shop(settings: Any) -> Iterator[Receiver]:
    settings.KUAIDI100_CALLBACK_INSIDE = ["127.0.0.0/8"]
    with receiver() as state:
        yield state


def follow(number: str, shop: Receiver, **fields: Any) -> Kuaidi100Subscription:
    made: Kuaidi100Subscription = Kuaidi100Subscription.objects.create(
        account=merchant(),
        number=number,
        company="yipiao",
        callback_host="127.0.0.1",
        **{
            "callback": shop.url,
            "salt": "s4lt",
            "level": "4",
            "due_at": timezone.now() - timedelta(seconds=1),
            **fields,
        },
    )
    return made


def push(later: timedelta = timedelta(0)) -> int:
    """Everything due is due now, as if ``later`` had passed."""
    Kuaidi100Subscription.objects.filter(due_at__isnull=False).update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
    return push_due(at=timezone.now() + later)


def drain() -> None:
    while relay_batch():
        pass


@pytest.mark.requirement("TRK-8")
def test_the_whole_list_is_pushed_and_signed(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up", "departed")
    row = follow(shipment.number, shop)
    assert push_due(at=timezone.now()) == 1
    form = shop.got[0]
    assert is_signed(form["param"].encode(), form["sign"], "s4lt")
    document = read_document(form["param"].encode(), ZONE)
    assert (document.number, document.monitor, len(document.rows)) == (
        shipment.number,
        "polling",
        2,
    )
    assert "李小红" not in form["param"]
    row.refresh_from_db()
    assert (row.pushes, row.last_code, row.attempts) == (1, "200", 0)
    assert row.due_at is not None
    assert push() == 1
    assert len(shop.got) == 1, "nothing new is not told again"


def test_a_change_wakes_it_and_the_end_concludes_it(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop)
    push()
    drain()
    report(shipment, "out_for_delivery")
    drain()
    row.refresh_from_db()
    assert row.due_at is not None
    assert row.due_at <= timezone.now(), "woken by the change, not by the clock"
    push_due(at=timezone.now())
    report(shipment, "delivered", source="second")
    push()
    assert [json.loads(f["param"])["status"] for f in shop.got] == [
        "polling",
        "polling",
        "shutdown",
    ]
    assert len(json.loads(shop.got[-1]["param"])["lastResult"]["data"]) == 3
    row.refresh_from_db()
    assert (row.monitor, row.due_at) == (Monitor.SHUTDOWN, None)


def test_news_after_the_end_is_updateall(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up", "delivered")
    row = follow(shipment.number, shop)
    push()
    report(shipment, "returning", source="second")
    drain()
    push_due(at=timezone.now())
    assert [json.loads(f["param"])["status"] for f in shop.got] == ["shutdown", "updateall"]
    row.refresh_from_db()
    assert row.monitor == Monitor.POLLING


def test_three_retries_thirty_five_minutes_apart_then_the_next_news(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up")
    row, at = follow(shipment.number, shop), timezone.now()
    shop.answers = [
        (500, "oops", {}),
        (200, '{"result": false, "returnCode": "500", "message": "失败"}', {}),
        (200, "<html>", {}),
        (200, '{"result": true}', {}),
    ]
    dues = []
    for turn in range(4):
        moment = at + turn * pushing.RETRY_AFTER
        Kuaidi100Subscription.objects.update(due_at=at - timedelta(seconds=1))
        assert push_due(at=moment) == 1
        row.refresh_from_db()
        dues.append(row.due_at - moment if row.due_at else None)
    assert dues[:3] == [pushing.RETRY_AFTER] * 3
    assert (len(shop.got), row.attempts, row.monitor) == (4, 0, Monitor.POLLING)
    assert push() == 1
    assert len(shop.got) == 4, "given up until there is news"
    report(shipment, "departed", source="second")
    push()
    assert len(shop.got) == 5
    row.refresh_from_db()
    assert row.pushes == 1


def test_a_waiting_retry_is_not_hastened_by_news(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop)
    shop.answers = [(500, "", {})]
    push()
    row.refresh_from_db()
    due = row.due_at
    report(shipment, "out_for_delivery")
    drain()
    row.refresh_from_db()
    assert row.due_at == due
    push()
    assert "派" in shop.got[-1]["param"], "the retry carries the newest list"


def test_news_while_a_push_is_on_its_way_is_not_lost(
    shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop)
    send = pushing._send

    def send_and_change(one: pushing.Push) -> str:
        code = send(one)
        Kuaidi100Subscription.objects.update(due_at=timezone.now())
        return code

    monkeypatch.setattr(pushing, "SENDERS", 1)
    monkeypatch.setattr(pushing, "_send", send_and_change)
    push_due(at=timezone.now())
    row.refresh_from_db()
    assert row.due_at is not None
    assert row.due_at <= timezone.now()
    assert row.lease_until is None


def test_three_days_without_a_record_and_sixty_without_change_end_it(shop: Receiver) -> None:
    now, silent = timezone.now(), waybill()
    follow(silent.number, shop, created_at=now - timedelta(days=2))
    push()
    assert not shop.got
    Kuaidi100Subscription.objects.update(created_at=now - timedelta(days=4))
    push()
    ended = json.loads(shop.got[0]["param"])
    assert (ended["status"], ended["message"]) == ("abort", "3天查询无记录")
    report(silent, "picked_up")
    push(timedelta(minutes=1))
    drain()
    push(timedelta(minutes=1))
    assert json.loads(shop.got[1]["param"])["status"] == "updateall"
    Kuaidi100Subscription.objects.update(changed_on=now - timedelta(days=61))
    push(timedelta(minutes=1))
    ended = json.loads(shop.got[2]["param"])
    assert (ended["status"], ended["message"]) == ("abort", "60天无变化时")
    row = Kuaidi100Subscription.objects.get()
    assert (row.monitor, row.due_at) == (Monitor.ABORT, None)


def test_private_addresses_and_redirects_are_refused(shop: Receiver, settings: Any) -> None:
    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop, callback=shop.url.replace("127.0.0.1", "localhost"))
    settings.KUAIDI100_CALLBACK_INSIDE = []
    push()
    row.refresh_from_db()
    assert (row.last_code, shop.got) == ("private_address", [])
    settings.KUAIDI100_CALLBACK_INSIDE = ["127.0.0.0/8", "::1/128"]
    Kuaidi100Subscription.objects.update(callback=shop.url, attempts=0, trying="")
    shop.answers = [(302, "", {"location": "/inside"})]
    push()
    row.refresh_from_db()
    assert row.last_code == "http_302"
    assert "redirected" not in shop.got[-1]
    settings.KUAIDI100_CALLBACK_HTTP = False
    push()
    row.refresh_from_db()
    assert row.last_code == "https_only"


def test_a_slow_receiver_is_cut_off(shop: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "TIMEOUT", 0.3)
    shop.delay = 60.0
    row = follow(report(waybill(), "picked_up").number, shop)
    push()
    row.refresh_from_db()
    assert row.last_code not in ("", "200")
    assert row.attempts == 1


def test_a_lost_worker_gives_its_claim_back(
    shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = follow(report(waybill(), "picked_up").number, shop)

    def die(*_args: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pushing, "_prepare", die)
    with pytest.raises(KeyboardInterrupt):
        push()
    monkeypatch.undo()
    assert push_due(at=timezone.now()) == 0
    assert push_due(at=timezone.now() + pushing.LEASE + timedelta(seconds=1)) == 1
    row.refresh_from_db()
    assert row.pushes == 1


def test_what_was_stopped_is_not_pushed_nor_woken(shop: Receiver) -> None:
    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop)
    stop_subscription(subscription_id=row.pk, by=system_user("tests"), at=timezone.now())
    pushing.make_due([shipment.pk])
    assert push_due(at=timezone.now()) == 0
    assert not shop.got


def test_the_subscriber_may_be_called_again(shop: Receiver) -> None:
    from apps.events.models import Event

    shipment = report(waybill(), "picked_up")
    row = follow(shipment.number, shop, due_at=timezone.now() + timedelta(hours=1))
    event = Event.objects.filter(kind="waybill.status_changed").latest("id")
    push_on_status([event, event])
    push_on_status([event, event])
    row.refresh_from_db()
    assert row.due_at is not None
    assert row.due_at <= timezone.now()
    assert Waybill.objects.filter(pk=shipment.pk).exists()
