"""What people looked for and did not find."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.knowledge import forms, services
from apps.knowledge.models import MissedSearch

SETTLE = "knowledge.settle_missedsearch"


def _answer(context: ActContext) -> None:
    services.settle_missed_search(context.record, article=context.typed["article"], **context.who)


def _ask(context: ActContext) -> None:
    services.settle_missed_search(context.record, section=context.typed["section"], **context.who)


def _is_open(row: MissedSearch) -> bool:
    return row.article_id is None


class MissedList(StaffList):
    title = _("Searches without result")
    columns = (
        Column("text", _("words"), is_link=True),
        Column("times", _("times"), is_number=True, sorts=("most",)),
        Column("audience", _("readers"), lambda row: status_tag(row, "audience")),
        Column("language", _("language"), lambda row: row.get_language_display()),
        Column("last", _("last"), lambda row: human(row.last_seen_at), sorts=("latest",)),
        Column("section", _("asked of")),
        Column("article", _("answered by")),
    )
    views = (
        View("open", _("Open")),
        View("mine", _("Asked of me")),
        View("answered", _("Answered")),
    )
    sorts = (
        Sort("most", _("Most often first"), ("-times", "-pk")),
        Sort("latest", _("Latest first"), ("-last_seen_at", "-pk")),
    )
    empty = _("Everybody has found something so far.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = MissedSearch.objects.select_related("section", "article")
        if query.view == "mine":
            rows = rows.filter(section__owner=query.user)
        return rows.filter(article__isnull=query.view != "answered")


@admin.register(MissedSearch)
class MissedSearchAdmin(ListAdmin, PanelAdmin):
    listing = MissedList()
    page_template = "knowledge/missed.html"
    acts = (
        Act("answered", _("An article answers it"), SETTLE, _answer, form=forms.AnsweredForm,
            may=_is_open, is_panel=True, done=_("Noted. Make sure that the article has these words.")),
        Act("ask", _("Ask for an article"), SETTLE, _ask, form=forms.AskOwnerForm, may=_is_open, is_panel=True,
            explains=_("The owner of the section finds it among what is asked of them."), done=_("Asked.")),
    )  # fmt: skip

    def facts(self, request: Any, record: MissedSearch) -> dict[str, Any]:
        return {"title": record.text}
