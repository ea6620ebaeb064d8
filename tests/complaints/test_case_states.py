"""Every move of a case, legal and illegal, and that the database agrees (CMP-1, CMP-7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.complaints import services
from apps.complaints.enums import CaseChannel, EntryKind, LinkKind, Timing
from apps.complaints.enums import CaseState as S
from apps.complaints.inputs import CaseChanges, NewMessage
from apps.complaints.models import Case
from apps.complaints.states import CASE_MOVES, ENDED, IN_HAND, LIVE, TIMING
from apps.core.errors import RuleBroken
from apps.sla.enums import ClockState, IntervalKind, Metric
from apps.sla.models import Clock, Interval
from tests.factories.accounts import UserFactory
from tests.factories.complaints import case, case_in, solved, who

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
def test_the_table_says_yes_or_refuses_clearly(frm: S, to: S) -> None:
    if to in CASE_MOVES.ends_of(frm):
        CASE_MOVES.check(frm, to)
    else:
        with pytest.raises(RuleBroken) as caught:
            CASE_MOVES.check(frm, to)
        assert caught.value.code == "illegal_move"


def test_every_state_says_what_it_means_to_the_clocks_and_is_live_or_over() -> None:
    assert set(TIMING) == set(S)
    assert set(S) == LIVE | ENDED and not LIVE & ENDED and IN_HAND < LIVE
    assert {state for state in S if TIMING[state] == Timing.CLOSED} == ENDED


ACTS: dict[str, tuple[Callable[[Case], Any], set[S]]] = {
    "take": (lambda c: services.take_case(case_id=c.pk, **who()), set(LIVE)),
    "assign": (
        lambda c: services.assign_case(case_id=c.pk, owner=UserFactory(), **who()),
        set(LIVE),
    ),
    "write": (
        lambda c: services.add_message(
            case_id=c.pk,
            message=NewMessage(EntryKind.MESSAGE_OUT, "马上处理", CaseChannel.EMAIL),
            **who(),
        ),
        {*LIVE, S.CLOSED},
    ),
    "hear": (
        lambda c: services.add_message(
            case_id=c.pk,
            message=NewMessage(EntryKind.MESSAGE_IN, "谢谢", CaseChannel.EMAIL),
            **who(),
        ),
        set(S),
    ),
    "note": (lambda c: services.add_note(case_id=c.pk, text="备注", **who()), set(S)),
    "report": (
        lambda c: services.record_report(case_id=c.pk, channel=CaseChannel.PHONE, note="", **who()),
        set(LIVE),
    ),
    "plan": (
        lambda c: services.reply_plan(
            case_id=c.pk, text="今天重新派送", channel=CaseChannel.PHONE, **who()
        ),
        set(LIVE),
    ),
    "change": (
        lambda c: services.change_case(
            case_id=c.pk, version=c.version, changes=CaseChanges(title="换个标题"), **who()
        ),
        set(LIVE),
    ),
    "wait": (
        lambda c: services.wait_for_customer(case_id=c.pk, reason="等照片", **who()),
        {S.NEW, S.OPEN},
    ),
    "resume": (lambda c: services.resume_case(case_id=c.pk, **who()), {S.WAITING}),
    "solve": (solved, {S.NEW, S.OPEN, S.WAITING}),
    "confirm": (
        lambda c: services.confirm_result(case_id=c.pk, score=5, comment="", **who()),
        {S.SOLVED},
    ),
    "close": (lambda c: services.close_case(case_id=c.pk, note="三次未接", **who()), {S.SOLVED}),
    "reopen": (
        lambda c: services.reopen_case(case_id=c.pk, reason="又坏了", **who()),
        {S.SOLVED, S.CLOSED},
    ),
    "cancel": (
        lambda c: services.cancel_case(case_id=c.pk, reason="广告", **who()),
        {S.NEW, S.OPEN, S.WAITING},
    ),
    "merge": (
        lambda c: services.merge_cases(source_id=c.pk, target_id=case().pk, **who()),
        {S.NEW, S.OPEN, S.WAITING},
    ),
    "absorb": (
        lambda c: services.merge_cases(source_id=case().pk, target_id=c.pk, **who()),
        set(LIVE),
    ),
    "split": (
        lambda c: services.split_case(
            case_id=c.pk,
            entry_ids=[c.entries.order_by("pk")[0].pk],
            title="另一件事",
            case_class="inquiry",  # type: ignore[arg-type]  # its value
            **who(),
        ),
        set(LIVE),
    ),
    "withdraw": (
        lambda c: services.withdraw_case(case_id=c.pk, reason="已解决", **who()),
        set(LIVE),
    ),
    "promise": (
        lambda c: services.make_promise(
            case_id=c.pk, due_at=timezone.now() + timedelta(hours=1), label="回电", **who()
        ),
        set(LIVE),
    ),
    "link": (
        lambda c: services.link_cases(
            case_id=c.pk, other_id=case().pk, kind=LinkKind.RELATED, **who()
        ),
        set(S),
    ),
    "ask": (
        lambda c: services.ask_satisfaction(case_id=c.pk, **who()),
        {S.SOLVED, S.CLOSED},
    ),
}


@pytest.mark.requirement("CMP-1")
@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_works_in_its_states_and_is_refused_in_the_others(act: str, state: S) -> None:
    made = case_in(state)
    work, allowed = ACTS[act]
    if state in allowed:
        work(made)
        _check_waits()
        return
    before = made.entries.count()
    with pytest.raises(RuleBroken):
        work(made)
    made.refresh_from_db()
    assert made.state == state
    assert made.entries.count() == before


def _check_waits() -> None:
    """Clocks wait for the customer exactly while their case does."""
    waits = Interval.objects.filter(kind=IntervalKind.WAITING_CUSTOMER, until__isnull=True)
    waiting = {int(subject) for subject in waits.values_list("matter__subject_id", flat=True)}
    assert waiting == set(Case.objects.filter(state=S.WAITING).values_list("pk", flat=True))


@pytest.mark.requirement("CMP-2")
def test_every_way_out_of_waiting_ends_the_wait_at_that_instant() -> None:
    """Whatever the table allows is walked; a way that no act takes would be missing here."""
    reached = set()
    for work, allowed in ACTS.values():
        if S.WAITING not in allowed:
            continue
        made = case_in(S.WAITING)
        work(made)
        made.refresh_from_db()
        wait = Interval.objects.get(
            matter__subject_type="complaints.case",
            matter__subject_id=str(made.pk),
            kind=IntervalKind.WAITING_CUSTOMER,
        )
        assert (wait.until is None) is (made.state == S.WAITING)
        assert (made.waiting_at is None) is (made.state != S.WAITING)
        paused = Clock.objects.filter(matter=wait.matter, state=ClockState.PAUSED)
        assert made.state == S.WAITING or not paused.exists()
        reached.add(S(made.state))
    assert reached == {S.WAITING, *CASE_MOVES.ends_of(S.WAITING)}


@pytest.mark.requirement("CMP-2")
def test_the_database_refuses_a_case_that_goes_on_while_its_clocks_wait() -> None:
    made = case_in(S.WAITING)
    for state in (S.OPEN, S.CANCELLED):
        columns: dict[str, Any] = {"state": state, "waiting_at": None, "waiting_by": None}
        if state == S.CANCELLED:
            columns |= {"cancelled_at": timezone.now(), "cancelled_by": UserFactory()}
            columns["cancel_reason"] = "广告"
        with pytest.raises(IntegrityError, match="do not wait"), transaction.atomic():
            Case.objects.filter(pk=made.pk).update(**columns)
            _look_now()
    made = case_in(S.OPEN)
    columns = {"state": S.WAITING, "waiting_at": timezone.now(), "waiting_by": UserFactory()}
    with pytest.raises(IntegrityError, match="do not wait"), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(**columns)
        _look_now()


def _look_now() -> None:
    """As at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS complaints_case_wait_agrees IMMEDIATE")


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize(
    "columns",
    [
        {"state": "closed"},
        {"state": "solved"},
        {"state": "waiting"},
        {"state": "merged"},
        {"state": "cancelled"},
        {"state": "gone"},
        {"case_class": "gossip"},
        {"channel": "pigeon"},
        {"severity": "huge"},
        {"title": ""},
        {"closed_at": timezone.now()},
        {"waiting_at": timezone.now()},
        {"reported_at": timezone.now()},
        {"confirmed_at": timezone.now()},
        {"satisfied_score": 3},
        {"satisfied_score": 6, "satisfied_at": timezone.now()},
        {"reopened_count": 1},
        {"version": 0},
        {"outcome": "miracle"},
        {"state": "open", "owner": None},
    ],
)
def test_the_database_refuses_what_must_never_be(columns: dict[str, Any]) -> None:
    made = case_in(S.NEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(**columns)


@pytest.mark.requirement("CMP-7")
def test_the_database_refuses_to_close_trouble_without_cause_or_word() -> None:
    made = solved(case(), cause=None)
    by = UserFactory()
    closing = {"state": "closed", "closed_at": timezone.now(), "closed_by": by}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(**closing, closing_note="没有原因")
    made = solved(case())
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(**closing)


def test_a_case_is_not_merged_into_itself_even_by_hand() -> None:
    made = case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(
            state="merged", merged_at=timezone.now(), merged_by=UserFactory(), merged_into=made
        )


def _clock(of: Case, metric: Metric) -> Clock:
    return Clock.objects.get(
        matter__subject_type="complaints.case", matter__subject_id=str(of.pk), metric=metric, key=0
    )


@pytest.mark.requirement("CMP-2")
def test_whoever_acts_on_a_case_that_nobody_has_takes_its_clocks_over() -> None:
    made = case()
    assert made.owner_id is None
    agent = UserFactory()
    services.wait_for_customer(case_id=made.pk, reason="等客户发照片", **who(agent))
    made.refresh_from_db()
    assert (made.owner, made.handed_over_by) == (agent, agent)
    assert _clock(made, Metric.HAND_OVER).state == ClockState.MET
    assert _clock(made, Metric.LEGAL).owner == agent


@pytest.mark.requirement("CMP-7")
def test_no_clock_runs_on_for_a_solution_that_the_customer_no_longer_wants() -> None:
    made = case()
    solved(made)
    assert _clock(made, Metric.PLAN_REPLY).is_open and _clock(made, Metric.LEGAL).is_open
    services.withdraw_case(case_id=made.pk, reason="已自行解决", **who())
    for metric in (Metric.PLAN_REPLY, Metric.LEGAL, Metric.FEEDBACK):
        assert _clock(made, metric).state == ClockState.MET
