"""Which policy applies, and what becomes of open clocks when that changes (CMP-2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.sla import services
from apps.sla.enums import ClockState, CountsFrom, DayKind, IntervalKind, Metric, Whom
from apps.sla.inputs import DayEntry
from apps.sla.models import Clock, Policy
from apps.sla.rules import Attributes, VersionRule, choose_version
from tests.factories.accounts import UserFactory
from tests.factories.sla import (
    COMPLAINT,
    MAJOR,
    clock_events_of,
    clock_of,
    fired,
    let_pass,
    machine,
    make_calendar,
    open_case,
    publish,
    step,
    target,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
T0 = datetime(2026, 1, 1, tzinfo=UTC)


def version(pk: int, policy: int = 0, **fields: Any) -> VersionRule:
    values = {"priority": 0, "valid_from": T0} | fields
    return VersionRule(pk, policy or pk, **values)


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        ([], None),
        ([version(1)], 1),
        ([version(1, classes=frozenset({"loss"}))], None),
        ([version(1), version(2, classes=frozenset({"complaint"}))], 2),
        ([version(1, priority=1), version(2, classes=frozenset({"complaint"}))], 1),
        (
            [
                version(1, classes=frozenset({"complaint"}), severities=frozenset({"ordinary"})),
                version(2, customer_ids=frozenset({5})),
                version(3, contract_ids=frozenset({9})),
            ],
            3,
        ),
        ([version(1), version(2, valid_from=T0 + HOUR)], 2),
        ([version(1), version(2, valid_from=T0 + 3 * HOUR)], 1),
        # Of one policy only its newest valid version speaks, even if an older one would fit.
        (
            [
                version(1, policy=1),
                version(2, policy=1, valid_from=T0 + HOUR, classes=frozenset({"loss"})),
            ],
            None,
        ),
    ],
)
def test_the_version_that_applies(versions: list[VersionRule], chosen: int | None) -> None:
    what = Attributes("complaint", "ordinary", "phone", 5, 9)
    found = choose_version(versions, what, T0 + 2 * HOUR)
    assert (found.id if found else None) == chosen


@pytest.mark.django_db
def test_a_new_version_applies_to_what_is_opened_from_then_on() -> None:
    first = publish(target(Metric.FEEDBACK, HOUR))
    _what, old = open_case()
    publish(target(Metric.FEEDBACK, 2 * HOUR), policy=first.policy, valid_from=database_now())
    assert services.recompute_stale() == 0
    _what, new = open_case()
    assert clock_of(old, Metric.FEEDBACK).seconds == 3600
    assert clock_of(new, Metric.FEEDBACK).seconds == 7200


@pytest.mark.django_db
def test_applied_to_open_matters_their_clocks_follow_and_nobody_is_told_of_the_past() -> None:
    first = publish(target(Metric.FEEDBACK, 24 * HOUR, step("warn", -HOUR)))
    _what, matter = open_case(opened_at=database_now() - 5 * HOUR)
    publish(
        target(Metric.FEEDBACK, 2 * HOUR, step("warn", -HOUR)),
        target(Metric.PLAN_REPLY, 6 * HOUR),
        policy=first.policy,
        valid_from=database_now(),
        apply_to_open=True,
    )
    assert services.recompute_stale() == 1
    clock = clock_of(matter, Metric.FEEDBACK)
    assert clock.seconds == 7200
    assert clock.breached_at == clock.due_at
    assert fired(clock) == [("warn", True), ("due", True)]
    assert clock_of(matter, Metric.PLAN_REPLY).due_at == matter.opened_at + 6 * HOUR
    assert services.sweep().steps == 0
    assert services.recompute_stale() == 0
    let_pass(hours=2)
    services.sweep()
    assert clock_events_of(matter) == ["clock.due_moved", "clock.overdue"]


@pytest.mark.django_db
def test_a_policy_without_the_target_drops_its_clock_and_having_it_again_brings_it_back() -> None:
    first = publish(target(Metric.FEEDBACK, HOUR), target(Metric.PLAN_REPLY, HOUR))
    _what, matter = open_case()
    publish(target(Metric.FEEDBACK, HOUR), policy=first.policy, apply_to_open=True)
    services.recompute_stale()
    dropped = clock_of(matter, Metric.PLAN_REPLY)
    assert (dropped.state, dropped.next_at, dropped.is_dropped) == ("stopped", None, True)
    publish(
        target(Metric.FEEDBACK, HOUR),
        target(Metric.PLAN_REPLY, 2 * HOUR),
        policy=first.policy,
        apply_to_open=True,
    )
    services.recompute_stale()
    dropped.refresh_from_db()
    assert (dropped.state, dropped.is_dropped) == (ClockState.RUNNING, False)
    assert dropped.due_at == matter.opened_at + 2 * HOUR


@pytest.mark.django_db
def test_a_retired_policy_warns_nobody_any_more() -> None:
    used = publish(target(Metric.ACTION, HOUR, step("warn", -10 * MINUTE)))
    _what, matter = open_case(opened_at=database_now() - 40 * MINUTE)
    services.retire_policy(policy=used.policy, reason="试验结束", by=machine())
    services.recompute_stale()
    let_pass(hours=2)
    services.sweep()
    clock = clock_of(matter, Metric.ACTION)
    assert (clock.state, fired(clock)) == (ClockState.STOPPED, [])
    # What fits now has taken its place.
    matter.refresh_from_db()
    assert matter.version.policy.code == "case-ordinary"
    assert clock_of(matter, Metric.FEEDBACK).state == ClockState.RUNNING
    with pytest.raises(RuleBroken) as refused:
        services.retire_policy(policy=used.policy, reason="又一次", by=machine())
    assert refused.value.code == "policy_retired"


@pytest.mark.django_db
def test_an_escalated_complaint_counts_from_its_escalation_with_all_its_waits() -> None:
    what, matter = open_case(opened_at=database_now() - 6 * HOUR)
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    let_pass(hours=1)
    services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    let_pass(hours=1)
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    now = database_now()
    response, plan = clock_of(matter, Metric.RESPONSE), clock_of(matter, Metric.PLAN_REPLY)
    assert abs(response.due_at - (now + 30 * MINUTE)) < MINUTE
    assert abs(plan.due_at - (now + 4 * HOUR)) < MINUTE
    feedback = clock_of(matter, Metric.FEEDBACK)
    matter.refresh_from_db()
    assert feedback.due_at == matter.opened_at + 24 * HOUR


@pytest.mark.django_db
def test_a_corrected_class_replays_all_facts_under_the_other_policy() -> None:
    """The waits of before count for the policy of after (it counts from the opening here)."""
    rest = {"conditions": {"severities": ["major"]}}
    publish(
        target(Metric.FEEDBACK, 4 * HOUR, pauses=[IntervalKind.WAITING_CUSTOMER]),
        target(Metric.ACTION, 4 * HOUR, counts_from=CountsFrom.OPENING),
        **rest,
    )
    what, matter = open_case(opened_at=database_now() - HOUR)
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    let_pass(hours=2)
    services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    matter.refresh_from_db()
    feedback = clock_of(matter, Metric.FEEDBACK)
    assert abs(feedback.due_at - (matter.opened_at + 6 * HOUR)) < MINUTE
    assert clock_of(matter, Metric.ACTION).due_at == matter.opened_at + 4 * HOUR


@pytest.mark.django_db
def test_a_person_making_it_major_has_the_chain_told_at_once_but_warns_of_nothing_past() -> None:
    publish(
        target(Metric.FEEDBACK, HOUR, step("warn", -10 * MINUTE), step("chief", timedelta(0))),
        conditions={"severities": ["major"]},
    )
    what, matter = open_case(opened_at=database_now() - 2 * HOUR, tell=False)
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    services.sweep()
    clock = clock_of(matter, Metric.FEEDBACK)
    assert fired(clock) == [("warn", True), ("due", False), ("chief", False)]


@pytest.mark.django_db
def test_a_new_owner_takes_over_the_clocks_and_the_promises_of_the_old_one() -> None:
    old, new, third = UserFactory(), UserFactory(), UserFactory()
    what, matter = open_case(owner=old)
    soon = database_now() + HOUR
    mine = services.promise(subject=what, due_at=soon, label="回电", by=old)
    other = services.promise(subject=what, due_at=soon, label="调监控", by=old, owner=third)
    services.change_matter(subject=what, owner=new, by=machine())
    owners = set(matter.clocks.filter(key=0).values_list("owner", flat=True))
    assert owners == {new.pk}
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.owner, other.owner) == (new, third)


@pytest.mark.django_db
def test_a_changed_calendar_moves_open_clocks_and_tells_nothing_of_the_past() -> None:
    hours = make_calendar("seven", week=[[["00:00", "24:00"]]] * 7)
    publish(target(Metric.FEEDBACK, 24 * HOUR, step("warn", -2 * HOUR), code="seven"))
    _what, matter = open_case(opened_at=database_now() - HOUR)
    before = clock_of(matter, Metric.FEEDBACK).due_at
    half = [[["00:00", "12:00"]]] * 7
    services.change_week(calendar_id=hours.pk, week=half, by=machine(), at=database_now())
    assert services.recompute_stale() == 1
    assert services.recompute_stale() == 0
    clock = clock_of(matter, Metric.FEEDBACK)
    hours.refresh_from_db()
    assert clock.calendar_version == hours.version
    assert clock.due_at > before
    assert clock_events_of(matter) == ["clock.due_moved"]


@pytest.mark.django_db
def test_what_was_due_before_the_rule_changed_is_still_told() -> None:
    """The sweeper was late, reading again came first: what had to be told is told, once."""
    hours = make_calendar("seven", week=[[["00:00", "24:00"]]] * 7)
    publish(target(Metric.FEEDBACK, HOUR, code="seven"))
    far = (database_now() + timedelta(days=40)).date()
    _what, matter = open_case(opened_at=database_now() - 2 * HOUR)
    services.add_days(
        calendar_id=hours.pk,
        days=[DayEntry(day=far, kind=DayKind.HOLIDAY, name="停业")],
        by=machine(),
        at=database_now(),
    )
    assert services.recompute_stale() == 1
    services.sweep()
    services.sweep()
    assert fired(clock_of(matter, Metric.FEEDBACK)) == [("due", False)]
    assert clock_events_of(matter) == ["clock.overdue"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "field"),
    [
        (list, "targets"),
        (lambda: [target(Metric.FEEDBACK, HOUR)] * 2, "targets"),
        (lambda: [target(Metric.FEEDBACK, timedelta(days=400))], "seconds"),
        (lambda: [target(Metric.FEEDBACK, HOUR, *[step("x", HOUR)] * 21)], "steps"),
        (lambda: [target(Metric.FEEDBACK, HOUR, step("x", HOUR, percent=3))], "steps"),
        (lambda: [target(Metric.FEEDBACK, HOUR, step("x", timedelta(days=400)))], "steps"),
        (lambda: [target(Metric.FEEDBACK, HOUR, step("x", HOUR, whom=Whom.ROLE))], "steps"),
        (lambda: [target(Metric.FEEDBACK, HOUR, step("x", HOUR, channels=[]))], "steps"),
    ],
)
def test_a_version_that_cannot_be_is_refused(made: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        publish(*made())
    assert refused.value.field == field


@pytest.mark.django_db
def test_open_matters_cannot_follow_what_is_not_valid_yet() -> None:
    with pytest.raises(BadInput) as refused:
        publish(
            target(Metric.FEEDBACK, HOUR),
            valid_from=database_now() + HOUR,
            apply_to_open=True,
        )
    assert refused.value.field == "valid_from"


@pytest.mark.django_db
def test_the_house_comes_with_the_policies_of_the_requirements() -> None:
    assert set(Policy.objects.values_list("code", flat=True)) == {
        "account-campaign",
        "article-reading",
        "article-review",
        "claim",
        "claim-payment",
        "claim-review",
        "daily-report",
        "summary-write",
        "summary-project",
        "summary-director",
        "summary-deputy",
        "summary-send",
        "call-back",
        "incident-command",
        "incident-task",
        "drill",
        "plan-review",
        "claw-back",
        "coverage-gap",
        "shift-handover",
        "account-check",
        "authorisation-paperwork",
        "cash-deposit",
        "cash-up",
        "change-approval",
        "change-report",
        "change-start",
        "change-transition",
        "check-follow-up",
        "qr-settlement",
        "case-authority",
        "case-inquiry",
        "case-major",
        "case-ordinary",
        "case-praise",
        "case-suggestion",
        "charge-dispute",
        "chase",
        "corrective-action",
        "exception",
        "follow-up",
        "handover-paperwork",
        "order-processing",
        "paper-delivery",
        "payment-promise",
        "qualification",
        "red-form",
        "shipment-price",
        "signed-receipt",
        "statement-agreement",
        "statement-payment",
        "training",
    }
    assert not Clock.objects.exists()


@pytest.mark.django_db
def test_reading_again_what_is_up_to_date_changes_nothing() -> None:
    what, _matter = open_case(attributes=COMPLAINT)
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    before = list(Clock.objects.order_by("id").values())
    services.change_matter(subject=what, attributes=COMPLAINT, by=machine())
    assert list(Clock.objects.order_by("id").values()) == before
