"""Courses and their lessons, for those who write them and enrol people (STF-1)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.records import PanelAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.knowledge.rules.markdown import render
from apps.training import forms, services
from apps.training.admin.leaders import WhoLearns, by_whom
from apps.training.admin.learning import LearningPages
from apps.training.models import Course, Enrolment, LessonVersion
from apps.training.queries import bank_sizes, current_lessons

WRITE = "training.change_course"


def _enter(context: ActContext) -> Course:
    values = context.typed
    return services.enter_course(code=values.pop("code"), values=values, **context.who)


def _change(context: ActContext) -> None:
    services.change_course(context.record, context.typed, **context.who)


def _values(context: ActContext) -> dict[str, Any]:
    return {name: getattr(context.record, name) for name in forms.ChangeCourseForm.base_fields}


def _write(context: ActContext) -> None:
    services.write_lesson(context.record, lesson=context.row, **context.typed, **context.who)


def _last(context: ActContext) -> dict[str, Any]:
    newest = context.row.versions.select_related("article__article").order_by("-n").first()
    if newest is None:
        return {}
    code = newest.article.article.code if newest.article else ""
    names = ("title", "body", "english_title", "english_body")
    values = {name: getattr(newest, name) for name in names}
    return {"after": newest.n, "article": code, **values}


def _look(context: ActContext) -> dict[str, Any]:
    article = context.typed["article"]
    return {
        "preview_template": "knowledge/_preview.html",
        "title_typed": context.typed["title"],
        "html": format_html(
            "{}{}",
            render(article.body if article else context.typed["body"]),
            render(context.typed["english_body"]),
        ),
    }


def _enrol(context: ActContext) -> str:
    people = list(context.typed["users"])
    n = len(services.enrol(people, [context.record], **context.who))
    return ngettext("%(n)d person is enrolled.", "%(n)d people are enrolled.", n) % {"n": n}


def _in_use(course: Course) -> bool:
    return course.is_active


ENTER = Act("enter", _("Enter a course"), "training.add_course", _enter, form=forms.CourseForm,
    initial=lambda _c: {"position": 100, "days": 7, "is_active": True},
    explains=_("Then write its lessons, and its questions in the question bank."))  # fmt: skip
ACTS = (
    Act("write-lesson", _("Write a lesson"), WRITE, _write, form=forms.LessonForm, may=_in_use, preview=_look,
        done=_("The lesson stands with everybody who learns this course.")),
    Act("rewrite-lesson", _("Write it anew"), WRITE, _write, form=forms.LessonForm, rows="lessons", preview=_look,
        initial=_last, done=_("The new version is saved. Whoever has read the lesson keeps it as read.")),
    Act("drop-lesson", _("Take it out"), WRITE, on_subject(services.drop_lesson), rows="lessons", danger=True,
        explains=_("Nobody is asked to read it any more; who has read it stays on record."), done=_("Taken out.")),
    Act("enrol", _("Enrol people"), "training.add_enrolment", _enrol, form=forms.EnrolForm, options=by_whom, may=_in_use,
        explains=_("Each gets a clock for the days of the course. Whoever is enrolled already stays as they are.")),
    Act("change", _("Name, order, days"), WRITE, _change, form=forms.ChangeCourseForm, initial=_values, done=_("Changed.")),
)  # fmt: skip


@admin.register(Course)
class CourseAdmin(LearningPages, ReportAdmin, PanelAdmin):
    acts, entry = ACTS, ENTER
    reports = (WhoLearns(),)
    add_label = _("Enter a course")
    page_template = "training/course.html"
    list_display = ("name", "english_name", "code", "position", "days", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "english_name", "code")
    ordering = ("position", "code")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> Any:
        return PanelAdmin.change_view(self, request, object_id, *args, **more)

    def facts(self, request: HttpRequest, record: Course) -> dict[str, Any]:
        lessons: list[LessonVersion] = list(current_lessons([record.pk]))
        learning = Enrolment.objects.filter(course=record).select_related("user")
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "lessons": [(one, render(one.text)) for one in lessons],
            "questions": bank_sizes().get(record.pk, 0),
            "enrolments": list(learning.order_by("completed_at", "due_at", "pk")[:100]),
            "may_write": request.user.has_perm(WRITE),
        }
