"""Changing the account that customers pay into: prepared, approved by two, waited for, started, closed (COD-2, COD-4)."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.account_changes.enums import ChangeScope, ProjectState, StepKind, TeamSide
from apps.account_changes.models import ChangeProject, ChangeStep
from apps.account_changes.queries.changes import (
    affected_customers,
    concerned_people,
    missing_before_approval,
    missing_readers,
)
from apps.account_changes.queries.comparing import compared, comparison
from apps.account_changes.queries.starting import missing_before_start
from apps.account_changes.queries.using import stages_of, usage_of
from apps.account_changes.rules.changes import MARKS, Medians, month_after, score, wins
from apps.account_changes.services import changes
from apps.account_changes.states import PROJECT_MOVES
from apps.accounts.enums import Role
from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.queries import which_account
from apps.banking.services import assign_account
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.sla.models import Clock
from apps.training.models import Enrolment
from apps.training.queries import current_lessons
from apps.training.services import read_lesson
from tests.factories import changes as make
from tests.factories.banking import bank_account, is_accepted
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import waybill
from tests.factories.training import course
from tests.refusing import refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-2"),
    pytest.mark.requirement("COD-4"),
]
COD = AccountPurpose.COD
DAY = timedelta(days=1)
S = ProjectState


def checked() -> None:
    """What the database would check as the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_whole_change_from_its_reason_to_its_report() -> None:
    who, begin = make.staff(), timezone.now() - 60 * DAY
    project = make.prepared(who, begin)
    customer = CustomerFactory()
    old, new = project.old_account, project.new_account
    assert new is not None
    assert missing_before_approval(project, begin) == []
    assert [one.bank for one in compared(project)] == ["招商银行", "浦发银行"]
    assert comparison(project).new_wins
    changes.ask_change_approval(project, by=who.finance, at=begin)
    make.approve(project, who.manager, begin)
    assert make.fresh(project).state == S.APPROVING, "one is not two"
    make.approve(project, who.management, begin)
    project = make.fresh(project)
    assert (project.state, project.earliest_start) == (S.APPROVED, begin + DAY)
    since = begin + 3 * DAY
    changes.schedule_change(project, since=since, by=who.finance, at=begin)
    make.everybody_reads(project, begin)
    assert missing_readers(project) == []
    make.notify_everyone(project, begin + DAY)
    assert which_account(customer, since, purpose=COD) == old, "nobody is told it before it starts"
    changes.start_change(project, by=who.finance, at=since)
    project = make.fresh(project)
    assert project.accept_until == month_after(since)
    assert which_account(customer, since - timedelta(seconds=1), purpose=COD) == old
    assert which_account(customer, since, purpose=COD) == new
    assert is_accepted(old, customer, since + 20 * DAY, purpose=COD)
    assert not is_accepted(old, customer, project.accept_until, purpose=COD)
    checked()
    changes.extend_change(
        project,
        accept_until=since + 40 * DAY,
        reason="两家客户系统未改完",
        by=who.finance,
        at=since + DAY,
    )
    assert is_accepted(old, customer, since + 39 * DAY, purpose=COD)
    checked()
    over = since + 40 * DAY
    assert (
        refused(lambda: changes.close_change(project, by=who.finance, at=over - DAY)) == "not_over"
    )
    changes.close_change(project, by=who.finance, at=over)
    old.refresh_from_db()
    assert (make.fresh(project).state, old.state) == (S.CLOSED, AccountState.CLOSED)
    changes.report_change(project, remark="全部客户已切换", by=who.finance, at=over + DAY)
    project = make.fresh(project)
    assert project.state == S.REPORTED
    assert project.report is not None
    assert project.report["customers"] == 1
    assert project.report["days_in_transition"] == 40
    kinds = list(ChangeStep.objects.filter(project=project).values_list("kind", flat=True))
    for kind in (StepKind.BEGUN, StepKind.ASKED, StepKind.APPROVED, StepKind.STARTED, StepKind.EXTENDED,
                 StepKind.CLOSED, StepKind.REPORTED):  # fmt: skip
        assert kinds.count(kind) == 1
    assert Event.objects.filter(kind="accountchange.started").count() == 1
    label = project._meta.label_lower
    clocks = Clock.objects.filter(matter__subject_type=label, matter__subject_id=str(project.pk))
    assert clocks.count() == 5
    assert not clocks.filter(state="running").exists()


def test_what_lacks_is_said_all_at_once() -> None:
    who, at = make.staff(), timezone.now()
    project = make.begun(who, at)
    missing = missing_before_approval(project, at)
    assert len(missing) == 8, missing
    assert (
        refused(lambda: changes.ask_change_approval(project, by=who.finance, at=at))
        == "change_incomplete"
    )
    assert (
        Event.objects.get(kind="accountchange.attempt_refused").data["code"] == "change_incomplete"
    )


def test_a_slower_account_of_a_bank_that_scores_less_is_justified_in_writing() -> None:
    who, at = make.staff(), timezone.now()
    project = make.prepared(who, at)
    new = project.new_account
    assert new is not None
    for _n in range(3):
        make.deposit(project, new, at, minutes=170, by=who.finance)
    changes.rate_candidate(
        project, bank="工商银行", marks=dict.fromkeys(MARKS, 5), by=who.finance, at=at
    )
    changes.rate_candidate(
        project, bank="招商银行", marks=dict.fromkeys(MARKS, 2), by=who.finance, at=at
    )
    project = make.fresh(project)
    assert len(missing_before_approval(project, at)) == 2
    changes.justify_choice(project, justification="支持虚拟子账户", by=who.finance, at=at)
    assert missing_before_approval(make.fresh(project), at) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda p, a: changes.edit_change(p, {"reason": "换个理由"}, **a),
        lambda p, a: changes.write_briefing(p, briefing=make.BRIEFING + "另外请注意防骗。", **a),
        lambda p, a: changes.justify_choice(p, justification="更便宜", **a),
        lambda p, a: changes.choose_account(p, account=bank_account(purpose="cod"), **a),
        lambda p, a: changes.list_customer(p, customer=CustomerFactory(), **a),
    ],
)
def test_whatever_is_changed_after_the_approval_makes_it_void(edit: Any) -> None:
    who, at = make.staff(), timezone.now() - 9 * DAY
    project = make.scheduled(who, at)
    edit(project, {"by": who.finance, "at": at})
    project = make.fresh(project)
    assert (project.state, project.approved_at, project.since) == (S.PREPARING, None, None)
    assert Event.objects.filter(kind="approval.voided").count() == 1
    assert (
        refused(lambda: changes.start_change(project, by=who.finance, at=at + 5 * DAY))
        == "nothing_to_start"
    )
    if not missing_before_approval(project, at):
        changes.ask_change_approval(project, by=who.finance, at=at)
        assert make.fresh(project).state == S.APPROVING


@pytest.mark.requirement("STF-1")
def test_with_a_course_it_waits_for_whoever_has_not_completed_it() -> None:
    who, at = make.staff(), timezone.now() - 9 * DAY
    project, of = make.prepared(who, at), course(lessons=2)
    changes.write_briefing(project, briefing=make.BRIEFING, course=of, by=who.finance, at=at)
    project = make.fresh(project)
    people = concerned_people(project)
    assert set(Enrolment.objects.filter(course=of).values_list("user", flat=True)) == {
        one.pk for one in people
    }
    assert missing_readers(project) == people
    with pytest.raises(RuleBroken) as refusal:
        changes.confirm_read(project, by=people[0], at=at)
    assert refusal.value.code == "has_course"
    lessons = list(current_lessons([of.pk]))
    for user in people[1:]:
        for lesson in lessons:
            read_lesson(lesson, by=user, at=at)
    read_lesson(lessons[0], by=people[0], at=at)
    assert missing_readers(project) == people[:1]
    missing = {one.code: one.words for one in missing_before_start(project, at)}
    assert str(people[0]) in missing["readers_missing"]
    read_lesson(lessons[1], by=people[0], at=at)
    assert not missing_readers(project)


@pytest.mark.requirement("STF-1")
def test_a_course_without_a_lesson_trains_nobody() -> None:
    who, at = make.staff(), timezone.now() - 9 * DAY
    with pytest.raises(BadInput) as refusal:
        changes.write_briefing(
            make.prepared(who, at), briefing=make.BRIEFING, course=course(), by=who.finance, at=at
        )
    assert (refusal.value.field, refusal.value.code) == ("course", "no_lesson")


def test_it_waits_for_everyone_who_must_have_read_the_briefing() -> None:
    who, at = make.staff(), timezone.now() - 9 * DAY
    project = make.approved(who, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    late = make.person(Role.AGENT, display_name="小迟")
    for user in missing_readers(project):
        if user != late:
            changes.confirm_read(project, by=user, at=at)
    with pytest.raises(RuleBroken, match="小迟") as refusal:
        changes.start_change(project, by=who.finance, at=at + 2 * DAY)
    assert refusal.value.code == "readers_missing"
    assert changes.work_changes() == 1, "its time has come: paused with the reason"
    project = make.fresh(project)
    assert project.is_paused
    assert "小迟" in project.pause_reason
    changes.confirm_read(project, by=late, at=timezone.now())
    changes.confirm_read(project, by=late, at=timezone.now())
    assert project.readings.filter(user=late).count() == 1
    changes.resume_change(project, by=who.finance, at=timezone.now())
    assert changes.work_changes() == 1
    project = make.fresh(project)
    assert project.state == S.TRANSITION
    assert project.since == project.started_at > at + 2 * DAY, "nobody was told it before"


def test_it_starts_and_closes_by_itself_and_only_once() -> None:
    who, at = make.staff(), timezone.now() - 40 * DAY
    project = make.scheduled(who, at)
    assert changes.work_changes() == 1
    assert make.fresh(project).state == S.TRANSITION
    assert changes.work_changes() == 0
    other = make.started(make.staff(), timezone.now() - 35 * DAY, purpose=AccountPurpose.FREIGHT)
    assert changes.work_changes() == 1
    assert make.fresh(other).state == S.CLOSED
    assert changes.work_changes() == 0


def test_paused_it_neither_starts_nor_closes_nor_is_approved() -> None:
    who, now = make.staff(), timezone.now()
    project = make.started(who, now - 35 * DAY)
    changes.pause_change(project, reason="核实举报", by=who.safety, at=now)
    assert changes.work_changes() == 0
    assert refused(lambda: changes.close_change(project, by=who.finance, at=now)) == "change_paused"
    assert (
        refused(lambda: changes.resume_change(project, by=who.finance, at=now))
        == "paused_by_others"
    )
    assert (
        refused(lambda: changes.pause_change(project, reason="再停", by=who.safety, at=now))
        == "paused_already"
    )
    changes.resume_change(project, by=who.management, at=now)
    assert changes.work_changes() == 1
    assert (
        refused(lambda: changes.pause_change(project, reason="晚了", by=who.safety, at=now))
        == "ended"
    )


def test_rolled_back_everybody_is_told_what_they_were_told_before() -> None:
    who, now = make.staff(), timezone.now()
    mine, other = CustomerFactory(), CustomerFactory()
    project = make.prepared(who, now - 20 * DAY)
    old, new = project.old_account, project.new_account
    assert new is not None
    sub = bank_account(parent=old, purpose="cod")
    assign_account(
        account=sub,
        customer=mine,
        purpose=COD,
        since=now - 20 * DAY,
        by=who.finance,
        at=now - 20 * DAY,
    )
    own = bank_account(parent=new, purpose="cod")
    changes.list_customer(project, customer=other, account=own, by=who.finance, at=now - 20 * DAY)
    changes.ask_change_approval(project, by=who.finance, at=now - 20 * DAY)
    make.approve(project, who.manager, now - 20 * DAY)
    make.approve(project, who.management, now - 20 * DAY)
    make.everybody_reads(project, now - 20 * DAY)
    changes.schedule_change(project, since=now - 10 * DAY, by=who.finance, at=now - 20 * DAY)
    make.notify_everyone(project, now - 15 * DAY)
    changes.start_change(project, by=who.finance, at=now - 10 * DAY)
    checked()
    assert which_account(mine, now, purpose=COD) == new
    assert which_account(other, now, purpose=COD) == own
    assert is_accepted(sub, mine, now, purpose=COD)
    assert is_accepted(old, other, now, purpose=COD)
    assert {one.pk for one in affected_customers(make.fresh(project), now)} >= {mine.pk, other.pk}
    with pytest.raises(BadInput):
        changes.roll_back_change(project, reason="", by=who.management, at=now)
    changes.roll_back_change(project, reason="新户被冻结", by=who.management, at=now)
    checked()
    assert which_account(mine, now, purpose=COD) == sub
    assert which_account(other, now, purpose=COD) == old
    assert which_account(CustomerFactory(), now, purpose=COD) == old
    assert is_accepted(new, None, now + 20 * DAY, purpose=COD)
    assert not is_accepted(new, None, now + 40 * DAY, purpose=COD)
    assert make.fresh(project).state == S.ROLLED_BACK


def test_only_the_listed_customers_change_and_the_old_account_stays_open_for_the_others() -> None:
    who, now = make.staff(), timezone.now()
    listed, other = CustomerFactory(), CustomerFactory()
    at = now - 40 * DAY
    project = make.prepared(who, at, scope=ChangeScope.LISTED)
    assert missing_before_approval(project, at), "nobody is listed"
    changes.list_customer(project, customer=listed, by=who.finance, at=at)
    changes.ask_change_approval(project, by=who.finance, at=at)
    make.approve(project, who.manager, at)
    make.approve(project, who.management, at)
    make.everybody_reads(project, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    make.notify_everyone(project, at + DAY)
    changes.start_change(project, by=who.finance, at=at + 2 * DAY)
    checked()
    project = make.fresh(project)
    assert which_account(listed, now, purpose=COD) == project.new_account
    assert which_account(other, now, purpose=COD) == project.old_account
    assert is_accepted(project.old_account, listed, at + 20 * DAY, purpose=COD)
    changes.close_change(project, by=who.finance, at=now)
    project.old_account.refresh_from_db()
    assert project.old_account.state == AccountState.OPEN
    assert not is_accepted(project.old_account, listed, now, purpose=COD)
    assert ChangeStep.objects.get(project=project, kind=StepKind.CLOSED).note


def test_a_second_project_for_the_same_account_is_refused() -> None:
    who, at = make.staff(), timezone.now()
    project = make.prepared(who, at)
    for account in (project.old_account, project.new_account):
        code = refused(
            lambda account=account: changes.begin_change(  # type: ignore[misc]
                old_account=account, purpose=COD, reason="又要换", by=who.finance, at=at
            )
        )
        assert code in ("change_runs", "account_unused")
    with pytest.raises(IntegrityError, match="change_one_of_an_account"), transaction.atomic():
        ChangeProject.objects.create(
            number="AC1",
            purpose="cod",
            reason="绕过",
            old_account=project.old_account,
            created_by=who.finance,
        )
    changes.call_off_change(project, reason="银行涨价", by=who.finance, at=at)
    again = changes.begin_change(
        old_account=project.old_account, purpose=COD, reason="换一家", by=who.finance, at=at
    )
    assert again.pk != project.pk


def test_each_shipment_under_way_is_told_its_account_beforehand() -> None:
    who, at = make.staff(), timezone.now()
    project = make.prepared(who, at)
    customer = CustomerFactory()
    for days in (1, 5, 6, 50):
        waybill(
            customer=customer,
            cod_amount=Decimal("100.00"),
            settlement_method="cod",
            promised_at=at + days * DAY,
        )
    waybill(customer=customer, promised_at=at + DAY)
    found = stages_of(project, at, at + 3 * DAY, at + 33 * DAY)
    assert [(one.code, one.n, one.cod) for one in found] == [
        ("before", 1, 100), ("transition", 2, 200), ("after", 1, 100),
    ]  # fmt: skip
    usage = usage_of(project, at)
    assert (usage.customers, usage.shipments, usage.cod) == (1, 4, 400)


def test_bad_input_names_its_field() -> None:
    who, at = make.staff(), timezone.now()
    project = make.prepared(who, at)
    act: dict[str, Any] = {"by": who.finance, "at": at}
    new = project.new_account
    paid: dict[str, Any] = {"account": new, "amount": 1, "sent": at, "confirmed": at, "arrived": at}
    for field, attempt in (
        ("weight_service", lambda: changes.edit_change(project, {"weight_service": 99}, **act)),
        ("fees", lambda: changes.rate_candidate(project, bank="某行", marks={"service": 1, "fees": 6, "speed": 1, "views": 1}, **act)),
        ("account", lambda: changes.choose_account(project, account=project.old_account, **act)),
        ("account", lambda: changes.choose_account(project, account=bank_account(purpose="payroll"), **act)),
        ("account", lambda: changes.list_customer(project, customer=CustomerFactory(), account=bank_account(), **act)),
        ("amount", lambda: changes.note_deposit(project, **{**paid, "amount": -1}, **act)),
        ("arrived", lambda: changes.note_deposit(project, **{**paid, "arrived": at - DAY}, **act)),
        ("confirmed", lambda: changes.note_deposit(project, **{**paid, "confirmed": at + DAY}, **act)),
        ("briefing", lambda: changes.write_briefing(project, briefing="好", **act)),
        ("justification", lambda: changes.justify_choice(project, justification=" ", **act)),
        ("user", lambda: changes.add_member(project, user=who.finance, side=TeamSide.FINANCE, **act)),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refusal:
            attempt()
        assert refusal.value.field == field, field


def test_moves_are_those_of_the_table_in_the_database_too() -> None:
    for frm in S:
        for to in S:
            assert PROJECT_MOVES.allows(frm, to) == ((frm, to) in set(PROJECT_MOVES.moves()))
    by_hand = Path("apps/account_changes/migrations/_by_hand_changes.py").read_text()
    known = {tuple(one.split(">")) for one in re.findall(r"'([a-z_]+>[a-z_]+)'", by_hand)}
    assert known == {(str(frm), str(to)) for frm, to in PROJECT_MOVES.moves()}


@pytest.mark.parametrize(
    ("at", "after"),
    [("2027-01-31T10:00", "2027-02-28T10:00"), ("2026-12-15T00:00", "2027-01-15T00:00"), ("2028-01-30T08:00", "2028-02-29T08:00")],
)  # fmt: skip
def test_a_month_is_a_calendar_month(at: str, after: str) -> None:
    def aware(text: str) -> datetime:
        return timezone.make_aware(datetime.fromisoformat(text))

    assert month_after(aware(at)) == aware(after)


def test_scores_are_whole_numbers_and_wins_need_both_times() -> None:
    assert score([5, 4, 3, 2], [30, 25, 30, 15]) == 370
    with pytest.raises(ValueError, match="100"):
        score([1, 1, 1, 1], [1, 1, 1, 1])
    fast, slow = timedelta(minutes=5), timedelta(minutes=9)
    assert wins(Medians(1, fast, fast), Medians(1, fast, slow))
    assert not wins(Medians(1, slow, fast), Medians(1, fast, slow))
    assert not wins(Medians(0, None, None), Medians(1, fast, slow))
