"""Questions from a sheet, one in a row (STF-1)."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused, missing
from apps.core.errors import BadInput, RuleBroken
from apps.core.numbers_typed import number_typed
from apps.core.sheets import Column, SheetRow
from apps.training.enums import FALSE, TRUE, QuestionKind
from apps.training.models import Course, QuestionVersion
from apps.training.models.questions import LONGEST_QUESTION, MOST_POINTS
from apps.training.rules.questions import check_question
from apps.training.services.questions import enter_question

COLUMNS = (
    Column("course", ("课程", "Course", "课程编号"), required=True),
    Column("kind", ("题型", "Kind"), required=True),
    Column("text", ("题目", "Question"), required=True),
    Column("options", ("选项", "Options")),
    Column("right", ("正确答案", "Right", "答案"), required=True),
    Column("points", ("分值", "Points")),
    Column("why", ("解析", "Why")),
    Column("english_text", ("英文题目", "Question in English")),
    Column("english_options", ("英文选项", "Options in English")),
    Column("english_why", ("英文解析", "Why in English")),
)
EXAMPLE: Mapping[str, str | tuple[str, str]] = {
    "course": "phone-manners",
    "kind": ("单选", "single"),
    "text": ("来电应在几声内接听？", "Within how many rings is a call answered?"),
    "options": ("一声|三声|六声", "One|Three|Six"),
    "right": "2",
    "points": "1",
    "why": ("铃响三声内接听。", "Within three rings."),
}
_KINDS = {
    "单选": QuestionKind.SINGLE, "多选": QuestionKind.MULTIPLE, "判断": QuestionKind.TRUE_FALSE,
    "数字": QuestionKind.NUMBER, "填空": QuestionKind.NUMBER, "简答": QuestionKind.TEXT,
    "true/false": QuestionKind.TRUE_FALSE, **{one.value: one for one in QuestionKind},
}  # fmt: skip
_TRUTHS = {"对": TRUE, "正确": TRUE, "true": TRUE, "错": FALSE, "错误": FALSE, "false": FALSE}


def read_question(row: SheetRow, _context: Any) -> dict[str, Any]:
    """The values of a question; RowRefused with every reason of the row."""
    given, wrong = row.values, list[RuleBroken](missing(COLUMNS, row.values))
    kind = _KINDS.get(given.get("kind", "").strip().lower())
    if kind is None and given.get("kind"):
        wrong.append(BadInput(_("No kind of question is called so."), code="no_kind", field="kind"))
    if wrong or kind is None:
        raise RowRefused(*wrong)
    try:
        return {"course": given["course"].strip().lower(), **_version(kind, given)}
    except BadInput as refusal:
        columns = {column.key for column in COLUMNS}
        refusal.field = refusal.field if refusal.field in columns else "right"
        raise RowRefused(refusal) from refusal


def _version(kind: QuestionKind, given: Mapping[str, str]) -> dict[str, Any]:
    answer = given["right"].strip()
    points = number_typed(given.get("points") or "1", "points")
    if points != int(points) or not 1 <= points <= MOST_POINTS:
        raise BadInput(
            _("Between 1 and %(n)d points.") % {"n": MOST_POINTS}, code="bad_points", field="points"
        )
    if len(given["text"]) > LONGEST_QUESTION:
        raise BadInput(
            _("At most %(n)d signs.") % {"n": LONGEST_QUESTION}, code="too_long", field="text"
        )
    values: dict[str, Any] = {
        "kind": kind, "text": given["text"].strip(), "points": int(points),
        "why": (given.get("why") or "").strip()[:1000], "expected": "",
        "options": re.split(r"[|\n]", given.get("options") or ""),
        "english_text": (given.get("english_text") or "").strip()[:LONGEST_QUESTION],
        "english_options": re.split(r"[|\n]", given.get("english_options") or ""),
        "english_why": (given.get("english_why") or "").strip()[:1000],
    }  # fmt: skip
    if kind == QuestionKind.NUMBER:
        values["number"] = number_typed(answer, "right")
    elif kind == QuestionKind.TEXT:
        values["expected"] = answer[:1000]
    elif kind == QuestionKind.TRUE_FALSE:
        values["right"] = [_TRUTHS.get(answer.lower(), 0)]
    else:
        values["right"] = [
            int(number_typed(one, "right")) for one in re.split(r"[,，、 ]+", answer) if one
        ]
    return check_question(values)


def take_question(intake: Intake, item: Item) -> Outcome:
    """One row; a question of the course with the same words is known already."""
    values = dict(item.content)
    course = Course.objects.filter(code=values.pop("course")).first()
    if course is None:
        raise BadInput(_("No course has this code."), code="unknown_code", field="course")
    about = values["text"][:40]
    same = QuestionVersion.objects.filter(question__course=course, text=values["text"]).first()
    if same is not None:
        return Outcome(item.number, RowOutcome.KNOWN, about=about, subject_id=same.question_id)
    made = enter_question(course=course, values=values, by=intake.by, at=intake.at)
    return Outcome(item.number, RowOutcome.TAKEN, about=about, subject_id=made.pk)
