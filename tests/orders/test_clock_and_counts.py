"""The 24-hour clock (ORD-5) and the daily comparison of counts (ORD-1)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.orders import services
from apps.orders.enums import ClockStage, CountStatus
from apps.orders.models import DeclaredCount
from apps.orders.rules import DUE_SOON, read_clock
from tests.factories.accounts import UserFactory
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order

NOW = timezone.now()


@pytest.mark.requirement("ORD-5")
@given(st.integers(min_value=-100_000, max_value=200_000))
def test_the_clock_is_overdue_at_the_very_instant(seconds: int) -> None:
    clock = read_clock(NOW + timedelta(seconds=seconds), NOW)
    assert (clock.stage == ClockStage.OVERDUE) == (seconds <= 0)
    assert (clock.stage == ClockStage.RUNNING) == (seconds > DUE_SOON.total_seconds())


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


@pytest.mark.django_db
@pytest.mark.requirement("ORD-5")
def test_an_order_is_announced_once_when_due_soon_and_once_when_overdue() -> None:
    now = timezone.now()
    made = order(at=now - timedelta(hours=1))
    assert services.escalate_overdue_orders(now) == 0
    soon = made.due_at - timedelta(hours=2)
    assert services.escalate_overdue_orders(soon) == 1
    assert services.escalate_overdue_orders(soon) == 0
    assert services.escalate_overdue_orders(made.due_at) == 1
    assert services.escalate_overdue_orders(made.due_at + timedelta(days=3)) == 0
    assert (events("order.due_soon"), events("order.overdue")) == (1, 1)


@pytest.mark.django_db
@pytest.mark.requirement("ORD-5")
def test_a_confirmed_order_has_met_its_clock_and_a_backlog_of_any_size_is_swept() -> None:
    now = timezone.now()
    confirmed_order()
    for _ in range(5):
        order(at=now - timedelta(hours=30))
    assert services.escalate_overdue_orders(now, batch=2) == 5
    assert (events("order.overdue"), events("order.due_soon")) == (5, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("ORD-5")
def test_two_sweepers_at_once_announce_each_order_once() -> None:
    now = timezone.now()
    for _ in range(6):
        order(at=now - timedelta(hours=30))
    gate = threading.Barrier(2)

    def sweep() -> None:
        gate.wait(5)
        services.escalate_overdue_orders(now, batch=1)
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert events("order.overdue") == 6


@pytest.mark.django_db
@pytest.mark.requirement("ORD-1")
def test_a_difference_is_raised_the_same_day_and_settles_when_the_missing_order_comes() -> None:
    customer, by, at = ready_customer(), UserFactory(), timezone.now()
    order(customer)
    count = services.declare_count(
        customer=customer, day=timezone.localdate(at), declared=2, by=by, at=at
    )
    assert (count.status, count.received) == (CountStatus.MISMATCH, 1)
    assert events("orders.count_mismatch") == 1
    assert services.compare_counts(at) == 0, "nothing new, nothing raised again"
    order(customer)
    assert services.compare_counts(at) == 1
    count.refresh_from_db()
    assert count.status == CountStatus.MATCHED
    order(customer)
    services.compare_counts(at)
    count.refresh_from_db()
    assert (count.status, count.received) == (CountStatus.MISMATCH, 3)
    assert events("orders.count_mismatch") == 2


@pytest.mark.django_db
@pytest.mark.requirement("ORD-1")
def test_a_difference_is_explained_once_and_with_words() -> None:
    customer, by, at = ready_customer(), UserFactory(), timezone.now()
    count = services.declare_count(
        customer=customer, day=timezone.localdate(at), declared=1, by=by, at=at
    )
    with pytest.raises(BadInput):
        services.resolve_count(count_id=count.pk, explanation="  ", by=by, at=at)
    services.resolve_count(count_id=count.pk, explanation="客户重复计数", by=by, at=at)
    with pytest.raises(RuleBroken):
        services.resolve_count(count_id=count.pk, explanation="再说一次", by=by, at=at)
    again = services.declare_count(
        customer=customer, day=timezone.localdate(at), declared=1, by=by, at=at
    )
    assert again.status == CountStatus.RESOLVED, "the same number again opens nothing"
    other = services.declare_count(
        customer=customer, day=timezone.localdate(at), declared=3, by=by, at=at
    )
    assert other.status == CountStatus.MISMATCH and DeclaredCount.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("days", [1, -40])
def test_a_count_is_about_today_or_lately(days: int) -> None:
    at = timezone.now()
    day = timezone.localdate(at) + timedelta(days=days)
    with pytest.raises(RuleBroken):
        services.declare_count(
            customer=ready_customer(), day=day, declared=1, by=UserFactory(), at=at
        )
