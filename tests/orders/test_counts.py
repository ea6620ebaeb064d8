"""The daily comparison of what was sent with what came (ORD-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.orders import services
from apps.orders.enums import CountStatus
from apps.orders.models import DeclaredCount
from tests.factories.accounts import UserFactory
from tests.factories.customers import ready_customer
from tests.factories.orders import order


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


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
