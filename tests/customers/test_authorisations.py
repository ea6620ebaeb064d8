"""ORD-3: a leader's verbal authorisation is recorded, chased and escalated once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.customers import services, tasks
from apps.customers.enums import AuthorisationState, ChaseStep
from apps.customers.models import Customer, VerbalAuthorisation
from apps.customers.rules import acceptance_blockers, reminder_time
from apps.customers.states import AUTHORISATION_MOVES
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.customers import (
    AuthorisationFactory,
    ContractFactory,
    CustomerFactory,
    LetterFactory,
    Signers,
    ready_customer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("ORD-3")]
NOW = timezone.now()


def grant(customer: Customer, leader: User, hours: int = 72) -> VerbalAuthorisation:
    return services.grant_verbal_authorisation(
        customer,
        leader=leader,
        deadline=NOW + timedelta(hours=hours),
        reason="展会货物今晚必须走",
        by=UserFactory(),
        at=NOW,
    )


def leader(role: Role = Role.DEPARTMENT_MANAGER) -> User:
    user: User = UserFactory(roles=[role])
    return user


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleBroken) as caught:
        call()
    return caught.value.code


def kinds() -> list[str]:
    chased = Event.objects.filter(kind__startswith="customer.paperwork").order_by("pk")
    return list(chased.values_list("kind", flat=True))


@pytest.mark.parametrize("role", list(Role))
def test_whose_word_counts(role: Role) -> None:
    customer, person = CustomerFactory(), leader(role)
    if role in (Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.DEPARTMENT_MANAGER):
        word = grant(customer, person)
        assert word.missing == ["handover_form", "contract"]
        assert word.given_by == person
    else:
        assert refused(lambda: grant(customer, person)) == "not_a_leader"


def test_what_cannot_be_authorised() -> None:
    customer, boss = CustomerFactory(), leader()
    assert refused(lambda: grant(customer, boss, hours=0)) == "deadline_past"
    assert refused(lambda: grant(customer, boss, hours=24 * 31)) == "deadline_too_far"
    assert refused(lambda: grant(ready_customer(), boss)) == "nothing_missing"
    stopped = CustomerFactory(status="suspended", status_reason="欠款")
    assert refused(lambda: grant(stopped, boss)) == "customer_stopped"
    boss.is_active = False
    assert refused(lambda: grant(customer, boss)) == "not_a_leader"


def test_a_later_word_replaces_the_earlier_one() -> None:
    customer, boss = CustomerFactory(), leader()
    first = grant(customer, boss)
    second = grant(customer, boss, hours=96)
    first.refresh_from_db()
    assert (first.state, second.state) == (AuthorisationState.REPLACED, AuthorisationState.OPEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorisationFactory(customer=customer)


@pytest.mark.parametrize(("hours", "before"), [(72, 24), (48, 24), (10, 5), (2, 1)])
def test_when_the_reminder_comes(hours: int, before: int) -> None:
    deadline = NOW + timedelta(hours=hours)
    assert reminder_time(NOW, deadline) == deadline - timedelta(hours=before)


def test_reminded_once_then_escalated_once() -> None:
    customer = CustomerFactory()
    word = grant(customer, leader(), hours=72)
    chase = services.chase_verbal_authorisations
    assert chase(now=NOW + timedelta(hours=47)) == 0
    assert chase(now=NOW + timedelta(hours=48)) == 1
    assert chase(now=NOW + timedelta(hours=49)) == 0
    assert chase(now=NOW + timedelta(hours=72)) == 1
    assert chase(now=NOW + timedelta(hours=900)) == 0
    assert kinds() == ["customer.paperwork_due_soon", "customer.paperwork_overdue"]
    word.refresh_from_db()
    assert (word.state, word.chase_step) == (AuthorisationState.OPEN, ChaseStep.DONE)
    overdue = Event.objects.get(kind="customer.paperwork_overdue")
    assert overdue.data["missing"] == "handover_form, contract"
    assert overdue.data["authorisation"] == word.pk


def test_a_sweeper_that_slept_past_the_deadline_escalates_without_reminding() -> None:
    grant(CustomerFactory(), leader())
    assert services.chase_verbal_authorisations(now=NOW + timedelta(days=9)) == 1
    assert kinds() == ["customer.paperwork_overdue"]


def test_without_a_given_time_the_databases_clock_decides() -> None:
    AuthorisationFactory(next_chase=timezone.now() + timedelta(minutes=5))
    assert services.chase_verbal_authorisations() == 0
    VerbalAuthorisation.objects.update(next_chase=timezone.now() - timedelta(minutes=5))
    assert services.chase_verbal_authorisations() == 1


def test_all_paperwork_ends_the_chase_whichever_comes_last() -> None:
    signers = Signers()
    customer = signers.customer()
    word = grant(customer, leader())
    signers.accept(signers.in_signing(customer))
    word.refresh_from_db()
    assert word.state == AuthorisationState.OPEN, "the contract is still missing"
    ContractFactory(customer=customer)
    assert services.chase_verbal_authorisations(now=NOW + timedelta(hours=60)) == 1
    word.refresh_from_db()
    assert word.state == AuthorisationState.FULFILLED
    assert kinds() == []


def test_the_last_signature_ends_the_chase_at_once() -> None:
    signers = Signers()
    customer = signers.customer()
    word = grant(customer, leader())
    ContractFactory(customer=customer)
    signers.accept(signers.in_signing(customer))
    word.refresh_from_db()
    assert word.state == AuthorisationState.FULFILLED
    assert word.ended_by == signers.general


def test_withdrawing_blocks_orders_again() -> None:
    customer = CustomerFactory()
    LetterFactory(customer=customer)
    word = grant(customer, leader())
    assert acceptance_blockers(customer, NOW) == []
    withdraw = services.withdraw_verbal_authorisation
    withdraw(word, reason="客户信用有问题", by=UserFactory(), at=NOW)
    codes = [b.code for b in acceptance_blockers(customer, NOW)]
    assert codes == ["handover_missing", "contract_missing"]
    assert refused(lambda: withdraw(word, reason="再撤", by=UserFactory(), at=NOW)) == "not_open"


@pytest.mark.parametrize("to", [s for s in AuthorisationState if s != AuthorisationState.OPEN])
@pytest.mark.parametrize("frm", AuthorisationState)
def test_an_ended_authorisation_stays_ended(
    frm: AuthorisationState, to: AuthorisationState
) -> None:
    assert AUTHORISATION_MOVES.allows(frm, to) == (frm == AuthorisationState.OPEN)


@pytest.mark.django_db(transaction=True)
def test_sweepers_side_by_side_chase_each_row_once() -> None:
    AuthorisationFactory.create_batch(12, next_chase=timezone.now() - timedelta(minutes=1))
    start, handled = threading.Barrier(4), []

    def sweep() -> None:
        try:
            start.wait(timeout=10)
            while done := services.chase_verbal_authorisations(limit=2):
                handled.append(done)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sum(handled) == 12
    assert len(kinds()) == 12


def test_the_task_works_off_more_than_one_batch() -> None:
    AuthorisationFactory.create_batch(3, next_chase=timezone.now() - timedelta(minutes=1))
    assert tasks.chase_paperwork() == 3
    assert len(kinds()) == 3
