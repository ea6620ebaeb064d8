"""An attempt at an exam: drawn, answered, closed by the server. The browser says what was chosen and
nothing else; what is right never leaves the server before it is marked."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.numbers_typed import number_typed
from apps.core.times import human
from apps.events.services import record
from apps.training.enums import AttemptState, QuestionKind
from apps.training.models import Attempt, AttemptQuestion, Exam, ExamVersion, QuestionVersion
from apps.training.models.attempts import LONGEST_ANSWER
from apps.training.queries import exam_progress, newest_questions
from apps.training.rules.questions import check_chosen
from apps.training.services.exams import check_draws
from apps.training.services.marking import hand_in
from apps.training.services.saving import one_at_a_time

# What is sent in the last second may arrive a little later.
GRACE = timedelta(seconds=30)
CLOSE = "training.close_attempts"
# For ``events.background.due_when``; the index of running attempts answers it.
TO_CLOSE = (
    "SELECT '', min(ends_at) + interval '30 seconds' FROM training_attempt WHERE state = 'running'"
)
_dice = secrets.SystemRandom()


@transaction.atomic
def start_attempt(exam: Exam, *, by: User, at: datetime, dice: Random = _dice) -> Attempt:
    """Draw the questions and begin. Asked again while it runs, it gives the attempt that is running:
    two tabs, or twenty requests at once, make one. RuleBroken says why not: lessons to be read, a
    pause, no attempts left, another exam running, or the last one not marked yet. ``dice`` draw; those of
    a demonstration come from its seed."""
    one_at_a_time("attempt", by.pk)
    running = Attempt.objects.filter(user=by, state=AttemptState.RUNNING).first()
    if running is not None and _is_over(running, at):
        hand_in(running, AttemptState.TIMED_OUT, by=by, at=running.ends_at)
        running = None
    if running is not None and running.exam_id == exam.pk:
        return running
    version, n = _may_start(exam, running, by, at)
    drawn = _draw(version, dice)
    attempt = Attempt.objects.create(
        exam=exam, version=version, user=by, n=n, pass_mark=version.pass_mark,
        maximum=sum(one.points for one in drawn), started_at=at,
        ends_at=at + timedelta(minutes=version.minutes),
    )  # fmt: skip
    AttemptQuestion.objects.bulk_create(
        AttemptQuestion(
            attempt=attempt,
            place=place,
            version=one,
            shown=_order(one, dice if version.shuffles else None),
        )
        for place, one in enumerate(drawn, start=1)
    )
    record("attempt.started", attempt, by=by, at=at, data={"exam": exam.code, "holder": by.pk})
    return attempt


def _may_start(
    exam: Exam, running: Attempt | None, by: User, at: datetime
) -> tuple[ExamVersion, int]:
    """The version, and which attempt it will be."""
    progress = exam_progress(by, exam)
    why, code = "", ""
    if running is not None:
        why = _("“%(exam)s” is still running; hand it in first.") % {"exam": running.exam}
        code = "another_running"
    elif not exam.is_active or progress.version is None:
        why, code = _("This exam cannot be taken now."), "not_in_use"
    elif progress.is_marking:
        why, code = _("Your last attempt is still being marked."), "being_marked"
    elif progress.unread:
        why = ngettext(
            "Read the lessons first: %(n)d is left.", "Read the lessons first: %(n)d are left.", progress.unread
        ) % {"n": progress.unread}  # fmt: skip
        code = "lessons_unread"
    elif progress.left < 1:
        why = _("You have used all your attempts. Ask your leader for another one.")
        code = "no_attempts_left"
    elif progress.not_before is not None and progress.not_before > at:
        why = _("The next attempt is possible from %(when)s.") % {
            "when": human(progress.not_before)
        }
        code = "in_pause"
    if why or progress.version is None:
        raise RuleBroken(why, code=code, rule="STF-1")
    return progress.version, (progress.last.n if progress.last else 0) + 1


def _draw(version: ExamVersion, dice: Random) -> list[QuestionVersion]:
    draws = list(version.draws.select_related("course"))
    check_draws({draw.course: draw.count for draw in draws})
    drawn: list[QuestionVersion] = []
    for draw in draws:
        bank = list(newest_questions([draw.course_id]).order_by("pk"))
        drawn += dice.sample(bank, draw.count)
    if version.shuffles:
        dice.shuffle(drawn)
    return drawn


def _order(version: QuestionVersion, dice: Random | None) -> list[int]:
    places = list(range(1, len(version.options) + 1))
    if dice is not None:
        dice.shuffle(places)
    return places


def save_answers(
    attempt: Attempt, answers: Mapping[int, Any], *, by: User, at: datetime
) -> Attempt:
    """Keep what was answered so far, by place: places of options, a number or text as it was typed;
    what is empty takes the answer back. What comes after the end is not kept, and the attempt is closed.
    BadInput names the field “q<place>”."""
    _close_if_over(attempt, at)
    with transaction.atomic():
        row = _mine(attempt, by)
        rows = {one.place: one for one in row.questions.select_related("version")}
        if unknown := set(answers) - set(rows):
            raise BadInput(
                _("There is no question %(n)d.") % {"n": min(unknown)}, code="no_such_question"
            )
        changed = [one for place, given in answers.items() if _answer(one := rows[place], given)]
        for one in changed:
            one.answered_at = at
        names = ["chosen", "number", "text", "answered_at"]
        AttemptQuestion.objects.bulk_update(changed, names)
    return row


def _answer(row: AttemptQuestion, given: Any) -> bool:
    """Fill in the answer; whether it is another one than before."""
    before = (row.chosen, row.number, row.text)
    kind, field = row.version.kind, f"q{row.place}"
    try:
        if kind == QuestionKind.NUMBER:
            row.number = number_typed(given, field) if str(given).strip() else None
            if row.number is not None and abs(row.number) >= 10**9:
                raise BadInput(_("This number is too large."), code="too_large")
        elif kind == QuestionKind.TEXT:
            row.text = str(given).strip()
            if len(row.text) > LONGEST_ANSWER:
                raise BadInput(_("At most %(n)d signs.") % {"n": LONGEST_ANSWER}, code="too_long")
        else:
            row.chosen = check_chosen(row.version, _places(given))
    except BadInput as refusal:
        refusal.field = field
        raise
    return before != (row.chosen, row.number, row.text)


def _places(given: Any) -> Sequence[int]:
    parts = given if isinstance(given, list | tuple) else [given]
    try:
        return [int(one) for one in parts if str(one).strip()]
    except ValueError as error:
        raise BadInput(_("The question has no such option."), code="no_such_option") from error


def submit_attempt(attempt: Attempt, *, by: User, at: datetime) -> Attempt:
    """Hand it in and mark what needs no person. Handed in already, nothing is changed and the first
    result stands: RuleBroken ``closed``."""
    _close_if_over(attempt, at)
    with transaction.atomic():
        row = _mine(attempt, by)
        hand_in(row, AttemptState.SUBMITTED, by=by, at=at)
    return row


def close_attempts(*, by: User, at: datetime, limit: int = 200) -> int:
    """Close what ran out of time, with what was answered until then; how many. Any number may run."""
    closed = 0
    over = Attempt.objects.filter(state=AttemptState.RUNNING, ends_at__lte=at - GRACE)
    for pk in list(over.order_by("ends_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            row = over.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                hand_in(row, AttemptState.TIMED_OUT, by=by, at=row.ends_at)
                closed += 1
    return closed


def _close_if_over(attempt: Attempt, at: datetime) -> None:
    """In a transaction of its own: what comes too late is refused afterwards, and it stays closed."""
    with transaction.atomic():
        row = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if row.state == AttemptState.RUNNING and _is_over(row, at):
            hand_in(row, AttemptState.TIMED_OUT, by=row.user, at=row.ends_at)


def _is_over(attempt: Attempt, at: datetime) -> bool:
    return at > attempt.ends_at + GRACE


def _mine(attempt: Attempt, by: User) -> Attempt:
    """Locked, of ``by``, and running."""
    row = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if row.user_id != by.pk:
        raise RuleBroken(_("This is somebody else's exam."), code="not_yours")
    if row.state != AttemptState.RUNNING:
        raise RuleBroken(
            _("This exam has been handed in already; what counts is what was saved until then."),
            code="closed",
        )
    return row
