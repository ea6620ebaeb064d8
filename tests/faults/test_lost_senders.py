"""Workers that are killed, hang, or lose their database in the middle of a mail."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.notifications.channels import channel
from apps.notifications.models import Attempt, Delivery, Sender
from apps.notifications.services.presence import gone
from tests.doubles.mail_server import MailServer
from tests.factories.notifications import delivery
from tests.faults.brokers import OwnBroker
from tests.faults.databases import own_database
from tests.faults.processes import ROOT, command, running
from tests.launch.databases import owner_url
from tests.waiting import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("NTF-2"),
]
PATIENCE = 10.0  # seconds that a channel may wait after a kill
TURNS = 3
LIMIT = channel("email").concurrency


class Senders:
    """Real workers with a beat that calls them, on a broker of their own."""

    def __init__(self, stack: ExitStack, folder: Path, mail: MailServer, url: str) -> None:
        self._stack = stack
        data = folder / "broker"
        data.mkdir()
        broker = OwnBroker(data)
        broker.start()
        stack.callback(broker.kill)
        self._env = {
            "DATABASE_URL": url,
            "REDIS_URL": broker.url,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail.port),
            "EMAIL_USE_TLS": "0",
            "EMAIL_PER_SECOND": "1000",
            # Longer than a busy machine takes to start processes while mails hang; within their lease.
            "EMAIL_TIMEOUT": "110",
            "DEFAULT_FROM_EMAIL": "service@yipiao.example",
        }
        stack.enter_context(running(folder, ["beat"], self._env))

    def start(self) -> "subprocess.Popen[str]":
        """Returns once it says that it is at work."""
        process = subprocess.Popen(
            [*command("worker", Path()), "-l", "INFO"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **self._env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if " ready." in line:
                break
        assert process.poll() is None, "".join(lines)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        return process


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Callable[[str], tuple[MailServer, Senders]]]:
    with ExitStack() as stack:

        def make(url: str) -> tuple[MailServer, Senders]:
            mail = stack.enter_context(MailServer())
            return mail, Senders(stack, tmp_path, mail, url)

        yield make


def _queue(count: int) -> list[str]:
    connection.commit()
    names = [f"reader{n}@example.com" for n in range(count)]
    for name in names:
        delivery("email", name)
    return names


def _kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def _no_one_was_unclear() -> bool:
    history = Attempt.objects.all()
    return (
        not history.filter(effect="ambiguous").exists()
        and not history.filter(step="timed_out").exists()
    )


@pytest.mark.parametrize("another_runs", [True, False])
def test_killed_before_data_it_costs_neither_a_mail_nor_the_channel(
    place: Any, another_runs: bool
) -> None:
    mail, senders = place(owner_url())
    waited: list[float] = []
    # That a busy machine was slow once proves nothing: the kill that was made good soonest counts.
    while len(waited) < TURNS and min(waited, default=PATIENCE + 1) > PATIENCE:
        waited.append(_killed_before_data(mail, senders, another_runs=another_runs))
    assert min(waited) <= PATIENCE, "the dead one's rows do not fill the limit"
    assert _no_one_was_unclear()
    assert Attempt.objects.filter(code="sender_gone").count() == LIMIT * len(waited)


def _killed_before_data(mail: MailServer, senders: Senders, *, another_runs: bool) -> float:
    """Seconds until the last of the mails was accepted, each once."""
    out, held, handed_over = len(mail.recipients), len(mail.held), len(mail.handed_over)
    mail.hold = "RCPT"
    names = _queue(3 * LIMIT)
    doomed = senders.start()
    assert eventually(lambda: len(mail.held) == held + LIMIT)
    survivor = senders.start() if another_runs else None
    assert Delivery.objects.filter(state="sending").count() == LIMIT, "the limit is full"
    _kill(doomed)
    mail.hold = ""
    survivor = survivor or senders.start()
    began = time.time()
    assert eventually(lambda: len(mail.moments) >= out + len(names))
    assert sorted(mail.recipients[out:]) == sorted(names)
    assert sorted(mail.handed_over[handed_over:]) == sorted(names)
    assert eventually(lambda: not Delivery.objects.exclude(state="accepted").exists())
    _kill(survivor)
    return mail.moments[-1] - began


def test_killed_after_data_only_what_was_handed_over_is_unclear(place: Any) -> None:
    mail, senders = place(owner_url())
    mail.hold = "DATA"
    names = _queue(3 * LIMIT)
    doomed = senders.start()
    assert eventually(lambda: len(mail.held) == LIMIT)
    out = set(mail.held)
    senders.start()
    _kill(doomed)
    began = time.time()
    mail.hold = ""
    assert eventually(lambda: len(set(mail.recipients) - out) == len(names) - LIMIT)
    # Not for the lease of the dead; the test above says how long.
    assert max(mail.moments) - began < channel("email").lease.total_seconds() / 2
    assert eventually(lambda: Delivery.objects.filter(state="accepted").count() == 2 * LIMIT)
    unclear = Delivery.objects.filter(state="ambiguous")
    assert {one.address for one in unclear} == out
    assert {one.state_reason for one in unclear} == {"worker_lost"}
    assert sorted(mail.handed_over) == sorted(names), "each content came once"


def test_one_that_hangs_but_lives_keeps_what_it_has(place: Any) -> None:
    mail, senders = place(owner_url())
    mail.hold = "DATA"
    # One more than it takes, so that another is called as well.
    _queue(LIMIT + 1)
    hanging = senders.start()
    assert eventually(lambda: len(mail.held) == LIMIT)
    hanging.send_signal(signal.SIGSTOP)
    doomed = senders.start()
    assert eventually(lambda: Sender.objects.count() == 2)
    number = Sender.objects.latest("id").pk
    _kill(doomed)
    senders.start()
    # Of the two only the dead one is missed, for longer than a process is given to come back.
    assert eventually(lambda: _is_gone(number))
    assert Delivery.objects.filter(state="sending").count() == LIMIT
    mail.hold = ""
    hanging.send_signal(signal.SIGCONT)
    assert eventually(lambda: Delivery.objects.filter(state="accepted").count() == LIMIT + 1)
    assert len(mail.handed_over) == LIMIT + 1
    assert _no_one_was_unclear()


def _is_gone(number: int) -> bool:
    return number in gone()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_restarted_database_takes_nothing_from_the_living(
    place: Any, how: signal.Signals
) -> None:
    """All locks vanish, those who held them do not."""
    names = _queue(2 * LIMIT)
    with own_database() as database:
        mail, senders = place(database.url)
        mail.hold = "DATA"
        senders.start()
        assert eventually(lambda: len(mail.held) == LIMIT)
        senders.start()
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        assert eventually(lambda: database.number(held) == 2)
        database.restart(how)
        assert eventually(lambda: database.number(held) == 2), "they take them again"
        mail.hold = ""
        done = "SELECT count(*) FROM notifications_delivery WHERE state = 'accepted'"
        assert eventually(lambda: database.number(done) == len(names))
        assert sorted(mail.handed_over) == sorted(names), "nothing went out twice"
        lost = "SELECT count(*) FROM notifications_attempt WHERE effect = 'ambiguous'"
        assert database.number(lost) == 0
