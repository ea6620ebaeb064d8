"""What is said, on every channel, in one timeline, and what the clocks hear of it (CMP-1, CMP-7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, Severity
from apps.complaints.inputs import NewMessage
from apps.complaints.models import CaseEntry, SatisfactionAsk
from apps.complaints.queries.clocks import clocks_of
from apps.complaints.queries.page import case_page, readers_of
from apps.complaints.queries.satisfaction import ask_of, token_of
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.sla.enums import ClockState, Metric
from tests.complaints.conftest import kinds_of, last_data
from tests.factories.accounts import UserFactory
from tests.factories.complaints import (
    Team,
    case,
    case_in,
    closed,
    message_in,
    message_out,
    solved,
    who,
)
from tests.factories.customers import png
from tests.factories.sla import let_pass

pytestmark = pytest.mark.django_db


def clock(of: Any, metric: Metric) -> Any:
    """The newest of its cycles."""
    return max((c for c in clocks_of(of) if c.metric == metric), key=lambda c: c.cycle)


@pytest.mark.requirement("CMP-1")
def test_our_first_word_meets_its_clock_at_the_instant_it_was_said(team: Team) -> None:
    made = case(team=team, channel=CaseChannel.EMAIL)
    assert made.awaits_answer
    message_out(made, "{contact}您好，正在处理", by=team.agent)
    made.refresh_from_db()
    assert made.state == CaseState.OPEN and not made.awaits_answer
    assert made.first_answered_by == team.agent
    assert clock(made, Metric.FIRST_WORD).state == ClockState.MET
    entry = made.entries.get(kind=EntryKind.MESSAGE_OUT)
    assert entry.text == "王小明您好，正在处理"
    assert last_data(made, "case.message_out")["entry"] == entry.pk
    first = made.first_answered_at
    message_in(made, "还没好吗")
    message_out(made, "快了")
    made.refresh_from_db()
    assert made.first_answered_at == first


@pytest.mark.requirement("CMP-1")
def test_a_call_that_reached_nobody_meets_no_clock(team: Team) -> None:
    made = case(team=team)
    call = {"case_id": made.pk, "incoming": False, "text": "无人接听"}
    services.log_call(**call, reached=False, **who(team.agent))
    assert clock(made, Metric.FIRST_WORD).state == ClockState.RUNNING
    services.log_call(**call, reached=True, **who(team.agent))
    assert clock(made, Metric.FIRST_WORD).state == ClockState.MET


@pytest.mark.requirement("CMP-1")
def test_the_plan_is_told_and_sent_where_the_channel_writes(team: Team) -> None:
    made = case(team=team)
    plan = {"case_id": made.pk, "text": "今天 18 点前重新派送"}
    services.reply_plan(**plan, channel=CaseChannel.PHONE, **who(team.agent))
    assert clock(made, Metric.PLAN_REPLY).state == ClockState.MET
    assert "case.message_out" not in kinds_of(made)
    services.reply_plan(**plan, channel=CaseChannel.EMAIL, **who(team.agent))
    assert "case.message_out" in kinds_of(made)


@pytest.mark.requirement("CMP-1")
def test_waiting_pauses_the_plan_and_the_customers_word_ends_it(team: Team) -> None:
    made = case(team=team)
    due = clock(made, Metric.PLAN_REPLY).due_at
    services.wait_for_customer(case_id=made.pk, reason="等照片", **who(team.agent))
    assert clock(made, Metric.PLAN_REPLY).state == ClockState.PAUSED
    assert clock(made, Metric.FEEDBACK).state == ClockState.RUNNING
    let_pass(hours=2)
    message_in(made, "照片已发")
    made.refresh_from_db()
    assert made.state == CaseState.OPEN and made.awaits_answer and made.waiting_at is None
    paused = clock(made, Metric.PLAN_REPLY)
    assert paused.state == ClockState.RUNNING
    # Two hours passed and two hours were waited: the due instant is where it was, as seen from now.
    assert abs(paused.due_at - due) < timedelta(seconds=5)
    assert "case.resumed" in kinds_of(made)


@pytest.mark.requirement("CMP-1")
def test_a_message_is_taken_in_once() -> None:
    made = case()
    one = message_in(made, "再问一次", external_id="<2@mail>")
    two = message_in(made, "再问一次", external_id="<2@mail>")
    assert one == two and made.entries.filter(kind=EntryKind.MESSAGE_IN).count() == 1


@pytest.mark.requirement("CMP-1")
def test_thanks_after_the_end_reopen_nothing_but_are_not_overlooked() -> None:
    made = case_in(CaseState.CLOSED)
    message_in(made, "谢谢")
    made.refresh_from_db()
    assert made.state == CaseState.CLOSED and made.awaits_answer
    assert not [one for one in clocks_of(made) if one.is_open]
    message_out(made, "不客气")
    made.refresh_from_db()
    assert made.state == CaseState.CLOSED and not made.awaits_answer


@pytest.mark.requirement("CMP-1")
def test_what_is_said_is_never_changed() -> None:
    entry = case().entries.get()
    for statement in (
        "UPDATE complaints_caseentry SET text = ''",
        "DELETE FROM complaints_caseentry",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(f"{statement} WHERE id = {entry.pk}")
    assert CaseEntry.objects.get(pk=entry.pk).text


@pytest.mark.requirement("CMP-1")
def test_notes_and_files_stay_inside_unless_the_customer_sent_them() -> None:
    made = case()
    note = services.add_note(
        case_id=made.pk,
        text="司机说放门口",
        files=[NewFile(b"%PDF-1.4\n%%EOF\n", "a.pdf")],
        **who(),
    )
    theirs = services.add_files(
        case_id=made.pk, files=[NewFile(png(), "x.png")], from_customer=True, **who()
    )
    ours = services.add_files(
        case_id=made.pk, files=[NewFile(png(), "y.png")], from_customer=False, **who()
    )
    assert note.is_internal and ours.is_internal and not theirs.is_internal
    assert note.files.count() == theirs.files.count() == 1
    with pytest.raises(BadInput):
        services.add_files(case_id=made.pk, files=[], from_customer=True, **who())


@pytest.mark.requirement("CMP-1")
def test_a_promise_becomes_a_clock_that_is_kept_or_dropped(team: Team) -> None:
    made = case(team=team)
    later = timezone.now() + timedelta(minutes=20)
    promise = services.make_promise(
        case_id=made.pk, due_at=later, label="15:20 前回电", **who(team.agent)
    )
    assert promise.owner == team.agent and promise.due_at == later
    assert made.entries.filter(kind=EntryKind.PROMISE, is_internal=True).exists()
    with pytest.raises(BadInput) as caught:
        services.make_promise(
            case_id=made.pk, due_at=timezone.now() - timedelta(minutes=1), label="回电", **who()
        )
    assert caught.value.field == "due_at"
    with pytest.raises(BadInput):
        services.keep_promise(case_id=case().pk, clock_id=promise.pk, **who())
    services.keep_promise(case_id=made.pk, clock_id=promise.pk, note="已回电", **who(team.agent))
    assert clock(made, Metric.PROMISE).state == ClockState.MET
    with pytest.raises(RuleBroken):
        services.drop_promise(case_id=made.pk, clock_id=promise.pk, reason="不用了", **who())


@pytest.mark.requirement("CMP-7")
def test_a_solution_nobody_told_meets_no_clock_until_it_is_confirmed(team: Team) -> None:
    made = case(team=team)
    solved(made)
    assert clock(made, Metric.FEEDBACK).state == ClockState.RUNNING
    services.confirm_result(case_id=made.pk, score=4, comment="还行", **who(team.agent))
    assert clock(made, Metric.FEEDBACK).state == ClockState.MET
    made.refresh_from_db()
    assert made.confirmed_by == team.agent and made.satisfied_score == 4
    answers = case(team=team)
    solved(answers, channel=CaseChannel.EMAIL)
    assert clock(answers, Metric.FEEDBACK).state == ClockState.MET
    assert clock(answers, Metric.LEGAL).state == ClockState.MET


@pytest.mark.requirement("CMP-7")
def test_closing_needs_the_cause_and_the_customers_word_or_a_note() -> None:
    made = solved(case(), cause=None)
    for what in ({"note": "没打通"}, {}):
        with pytest.raises(RuleBroken) as caught:
            services.close_case(case_id=made.pk, **what, **who())
        assert caught.value.field == "cause"
    made = solved(case())
    with pytest.raises(RuleBroken) as caught:
        services.close_case(case_id=made.pk, **who())
    assert caught.value.field == "closing_note"
    services.close_case(case_id=made.pk, note="三次未接通", **who())
    assert not [one for one in clocks_of(made) if one.is_open]


@pytest.mark.requirement("CMP-7")
def test_the_customers_own_answer_confirms_or_reopens_once_and_then_escalates(team: Team) -> None:
    made = case(team=team, channel=CaseChannel.EMAIL)
    solved(made, channel=CaseChannel.EMAIL)
    ask = services.ask_satisfaction(case_id=made.pk, **who(team.agent))
    assert ask.channel == CaseChannel.EMAIL
    assert ask_of(token_of(ask)) == ask
    for forged in (
        "",
        "1",
        f"{ask.pk}-x",
        f"{ask.pk + 1}{token_of(ask)[len(str(ask.pk)) :]}",
        "é-é",
    ):
        assert ask_of(forged) is None
    answer = {"comment": "", "by": public_user(), "at": timezone.now()}
    with pytest.raises(BadInput):
        services.answer_satisfaction(ask_id=ask.pk, score=6, **answer)
    services.answer_satisfaction(ask_id=ask.pk, score=1, **answer)
    made.refresh_from_db()
    assert made.state == CaseState.OPEN and made.reopened_count == 1
    assert made.severity == Severity.ORDINARY
    # Its clocks begin anew.
    assert clock(made, Metric.PLAN_REPLY).cycle == 2
    assert clock(made, Metric.PLAN_REPLY).state == ClockState.RUNNING
    with pytest.raises(RuleBroken) as caught:
        services.answer_satisfaction(ask_id=ask.pk, score=5, **answer)
    assert caught.value.code == "answered"

    closed(made)
    again = services.ask_satisfaction(case_id=made.pk, **who(team.agent))
    services.answer_satisfaction(ask_id=again.pk, score=2, **answer)
    made.refresh_from_db()
    assert made.state == CaseState.OPEN and made.reopened_count == 2
    assert made.severity == Severity.MAJOR
    assert clock(made, Metric.RESPONSE).state == ClockState.RUNNING
    answers = last_data(made, "case.escalated")["recipients"]
    assert set(answers) == {team.director.pk, team.manager.pk}


@pytest.mark.requirement("CMP-7")
def test_a_good_answer_confirms_a_solved_case() -> None:
    made = solved(case(channel=CaseChannel.WEB))
    ask = services.ask_satisfaction(case_id=made.pk, **who())
    services.answer_satisfaction(
        ask_id=ask.pk, score=5, comment="很好", by=public_user(), at=timezone.now()
    )
    made.refresh_from_db()
    assert made.confirmed_at and made.satisfied_score == 5
    assert [e.text for e in made.entries.filter(kind=EntryKind.MESSAGE_IN)][-1] == "很好"
    services.close_case(case_id=made.pk, **who())


@pytest.mark.requirement("CMP-7")
def test_asking_again_puts_no_second_question() -> None:
    made = solved(case())
    one = services.ask_satisfaction(case_id=made.pk, **who())
    two = services.ask_satisfaction(case_id=made.pk, channel=CaseChannel.WECHAT, **who())
    assert one == two and SatisfactionAsk.objects.count() == 1
    with pytest.raises(RuleBroken):
        services.ask_satisfaction(case_id=solved(case(channel=CaseChannel.OWN_CHECK)).pk, **who())


@pytest.mark.requirement("CMP-1")
def test_two_people_on_one_case_see_each_other() -> None:
    made = case()
    one, two = UserFactory(roles=[Role.AGENT]), UserFactory(roles=[Role.AGENT])
    services.mark_reading(case=made, writing=False, by=one)
    services.mark_reading(case=made, writing=True, by=two)
    [seen] = readers_of(made, one)
    assert seen.user == two and seen.is_writing
    services.stop_reading(case=made, by=two)
    assert readers_of(made, one) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_casereader SET seen_at = seen_at - interval '1 minute'")
    assert readers_of(made, two) == []


@pytest.mark.requirement("CMP-1")
def test_the_page_is_masked_and_revealing_is_on_record(team: Team) -> None:
    made = case(team=team, description="联系人：王小明 13812345678，破了")
    page = case_page(made.number, team.agent)
    assert page.contact.name == "王**" and page.contact.phone == "138********"
    assert "12345678" not in page.description + "".join(line.text for line in page.lines)
    clear = services.reveal_case(case=made, reason="回电", **who(team.agent))
    assert clear["contact_phone"] == "+8613812345678"
    assert list(clear["entries"].values()) == [made.description]
    assert last_data(made, "case.revealed")["reason"] == "回电"
    with pytest.raises(BadInput):
        services.reveal_case(case=made, reason=" ", **who(team.agent))


@pytest.mark.requirement("CMP-1")
def test_an_empty_message_and_a_wrong_kind_are_refused() -> None:
    made = case()
    for message in (
        NewMessage(EntryKind.MESSAGE_OUT, " ", CaseChannel.EMAIL),
        NewMessage(EntryKind.NOTE, "x", CaseChannel.EMAIL),
    ):
        with pytest.raises(BadInput):
            services.add_message(case_id=made.pk, message=message, **who())


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize(
    "columns",
    [
        {"score": 3},
        {"answered_at": timezone.now() + timedelta(days=1)},
        {"score": 9, "answered_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_the_database_refuses_half_an_answer(columns: dict[str, Any]) -> None:
    ask = services.ask_satisfaction(case_id=solved(case()).pk, **who())
    by = {"answered_by": UserFactory()} if "answered_at" in columns else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        SatisfactionAsk.objects.filter(pk=ask.pk).update(**columns, **by)


@pytest.mark.requirement("CMP-7")
def test_no_promise_is_forgotten_by_closing_merging_or_reopening(team: Team) -> None:
    made = case(team=team)
    later = timezone.now() + timedelta(hours=2)
    promise = {"due_at": later, "label": "17 点前回电", **who(team.agent)}
    services.make_promise(case_id=made.pk, **promise)
    solved(made)
    services.confirm_result(case_id=made.pk, score=5, comment="", **who())
    with pytest.raises(RuleBroken) as caught:
        services.close_case(case_id=made.pk, **who())
    assert caught.value.field == "promise" and "17 点前回电" in str(caught.value)
    services.reopen_case(case_id=made.pk, reason="客户又来电", **who(team.director))
    [kept] = [c for c in clocks_of(made) if c.metric == Metric.PROMISE and c.is_open]
    assert kept.due_at == later and kept.owner == team.agent
    target = case(team=team, contact_phone="13700000001")
    services.merge_cases(source_id=made.pk, target_id=target.pk, **who())
    [moved] = [c for c in clocks_of(target) if c.metric == Metric.PROMISE and c.is_open]
    assert moved.due_at == later and moved.owner == team.agent
    let_pass(hours=3)
    other = case(team=team, contact_phone="13700000002")
    services.merge_cases(source_id=target.pk, target_id=other.pk, **who())
    [late] = [c for c in clocks_of(other) if c.metric == Metric.PROMISE and c.is_open]
    assert late == kept and late.owner == team.agent
