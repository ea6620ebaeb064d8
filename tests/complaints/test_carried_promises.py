"""What was promised to a customer is owed until it is kept, wherever their case goes (CMP-1, CMP-3)."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.enums import EntryKind, Severity
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case
from apps.complaints.queries.clocks import clocks_of
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock, FiredStep
from apps.sla.services import sweep
from tests.complaints.conftest import kinds_of, last_data
from tests.factories.complaints import Team, case, closed, solved, who
from tests.factories.sla import let_pass

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
REMINDER, TO_THE_DIRECTOR = -600, 900  # seconds from the due time, as an ordinary case has them


def promised(of: Case, by: User, *, minutes: int = 60) -> Clock:
    due = timezone.now() + timedelta(minutes=minutes)
    return services.make_promise(case_id=of.pk, due_at=due, label="回电告知结果", **who(by))


def open_promises(of: Case) -> list[Clock]:
    return [clock for clock in clocks_of(of) if clock.metric == Metric.PROMISE and clock.is_open]


def steps_notified(clock: Clock) -> list[int | None]:
    """Offsets of what was told aloud of a clock, oldest first; None: that it is overdue."""
    rows = FiredStep.objects.filter(clock=clock, is_silent=False).order_by("at", "pk")
    return list(rows.values_list("step__offset_seconds", flat=True))


def after(*, minutes: int) -> None:
    let_pass(minutes=minutes)
    sweep()


def test_a_promise_of_a_merged_case_is_owed_in_the_other_one_as_it_was_given(team: Team) -> None:
    source, target = case(team=team), case(team=team, contact_phone="13700000001")
    colleague = team.person(Role.AGENT)
    given = promised(source, colleague)
    services.merge_cases(source_id=source.pk, target_id=target.pk, **who(team.director))
    [owed] = open_promises(target)
    assert owed == given, "the same clock, not a copy of it"
    assert (owed.due_at, owed.label, owed.owner) == (given.due_at, "回电告知结果", colleague)
    assert owed.started_at == given.started_at and open_promises(source) == []
    assert "clock.promise_carried" in kinds_of(target)
    assert last_data(target, "clock.promise_carried")["label"] == "回电告知结果"
    # It is settled where it is owed, and there only.
    with pytest.raises((BadInput, RuleBroken)):
        services.keep_promise(case_id=source.pk, clock_id=owed.pk, **who(team.director))
    services.keep_promise(case_id=target.pk, clock_id=owed.pk, **who(team.director))
    assert open_promises(target) == []


@pytest.mark.requirement("CMP-3")
def test_an_overdue_promise_stays_overdue_and_is_passed_up_when_its_case_is_merged(
    team: Team,
) -> None:
    source, target = case(team=team), case(team=team, contact_phone="13700000001")
    given = promised(source, team.agent, minutes=20)
    after(minutes=25)
    assert steps_notified(given) == [REMINDER, None]
    services.merge_cases(source_id=source.pk, target_id=target.pk, **who(team.director))
    [owed] = open_promises(target)
    owed.refresh_from_db()
    assert owed == given and owed.breached_at == owed.due_at is not None
    assert not target.entries.filter(kind=EntryKind.PROMISE).exists(), "it is more than a note"
    after(minutes=15)
    assert steps_notified(owed) == [REMINDER, None, TO_THE_DIRECTOR]
    answers = Event.objects.filter(kind="clock.escalated", data__clock=owed.pk).get()
    assert answers.subject_id == str(target.pk) and answers.data["recipients"] == [team.director.pk]
    assert FiredStep.objects.filter(clock=owed, is_silent=True).count() == 0


@pytest.mark.requirement("CMP-3")
@pytest.mark.parametrize("way", ["merged", "merged into a major one", "reopened", "became major"])
def test_nobody_is_reminded_twice_of_a_promise(team: Team, way: str) -> None:
    made, other = case(team=team), case(team=team, contact_phone="13700000001")
    given = promised(made, team.agent, minutes=15)
    after(minutes=7)
    assert steps_notified(given) == [REMINDER]
    if way == "merged into a major one":
        make_major(other, team)
    if way == "became major":
        make_major(made, team)
    elif way == "reopened":
        solved(made)
        services.reopen_case(case_id=made.pk, reason="客户不同意", **who(team.director))
    else:
        services.merge_cases(source_id=made.pk, target_id=other.pk, **who(team.director))
    sweep()
    assert steps_notified(given) == [REMINDER]
    after(minutes=9)
    assert steps_notified(given) == [REMINDER, None]
    after(minutes=60)
    assert steps_notified(given).count(REMINDER) == steps_notified(given).count(None) == 1
    assert len(steps_notified(given)) > 2, "and it is passed up"


def make_major(of: Case, team: Team) -> None:
    of.refresh_from_db()
    changes = CaseChanges(severity=Severity.MAJOR, severity_reason="媒体关注")
    services.change_case(case_id=of.pk, version=of.version, changes=changes, **who(team.director))


@pytest.mark.parametrize("overdue", [False, True])
def test_a_promise_is_still_owed_when_the_solution_did_not_hold(team: Team, overdue: bool) -> None:
    made = case(team=team)
    given = promised(made, team.agent, minutes=20)
    solved(made)
    if overdue:
        after(minutes=30)
    services.reopen_case(case_id=made.pk, reason="又没有人来", **who(team.director))
    [owed] = open_promises(made)
    assert owed == given and owed.owner == team.agent and owed.state == ClockState.RUNNING
    assert (owed.breached_at is not None) is overdue
    # The clocks of the case itself began anew; the promise did not.
    assert owed.started_at < feedback(made).started_at
    assert [data for data in kinds_of(made) if data == "clock.promised"] == ["clock.promised"]
    # And once more, this time after it was closed: nothing is left open then.
    services.keep_promise(case_id=made.pk, clock_id=owed.pk, **who(team.agent))
    closed(made)
    services.reopen_case(case_id=made.pk, reason="又坏了", **who(team.director))
    assert open_promises(made) == []


def feedback(of: Case) -> Clock:
    rows = Clock.objects.filter(matter__subject_id=str(of.pk), metric=Metric.FEEDBACK, key=0)
    return rows.filter(matter__subject_type="complaints.case").latest("cycle")


def test_promises_of_both_cases_stand_beside_each_other(team: Team) -> None:
    one, two, three = (case(team=team, contact_phone=f"1370000000{n}") for n in range(3))
    times: set[datetime | None] = set()
    for n, made in enumerate((one, two, three)):
        times |= {promised(made, team.agent, minutes=30 + n).due_at}
    services.merge_cases(source_id=one.pk, target_id=two.pk, **who(team.director))
    services.merge_cases(source_id=two.pk, target_id=three.pk, **who(team.director))
    owed = open_promises(three)
    assert {clock.due_at for clock in owed} == times and len(owed) == 3
    assert len({clock.key for clock in owed}) == 3


def test_what_was_kept_or_dropped_before_stays_where_it_was(team: Team) -> None:
    source, target = case(team=team), case(team=team, contact_phone="13700000001")
    kept, dropped = promised(source, team.agent), promised(source, team.agent)
    services.keep_promise(case_id=source.pk, clock_id=kept.pk, **who(team.agent))
    services.drop_promise(
        case_id=source.pk, clock_id=dropped.pk, reason="不用了", **who(team.agent)
    )
    services.merge_cases(source_id=source.pk, target_id=target.pk, **who(team.director))
    assert open_promises(target) == []
    assert {c.pk for c in clocks_of(source) if c.metric == Metric.PROMISE} == {kept.pk, dropped.pk}
