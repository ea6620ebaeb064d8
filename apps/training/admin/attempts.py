"""Attempts for leaders: what is to be marked, and what everybody wrote."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, on_subject
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.training import forms, services
from apps.training.admin.sitting import SittingPages, question_shown
from apps.training.enums import AttemptState
from apps.training.models import Attempt
from apps.training.queries import led_by

TO_MARK = (AttemptState.SUBMITTED, AttemptState.TIMED_OUT)


def _result(row: Attempt) -> SafeString | str:
    if row.passed is None:
        return ""
    word, colour = (gettext("passed"), "green") if row.passed else (gettext("not passed"), "red")
    return format_html(
        '{} / {} <span class="tag tag-{}">{}</span>', row.points, row.maximum, colour, word
    )


class AttemptList(StaffList):
    title = _("Exams taken")
    columns = (
        Column("user", _("learner"), lambda row: row.user.display_name, is_link=True),
        Column("exam", _("exam")),
        Column("n", _("attempt"), is_number=True),
        Column("started", _("started"), lambda row: human(row.started_at)),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("points", _("points"), _result),
    )
    views = (
        View("to_mark", _("To be marked")),
        View("running", _("Running")),
        View("failed", _("Not passed")),
        View("all", _("All")),
    )
    empty = _("Nothing is to be marked. Short answers that are handed in stand here.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Attempt.objects.filter(user__in=led_by(query.user)).select_related("user", "exam")
        if query.view == "to_mark":
            return rows.filter(state__in=TO_MARK)
        if query.view == "running":
            return rows.filter(state=AttemptState.RUNNING)
        return rows.filter(passed=False) if query.view == "failed" else rows


def _is_open(row: Any) -> bool:
    return row.points is None and row.attempt.state in TO_MARK


MARK = Act("mark", _("Mark"), "training.mark_attempt", on_subject(services.mark_answer), form=forms.MarkForm, rows="questions", may=_is_open,
    explains=_("With the last answer the exam is marked, and whoever passes is qualified."), done=_("Marked."))  # fmt: skip


@admin.register(Attempt)
class AttemptAdmin(SittingPages, ListAdmin, PanelAdmin):
    acts = (MARK,)
    listing = AttemptList()
    page_template = "training/attempt.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Attempt]":
        seen = super().get_queryset(request).select_related("user", "exam")
        return seen.filter(user__in=led_by(request.user))  # type: ignore[arg-type,no-any-return]  # staff are users

    def facts(self, request: HttpRequest, record: Attempt) -> dict[str, Any]:
        running = record.state == AttemptState.RUNNING
        rows = record.questions.select_related(
            "version__question__article", "marked_as", "marked_by"
        )
        shown = [] if running else [question_shown(row) for row in rows]
        may = request.user.has_perm(MARK.permission) and request.user.pk != record.user_id
        return {
            "title": f"{record.exam} · {record.user.display_name}",
            "attempt": record,
            "state": AttemptState(record.state),
            "questions": shown,
            "to_mark": {one["row"].pk for one in shown if may and _is_open(one["row"])},
        }
