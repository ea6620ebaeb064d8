"""The list of articles for those who write them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.addresses import address_of
from apps.core.templatetags.formatting import status_tag
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Section
from apps.knowledge.queries import article_list, newest_versions, publication_states


class ArticleFilters(FilterForm):
    kind = one_of(ArticleKind, _("kind"))
    section = one_of([], _("section"))

    def fill(self) -> None:
        found = [(str(one.pk), str(one)) for one in Section.objects.all()]
        self.fields["section"].choices = [("", "—"), *found]  # type: ignore[attr-defined]  # a choice


def _title(row: Any) -> SafeString:
    address = address_of("admin:knowledge_article_change", row.pk)
    return format_html(
        '<a data-open href="{}">{}</a><br><small>{}</small>', address, row.shown_title, row.code
    )


def _states(row: Any) -> SafeString:
    """For each audience: in which languages, where they stand."""
    return format_html_join(
        " ",
        '<span class="tag tag-{}">{}</span>',
        ((state.colour, f"{Audience(who).label} {words}") for who, state, words in row.states),
    )


class ArticleList(StaffList):
    title = _("Articles")
    columns = (
        Column("title", _("Article"), _title),
        Column("kind", _("kind"), lambda row: status_tag(row, "kind")),
        Column("section", _("section")),
        Column("states", _("in force"), _states),
        Column("owner", _("owner")),
        Column("review_on", _("next review"), sorts=("review",)),
    )
    views = (
        View("current", _("In force")),
        View("drafts", _("Not published yet")),
        View("planned", _("From a later day")),
        View("review", _("To be reviewed"), sort="review"),
        View("all", _("All")),
        View("retired", _("Retired")),
    )
    sorts = (
        Sort("code", _("By code"), ("code",)),
        Sort("review", _("Next review first"), ("review_on", "pk")),
    )
    filters = ArticleFilters
    search = _("code")
    empty = _("No article yet. Enter the first one, write it, and publish it.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = article_list(query.view, query.at, timezone.localdate(query.at))
        if kind := query.values.get("kind"):
            rows = rows.filter(kind=kind)
        if section := query.values.get("section"):
            rows = rows.filter(section=section)
        return rows.filter(code__contains=query.text.lower()) if query.text else rows

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        keys = [row.pk for row in rows]
        newest, found = newest_versions(keys), publication_states(keys, query.at)
        for row in rows:
            texts = [newest[row.pk, one] for one in Language.values if (row.pk, one) in newest]
            row.shown_title = texts[0].title if texts else row.code
            row.states = []
            for audience in Audience.values:
                by_state: dict[Any, list[str]] = {}
                for one in Language:
                    if state := found.get((row.pk, one.value, audience)):
                        by_state.setdefault(state[0], []).append(_short(one))
                row.states += [
                    (audience, state, "·".join(ones)) for state, ones in by_state.items()
                ]
        return rows


def _short(language: Language) -> str:
    return "EN" if language == Language.ENGLISH else "中"
