"""Pages of training: their main jobs, who may not open them, their statements (STF-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.training import services
from apps.training.enums import AttemptState, ObservationPoint, QuestionKind
from apps.training.models import (
    Attempt,
    Course,
    Enrolment,
    Exam,
    ExtraAttempt,
    Observation,
    Qualification,
    Question,
    Requirement,
)
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.training import TERMS, course, exam, passed, question, read_all, required, sat

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]
HOME = "/admin/training/course/learning/"
BASE = "/admin/training/"


def at_desk(client: Client, role: Role, **more: Any) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=[role], **more)
    sign_in(client, user)
    return user


def test_a_learner_reads_takes_the_exam_and_sees_why(client: Client) -> None:
    of = exam(questions=5, of=course(lessons=2))
    required(of)
    user = at_desk(client, Role.AGENT)
    services.enrol_required([user], by=user, at=timezone.now())
    page = client.get(HOME).content.decode()
    assert "课程 phone-manners" in page and "开始考试" not in page
    for lesson in course().lessons.all():
        answer = client.post(f"{HOME}{lesson.pk}/")
    assert answer["Location"] == HOME
    assert "开始考试" in client.get(HOME).content.decode()
    where = client.post(f"{BASE}attempt/start/{of.pk}/")["Location"]
    shown = client.get(where).content.decode()
    assert "三声内" not in shown, "what is right is not on the page of the exam"
    answer = client.post(where, {"by_script": "1", "only": "1", "q1": "2"})
    assert answer.json() == {"saved": True}
    attempt = Attempt.objects.get()
    assert attempt.questions.get(place=1).chosen == [2]
    typed = {f"q{n}": "2" for n in range(1, 6)}
    client.post(where, {**typed, "hand_in": "1"})
    attempt.refresh_from_db()
    assert attempt.passed and Qualification.objects.get().user == user
    result = client.get(where).content.decode()
    assert "三声内" in result and "5 / 5" not in result.split("</h1>")[0]
    again = client.post(where, {"q1": "1", "hand_in": "1"}, follow=True).content.decode()
    assert "已经交卷" in again
    closed = client.post(where, {"by_script": "1", "only": "1", "q1": "1"})
    assert closed.status_code == 422 and closed.json()["closed"]


def test_what_is_typed_wrong_comes_back_beside_its_question(client: Client) -> None:
    question(kind=QuestionKind.NUMBER, number=24)
    by, at = UserFactory(), timezone.now()
    of = services.enter_exam(code="number", values={"name": "数字"}, by=by, at=at)
    services.write_exam(of, draws={course(): 1}, values=TERMS, after=0, by=by, at=at)
    at_desk(client, Role.AGENT)
    where = client.post(f"{BASE}attempt/start/{of.pk}/")["Location"]
    answer = client.post(where, {"q1": "两小时", "hand_in": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="refused"' in page and 'value="两小时"' in page
    assert Attempt.objects.get().state == AttemptState.RUNNING


def test_nobody_sits_somebody_elses_exam_and_starts_none_in_a_pause(client: Client) -> None:
    of, other = exam(), UserFactory(roles=[Role.AGENT])
    theirs = services.start_attempt(of, by=other, at=timezone.now())
    user = at_desk(client, Role.AGENT)
    assert client.get(f"{BASE}attempt/mine/{theirs.pk}/").status_code == 404
    assert client.post(f"{BASE}attempt/mine/{theirs.pk}/", {"q1": "2"}).status_code == 404
    assert client.get(f"{BASE}attempt/start/{of.pk}/").status_code == 405
    sat(user, of, 1)
    answer = client.post(f"{BASE}attempt/start/{of.pk}/", follow=True)
    assert "下一次考试最早可在" in answer.content.decode()
    assert Attempt.objects.filter(user=user).count() == 1


LEADERS_PAGES = (
    "course/", "course/who-learns/", "question/", "exam/", "attempt/", "qualification/", "requirement/",
    "observation/", "qualification/add/", "question/add/", "exam/add/", "course/add/", "requirement/add/",
    "observation/add/",
)  # fmt: skip


@pytest.mark.parametrize("page", LEADERS_PAGES)
def test_a_learner_opens_no_page_of_leaders(client: Client, page: str) -> None:
    at_desk(client, Role.AGENT)
    assert client.get(BASE + page).status_code == 403


@pytest.mark.parametrize("page", LEADERS_PAGES)
def test_a_leader_opens_them(client: Client, page: str) -> None:
    at_desk(client, Role.DEPARTMENT_MANAGER)
    assert client.get(BASE + page).status_code == 200


def test_acts_are_for_those_who_may(client: Client) -> None:
    of = exam()
    row = required(of)
    leader = at_desk(client, Role.PROJECT_MANAGER)
    agent = UserFactory(roles=[Role.AGENT])
    passed(agent, of)
    held = Qualification.objects.get()
    for where in (
        f"qualification/{held.pk}/do/revoke/", f"requirement/{row.pk}/do/end/", f"exam/{of.pk}/do/write/",
        f"question/{Question.objects.first().pk}/do/regrade/", f"course/{course().pk}/do/change/",
    ):  # fmt: skip
        assert client.post(BASE + where, {"reason": "x"}).status_code == 403, where
    assert (
        client.post(
            f"{BASE}exam/{of.pk}/do/allow/", {"user": agent.pk, "reason": "题目有误"}
        ).status_code
        == 302
    )
    assert ExtraAttempt.objects.get().by == leader


def test_a_leader_of_one_unit_sees_no_others_people(client: Client) -> None:
    mine, theirs = UnitFactory(), UnitFactory()
    leader = UserFactory(scope=ObjectScope.UNITS, roles=[Role.DIRECTOR], unit=mine)
    sign_in(client, leader)
    of = exam()
    required(of)
    near = UserFactory(roles=[Role.AGENT], unit=mine, display_name="本部门员工")
    far = UserFactory(roles=[Role.AGENT], unit=theirs, display_name="外部门员工")
    attempts = [passed(user, of) for user in (near, far)]
    for page in ("course/who-learns/", "attempt/?view=all", "qualification/"):
        page_text = client.get(BASE + page).content.decode()
        assert "本部门员工" in page_text and "外部门员工" not in page_text, page
    assert client.get(f"{BASE}attempt/{attempts[0].pk}/change/").status_code == 200
    answers = [client.get(f"{BASE}attempt/{attempts[1].pk}/change/").status_code]
    held = Qualification.objects.get(user=far)
    answers.append(
        client.post(f"{BASE}qualification/{held.pk}/do/revoke/", {"reason": "x"}).status_code
    )
    assert answers == [404, 404]
    until = (timezone.localdate() + timedelta(days=400)).isoformat()
    given = {"user": far.pk, "area": "cases", "until": until, "reason": "x"}
    assert client.post(f"{BASE}qualification/add/", given).status_code == 422
    assert Qualification.objects.filter(user=far).count() == 1


def test_writing_from_a_course_to_a_requirement(client: Client) -> None:
    at_desk(client, Role.DEPARTMENT_MANAGER)
    client.post(
        f"{BASE}course/add/",
        {"code": "ethics", "name": "职业道德", "english_name": "Ethics", "position": 1, "days": 7, "is_active": "on"},
    )  # fmt: skip
    of = Course.objects.get()
    lesson = f"{BASE}course/{of.pk}/do/write-lesson/"
    bad = client.post(lesson, {"after": 0, "title": "一", "body": "[点](javascript:x)"})
    assert bad.status_code == 422 and "javascript:" in bad.content.decode()
    script = {"after": 0, "title": "一", "body": "<script>alert(1)</script>"}
    assert "<script>alert" not in client.post(lesson, {**script, "preview": "1"}).content.decode()
    client.post(lesson, script)
    row = of.lessons.get()
    assert "&lt;script&gt;" in client.get(f"{HOME}{row.pk}/").content.decode()
    asked = {
        "course": of.pk, "after": 0, "kind": "single", "text": "几声？", "options": "一\n二", "right": "1,2", "points": 1,
    }  # fmt: skip
    assert client.post(f"{BASE}question/add/", asked).status_code == 422
    shown = client.post(f"{BASE}question/add/", {**asked, "right": "2", "preview": "1"})
    assert "正确" in shown.content.decode() and not Question.objects.exists()
    client.post(f"{BASE}question/add/", {**asked, "right": "2"})
    client.post(f"{BASE}exam/add/", {"code": "first", "name": "上岗考试"})
    made = Exam.objects.get()
    terms = {"after": 0, "minutes": 30, "pass_mark": 80, "attempts": 2, "pause_hours": 24}
    draw, where = f"draw_{of.pk}", f"{BASE}exam/{made.pk}/do/write/"
    assert client.post(where, {**terms, draw: 2}).status_code == 422
    assert client.post(where, {**terms, draw: 1}).status_code == 302
    agent = UserFactory(roles=[Role.AGENT])
    given = {
        "role": "agent",
        "area": "cases",
        "exam": made.pk,
        "courses": [of.pk],
        "valid_months": 12,
    }
    assert client.post(f"{BASE}requirement/add/", given).status_code == 302
    assert Enrolment.objects.get().user == agent
    assert (
        client.get(f"{BASE}requirement/{Requirement.objects.get().pk}/change/").status_code == 200
    )
    client.post(
        f"{BASE}course/{of.pk}/do/rewrite-lesson/{row.pk}/",
        {"after": 1, "title": "一", "body": "新"},
    )
    client.post(f"{BASE}course/{of.pk}/do/drop-lesson/{row.pk}/")
    assert row.versions.count() == 2 and not of.lessons.get().is_active


def test_leaders_waive_revoke_observe_and_mark(client: Client) -> None:
    leader = at_desk(client, Role.DIRECTOR)
    agent = UserFactory(roles=[Role.AGENT])
    required(exam())
    until = (timezone.localdate() + timedelta(days=20)).isoformat()
    given = {"user": agent.pk, "area": "cases", "until": until, "reason": "缺人"}
    assert client.post(f"{BASE}qualification/add/", given).status_code == 302
    row = Qualification.objects.get()
    assert (row.by, row.user) == (leader, agent)
    again = client.post(f"{BASE}qualification/add/", given)
    assert again.status_code == 422 and "已有资格" in again.content.decode()
    client.post(f"{BASE}qualification/{row.pk}/do/revoke/", {"reason": "投诉属实"})
    row.refresh_from_db()
    assert row.revoked_why == "投诉属实"
    call = {
        "user": agent.pk,
        "area": "cases",
        "about": "12:00 来电",
        "points_met": [one.value for one in ObservationPoint],
    }
    client.post(f"{BASE}observation/add/", call)
    made = Observation.objects.get()
    assert made.passed and client.get(f"{BASE}observation/{made.pk}/change/").status_code == 200
    own = client.post(f"{BASE}observation/add/", {**call, "user": leader.pk})
    assert own.status_code == 422


def test_a_short_answer_is_marked_on_the_page(client: Client) -> None:
    at_desk(client, Role.DIRECTOR)
    question(kind=QuestionKind.TEXT, right=[], expected="先道歉", points=3)
    by, at = UserFactory(), timezone.now()
    of = services.enter_exam(code="text", values={"name": "简答"}, by=by, at=at)
    services.write_exam(of, draws={course(): 1}, values=TERMS, after=0, by=by, at=at)
    attempt = sat(UserFactory(roles=[Role.AGENT]), of, 1)
    row = attempt.questions.get()
    assert attempt.user.display_name in client.get(f"{BASE}attempt/").content.decode()
    page = client.get(f"{BASE}attempt/{attempt.pk}/change/").content.decode()
    where = f"{BASE}attempt/{attempt.pk}/do/mark/{row.pk}/"
    assert where in page and "先道歉" in page
    assert client.post(where, {"points": 4}).status_code == 422
    assert client.post(where, {"points": 3}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.passed


def test_regrading_shows_first_what_would_come_of_it(client: Client) -> None:
    at_desk(client, Role.DIRECTOR)
    of = exam(questions=5)
    attempt = sat(UserFactory(display_name="差一分的人"), of, 3)
    wrong = attempt.questions.filter(points=0).first()
    assert wrong is not None
    row = wrong.version.question
    version = {
        "after": 1,
        "kind": "single",
        "text": "改",
        "options": "一\n二\n三",
        "right": str(wrong.chosen[0]),
        "points": 1,
    }
    assert client.post(f"{BASE}question/{row.pk}/do/write/", version).status_code == 302
    where = f"{BASE}question/{row.pk}/do/regrade/"
    shown = client.post(where, {"reason": "答案有误", "preview": "1"}).content.decode()
    assert "差一分的人" in shown and "现在通过" in shown
    attempt.refresh_from_db()
    assert attempt.points == 3
    client.post(where, {"reason": "答案有误"})
    attempt.refresh_from_db()
    assert attempt.points == 4 and attempt.passed
    assert "答案有误" in client.get(f"{BASE}question/{row.pk}/change/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_statements_for_one_and_for_three(client: Client, rows: int) -> None:
    leader = at_desk(client, Role.DEPARTMENT_MANAGER)
    of = exam(questions=rows, of=course(lessons=rows))
    required(of)
    for _n in range(rows):
        agent = UserFactory(roles=[Role.AGENT])
        services.enrol_required([agent], by=leader, at=timezone.now())
        read_all(agent)
        passed(agent, of)
    for page, most in (
        ("course/who-learns/", 11), ("attempt/?view=all", 2), ("qualification/", 1), ("question/", 3),
        ("course/", 1), ("exam/", 1), ("requirement/", 1), ("observation/", 1),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert client.get(BASE + page).status_code == 200
        own = [one["sql"] for one in asked if '"training_' in one["sql"] or "who_may" in one["sql"]]
        assert len(own) <= most and not any("COUNT(*)" in sql for sql in own), (page, own)


def test_who_learns_leaves_as_a_file(client: Client) -> None:
    of = exam()
    required(of)
    passed(UserFactory(roles=[Role.AGENT], display_name="张三"), of)
    at_desk(client, Role.DIRECTOR)
    answer = client.post(reverse("admin:training_course_who_learns"), {"format": "csv"})
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(
        "utf-8-sig"
    )
    assert "张三" in text
