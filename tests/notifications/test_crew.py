"""The sending process: channels without settings sleep, and what waits for them is not forgotten."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.notifications import services
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Attempt, Delivery, PhoneTask, ProviderState
from apps.notifications.services import Crew, working
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import PHONE, delivery
from tests.waiting import LIMIT, eventually

pytestmark = [pytest.mark.requirement("NTF-1"), pytest.mark.requirement("NTF-2")]


def threads_of(crew: Crew) -> set[str]:
    return {thread.name for thread in crew._threads}


def backend_of_this_thread() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def backend_is_there(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid])
        return cursor.fetchone() is not None


@pytest.fixture
def run() -> Iterator[Any]:
    """Runs a crew until something has happened; every thread's connection is closed when the test
    ends."""
    crews = []

    def work(crew: Crew, until: Callable[[], object]) -> None:
        crews.append(crew)
        crew.start()
        try:
            assert eventually(until)
        finally:
            crew.stop()

    yield work
    for crew in crews:
        assert crew.join(LIMIT)


@pytest.mark.django_db(transaction=True)
def test_a_channel_without_settings_has_no_thread_and_asks_nothing(run: Any) -> None:
    delivery("sms", PHONE)
    crew = Crew(["sms", "wechat", "in_app"])
    assert [str(channel.name) for channel in crew.asleep] == ["sms", "wechat"]
    assert not [name for name in threads_of(crew) if "sms" in name or "wechat" in name]
    run(crew, lambda: ProviderState.objects.filter(channel="in_app").exists())
    assert not ProviderState.objects.filter(channel__in=["sms", "wechat"]).exists(), "no claim"
    assert Delivery.objects.get().state == S.QUEUED, "it waits for the settings"


@pytest.mark.django_db(transaction=True)
def test_started_again_with_its_settings_it_sends_what_waited(run: Any, sms: SmsGateway) -> None:
    waited = delivery("sms", PHONE)
    crew = Crew(["sms"])
    assert crew.asleep == [] and any("sms" in name for name in threads_of(crew))
    run(crew, lambda: Delivery.objects.filter(pk=waited.pk, state=S.ACCEPTED).exists())
    assert len(sms.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_the_seldom_thread_gives_its_connection_back_between_its_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = threading.Event()
    held_while_looking = []

    def look() -> int:
        connection.ensure_connection()
        held_while_looking.append(backend_of_this_thread())
        looked.set()
        return 0

    monkeypatch.setattr(working, "forget_stamps", look)
    crew = Crew(["sms", "site"])
    crew.start()
    try:
        assert looked.wait(LIMIT)
        assert eventually(lambda: not backend_is_there(held_while_looking[0]))
        assert "deliver-seldom" in {t.name for t in crew._threads if t.is_alive()}
    finally:
        crew.stop()
        assert crew.join(LIMIT)


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
    told = Delivery.objects.get(topic="staff.undelivered")
    assert told.recipient == f"user:{customer.agent_id}", "a person is told that nobody was reached"


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
    settings.EMAIL_HOST, settings.WECHAT_APP_ID = "mail.example", "wx1"
    with django_assert_num_queries(0):
        assert services.look_after_unused_channels() == 0
