"""ORD-2 and ORD-3: what must be on file before an order is confirmed."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.customers import services
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer
from apps.customers.rules import acceptance_blockers, order_owner
from tests.factories.accounts import UserFactory
from tests.factories.customers import (
    AuthorisationFactory,
    ContractFactory,
    CustomerFactory,
    LetterFactory,
    days,
    ready_customer,
)

pytestmark = pytest.mark.django_db


def codes(customer: Customer, at: datetime | None = None) -> list[str]:
    fresh = Customer.objects.get(pk=customer.pk)
    return [blocker.code for blocker in acceptance_blockers(fresh, at or timezone.now())]


def test_a_ready_customer_has_no_blockers() -> None:
    assert codes(ready_customer()) == []


@pytest.mark.requirement("ORD-3")
def test_a_prospect_with_nothing_on_file_is_told_everything_at_once() -> None:
    customer = CustomerFactory()
    blockers = acceptance_blockers(customer, timezone.now())
    assert [(b.code, b.rule) for b in blockers] == [
        ("handover_missing", "ORD-3"),
        ("contract_missing", "ORD-3"),
        ("letter_missing", "ORD-2"),
    ]
    assert all(blocker.message for blocker in blockers)


@pytest.mark.requirement("ORD-2")
def test_the_letter_counts_on_its_days_only() -> None:
    customer = ready_customer()
    customer.letters.all().delete()
    assert codes(customer) == ["letter_missing"]
    old = LetterFactory(customer=customer, signed_on=days(-400), valid_until=days(-1))
    assert codes(customer) == ["letter_expired"]
    assert codes(customer, timezone.now() - timedelta(days=2)) == []
    old.delete()
    LetterFactory(customer=customer, signed_on=days(0), valid_until=days(0))
    assert codes(customer) == []
    assert codes(customer, timezone.now() + timedelta(days=1)) == ["letter_expired"]


@pytest.mark.requirement("ORD-2")
def test_a_withdrawn_letter_does_not_count() -> None:
    customer = ready_customer()
    letter = customer.letters.get()
    services.withdraw_letter(letter, reason="签字人无权", by=UserFactory(), at=timezone.now())
    assert codes(customer) == ["letter_missing"]


@pytest.mark.requirement("ORD-3")
def test_the_contract_counts_on_both_its_days() -> None:
    customer = ready_customer()
    customer.contracts.all().delete()
    ContractFactory(customer=customer, valid_from=days(1), valid_to=days(2))
    assert codes(customer) == ["contract_missing"]
    assert codes(customer, timezone.now() + timedelta(days=1)) == []
    assert codes(customer, timezone.now() + timedelta(days=2)) == []
    assert codes(customer, timezone.now() + timedelta(days=3)) == ["contract_missing"]


@pytest.mark.requirement("ORD-3")
@pytest.mark.requirement("ORD-2")
def test_a_leaders_word_bridges_paperwork_until_its_deadline_but_never_the_letter() -> None:
    customer = CustomerFactory()
    word = AuthorisationFactory(customer=customer)
    assert codes(customer) == ["letter_missing"]
    LetterFactory(customer=customer)
    assert codes(customer) == []
    assert codes(customer, word.deadline - timedelta(seconds=1)) == []
    assert codes(customer, word.deadline) == [
        "authorisation_expired",
        "handover_missing",
        "contract_missing",
    ]
    assert codes(customer, word.given_at - timedelta(seconds=1)) == [
        "handover_missing",
        "contract_missing",
    ]


@pytest.mark.requirement("ORD-3")
@pytest.mark.parametrize(
    ("status", "code"), [("suspended", "customer_suspended"), ("closed", "customer_closed")]
)
def test_a_stopped_customer_is_refused_with_the_reason(status: str, code: str) -> None:
    customer = ready_customer(status=status, status_reason="欠款 90 天")
    (blocker,) = acceptance_blockers(customer, timezone.now())
    assert blocker.code == code
    assert "欠款 90 天" in blocker.message


@pytest.mark.requirement("ORD-3")
def test_who_comes_back_is_handed_over_anew() -> None:
    customer, boss = ready_customer(), UserFactory()
    services.close_customer(customer, reason="客户停业", by=boss, at=timezone.now())
    services.reopen_customer(customer, by=boss, at=timezone.now())
    assert codes(customer) == ["handover_missing"]


@pytest.mark.requirement("ORD-3")
def test_the_director_owns_orders_to_the_last_day_of_the_trial() -> None:
    director, agent = UserFactory(), UserFactory()
    customer = ready_customer(
        status=CustomerStatus.TRIAL, trial_until=days(3), director=director, agent=agent
    )
    now = timezone.now()
    assert order_owner(customer, now) == director
    assert order_owner(customer, now + timedelta(days=3)) == director
    assert order_owner(customer, now + timedelta(days=4)) == agent


def test_blockers_read_one_query_and_none_from_an_annotated_list() -> None:
    now = timezone.now()
    customer = Customer.objects.get(pk=ready_customer().pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        acceptance_blockers(customer, now)
    assert len(queries) == 1
    (annotated,) = Customer.objects.with_papers(now)
    with CaptureQueriesContext(connection) as queries:
        assert acceptance_blockers(annotated, now) == []
    assert len(queries) == 0
