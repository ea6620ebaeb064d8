"""Twenty at once: approvals, releases, files, results and stops each have exactly one effect (COD-6, COD-7)."""

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services
from apps.banking.enums import PayeeState, PayoutState
from apps.banking.models import PayeeAccount, Payout, PayoutFile, PayoutResult
from apps.events.models import Event
from tests.at_once import at_once
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-6", "COD-7")]
TWENTY = 20


def happened(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_the_second_approval_twenty_times() -> None:
    payee = f.called_back()
    f.approve(payee, f.approver())
    people = [f.approver(Role.GENERAL_MANAGER) for _n in range(TWENTY)]
    seen = f.seen("banking.payee", payee)
    answers = at_once(TWENTY, lambda n: f.approve(payee, people[n], seen=seen))
    assert answers["done"] == 1, answers
    assert happened("payee.cooling") == 1 and f.fresh(payee).state == PayeeState.COOLING


def test_twenty_release_the_same_payout() -> None:
    payout = f.draft()
    approval = f.subject_approved(payout)
    by = UserFactory()
    answers = at_once(
        TWENTY,
        lambda _n: services.release_payouts([payout], approval=approval, by=by, at=timezone.now()),
    )
    assert set(answers) == {"done"} and happened("payout.released") == 1


def test_twenty_files_of_the_same_payouts() -> None:
    payout, by = f.released(), UserFactory()
    answers = at_once(TWENTY, lambda _n: f.filed(payout, by=by))
    assert answers["done"] == 1 and set(answers) == {"done", "nothing_to_pay"}
    assert PayoutFile.objects.count() == 1 and happened("payout.sent") == 1


def test_twenty_results_of_the_same_file() -> None:
    payout, by = f.released(), UserFactory()
    file = f.filed(payout)
    content = f.results((payout, "100.00", "成功"))
    answers = at_once(TWENTY, lambda _n: f.answer(file, content, by=by))
    assert answers["done"] == 1 and set(answers) == {"done", "result_known"}
    assert happened("payout.paid") == 1 and PayoutResult.objects.count() == 1


def test_twenty_put_it_into_use() -> None:
    f.cooling(f.requested(at=f.ago(days=3)), at=f.ago(days=2))
    assert set(at_once(TWENTY, lambda _n: services.move_payees())) == {"done"}
    assert happened("payee.activated") == 1


def test_twenty_drafts_of_the_same_thing() -> None:
    payee, by, subject = f.active(), UserFactory(), f.merchant()
    account = bank_account()
    answers = at_once(TWENTY, lambda _n: f.draft(payee, subject=subject, account=account, by=by))
    assert set(answers) == {"done"} and Payout.objects.count() == 1


def test_stopped_while_it_is_released_and_sent() -> None:
    """Whoever is first: a stopped account is in no file that was made after it."""
    payout, by = f.released(), UserFactory()

    def work(n: int) -> None:
        if n % 2:
            services.stop_payee(payout.payee, reason="商户否认", by=by, at=timezone.now())
        else:
            f.filed(payout, by=by)

    answers = at_once(8, work)
    row, payee = f.fresh(payout), PayeeAccount.objects.get(pk=payout.payee_id)
    assert payee.state == PayeeState.STOPPED and happened("payee.stopped") == 1, answers
    if row.state == PayoutState.SENT:
        made = Event.objects.get(kind="payout.sent")
        assert made.pk < Event.objects.get(kind="payee.stopped").pk
    else:
        assert row.state == PayoutState.RELEASED and not PayoutFile.objects.exists()
