"""Attempts at an exam: drawn, saved, closed by the server, marked, regraded (STF-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.events.background import overdue
from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.training import services
from apps.training.enums import AttemptState, QuestionKind
from apps.training.models import Attempt, AttemptQuestion, Qualification
from apps.training.states import ATTEMPT_MOVES
from apps.training.tasks import CLOSE
from tests.at_once import all_at_once
from tests.factories.accounts import UserFactory
from tests.factories.notifications import relay_all
from tests.factories.training import SINGLE, TERMS, answer, course, exam, passed, question, sat

pytestmark = pytest.mark.requirement("STF-1")
HOUR = timedelta(hours=1)


def refused(act: Any, *given: Any, **more: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as refusal:
        act(*given, **more)
    return refusal.value


@pytest.mark.django_db
def test_what_was_drawn_stays_though_the_bank_goes_on() -> None:
    of, by, at = exam(questions=3), UserFactory(), timezone.now()
    attempt = services.start_attempt(of, by=by, at=at)
    rows = list(attempt.questions.select_related("version"))
    assert [row.place for row in rows] == [1, 2, 3] and attempt.maximum == 3
    assert all(sorted(row.shown) == [1, 2, 3] for row in rows)
    services.write_question(
        rows[0].version.question, values={**SINGLE, "right": [3]}, after=1, by=UserFactory(), at=at
    )
    services.write_exam(
        of, draws={course(): 1}, values={**TERMS, "pass_mark": 100}, after=1, by=by, at=at
    )
    answer(attempt, 3)
    services.submit_attempt(attempt, by=by, at=timezone.now())
    attempt.refresh_from_db()
    assert (attempt.points, attempt.maximum, attempt.passed) == (3, 3, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("right", "is_passed"), [(4, True), (3, False), (5, True), (0, False)])
def test_exactly_the_mark_passes(right: int, is_passed: bool) -> None:
    attempt = sat(UserFactory(), exam(questions=5, pass_mark=80), right)
    assert attempt.passed is is_passed and attempt.points == right
    assert attempt.state == AttemptState.MARKED


@pytest.mark.django_db
def test_the_database_knows_what_passes_and_when() -> None:
    attempt = sat(UserFactory(), exam(), 3)
    for wrong in (
        {"passed": True}, {"points": 4}, {"points": 6, "passed": True}, {"state": "running"},
        {"submitted_at": None}, {"ends_at": attempt.started_at}, {"state": "submitted"}, {"maximum": 0},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(**wrong)
    for sql, match in (
        ("UPDATE training_attemptquestion SET chosen = '{2}'", "answers stay"),
        ("DELETE FROM training_attemptquestion", "append-only"),
    ):
        with (
            pytest.raises(DatabaseError, match=match),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(sql)


@pytest.mark.django_db
def test_every_move_of_an_attempt_is_in_the_table() -> None:
    legal = set(ATTEMPT_MOVES.moves())
    assert legal == {
        (AttemptState.RUNNING, AttemptState.SUBMITTED),
        (AttemptState.RUNNING, AttemptState.TIMED_OUT),
        (AttemptState.SUBMITTED, AttemptState.MARKED),
        (AttemptState.TIMED_OUT, AttemptState.MARKED),
    }
    for frm in AttemptState:
        for to in AttemptState:
            if (frm, to) not in legal:
                assert refused(ATTEMPT_MOVES.check, frm, to).code == "illegal_move"


@pytest.mark.django_db
def test_answers_are_saved_one_by_one_and_taken_back() -> None:
    of = exam(questions=2)
    by, at = UserFactory(), timezone.now()
    attempt = services.start_attempt(of, by=by, at=at)
    services.save_answers(attempt, {1: ["2"]}, by=by, at=at)
    services.save_answers(attempt, {2: ["1"]}, by=by, at=at)
    services.save_answers(attempt, {2: []}, by=by, at=at)
    assert [row.chosen for row in attempt.questions.all()] == [[2], []]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (QuestionKind.SINGLE, ["1", "2"], "one_only"),
        (QuestionKind.SINGLE, ["9"], "no_such_option"),
        (QuestionKind.SINGLE, ["0"], "no_such_option"),
        (QuestionKind.SINGLE, ["zwei"], "no_such_option"),
        (QuestionKind.TRUE_FALSE, ["3"], "no_such_option"),
        (QuestionKind.TRUE_FALSE, ["1", "2"], "one_only"),
        (QuestionKind.NUMBER, "两小时", "not_a_number"),
        (QuestionKind.NUMBER, "9" * 12, "too_large"),
        (QuestionKind.TEXT, "长" * 1001, "too_long"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_at_its_question(
    kind: QuestionKind, typed: Any, code: str
) -> None:
    values = {"kind": kind, "number": 2, "right": [2]}
    question(course(), **values)
    by, at = UserFactory(), timezone.now()
    of = services.enter_exam(code="one", values={"name": "一题"}, by=by, at=at)
    services.write_exam(of, draws={course(): 1}, values=TERMS, after=0, by=by, at=at)
    attempt = services.start_attempt(of, by=by, at=at)
    with pytest.raises(BadInput) as refusal:
        services.save_answers(attempt, {1: typed}, by=by, at=at)
    assert (refusal.value.code, refusal.value.field) == (code, "q1")
    assert (
        refused(services.save_answers, attempt, {7: ["1"]}, by=by, at=at).code == "no_such_question"
    )


@pytest.mark.django_db
def test_the_server_closes_at_the_end_with_what_was_saved() -> None:
    of, by, at = exam(questions=5, minutes=30), UserFactory(), timezone.now()
    attempt = services.start_attempt(of, by=by, at=at)
    answer(attempt, 4, at=at)
    late = at + timedelta(minutes=30, seconds=20)
    services.save_answers(attempt, {1: ["2"]}, by=by, at=late)  # 20 s: the wire was slow
    assert services.close_attempts(by=by, at=late) == 0
    after = at + timedelta(minutes=30, seconds=31)
    refusal = refused(services.save_answers, attempt, {5: ["2"]}, by=by, at=after)
    attempt.refresh_from_db()
    assert refusal.code == "closed" and attempt.state == AttemptState.MARKED
    assert attempt.submitted_at == attempt.ends_at and attempt.passed is True
    kinds = set(
        Event.objects.filter(subject_type="training.attempt").values_list("kind", flat=True)
    )
    assert kinds == {"attempt.started", "attempt.timed_out", "attempt.marked"}


@pytest.mark.django_db
def test_the_sweeper_closes_what_nobody_comes_back_to() -> None:
    of, by, at = exam(minutes=1), UserFactory(), timezone.now() - HOUR
    attempt = services.start_attempt(of, by=by, at=at)
    assert CLOSE in {one.task for one in overdue()}, "what is due calls a worker"
    assert services.close_attempts(by=by, at=timezone.now()) == 1
    assert services.close_attempts(by=by, at=timezone.now()) == 0
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (0, False)


@pytest.mark.django_db
def test_a_pause_then_no_attempts_left_then_one_that_a_leader_allows() -> None:
    of, by, leader = exam(attempts=2, pause_hours=24), UserFactory(), UserFactory()
    at = timezone.now() - timedelta(days=9)
    sat(by, of, 1, at=at)
    assert refused(services.start_attempt, of, by=by, at=at + HOUR).code == "in_pause"
    sat(by, of, 1, at=at + timedelta(hours=25))
    later = at + timedelta(days=5)
    assert refused(services.start_attempt, of, by=by, at=later).code == "no_attempts_left"
    allow = services.allow_attempt
    assert refused(allow, of, user=by, reason="请", by=by, at=later).code == "own_attempt"
    allow(of, user=by, reason="题目有误", by=leader, at=later)
    third = sat(by, of, 5, at=later)
    assert third.n == 3 and third.passed
    # Whoever has passed has all attempts again, to renew.
    assert services.start_attempt(of, by=by, at=later + timedelta(days=2)).n == 4


@pytest.mark.django_db
def test_lessons_come_before_the_exam_and_one_exam_at_a_time() -> None:
    of = exam(of=course("ethics", lessons=2))
    by, at = UserFactory(), timezone.now()
    assert refused(services.start_attempt, of, by=by, at=at).code == "lessons_unread"
    other = exam("other", of=course("email"))
    running = services.start_attempt(other, by=by, at=at)
    assert services.start_attempt(other, by=by, at=at) == running, "two tabs, one attempt"
    assert refused(services.start_attempt, of, by=by, at=at).code == "another_running"
    assert refused(services.submit_attempt, running, by=UserFactory(), at=at).code == "not_yours"


@pytest.mark.django_db
def test_short_texts_are_marked_by_somebody_else() -> None:
    of, by, leader, at = course(), UserFactory(), UserFactory(), timezone.now()
    question(of, kind=QuestionKind.TEXT, right=[], expected="先道歉", points=4)
    question(of)
    made = services.enter_exam(code="text", values={"name": "简答"}, by=leader, at=at)
    services.write_exam(made, draws={of: 2}, values=TERMS, after=0, by=leader, at=at)
    attempt = sat(by, made, 2)
    assert attempt.state == AttemptState.SUBMITTED and attempt.passed is None
    assert refused(services.start_attempt, made, by=by, at=at).code == "being_marked"
    row = attempt.questions.get(version__kind=QuestionKind.TEXT)
    mark = services.mark_answer
    assert refused(mark, row, points=4, remark="", by=by, at=at).code == "own_exam"
    assert refused(mark, row, points=5, remark="", by=leader, at=at).code == "bad_points"
    mark(row, points=3, remark="缺核实", by=leader, at=at)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.maximum, attempt.passed) == (4, 5, True)
    assert refused(mark, row, points=4, remark="", by=leader, at=at).code == "marked_already"


@pytest.mark.django_db
def test_marks_move_only_by_a_regrade_with_a_reason_and_a_preview() -> None:
    of = exam(questions=5, pass_mark=80)
    lost, won = sat(UserFactory(), of, 4), sat(UserFactory(), of, 3)
    wrong = won.questions.filter(points=0).first()
    assert wrong is not None
    row, by, at = wrong.version.question, UserFactory(), timezone.now()
    assert (
        refused(services.regrade_question, row, reason="改", by=by, at=at).code == "nothing_changes"
    )
    services.write_question(
        row, values={**SINGLE, "text": "改", "right": wrong.chosen}, after=1, by=by, at=at
    )
    won.refresh_from_db()
    assert won.points == 3, "a new version moves nothing by itself"
    preview = {one.attempt.pk: (one.was, one.now, one.turns) for one in services.would_regrade(row)}
    assert preview[won.pk] == (0, 1, True)
    made = services.regrade_question(row, reason="答案有误", by=by, at=at)
    won.refresh_from_db()
    assert (won.points, won.passed) == (4, True) and made.attempts == len(preview)
    assert (
        refused(services.regrade_question, row, reason="再", by=by, at=at).code == "nothing_changes"
    )
    assert Event.objects.filter(kind="attempt.regraded").count() == len(preview)
    assert lost.pk


@pytest.mark.django_db(transaction=True)
def test_twenty_starts_and_twenty_submissions_at_once_count_once() -> None:
    of, by = exam(attempts=1), UserFactory()

    def start() -> None:
        services.start_attempt(of, by=by, at=timezone.now())

    assert all_at_once(*[start] * 20) == [None] * 20
    attempt = Attempt.objects.get()
    assert AttemptQuestion.objects.count() == 5
    answer(attempt, 5)

    def submit() -> None:
        services.submit_attempt(attempt, by=by, at=timezone.now())

    raised = all_at_once(*[submit] * 20)
    assert sum(one is None for one in raised) == 1
    assert {getattr(one, "code", "") for one in raised if one} == {"closed"}
    assert Event.objects.filter(kind="attempt.marked").count() == 1
    late = all_at_once(*[start] * 20)
    assert {getattr(one, "code", "") for one in late} == {"in_pause"}
    assert Attempt.objects.count() == 1 and not Qualification.objects.exists()


@pytest.mark.django_db
def test_passing_without_a_requirement_qualifies_for_nothing() -> None:
    passed(UserFactory(), exam())
    assert not Qualification.objects.exists()


@pytest.mark.django_db
def test_whoever_sat_an_exam_hears_what_somebody_else_marked() -> None:
    of, by, leader, at = course(), UserFactory(), UserFactory(), timezone.now()
    question(of, kind=QuestionKind.TEXT, right=[], expected="先道歉", points=4)
    made = services.enter_exam(code="text", values={"name": "简答"}, by=leader, at=at)
    services.write_exam(made, draws={of: 1}, values=TERMS, after=0, by=leader, at=at)
    row = sat(by, made, 1).questions.get()
    services.mark_answer(row, points=3, remark="缺核实", by=leader, at=at)
    relay_all()
    notice = Delivery.objects.get(topic__startswith="staff.exam_")
    assert notice.topic == "staff.exam_not_passed" and notice.recipient.endswith(f":{by.pk}")
    assert (notice.data["exam"], notice.data["points"]) == ("简答", "3/4")


@pytest.mark.django_db
def test_who_handed_in_what_the_server_marks_at_once_sees_it_there() -> None:
    passed(UserFactory(), exam(questions=3))
    relay_all()
    assert not Delivery.objects.filter(topic__startswith="staff.exam_").exists()
