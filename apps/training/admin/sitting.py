"""Taking an exam: started, answered and saved answer by answer, handed in, and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import BadInput, RuleBroken
from apps.knowledge.rules.markdown import render
from apps.training import services
from apps.training.admin.learning import learner
from apps.training.enums import WITH_OPTIONS, AttemptState, QuestionKind
from apps.training.forms import TRUTHS
from apps.training.models import Attempt, AttemptQuestion, Exam

HOME = "admin:training_course_learning"


class SittingPages:
    """Beside the pages of the attempts."""

    def own_pages(self: Any) -> list[tuple[str, Any, str]]:
        return [
            ("start/<int:exam_id>/", require_POST(self.start_view), "start"),
            ("mine/<int:attempt_id>/", self.sit_view, "sit"),
            *super().own_pages(),  # type: ignore[misc]  # mixed into an admin class
        ]

    def start_view(self: Any, request: HttpRequest, exam_id: int) -> HttpResponseBase:
        user = learner(request)
        exam = get_object_or_404(Exam, pk=exam_id)
        try:
            attempt = services.start_attempt(exam, by=user, at=timezone.now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse(HOME))
        return HttpResponseRedirect(reverse("admin:training_attempt_sit", args=[attempt.pk]))

    def sit_view(self: Any, request: HttpRequest, attempt_id: int) -> HttpResponseBase:
        user = learner(request)
        attempt = get_object_or_404(
            Attempt.objects.select_related("exam"), pk=attempt_id, user=user
        )
        answer: HttpResponseBase
        if request.method != "POST":
            answer = self.sitting_page(request, attempt)
        else:
            answer = self.answer_sitting(request, attempt)
        return answer

    def answer_sitting(self: Any, request: HttpRequest, attempt: Attempt) -> HttpResponseBase:
        """“Save” by the button or by the script after each answer, “Hand in”."""
        by_script = "by_script" in request.POST
        rows = list(attempt.questions.select_related("version"))
        who: Any = {"by": request.user, "at": timezone.now()}
        address = reverse("admin:training_attempt_sit", args=[attempt.pk])
        try:
            services.save_answers(attempt, _typed(request, rows), **who)
            if "hand_in" in request.POST:
                services.submit_attempt(attempt, **who)
        except RuleBroken as refusal:
            if by_script:
                answer = {"said": str(refusal), "closed": refusal.code == "closed"}
                return JsonResponse(answer, status=422)
            if isinstance(refusal, BadInput):
                refused = (refusal.field or "", str(refusal))
                again: HttpResponseBase = self.sitting_page(
                    request, attempt, refused=refused, typed=request.POST
                )
                return again
            messages.error(request, str(refusal))
            return HttpResponseRedirect(address)
        if by_script:
            return JsonResponse({"saved": True})
        if "hand_in" not in request.POST:
            messages.success(request, _("Saved. You can go on, or hand it in."))
        return HttpResponseRedirect(address)

    def sitting_page(
        self: Any, request: HttpRequest, attempt: Attempt, *, refused: Any = None, typed: Any = None
    ) -> HttpResponseBase:
        rows = list(
            attempt.questions.select_related("version__question__article", "marked_as", "marked_by")
        )
        over = attempt.state != AttemptState.RUNNING
        template = "training/result.html" if over else "training/sitting.html"
        context = {
            "attempt": attempt,
            "questions": [question_shown(row, typed) for row in rows],
            "refused": refused,
            "state": AttemptState(attempt.state),
        }
        answer: HttpResponseBase = self.page(request, template, str(attempt.exam), **context)
        if refused is not None:
            answer.status_code = 422
        return answer


def _typed(request: HttpRequest, rows: list[AttemptQuestion]) -> dict[int, Any]:
    """What the form says of each question. A script sends the one that was answered, in ``only``."""
    only = request.POST.get("only", "")
    asked = [row for row in rows if not only or only == str(row.place)]
    return {
        row.place: request.POST.getlist(f"q{row.place}")
        if row.version.kind not in (QuestionKind.NUMBER, QuestionKind.TEXT)
        else request.POST.get(f"q{row.place}", "")
        for row in asked
    }


def question_shown(row: AttemptQuestion, typed: Any = None) -> dict[str, Any]:
    """A question as a page shows it; what is right is in it only for a page of the result."""
    version = row.version
    chosen = set(row.chosen)
    text = row.text if version.kind == QuestionKind.TEXT else _plain(row.number)
    if typed is not None:
        chosen = {int(one) for one in typed.getlist(f"q{row.place}") if one.isdecimal()}
        text = typed.get(f"q{row.place}", "")
    options: list[tuple[int, Any]]
    if version.kind in WITH_OPTIONS:
        options = [(place, version.choices[place - 1]) for place in row.shown]
    else:
        options = list(TRUTHS) if version.kind == QuestionKind.TRUE_FALSE else []
    right = set((row.marked_as or version).right)
    return {
        "row": row,
        "name": f"q{row.place}",
        "kind": QuestionKind(version.kind),
        "html": render(version.asked),
        "options": [(place, word, place in chosen, place in right) for place, word in options],
        "many": version.kind == QuestionKind.MULTIPLE,
        "is_number": version.kind == QuestionKind.NUMBER,
        "is_text": version.kind == QuestionKind.TEXT,
        "text": text,
        "number": _plain((row.marked_as or version).number),
        "why": render(version.explanation) if version.why else "",
        "points": version.points,
        "article": version.question.article,
    }


def _plain(number: Any) -> str:
    return "" if number is None else f"{number.normalize():f}"
