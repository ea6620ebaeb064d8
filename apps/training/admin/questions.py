"""The question bank (STF-1)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import tag
from apps.knowledge.rules.markdown import first_words, render
from apps.training import forms, services
from apps.training.enums import TRUE, WITH_OPTIONS, QuestionKind
from apps.training.forms import TRUTHS
from apps.training.models import Course, Question, QuestionVersion
from apps.training.queries import question_list, versions_of
from apps.training.rules.questions import check_question

WRITE = "training.change_question"


class QuestionFilters(FilterForm):
    course = one_of([], _("course"))

    def fill(self) -> None:
        found = [(str(one.pk), str(one)) for one in Course.objects.all()]
        self.fields["course"].choices = [("", "—"), *found]  # type: ignore[attr-defined]  # a choice field


class QuestionList(StaffList):
    title = _("Question bank")
    columns = (
        Column("text", _("exam question"), lambda row: row.shown, is_link=True),
        Column("course", _("course")),
        Column("kind", _("kind"), lambda row: row.kind),
        Column("points", _("points"), is_number=True),
        Column("n", _("version"), is_number=True),
    )
    views = (View("used", _("In use")), View("unused", _("Not in use")), View("all", _("All")))
    filters = QuestionFilters
    empty = _("No question yet. Enter the first one, or take in a sheet.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = question_list(query.view)
        course = query.values.get("course")
        return rows.filter(course=course) if course else rows

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        newest = versions_of([row.pk for row in rows])
        for row in rows:
            version = newest.get(row.pk)
            row.shown = first_words(version.asked, 60) if version else str(row)
            row.kind = tag(QuestionKind(version.kind)) if version else ""
            row.points, row.n = (version.points, version.n) if version else ("", "")
        return rows


def _enter(context: ActContext) -> Question:
    typed = context.typed
    about = {"course": typed["course"], "article": typed["article"]}
    return services.enter_question(values=context.form.version, **about, **context.who)


def _write(context: ActContext) -> None:
    after = context.typed["after"]
    services.write_question(context.record, values=context.form.version, after=after, **context.who)


def _last(context: ActContext) -> dict[str, Any]:
    newest = context.record.versions.order_by("-n").first()
    values = {
        name: getattr(newest, name) for name in forms.QuestionForm.base_fields if name != "after"
    }
    right = ",".join(str(one) for one in newest.right)
    return {**values, "right": right, "after": newest.n, **_lines(newest)}


def _lines(version: QuestionVersion) -> dict[str, str]:
    """The options as they are typed, one in a line."""
    return {name: "\n".join(getattr(version, name)) for name in ("options", "english_options")}


def _look(context: ActContext) -> dict[str, Any]:
    """As learners will see it, with what is right."""
    version = QuestionVersion(**check_question(context.form.version))
    return {"preview_template": "training/_question.html", "question": version_shown(version)}


def _about(context: ActContext) -> dict[str, Any]:
    row = context.record
    code = row.article.code if row.article else ""
    return {"course": row.course, "article": code, "is_active": row.is_active}


def _regrade(context: ActContext) -> str:
    made = services.regrade_question(context.record, reason=context.typed["reason"], **context.who)
    message = ngettext(
        "%(n)d exam has other points now.", "%(n)d exams have other points now.", made.attempts
    )
    return message % {"n": made.attempts}


def _would(context: ActContext) -> dict[str, Any]:
    return {
        "preview_template": "training/_regrade.html",
        "changes": services.would_regrade(context.record),
    }


ENTER = Act(
    "enter",
    _("Enter a question"),
    "training.add_question",
    _enter,
    form=forms.NewQuestionForm,
    preview=_look,
)
ACTS = (
    Act("write", _("Write it anew"), WRITE, _write, form=forms.QuestionForm, initial=_last, preview=_look,
        done=_("The new version is drawn from now on. Exams that are marked keep their points until you regrade them.")),
    Act("about", _("Course, article, in use"), WRITE, on_subject(services.change_question), form=forms.ChangeQuestionForm, initial=_about, done=_("Changed.")),
    Act("regrade", _("Regrade exams"), "training.regrade_question", _regrade, form=ReasonForm, preview=_would, danger=True,
        explains=_("Exams that were marked by an earlier version are marked by the newest one. Whoever passes then is"
                   " qualified; whoever does not any more keeps a qualification until a leader revokes it.")),
)  # fmt: skip


def version_shown(version: QuestionVersion) -> dict[str, Any]:
    """A version with its answer, for those who keep the bank."""
    if version.kind in WITH_OPTIONS:
        options: Any = list(enumerate(version.choices, start=TRUE))
    else:
        options = TRUTHS if version.kind == QuestionKind.TRUE_FALSE else ()
    return {
        "version": version,
        "kind": QuestionKind(version.kind),
        "html": render(version.asked),
        "options": [(place, word, place in version.right) for place, word in options],
        "why": render(version.explanation) if version.why else "",
    }


@admin.register(Question)
class QuestionAdmin(ListAdmin, PanelAdmin):
    acts, entry = ACTS, ENTER
    listing = QuestionList()
    add_label = _("Enter a question")
    page_template = "training/question.html"

    def facts(self, request: HttpRequest, record: Question) -> dict[str, Any]:
        versions = [version_shown(one) for one in record.versions.select_related("by")]
        return {
            "title": f"{record} · {record.course}",
            "acts": self.offered(request, record),
            "versions": versions,
            "regrades": list(record.regrades.select_related("by", "version")),
        }
