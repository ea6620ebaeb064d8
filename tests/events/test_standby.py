"""Standby: what nobody works on is done all the same, without a broker, and others go first."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection

from apps.core import enqueueing
from apps.events.models import TaskRun
from apps.events.services import standing_by
from apps.events.services.standing_by import Standby
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Delivery
from apps.notifications.services import presence, working
from tests.factories.notifications import delivery
from tests.waiting import LIMIT, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("NTF-2")]

PATIENCE = 1.0  # seconds; in the house it is five


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    current_app.loader.import_default_modules()
    monkeypatch.setattr(presence, "LINGER", 0.0)
    yield
    keeper = working.presence_here()._keeper
    if keeper is not None:
        keeper.join(LIMIT)


@pytest.fixture
def standby() -> Iterator[Standby]:
    one = Standby(patience=PATIENCE)
    one.start()
    yield one
    one.stop()
    assert one.join(LIMIT)


def test_a_message_that_nobody_sends_is_sent(standby: Standby) -> None:
    made = delivery("in_app", "user:1")
    assert eventually(lambda: Delivery.objects.get(pk=made.pk).state == S.DELIVERED)
    waited = Delivery.objects.get().first_attempt - made.due_at
    assert waited >= timedelta(seconds=PATIENCE), "the others go first"
    assert standby.is_in_charge
    second = delivery("in_app", "user:2")
    assert eventually(lambda: Delivery.objects.get(pk=second.pk).state == S.DELIVERED)


def test_what_beat_should_have_called_for_is_done(standby: Standby) -> None:
    name = "apps.customers.tasks.end_trials"
    assert eventually(lambda: TaskRun.objects.filter(name=name).exists())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_taskrun SET ran_at = now() - interval '1 hour' WHERE name = %s", [name]
        )
    assert eventually(lambda: _age(name) < 60)


def _age(name: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXTRACT(EPOCH FROM now() - ran_at) FROM events_taskrun WHERE name = %s", [name]
        )
        return float(cursor.fetchone()[0])


def test_it_can_be_seen_to_be_there(standby: Standby) -> None:
    assert eventually(lambda: TaskRun.objects.filter(name=standing_by.NAME).exists())


def test_while_others_work_it_does_nothing_but_look(
    standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(standby, "_take", lambda task, _args: taken.append(task))
    assert eventually(lambda: TaskRun.objects.filter(name=standing_by.NAME).exists())
    made = delivery("in_app", "user:1")
    # Somebody looked for a message just now: he is at work.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_providerstate (channel, tokens, refilled, pause_reason,"
            " failures_in_row, last_code, access_token)"
            " VALUES ('in_app', 1, clock_timestamp() + interval '1 hour', '', 0, '', '')"
        )
        cursor.execute("UPDATE notifications_delivery SET due_at = now() - interval '1 minute'")
    assert not eventually(lambda: taken, 3.0)
    assert not standby.is_in_charge and Delivery.objects.get(pk=made.pk).state == S.QUEUED


def test_a_task_that_fails_ends_nothing(
    standby: Standby, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    real, failures = standing_by.overdue, []

    def overdue(seconds: float) -> list[Any]:
        failures.append(1)
        if len(failures) == 1:
            raise ZeroDivisionError
        return [standing_by.Overdue("no.such.task", (), 9.0), *real(seconds)]

    monkeypatch.setattr(standing_by, "AFTER_TROUBLE", 0.1)
    monkeypatch.setattr(standing_by, "overdue", overdue)
    made = delivery("in_app", "user:1")
    assert eventually(lambda: Delivery.objects.get(pk=made.pk).state == S.DELIVERED)


def test_out_of_charge_it_calls_the_others() -> None:
    one, called = Standby(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enqueueing, "call", lambda task, args: called.append((task, args)))
        one._hear("a", ())
        assert called == [("a", ())]
    one.stop()
    one._hands.shutdown()
