"""A process that is killed between the payment file and the state of its payouts pays nobody twice (COD-7)."""

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import timezone

from apps.banking import services
from apps.banking.enums import PayoutState
from apps.banking.models import Payout, PayoutFile
from apps.banking.queries.payouts import payable_from
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-7")]
Start = Callable[[str, Any], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that stops at a point of its work."""
    with ExitStack() as begun:
        yield lambda point, account: begun.enter_context(
            process_to_kill("tests.banking.payout_worker", point, str(account.pk))
        )


def _kill_at(start: Start, point: str) -> None:
    account = bank_account()
    payouts = [f.released(amount=amount, account=account) for amount in ("10.00", "20.00")]
    process = start(point, account)
    assert process.stdout is not None
    assert process.stdout.readline() == f"{point}\n"
    process.kill()
    process.wait(LIMIT)
    was_made = point == "made"
    assert PayoutFile.objects.count() == was_made
    if was_made:
        with pytest.raises(RuleBroken):
            _again(account, payouts)
    else:
        assert set(Payout.objects.values_list("state", flat=True)) == {PayoutState.RELEASED}
        _again(account, payable_from(account))
    [file] = PayoutFile.objects.all()
    content = services.open_payment_file(file, by=UserFactory(), at=timezone.now())
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert set(Payout.objects.values_list("state", "file")) == {(PayoutState.SENT, file.pk)}
    assert Event.objects.filter(kind="payout.sent").count() == 2


def _again(account: Any, payouts: Any) -> None:
    services.make_payment_file(
        payouts, account=account, template="cmb", by=UserFactory(), at=timezone.now()
    )


@pytest.mark.parametrize("point", ["stored", "sent", "made"])
def test_killed_on_the_way(start: Start, point: str) -> None:
    _kill_at(start, point)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(30))
def test_thirty_times(start: Start, n: int) -> None:
    _kill_at(start, ("stored", "sent", "made")[n % 3])
