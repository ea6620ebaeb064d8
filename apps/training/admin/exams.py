"""Exams: what they draw, how long they take, what passes (STF-1)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.records import PanelAdmin
from apps.training import forms, services
from apps.training.admin.leaders import by_whom
from apps.training.models import Exam
from apps.training.queries import current_version
from apps.training.services.exams import check_draws

WRITE = "training.change_exam"
USUAL = {"minutes": 30, "pass_mark": 80, "attempts": 3, "pause_hours": 24, "shuffles": True}


def _enter(context: ActContext) -> Exam:
    values = context.typed
    return services.enter_exam(code=values.pop("code"), values=values, **context.who)


def _write(context: ActContext) -> None:
    services.write_exam(
        context.record, draws=context.form.draws, values=context.form.terms,
        after=context.typed["after"], **context.who,
    )  # fmt: skip


def _last(context: ActContext) -> dict[str, Any]:
    newest = current_version(context.record)
    if newest is None:
        return USUAL
    drawn = {f"draw_{one.course_id}": one.count for one in newest.draws.all()}
    return {**{name: getattr(newest, name) for name in USUAL}, **drawn, "after": newest.n}


def _look(context: ActContext) -> dict[str, Any]:
    """How many questions it would have, or why it cannot be drawn."""
    draws = {course: count for course, count in context.form.draws.items() if count}
    check_draws(draws)
    return {
        "preview_template": "training/_exam.html",
        "draws": list(draws.items()),
        "total": sum(draws.values()),
        "terms": context.form.terms,
    }


ENTER = Act("enter", _("Enter an exam"), "training.add_exam", _enter, form=forms.ExamForm,
    explains=_("Then say what it draws, how long it takes, and what passes."))  # fmt: skip
ACTS = (
    Act("write", _("What it draws, what passes"), WRITE, _write, form=forms.ExamVersionForm, initial=_last, preview=_look,
        done=_("The new version is what is taken from now on.")),
    Act("allow", _("Allow another attempt"), "training.allow_attempt", on_subject(services.allow_attempt), form=forms.AllowAttemptForm, options=by_whom,
        explains=_("One attempt more, at once, for somebody who has used all of theirs or is waiting."),
        done=_("They can start it now.")),
)  # fmt: skip


@admin.register(Exam)
class ExamAdmin(PanelAdmin):
    acts, entry = ACTS, ENTER
    add_label = _("Enter an exam")
    page_template = "training/exam.html"
    list_display = ("name", "english_name", "code", "is_active")
    search_fields = ("name", "english_name", "code")
    ordering = ("code",)

    def facts(self, request: HttpRequest, record: Exam) -> dict[str, Any]:
        versions = record.versions.select_related("by").prefetch_related("draws__course")
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "versions": list(versions),
            "extra": list(record.extra_attempts.select_related("user", "by")[:20]),
        }
