"""Senders: they come when they are called, as many as the channel takes, and channels without
settings are not forgotten."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.core import enqueueing
from apps.notifications import channels, services, tasks
from apps.notifications.channels import Channel, Message, Outcome
from apps.notifications.enums import DeliveryState as S
from apps.notifications.enums import Effect
from apps.notifications.models import Attempt, Delivery, PhoneTask, ProviderState, Sender
from apps.notifications.services import presence, sending, working
from apps.notifications.services.rows import SEND, move
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import PHONE, delivery
from tests.waiting import LIMIT, eventually

pytestmark = [pytest.mark.requirement("NTF-1"), pytest.mark.requirement("NTF-2")]


@pytest.mark.django_db(transaction=True)
def test_a_channel_without_settings_claims_nothing_and_asks_nothing() -> None:
    delivery("sms", PHONE)
    assert tasks.send_due("sms") == 0
    assert not ProviderState.objects.exists(), "no claim"
    assert not Sender.objects.exists()
    assert Delivery.objects.get().state == S.QUEUED, "it waits for the settings"


@pytest.mark.django_db(transaction=True)
def test_started_again_with_its_settings_it_sends_what_waited(sms: SmsGateway) -> None:
    waited = delivery("sms", PHONE)
    assert tasks.send_due("sms") == 1
    assert Delivery.objects.get().state == S.ACCEPTED and len(sms.sent) == 1
    assert Attempt.objects.filter(delivery=waited, step="started").get().worker.endswith(":sms:0")


@pytest.fixture(autouse=True)
def _leaves_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The number of this process is given back with the test's last message."""
    monkeypatch.setattr(presence, "LINGER", 0.0)
    yield
    keeper = working.presence_here()._keeper
    if keeper is not None:
        keeper.join(LIMIT)


def test_a_worker_has_a_thread_for_all_that_may_hang_and_some_more() -> None:
    hanging = sum(one.concurrency for one in channels.all_channels())
    assert hanging + 8 <= settings.CELERY_WORKER_CONCURRENCY


class Slow(Channel):
    """Holds whoever comes until it is told to go on."""

    name = "slow"
    label = "Slow"
    concurrency = 3

    def __init__(self) -> None:
        self.there: list[str] = []
        self.go_on = threading.Event()

    def send(self, message: Message) -> Outcome:
        self.there.append(threading.current_thread().name)
        assert self.go_on.wait(LIMIT)
        return Outcome(Effect.ACCEPTED)


@pytest.fixture
def slow() -> Iterator[Slow]:
    yield channels.register(Slow())  # type: ignore[misc]
    channels.unregister("slow")


@pytest.mark.django_db(transaction=True)
def test_who_has_a_message_in_hand_calls_another_for_the_next(slow: Slow) -> None:
    """As many as the channel takes, and none too many."""
    for n in range(7):
        delivery("slow", f"a{n}")
    began: list[threading.Thread] = []

    def hear(task: str, args: tuple[str, ...]) -> None:
        assert (task, args) == (SEND, ("slow",))
        began.append(threading.Thread(target=send))
        began[-1].start()

    def send() -> None:
        try:
            tasks.send_due("slow")
        finally:
            connection.close()

    enqueueing.heard_by(hear)
    try:
        hear(SEND, ("slow",))
        assert eventually(lambda: len(slow.there) == slow.concurrency)
        assert Delivery.objects.filter(state=S.SENDING).count() == slow.concurrency
        slow.go_on.set()
        assert eventually(lambda: len(slow.there) == 7)
        for thread in began:
            thread.join(LIMIT)
    finally:
        enqueueing.heard_by(None)
        slow.go_on.set()
    assert Delivery.objects.filter(state=S.ACCEPTED).count() == 7
    assert len(began) <= slow.concurrency + 7


@pytest.mark.django_db(transaction=True)
def test_a_sender_whose_turn_is_over_calls_the_next(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.go_on.set()
    monkeypatch.setattr(working, "TURN", 0.0)
    for n in range(3):
        delivery("slow", f"a{n}")
    calls: list[str] = []
    enqueueing.heard_by(lambda task, _args: calls.append(task))
    try:
        assert tasks.send_due("slow") == 1, "nobody who is to end waits for a long queue"
    finally:
        enqueueing.heard_by(None)
    assert calls[-1] == SEND
    assert Delivery.objects.filter(state=S.QUEUED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_stumbles_in_his_turn_goes_on_with_it(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.go_on.set()
    monkeypatch.setattr(working, "AFTER_TROUBLE", 0.0)
    real, tries = sending.SendStart.__call__, []

    def once_away(self: sending.SendStart) -> None:
        tries.append(self)
        if len(tries) == 1:
            raise sending.NotBegun from OperationalError()
        real(self)

    monkeypatch.setattr(sending.SendStart, "__call__", once_away)
    delivery("slow", "a")
    assert tasks.send_due("slow") == 1
    assert Delivery.objects.get().state == S.ACCEPTED and len(slow.there) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["queued", "again", "later"])
def test_what_is_to_go_calls_its_sender(how: str) -> None:
    calls: list[tuple[str, tuple[str, ...]]] = []
    made = delivery("sms", PHONE)
    enqueueing.heard_by(lambda task, args: calls.append((task, args)))
    try:
        if how == "queued":
            delivery("email", "a@example.com")
            assert calls == [(SEND, ("email",))]
        elif how == "again":
            with transaction.atomic():
                now = timezone.now()
                move(made, S.SENDING, now=now, lease_until=now, attempts=1, first_attempt=now)
                assert calls == []
                move(made, S.QUEUED, now=timezone.now())
            assert calls == [(SEND, ("sms",))]
        else:
            with transaction.atomic():
                tomorrow = timezone.now() + timedelta(days=1)
                delivery("email", "b@example.com", due_at=tomorrow, state=S.HELD)
                delivery("email", "c@example.com", digest_key="c|email|en")
            assert (SEND, ("email",)) not in calls, "time brings these"
    finally:
        enqueueing.heard_by(None)


@pytest.mark.django_db
def test_what_waits_too_long_for_a_channel_taken_out_goes_to_the_next() -> None:
    long_ago = timezone.now() - timedelta(minutes=31)
    customer = CustomerFactory()
    both = delivery(
        "sms", PHONE, due_at=long_ago, chain=[["phone", PHONE]], customer_id=customer.pk
    )
    alone = delivery("sms", PHONE, due_at=long_ago, customer_id=customer.pk)
    young = delivery("sms", PHONE)
    gathering = delivery("sms", PHONE, due_at=long_ago, digest_key="a|sms|en")
    assert services.look_after_unused_channels() == 2
    for row in (both, alone, young, gathering):
        row.refresh_from_db()
    assert [both.state, alone.state] == [S.FAILED, S.FAILED]
    assert [young.state, gathering.state] == [S.QUEUED, S.QUEUED]
    assert Attempt.objects.filter(delivery=both, code="not_set_up").exists()
    assert Delivery.objects.get(previous=both).channel == "phone"
    answers = Delivery.objects.get(topic="staff.undelivered")
    assert answers.recipient == f"user:{customer.agent_id}", (
        "a person is told that nobody was reached"
    )


@pytest.mark.django_db
def test_what_is_unclear_on_a_channel_taken_out_goes_to_a_person() -> None:
    unclear = delivery("sms", PHONE)
    past = timezone.now() - timedelta(hours=7)
    Delivery.objects.filter(pk=unclear.pk).update(
        state=S.AMBIGUOUS, state_since=past, due_at=past, attempts=1
    )
    services.look_after_unused_channels()
    unclear.refresh_from_db()
    assert unclear.state == S.HANDED_OVER
    assert PhoneTask.objects.get().delivery_id == unclear.pk


@pytest.mark.django_db
def test_with_every_channel_set_up_nothing_is_asked(
    sms: SmsGateway, settings: Any, django_assert_num_queries: Any
) -> None:
    for channel in channels.all_channels():
        for name in channel.needs:
            setattr(settings, name, getattr(settings, name, "") or "set")
    with django_assert_num_queries(0):
        assert services.look_after_unused_channels() == 0
