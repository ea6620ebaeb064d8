"""Points are given by the server, for short texts by a person; they move only by a regrade."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.training.enums import AttemptState
from apps.training.models import Attempt, AttemptQuestion, Question, QuestionVersion, Regrade
from apps.training.rules.questions import can_regrade, passes, points_for
from apps.training.services.qualifications import settle_qualifications
from apps.training.states import ATTEMPT_MOVES


def hand_in(attempt: Attempt, state: AttemptState, *, by: User, at: datetime) -> None:
    """Close a locked attempt at ``at`` and mark it, as far as no person has to read it."""
    _move(attempt, state)
    attempt.submitted_at = max(at, attempt.started_at)
    attempt.save(update_fields=["state", "submitted_at"])
    record(f"attempt.{state.value}", attempt, by=by, at=at, data={"holder": attempt.user_id})
    rows = list(attempt.questions.select_related("version"))
    for row in rows:
        row.points = points_for(row.version, row)
        row.marked_as = row.version if row.points is not None else None
    AttemptQuestion.objects.bulk_update(rows, ["points", "marked_as"])
    _close(attempt, rows, by=by, at=attempt.submitted_at)


@transaction.atomic
def mark_answer(
    answer: AttemptQuestion, *, points: int, remark: str, by: User, at: datetime
) -> AttemptQuestion:
    """What a short text is worth; with the last one the attempt is marked. Nobody marks their own."""
    attempt = Attempt.objects.select_for_update().get(pk=answer.attempt_id)
    row = AttemptQuestion.objects.select_related("version").get(pk=answer.pk)
    if attempt.user_id == by.pk:
        raise RuleBroken(_("Somebody else has to mark your exam."), code="own_exam", field="points")
    if (
        attempt.state not in (AttemptState.SUBMITTED, AttemptState.TIMED_OUT)
        or row.points is not None
    ):
        raise RuleBroken(_("This answer has been marked already."), code="marked_already")
    if not 0 <= points <= row.version.points:
        raise BadInput(
            _("Between 0 and %(n)d points.") % {"n": row.version.points},
            code="bad_points",
            field="points",
        )
    row.points, row.marked_as, row.marked_by, row.remark = points, row.version, by, remark.strip()
    row.save(update_fields=["points", "marked_as", "marked_by", "remark"])
    data = {"place": row.place, "points": points, "holder": attempt.user_id}
    record("attempt.answer_marked", attempt, by=by, at=at, data=data)
    _close(attempt, list(attempt.questions.all()), by=by, at=at)
    return row


def _close(attempt: Attempt, rows: Sequence[AttemptQuestion], *, by: User, at: datetime) -> None:
    """Marked, once every answer is; whoever passes is qualified."""
    given = [row.points for row in rows if row.points is not None]
    if len(given) < len(rows):
        return
    _move(attempt, AttemptState.MARKED)
    attempt.points, attempt.marked_at = sum(given), at
    attempt.passed = passes(attempt.points, attempt.maximum, attempt.pass_mark)
    attempt.save(update_fields=["state", "points", "passed", "marked_at"])
    data = {
        "points": attempt.points, "maximum": attempt.maximum, "passed": attempt.passed,
        "holder": attempt.user_id,
    }  # fmt: skip
    record("attempt.marked", attempt, by=by, at=at, data=data)
    if attempt.passed:
        settle_qualifications(attempt.user, by=by, at=at)


def _move(attempt: Attempt, to: AttemptState) -> None:
    ATTEMPT_MOVES.check(AttemptState(attempt.state), to)
    attempt.state = to


@dataclass(frozen=True, slots=True)
class Regraded:
    """What a regrade makes of one attempt."""

    attempt: Attempt
    answer: AttemptQuestion
    was: int
    now: int

    @property
    def total(self) -> int:
        return (self.attempt.points or 0) - self.was + self.now

    @property
    def passes(self) -> bool:
        return passes(self.total, self.attempt.maximum, self.attempt.pass_mark)

    @property
    def turns(self) -> bool:
        """Whether it passes now and did not, or the other way round."""
        return self.passes != self.attempt.passed


def would_regrade(question: Question) -> list[Regraded]:
    """Marked attempts whose points the newest version of ``question`` would change: its preview."""
    newest = question.versions.order_by("-n").first()
    if newest is None:
        return []
    rows = AttemptQuestion.objects.filter(
        version__question=question, attempt__state=AttemptState.MARKED
    ).select_related("attempt__user", "attempt__exam", "version")
    found = []
    for row in rows.exclude(marked_as=newest).order_by("attempt"):
        if not can_regrade(row.version, newest) or newest.points != row.version.points:
            continue
        now, was = points_for(newest, row), row.points
        if now is not None and was is not None and now != was:
            found.append(Regraded(row.attempt, row, was, now))
    return found


@transaction.atomic
def regrade_question(question: Question, *, reason: str, by: User, at: datetime) -> Regrade:
    """Mark again by the newest version what was marked by an earlier one. Whoever passes by it is
    qualified from now on; whoever does not any more keeps what they were given until a leader revokes it."""
    row = Question.objects.select_for_update().get(pk=question.pk)
    concerned = [one.attempt.pk for one in would_regrade(row)]
    list(Attempt.objects.select_for_update().filter(pk__in=concerned).order_by("pk"))
    changes = would_regrade(row)
    newest = row.versions.order_by("-n").first()
    if not changes or newest is None:
        raise RuleBroken(
            _("No exam would have other points by the newest version."), code="nothing_changes"
        )
    for one in changes:
        _regrade(one, newest, reason, by=by, at=at)
    made = Regrade.objects.create(
        question=row, version=newest, reason=reason.strip(), attempts=len(changes),
        passed=sum(one.turns and one.passes for one in changes),
        failed=sum(one.turns and not one.passes for one in changes), at=at, by=by,
    )  # fmt: skip
    data = {"changed": len(changes), "reason": made.reason}
    record("question.regraded", row, by=by, at=at, data=data)
    return made


def _regrade(
    one: Regraded, newest: QuestionVersion, reason: str, *, by: User, at: datetime
) -> None:
    attempt, total, passed = one.attempt, one.total, one.passes
    turned = one.turns
    one.answer.points, one.answer.marked_as = one.now, newest
    one.answer.save(update_fields=["points", "marked_as"])
    data = {
        "was": attempt.points, "points": total, "maximum": attempt.maximum, "passed": passed,
        "reason": reason, "holder": attempt.user_id,
    }  # fmt: skip
    record("attempt.regraded", attempt, by=by, at=at, data=data)
    Attempt.objects.filter(pk=attempt.pk).update(points=total, passed=passed)
    if turned and passed:
        settle_qualifications(attempt.user, by=by, at=at)
