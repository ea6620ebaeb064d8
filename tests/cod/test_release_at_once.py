"""However many release a remittance at once, and wherever one is killed, the merchant is paid once (COD-7)."""

from decimal import Decimal
from itertools import cycle, islice

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.backoffice.models import Approval
from apps.banking import services as bank
from apps.banking.models import Payout
from apps.cod import services
from apps.cod.enums import ItemState, RemittanceState
from apps.cod.models import CodItem, Remittance, RemittanceRow
from apps.events.models import Event
from apps.ledger.models import Entry
from tests.at_once import at_once
from tests.cod.points import POINTS
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory
from tests.faults.killing import process_to_kill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-7")]


def once(row: Remittance) -> None:
    """Released, with one of everything."""
    row.refresh_from_db()
    assert row.state == RemittanceState.RELEASED
    assert Payout.objects.count() == 1
    assert Entry.objects.filter(key=f"remittance:{row.pk}").count() == 1
    for kind in ("remittance.released", "payout.released"):
        assert Event.objects.filter(kind=kind).count() == 1
    assert set(CodItem.objects.values_list("state", flat=True)) == {ItemState.REMITTED}


def half_approved() -> Remittance:
    row = f.asked()
    f.approve(row, f.person(Role.FINANCE))
    return row


@pytest.mark.parametrize("each", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_of_twenty_and_of_two_hundred_releases_one_has_effect(each: int) -> None:
    row = half_approved()
    managers = [f.person(Role.GENERAL_MANAGER) for _n in range(20)]
    outcomes = at_once(20, lambda n: f.approve(row, managers[n]), each=each)
    assert outcomes["done"] == 1, outcomes
    once(row)


def test_twenty_prepare_the_same_day_and_there_is_one() -> None:
    merchant = f.merchant()
    f.banked(merchant, "100.00", "50.00")
    by, at = UserFactory(), timezone.now()
    day = timezone.localdate(at)
    outcomes = at_once(
        20,
        lambda _n: services.prepare_remittance(merchant_id=merchant.pk, day=day, by=by, at=at),
    )
    assert outcomes["done"] == 20
    assert Remittance.objects.get().amount == Decimal("150.00")
    assert RemittanceRow.objects.filter(kind="item").count() == 2


def test_of_twenty_who_pay_ahead_at_once_one_does() -> None:
    merchant = f.merchant()
    f.policy(merchant, "150.00")
    f.on_its_way(merchant, "100.00", "40.00")
    by = [UserFactory() for _n in range(20)]
    outcomes = at_once(
        20, lambda n: services.pay_ahead(merchant_id=merchant.pk, by=by[n], at=timezone.now())
    )
    assert outcomes == {"done": 1, "ahead_already": 19}
    assert RemittanceRow.objects.filter(kind="advance").count() == 2


def test_twenty_pieces_of_news_of_one_payout_have_one_effect() -> None:
    row = f.released()
    assert row.payout is not None

    bank.cancel_payout(row.payout, reason="账户有误", by=UserFactory(), at=timezone.now())
    by, payout = UserFactory(), row.payout.pk
    at_once(20, lambda _n: services.follow_payout(payout_id=payout, by=by, at=timezone.now()))
    row.refresh_from_db()
    assert row.state == RemittanceState.RETURNED
    assert Event.objects.filter(kind="remittance.returned").count() == 1
    assert Entry.objects.filter(kind="remittance.released").count() == 2, "and its reversal"


def killed(row: Remittance, point: str) -> None:
    """A process gives the second approval and is killed once it has come so far."""
    with process_to_kill("tests.cod.release_worker", str(row.pk), point) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{point}\n"


@pytest.mark.parametrize("kills", [1, pytest.param(30, marks=pytest.mark.slow)])
def test_a_release_that_is_killed_has_done_nothing_and_the_next_pays_once(kills: int) -> None:
    row = half_approved()
    f.person(Role.GENERAL_MANAGER, username="release-worker")
    points = list(POINTS) if kills > 1 else ["entry"]
    for point in islice(cycle(points), kills):
        killed(row, point)
        row.refresh_from_db()
        assert row.state == RemittanceState.PREPARED and row.payout is None
        assert (
            not Payout.objects.exists()
            and Approval.objects.filter(request__subject_type="cod.remittance").count() == 1
        )
        assert not Entry.objects.filter(key=f"remittance:{row.pk}").exists()
        assert set(CodItem.objects.values_list("state", flat=True)) == {ItemState.IN_REMITTANCE}
    f.approve(row, f.person(Role.GENERAL_MANAGER))
    once(row)
