"""The clock of an order (ORD-5) and those of its follow-up steps (TRK-3), kept by the clock floor."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.events.models import Event
from apps.orders import services
from apps.orders.cleaning import clean_order
from apps.orders.enums import ClockStage, OrderMatter
from apps.orders.models import FollowUpTask, WorkOrder
from apps.orders.rules import DUE_SOON, read_clock
from apps.sla.enums import ClockState, MatterState, Metric
from apps.sla.models import Clock, Matter, Policy
from apps.sla.services import recompute_stale, retire_policy, set_due, sweep
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.notifications import relay_all
from tests.factories.orders import confirmed_order, order, phone_order, seasoned_customer, words
from tests.factories.sla import let_pass, machine, publish, target
from tests.orders.test_intake import row, take

NOW = timezone.now()
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.requirement("ORD-5")


@given(st.integers(min_value=-100_000, max_value=200_000))
def test_what_is_left_turns_amber_and_then_red_at_the_very_instant(seconds: int) -> None:
    clock = read_clock(NOW + timedelta(seconds=seconds), NOW)
    assert (clock.stage == ClockStage.OVERDUE) == (seconds <= 0)
    assert (clock.stage == ClockStage.RUNNING) == (seconds > DUE_SOON.total_seconds())


def matter_of(thing: models.Model) -> Matter:
    return Matter.objects.get(subject_type=thing._meta.label_lower, subject_id=str(thing.pk))


def clock_of(thing: models.Model) -> Clock:
    return matter_of(thing).clocks.get(key=0)


def clock_events_of(thing: models.Model) -> list[str]:
    events = Event.objects.filter(
        subject_type=thing._meta.label_lower,
        subject_id=str(thing.pk),
        kind__in=["clock.warned", "clock.overdue", "clock.escalated"],
    )
    return list(events.order_by("pk").values_list("kind", flat=True))


def act(name: str, made: WorkOrder, **words: Any) -> WorkOrder:
    done: WorkOrder = getattr(services, name)(
        order_id=made.pk, by=UserFactory(), at=timezone.now(), **words
    )
    return done


@pytest.mark.django_db
def test_an_order_is_due_24_hours_after_it_came_in_and_its_owner_is_warned_before() -> None:
    made = order(at=timezone.now() - HOUR)
    clock = clock_of(made)
    assert (clock.metric, clock.kind) == (Metric.ORDER_PROCESSING, OrderMatter.ORDER)
    assert made.due_at == clock.due_at == made.received_at + 24 * HOUR
    assert WorkOrder.objects.get(pk=made.pk).due_at == made.due_at
    assert clock.owner == made.owner and clock.unit == made.customer.unit
    assert sweep().steps == 0
    let_pass(hours=20)
    sweep()
    assert clock_events_of(made) == ["clock.warned"]
    let_pass(hours=3)
    sweep()
    sweep()
    assert clock_events_of(made) == ["clock.warned", "clock.overdue", "clock.escalated"]
    warned = Event.objects.get(kind="clock.warned")
    assert warned.data["recipients"] == [made.owner_id]
    assert warned.data["title"] == made.number


@pytest.mark.django_db
def test_confirming_processes_the_order_and_nobody_is_told_any_more() -> None:
    made = confirmed_order()
    clock = clock_of(made)
    assert (clock.state, clock.met_at) == (ClockState.MET, made.confirmed_at)
    assert clock.met_by == made.confirmed_by and clock.breached_at is None
    assert matter_of(made).state == MatterState.CLOSED
    let_pass(days=3)
    sweep()
    assert clock_events_of(made) == []


@pytest.mark.django_db
def test_an_order_confirmed_too_late_stays_on_record_as_missed() -> None:
    made = order(at=timezone.now() - 25 * HOUR)
    act("confirm_order", made)
    clock = clock_of(made)
    assert clock.state == ClockState.MET and clock.breached_at == made.due_at


@pytest.mark.django_db
def test_a_backlog_of_any_size_is_told_whole() -> None:
    for _ in range(5):
        order(at=timezone.now() - 30 * HOUR)
    assert sweep(limit=2).clocks == 5
    assert Event.objects.filter(kind="clock.overdue").count() == 5


@pytest.mark.django_db
def test_a_hold_is_a_fact_and_the_policy_of_a_new_house_lets_the_clock_run_on() -> None:
    made = act("hold_order", order(), reason="等客户回话")
    (wait,) = matter_of(made).intervals.all()
    assert (wait.kind, wait.until) == ("on_hold", None)
    assert clock_of(made).state == ClockState.RUNNING
    act("release_order", made)
    wait.refresh_from_db()
    assert wait.until is not None and wait.until_by is not None
    assert WorkOrder.objects.get(pk=made.pk).due_at == made.received_at + 24 * HOUR


@pytest.mark.django_db
def test_under_a_policy_that_waits_a_hold_moves_the_due_time_and_the_order_shows_it() -> None:
    publish(target(Metric.ORDER_PROCESSING, 24 * HOUR, pauses=["on_hold"]), kind=OrderMatter.ORDER)
    made = act("hold_order", order(), reason="等客户回话")
    assert made.due_at is None, "nobody can say when it is due"
    assert clock_of(made).state == ClockState.PAUSED
    let_pass(hours=5)
    made = act("release_order", made)
    clock = clock_of(made)
    assert made.due_at == clock.due_at
    assert clock.due_at is not None
    assert abs(clock.due_at - clock.started_at - 29 * HOUR) < timedelta(seconds=30)


@pytest.mark.django_db
def test_a_cancelled_order_and_its_steps_are_never_chased() -> None:
    for make in (order, confirmed_order):
        made = make()
        act("cancel_order", made, reason="客户取消")
        steps = list(made.tasks.all())
        for thing in (made, *steps):
            matter = matter_of(thing)
            assert (matter.state, matter.stop_reason) == (MatterState.STOPPED, "客户取消")
        let_pass(days=40)
        sweep()
        assert [clock_events_of(thing) for thing in (made, *steps)] == [[]] * (1 + len(steps))


@pytest.mark.django_db
def test_a_new_owner_is_told_instead_of_the_old_one() -> None:
    made, new = confirmed_order(), UserFactory()
    waiting = order()
    for one in (made, waiting):
        act("assign_order", one, owner=new)
    for thing in (waiting, *made.tasks.all()):
        assert clock_of(thing).owner == new and matter_of(thing).owner == new
    assert clock_of(made).owner == made.owner, "what is done stays with whoever did it"


@pytest.mark.django_db
def test_a_retired_policy_takes_its_due_times_with_it_and_the_next_one_brings_them_back() -> None:
    made = order()
    for policy in Policy.objects.filter(kind=OrderMatter.ORDER):
        retire_policy(policy=policy, reason="暂停计时", by=machine())
    recompute_stale()
    relay_all()
    made.refresh_from_db()
    assert made.due_at is None and clock_of(made).state == ClockState.STOPPED
    gone = Event.objects.get(kind="clock.due_moved")
    assert gone.data["from"] and gone.data["to"] is None
    publish(target(Metric.ORDER_PROCESSING, 24 * HOUR), kind=OrderMatter.ORDER, apply_to_open=True)
    recompute_stale()
    relay_all()
    made.refresh_from_db()
    assert made.due_at == made.received_at + 24 * HOUR


@pytest.mark.django_db
def test_a_policy_for_a_contract_is_that_of_its_customer_while_it_is_valid() -> None:
    customer, other = seasoned_customer(), ready_customer()
    contract = customer.contracts.get()
    publish(
        target(Metric.ORDER_PROCESSING, 3 * HOUR),
        kind=OrderMatter.ORDER,
        conditions={"contract_ids": [contract.pk]},
    )
    made = order(customer)
    assert made.due_at == made.received_at + 3 * HOUR
    elsewhere = order(other)
    assert elsewhere.due_at == elsewhere.received_at + 24 * HOUR
    type(contract).objects.filter(pk=contract.pk).update(
        valid_from=timezone.localdate() - timedelta(days=9),
        valid_to=timezone.localdate() - timedelta(days=1),
    )
    later = order(customer)
    assert later.due_at == later.received_at + 24 * HOUR


@pytest.mark.django_db
def test_another_service_level_may_mean_another_policy() -> None:
    publish(
        target(Metric.ORDER_PROCESSING, 2 * HOUR),
        kind=OrderMatter.ORDER,
        conditions={"classes": ["same_day"]},
    )
    made = order()
    content, errors = clean_order(words(service_level="same_day"))
    assert not errors
    made = services.change_order(
        order_id=made.pk, content=content, by=UserFactory(), at=timezone.now()
    )
    assert made.due_at == made.received_at + 2 * HOUR == clock_of(made).due_at


@pytest.mark.django_db
def test_a_due_time_set_on_the_clock_floor_reaches_the_order_once_and_out_of_order() -> None:
    made = order()
    for hours in (30, 40):
        set_due(
            subject=made,
            metric=Metric.ORDER_PROCESSING,
            due_at=made.received_at + hours * HOUR,
            reason="与客户约定",
            by=machine(),
        )
    relay_all()
    made.refresh_from_db()
    assert made.due_at == made.received_at + 40 * HOUR
    services.copy_dues([made.pk], WorkOrder)
    assert WorkOrder.objects.get(pk=made.pk).due_at == made.due_at


@pytest.mark.django_db
def test_a_spreadsheet_starts_all_its_clocks_in_as_many_statements_as_one_order() -> None:
    customer = seasoned_customer()
    # What a process keeps of rare tables is read at its first file.
    take(customer, [row(客户单号="B0")])
    spent = []
    for count in (2, 12):
        with CaptureQueriesContext(connection) as caught:
            intake = take(customer, [row(客户单号=f"B{count}-{n}") for n in range(count)])
        assert intake.rows_taken == count
        spent.append(len(caught))
    assert spent[0] == spent[1]
    orders = list(WorkOrder.objects.filter(intake_file__isnull=False))
    assert len(orders) == 15
    for made in orders:
        assert made.due_at == made.received_at + 24 * HOUR == clock_of(made).due_at


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_each_step_has_a_clock_that_ends_when_it_is_ticked_off() -> None:
    made = confirmed_order()
    first, second, *rest = made.tasks.order_by("due_at", "pk")
    assert rest and all(clock_of(task).due_at == task.due_at for task in (first, second, *rest))
    services.complete_task(task_id=first.pk, outcome="已确认", by=made.owner, at=timezone.now())
    assert clock_of(first).state == ClockState.MET and clock_of(first).met_by == made.owner
    let_pass(minutes=6)
    sweep()
    assert clock_events_of(first) == []
    later = timezone.now() + 5 * HOUR
    services.postpone_task(
        task_id=second.pk, due_at=later, reason="车晚到", by=made.owner, at=timezone.now()
    )
    assert clock_of(second).due_at == later
    assert FollowUpTask.objects.get(pk=second.pk).due_at == later


@pytest.mark.django_db
@pytest.mark.requirement("TRK-3")
def test_a_step_that_is_forgotten_is_told_to_its_owner_and_then_passed_up() -> None:
    made = confirmed_order()
    task = made.tasks.order_by("due_at", "pk").first()
    assert task is not None
    let_pass(minutes=16)
    sweep()
    let_pass(hours=2)
    sweep()
    assert clock_events_of(task) == ["clock.warned", "clock.overdue", "clock.escalated"]
    first = Event.objects.filter(kind="clock.warned", subject_id=str(task.pk)).get()
    assert first.data["title"].startswith(made.number)
    assert first.data["recipients"] == [task.owner_id]


@pytest.mark.django_db
def test_the_list_sorts_by_what_runs_out_and_each_time_leads_to_its_reasons(
    client: Client, agent: User
) -> None:
    customer = ready_customer(agent=agent)
    early = order(customer, at=timezone.now() - 20 * HOUR)
    late = phone_order(customer)
    page = client.get(
        reverse("admin:orders_workorder_changelist"), {"clock": "running"}
    ).content.decode()
    assert page.index(early.number) < page.index(late.number)
    why = reverse("admin:sla_clock_of", args=["orders", "workorder", early.pk])
    assert why in page
    answer = client.get(why, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(
        "admin:sla_clock_change", args=[clock_of(early).pk]
    )
    assert early.number in answer.content.decode()
    own = client.get(reverse("admin:orders_workorder_change", args=[early.pk])).content.decode()
    assert why in own


@pytest.mark.django_db
def test_whose_clock_one_may_not_see_is_not_explained(client: Client) -> None:
    made = order()
    sign_in(client, UserFactory(roles=[Role.AGENT], scope=ObjectScope.UNITS))
    address = reverse("admin:sla_clock_of", args=["orders", "workorder", made.pk])
    assert made.number not in client.get(address, follow=True).content.decode()
    sign_in(client, UserFactory())
    assert client.get(address).status_code == 403
