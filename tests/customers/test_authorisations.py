"""ORD-3: a leader's verbal authorisation is recorded, chased and escalated once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.customers import services, tasks
from apps.customers.enums import AuthorisationState
from apps.customers.models import Customer, HandoverForm, VerbalAuthorisation
from apps.customers.rules import acceptance_blockers
from apps.customers.states import AUTHORISATION_MOVES
from apps.events.models import Event
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from apps.sla.services import sweep
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import (
    AuthorisationFactory,
    ContractFactory,
    CustomerFactory,
    LetterFactory,
    Signers,
    form_values,
    ready_customer,
)
from tests.factories.sla import let_pass
from tests.refusing import refused

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


def clock_of(word: VerbalAuthorisation) -> Clock:
    return Clock.objects.get(
        matter__subject_type="customers.verbalauthorisation", matter__subject_id=str(word.pk)
    )


def kinds() -> list[str]:
    chased = Event.objects.filter(
        kind__in=["clock.warned", "clock.overdue", "clock.escalated"]
    ).order_by("pk")
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
    assert clock_of(first).state == ClockState.STOPPED
    assert clock_of(second).due_at == second.deadline
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorisationFactory(customer=customer)


def test_reminded_before_the_deadline_then_escalated_up_the_chain() -> None:
    agent, unit = UserFactory(), UnitFactory()
    boss = UserFactory(roles=[Role.DEPARTMENT_MANAGER], unit=unit)
    customer = CustomerFactory(agent=agent, unit=unit)
    word = grant(customer, boss, hours=72)
    clock = clock_of(word)
    assert (clock.metric, clock.due_at, clock.owner) == (Metric.PAPERWORK, word.deadline, agent)
    sweep()
    assert kinds() == []
    let_pass(hours=48)
    sweep()
    assert kinds() == ["clock.warned"]
    let_pass(hours=24)
    sweep()
    sweep()
    assert kinds() == ["clock.warned", "clock.overdue", "clock.escalated"]
    let_pass(hours=24)
    sweep()
    assert kinds()[3:] == ["clock.escalated"]
    warned = Event.objects.get(kind="clock.warned")
    assert warned.data["recipients"] == [agent.pk]
    assert warned.data["title"].startswith(customer.code)
    manager = Event.objects.filter(kind="clock.escalated").latest("pk")
    assert manager.data["recipients"] == [boss.pk]
    word.refresh_from_db()
    assert word.state == AuthorisationState.OPEN


def test_a_new_agent_is_reminded_instead_of_the_old_one() -> None:
    customer, new = CustomerFactory(), UserFactory()
    word = grant(customer, leader())
    services.change_customer(customer, {"agent": new}, by=UserFactory(), at=NOW)
    assert clock_of(word).owner == new


def test_all_paperwork_ends_the_chase_whichever_comes_last() -> None:
    signers = Signers()
    customer = signers.customer()
    word = grant(customer, leader())
    signers.accept(signers.in_signing(customer))
    word.refresh_from_db()
    assert word.state == AuthorisationState.OPEN, "the contract is still missing"
    ContractFactory(customer=customer)
    assert services.settle_open_authorisations(now=NOW + timedelta(hours=60)) == 1
    assert services.settle_open_authorisations(now=NOW + timedelta(hours=60)) == 0
    word.refresh_from_db()
    assert word.state == AuthorisationState.FULFILLED
    assert clock_of(word).state == ClockState.MET
    let_pass(days=9)
    sweep()
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
    assert clock_of(word).state == ClockState.MET and clock_of(word).met_by == signers.general


def test_withdrawing_blocks_orders_again() -> None:
    customer = CustomerFactory()
    LetterFactory(customer=customer)
    word = grant(customer, leader())
    assert acceptance_blockers(customer, NOW) == []
    withdraw = services.withdraw_verbal_authorisation
    withdraw(word, reason="客户信用有问题", by=UserFactory(), at=NOW)
    assert clock_of(word).matter.stop_reason == "客户信用有问题"
    codes = [b.code for b in acceptance_blockers(customer, NOW)]
    assert codes == ["handover_missing", "contract_missing"]
    assert refused(lambda: withdraw(word, reason="再撤", by=UserFactory(), at=NOW)) == "not_open"


@pytest.mark.parametrize("to", [s for s in AuthorisationState if s != AuthorisationState.OPEN])
@pytest.mark.parametrize("frm", AuthorisationState)
def test_an_ended_authorisation_stays_ended(
    frm: AuthorisationState, to: AuthorisationState
) -> None:
    assert AUTHORISATION_MOVES.allows(frm, to) == (frm == AuthorisationState.OPEN)


def test_what_somebody_is_working_on_is_settled_next_time() -> None:
    """Only open ones are looked at, and only those whose papers are all there end."""
    waiting, complete = CustomerFactory(), CustomerFactory()
    words = [grant(customer, leader()) for customer in (waiting, complete)]
    signers_file(complete)
    assert tasks.settle_paperwork() == 1
    for word in words:
        word.refresh_from_db()
    assert [word.state for word in words] == ["open", "fulfilled"]


def signers_file(customer: Customer) -> None:
    """Everything is on file, without anybody having said so to the authorisation."""
    ContractFactory(customer=customer)
    HandoverForm.objects.create(
        customer=customer,
        state="accepted",
        submitted_at=NOW,
        submitted_by=UserFactory(),
        accepted_at=NOW,
        accepted_by=UserFactory(),
        created_by=UserFactory(),
        **form_values(),
    )
