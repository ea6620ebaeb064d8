"""The handbook: all that is in force for staff, found by words; what one is to read; did it help."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.knowledge import queries, services
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import ArticleVersion
from apps.knowledge.rules.markdown import render
from apps.knowledge.rules.words import LONGEST_SEARCH

READ = "knowledge.view_article"


def reader_language() -> str:
    english = (get_language() or "").startswith("en")
    return (Language.ENGLISH if english else Language.CHINESE).value


class HandbookPages:
    """The reading pages beside the article's own."""

    def own_pages(self: Any) -> list[tuple[str, Any, str]]:
        return [
            ("handbook/", require_safe(self.handbook_view), "handbook"),
            ("handbook/<slug:code>/", require_safe(self.read_view), "read"),
            ("handbook/<slug:code>/say/", require_POST(self.say_view), "say"),
            *super().own_pages(),  # type: ignore[misc]  # mixed into an admin class
        ]

    def handbook_view(self: Any, request: HttpRequest) -> HttpResponseBase:
        reader = _reader(request)
        at, language = timezone.now(), reader_language()
        text = " ".join(request.GET.get("q", "").split())
        if is_too_long := len(text) > LONGEST_SEARCH:
            text = ""
        found = queries.search(text, Audience.INTERNAL, at, language) if text else []
        if text:
            services.note_search(
                text, found=bool(found), audience=Audience.INTERNAL, language=language, at=at
            )
        context = {
            "asked": text,
            "too_long": LONGEST_SEARCH if is_too_long else 0,
            "found": found,
            "to_read": list(queries.to_read(reader, at)),
            "shelves": [] if text else queries.shelves(Audience.INTERNAL, at, language),
        }
        shown: HttpResponseBase = self.page(
            request, "knowledge/handbook.html", _("Handbook"), **context
        )
        return shown

    def read_view(self: Any, request: HttpRequest, code: str) -> HttpResponseBase:
        reader = _reader(request)
        version = _in_force(code)
        article = version.article
        asked = queries.to_read(reader, timezone.now()).filter(version=version).first()
        context = {
            "version": version,
            "kind": ArticleKind(article.kind),
            "html": render(version.body),
            "asked": asked,
            "other_language": version.language != reader_language(),
            "may_write": reader.has_perm("knowledge.change_article"),
            "address": reverse("admin:knowledge_article_change", args=[article.pk]),
            "say": reverse("admin:knowledge_article_say", args=[code]),
        }
        shown: HttpResponseBase = self.page(
            request, "knowledge/read.html", version.title, **context
        )
        return shown

    def say_view(self: Any, request: HttpRequest, code: str) -> HttpResponseBase:
        """“Read and understood”, “It helped”, “It did not help”."""
        reader = _reader(request)
        version, at, answer = _in_force(code), timezone.now(), request.POST.get("said")
        if answer == "understood":
            services.mark_understood(version, by=reader, at=at)
            messages.success(request, _("Noted that you have read and understood it."))
        elif answer in ("helped", "not_helped"):
            who = f"user:{reader.pk}"
            services.give_opinion(version, who=who, helped=answer == "helped", at=at)
            messages.success(request, _("Thank you. The owner sees how many it helped."))
        return HttpResponseRedirect(reverse("admin:knowledge_article_read", args=[code]))


def _reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(READ):
        raise PermissionDenied
    return user


def _in_force(code: str) -> ArticleVersion:
    found = queries.article_in_force(code, Audience.INTERNAL, timezone.now(), reader_language())
    if found is None:
        raise Http404
    return found
