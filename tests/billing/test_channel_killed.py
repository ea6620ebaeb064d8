"""A worker that is killed between sending an invoice and storing the answer leaves the truth: it is asked
about, and issued once (BIL-4)."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Barrier, Thread
from typing import Any

import pytest
from celery import current_app
from django.db import connection

from apps.billing.models import Invoice
from apps.billing.services import work_tax_channel
from apps.billing.services.tax.turns import WORK
from apps.events.background import overdue
from apps.events.models import Event
from apps.ledger.models import Entry
from tests.doubles.tax_platform import TaxPlatform
from tests.factories.tax import due_now, submitted, work
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("BIL-4")]
Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(bureau: TaxPlatform) -> Iterator[Start]:
    """Starts a worker that stops at a point of its work."""
    with ExitStack() as begun:
        yield lambda point: begun.enter_context(
            process_to_kill("tests.billing.channel_worker", point, TAX_CHANNEL=bureau.settings)
        )


@pytest.mark.parametrize(
    ("point", "state", "left"), [("connected", "issuing", 0), ("answered", "unclear", 1)]
)
def test_killed_on_the_way(
    bureau: TaxPlatform, start: Start, point: str, state: str, left: int
) -> None:
    invoice = submitted()
    due_now()
    worker = start(point)
    assert worker.stdout is not None
    assert worker.stdout.readline() == f"{point}\n"
    worker.kill()
    worker.wait(LIMIT)
    invoice.refresh_from_db()
    assert invoice.state == state and (invoice.channel_sent_at is not None) == bool(left)
    assert len(bureau.asked("requestBillingNew")) == left
    assert work_tax_channel() == 0, "its lease is not over"
    work(3)
    invoice.refresh_from_db()
    assert invoice.state == "issued" and len(bureau.issued()) == 1
    assert len(bureau.asked("requestBillingNew")) == 1
    assert Event.objects.filter(kind="invoice.issued").count() == 1
    assert Entry.objects.filter(kind="invoice.issued").count() == 1


def test_six_workers_at_once_send_each_once(bureau: TaxPlatform) -> None:
    for _n in range(8):
        submitted()
    due_now()
    gate = Barrier(6)

    def one() -> None:
        gate.wait()
        work_tax_channel()
        connection.close()

    threads = [Thread(target=one) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bureau.asked("requestBillingNew")) == 8 and len(bureau.tokens_given) == 1
    work()
    assert set(Invoice.objects.values_list("state", flat=True)) == {"issued"}
    assert len(bureau.issued()) == 8 and Entry.objects.filter(kind="invoice.issued").count() == 8


def test_what_waits_is_found_without_a_call(bureau: TaxPlatform, settings: Any) -> None:
    current_app.loader.import_default_modules()
    assert WORK not in {one.task for one in overdue()}
    submitted()
    due_now()
    assert WORK in {one.task for one in overdue()}
    settings.TAX_CHANNEL = {**bureau.settings, "app_key": ""}
    assert WORK not in {one.task for one in overdue()}, "nobody's work without a channel"
