"""From a commit to the provider: by a worker alone, by standby alone, and by both while they are killed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.core import enqueueing
from apps.core.valkey import ValkeyStore
from apps.notifications.models import Attempt, Delivery
from tests.doubles.mail_server import MailServer
from tests.factories.notifications import delivery
from tests.faults.brokers import OwnBroker
from tests.faults.processes import running
from tests.waiting import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("NTF-2"),
]
AT_ONCE = 1.0  # seconds
TRIES = 20


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def mail(stack: ExitStack) -> MailServer:
    return stack.enter_context(MailServer())


def environment(mail: MailServer, broker: str) -> dict[str, str]:
    return {
        "REDIS_URL": broker,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail.port),
        "EMAIL_USE_TLS": "0",
        "DEFAULT_FROM_EMAIL": "service@yipiao.example",
    }


@pytest.fixture
def broker(stack: ExitStack, tmp_path: Path, settings: Any, monkeypatch: Any) -> OwnBroker:
    """Which what is committed here calls workers by."""
    data = tmp_path / "broker"
    data.mkdir()
    one = OwnBroker(data)
    one.start()
    stack.callback(one.kill)
    settings.WAKE_WORKERS, settings.REDIS_URL = True, one.url
    monkeypatch.setattr(enqueueing, "_store", ValkeyStore())
    return one


def took(mail: MailServer, address: str) -> float:
    """Seconds from the commit until the mail was handed over."""
    before = len(mail.moments)
    with transaction.atomic():
        delivery("email", address)
    committed = time.time()
    assert eventually(lambda: len(mail.moments) > before)
    return mail.moments[before] - committed


def test_with_a_worker_alone_a_message_leaves_within_a_second(
    stack: ExitStack, tmp_path: Path, mail: MailServer, broker: OwnBroker
) -> None:
    """Without beat, without standby."""
    stack.enter_context(running(tmp_path, ["worker"], environment(mail, broker.url)))
    took(mail, "first@example.com")  # until it is up
    quickest = AT_ONCE + 1
    for n in range(TRIES):  # this machine may be busy with other tests
        quickest = min(quickest, took(mail, f"reader{n}@example.com"))
        if quickest <= AT_ONCE:
            break
    assert quickest <= AT_ONCE


def test_with_standby_alone_it_leaves_as_well(
    stack: ExitStack, tmp_path: Path, mail: MailServer
) -> None:
    """The broker is dead, and nobody works."""
    stack.enter_context(running(tmp_path, ["standby"], environment(mail, "redis://127.0.0.1:9/0")))
    assert took(mail, "first@example.com") > 0
    took(mail, "second@example.com")
    assert eventually(lambda: Delivery.objects.filter(state="accepted").count() == 2)


def test_a_worker_that_is_killed_half_way_doubles_nothing(
    stack: ExitStack, tmp_path: Path, mail: MailServer, broker: OwnBroker
) -> None:
    """It has mails in hand that have not left; standby has them next, and so has its own next start."""
    names = ["worker", "standby"]
    installation = stack.enter_context(running(tmp_path, names, environment(mail, broker.url)))
    took(mail, "first@example.com")
    mail.hold = "RCPT"
    for n in range(12):
        delivery("email", f"reader{n}@example.com")
    assert eventually(lambda: len(mail.held) >= 4)
    os.kill(installation.pid("worker"), signal.SIGKILL)
    mail.hold = ""
    assert eventually(lambda: Delivery.objects.filter(state="accepted").count() == 13)
    assert len(mail.handed_over) == len(set(mail.recipients)) == 13
    assert not Attempt.objects.filter(effect="ambiguous").exists()
