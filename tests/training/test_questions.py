"""The question bank and the exams drawn from it: what is refused, in words and by the database (STF-1)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from apps.core.errors import BadInput, RuleBroken
from apps.training import services
from apps.training.enums import QuestionKind
from apps.training.models import QuestionVersion
from apps.training.rules.questions import can_regrade, check_question, passes, points_for
from tests.factories.accounts import UserFactory, superuser
from tests.factories.imports import take_in
from tests.factories.training import SINGLE, TERMS, course, exam, question

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"right": []}, "right", "no_right"),
        ({"right": [1, 2]}, "right", "two_right"),
        ({"right": [4]}, "right", "no_such_option"),
        ({"right": [0]}, "right", "no_such_option"),
        ({"options": ["只有一个"]}, "options", "bad_options"),
        ({"options": ["一", "一 ", "二"]}, "options", "same_options"),
        ({"options": [str(n) for n in range(9)]}, "options", "bad_options"),
        ({"options": ["长" * 201, "短"]}, "options", "long_option"),
        ({"kind": QuestionKind.TRUE_FALSE, "right": [1, 2]}, "right", "two_right"),
        ({"kind": QuestionKind.TRUE_FALSE, "right": [3]}, "right", "no_such_option"),
        ({"kind": QuestionKind.NUMBER, "number": None}, "number", "no_number"),
        ({"text": "[点](javascript:alert(1))"}, "text", "bad_address"),
        ({"why": "见\n[点](data:text/html,x)"}, "why", "bad_address"),
        ({"english_options": ["One", "Three"]}, "english_options", "english_options"),
        ({"english_options": ["One", "One", "Six"]}, "english_options", "same_options"),
        ({"english_text": "[x](javascript:alert(1))"}, "english_text", "bad_address"),
        ({"text": ""}, "text", "bad_value"),
        ({"points": 0}, None, "bad_value"),
        ({"points": 21}, None, "bad_value"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_at_its_field(
    wrong: dict[str, Any], field: str | None, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        question(**wrong)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not QuestionVersion.objects.exists()


def test_a_link_that_runs_a_script_is_named_with_its_line_in_lessons_too() -> None:
    with pytest.raises(BadInput) as refused:
        services.write_lesson(
            course(), title="课", body="一\n[点](javascript:x)", by=UserFactory(), at=timezone.now()
        )
    assert "2: javascript:" in str(refused.value) and refused.value.field == "body"


@pytest.mark.parametrize("body", ["", "正文"])
def test_a_lesson_is_a_text_or_an_article(body: str) -> None:
    from tests.factories.knowledge import published

    article = published("phone", "电话礼仪") if body else None
    with pytest.raises(BadInput) as refused:
        services.write_lesson(
            course(), title="课", body=body, article=article, by=UserFactory(), at=timezone.now()
        )
    assert refused.value.code == "text_or_article"


def test_the_database_refuses_questions_that_cannot_be_asked() -> None:
    row = question().versions.get()
    values = {
        f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key
    }
    for wrong in (
        {"right": []}, {"right": [2, 3]}, {"right": [9]}, {"options": ["一"]}, {"kind": "number"},
        {"english_options": ["One"]}, {"kind": "true_false"}, {"text": ""}, {"points": 0}, {"kind": "essay"}, {"n": 1},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            QuestionVersion.objects.create(**{**values, "n": 2, **wrong})
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute("UPDATE training_questionversion SET points = 9")


def test_two_who_write_a_question_at_once_lose_nothing() -> None:
    row, by, at = question(), UserFactory(), timezone.now()
    services.write_question(row, values={**SINGLE, "right": [3]}, after=1, by=by, at=at)
    with pytest.raises(RuleBroken) as refused:
        services.write_question(row, values={**SINGLE, "right": [1]}, after=1, by=by, at=at)
    assert refused.value.code == "changed_meanwhile"
    assert [one.right for one in row.versions.all()] == [[3], [2]]


def test_an_exam_draws_no_more_than_the_bank_has() -> None:
    of, by, at = course(), UserFactory(), timezone.now()
    question(of)
    made = services.enter_exam(code="phone", values={"name": "电话"}, by=by, at=at)
    for draws, field in (({of: 2}, f"draw_{of.pk}"), ({}, "draws"), ({of: 0}, "draws")):
        with pytest.raises(BadInput) as refused:
            services.write_exam(made, draws=draws, values=TERMS, after=0, by=by, at=at)
        assert refused.value.field == field
    for wrong in ({"minutes": 0}, {"pass_mark": 101}, {"attempts": 0}, {"pause_hours": 9999}):
        with pytest.raises(BadInput):
            services.write_exam(
                made, draws={of: 1}, values={**TERMS, **wrong}, after=0, by=by, at=at
            )
    assert not made.versions.exists()


def test_a_question_put_out_of_use_afterwards_stops_the_start_in_words() -> None:
    of = exam(questions=2)
    row = course().questions.first()
    assert row is not None
    who = {"by": UserFactory(), "at": timezone.now()}
    services.change_question(row, course=course(), article=None, is_active=False, **who)
    with pytest.raises(BadInput) as refused:
        services.start_attempt(of, **who)
    assert refused.value.code == "draws_too_many"


class Given:
    def __init__(self, chosen: Any = (), number: Any = None, text: str = "") -> None:
        self.chosen, self.number, self.text = list(chosen), number, text


def version(**values: Any) -> QuestionVersion:
    return QuestionVersion(**check_question({**SINGLE, **values}))


def test_points_are_all_or_none() -> None:
    many = version(kind=QuestionKind.MULTIPLE, right=[1, 3], points=4)
    assert [points_for(many, Given(c)) for c in ([1, 3], [3, 1], [1], [1, 2, 3], [])] == [
        4,
        4,
        0,
        0,
        0,
    ]
    near = version(kind=QuestionKind.NUMBER, number=Decimal("3.5"), tolerance=Decimal("0.1"))
    numbers = ("3.5", "3.6", "3.61", None)
    got = [points_for(near, Given(number=n and Decimal(n))) for n in numbers]
    assert got == [1, 1, 0, 0]
    short = version(kind=QuestionKind.TEXT, right=[])
    assert points_for(short, Given(text="道歉")) is None and points_for(short, Given(text=" ")) == 0


def test_exactly_the_mark_passes() -> None:
    assert passes(4, 5, 80) and not passes(3, 5, 80)
    assert passes(2, 3, 66) and not passes(2, 3, 67), "66.67 %"
    assert passes(1, 1, 100) and passes(57, 100, 57)


def test_only_what_means_the_same_is_regraded() -> None:
    assert can_regrade(version(), version(right=[3]))
    assert not can_regrade(version(), version(options=["一", "二"]))
    assert not can_regrade(version(), version(kind=QuestionKind.MULTIPLE, right=[1, 2]))


def test_questions_come_from_a_sheet_and_what_is_wrong_goes_back() -> None:
    course("phone-manners")
    head = "课程,题型,题目,选项,正确答案,分值,解析\n"
    rows = (
        "phone-manners,单选,几声内接？,一声|三声,2,1,三声内\n"
        "phone-manners,判断,可以先挂电话,,错,2,\n"
        "phone-manners,数字,几小时内答复？,,24,1,\n"
        "phone-manners,多选,要问什么？,姓名|单号|天气,\"1,2\",2,\n"
        "phone-manners,单选,没有答案,一|二,3,1,\n"
        "phone-manners,单选,两个答案,一|二,\"1,2\",1,\n"
        "nothing,判断,没有这门课,,对,1,\n"
        "phone-manners,猜谜,什么题,,对,1,\n"
        "phone-manners,简答,[点](javascript:x),,略,1,\n"
    )  # fmt: skip
    file = take_in("training.question", (head + rows).encode(), by=superuser(), filename="题目.csv")
    assert QuestionVersion.objects.count() == 4
    assert set(QuestionVersion.objects.values_list("kind", flat=True)) == {
        "single", "true_false", "number", "multiple",
    }  # fmt: skip
    refused = {row.number: row.message for row in file.rows.filter(outcome="refused")}
    assert len(refused) == 5 and "javascript:" in " ".join(refused.values())


def test_whoever_reads_sees_their_language_and_the_other_where_it_lacks() -> None:
    english = {"english_text": "Within how many rings?", "english_options": ["One", "Three", "Six"]}
    row = question(**english).versions.get()
    with override("en"):
        assert (row.asked, row.choices) == ("Within how many rings?", ["One", "Three", "Six"])
        assert row.explanation == "三声内。"
    with override("zh-hans"):
        assert (row.asked, row.choices) == (row.text, row.options)
    given = {"title": "电话礼仪", "body": "三声内接听。", "by": UserFactory(), "at": timezone.now()}
    lesson = services.write_lesson(
        course(), **given, english_title="Phone manners", english_body="Three rings."
    )
    alone = services.write_lesson(course(), **given)
    with override("en"):
        assert (lesson.heading, lesson.text) == ("Phone manners", "Three rings.")
        assert (alone.heading, alone.text) == ("电话礼仪", "三声内接听。")
    with override("zh-hans"):
        assert (lesson.heading, lesson.text) == ("电话礼仪", "三声内接听。")


def test_an_english_lesson_has_no_links_that_run_a_script() -> None:
    with pytest.raises(BadInput) as refused:
        services.write_lesson(
            course(), title="课", body="一", english_body="[x](javascript:x)", by=UserFactory(),
            at=timezone.now(),
        )  # fmt: skip
    assert refused.value.field == "english_body"
