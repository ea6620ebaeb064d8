"""The two pages that lead to everything a person may open, *Records* and *Settings*; and what waits
for their approval."""

from itertools import groupby
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.backoffice.navigation import RECORDS, SETTINGS, Link, find_pages, links_of, rights_of
from apps.backoffice.queries.approvals import waiting_for


@require_GET
def records_page(request: HttpRequest) -> TemplateResponse:
    """What is looked up: lists of what has happened and of what there is."""
    about = _("Everything that is on record and open to you.")
    return _page(request, RECORDS, _("Records"), about)


@require_GET
def approvals_page(request: HttpRequest) -> TemplateResponse:
    """What waits for the approval of whoever asks."""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Waiting for my approval"),
        "waiting": waiting_for(request.user),
    }
    return TemplateResponse(request, "backoffice/waiting.html", context)


@require_GET
def settings_page(request: HttpRequest) -> TemplateResponse:
    """What is set rarely, each with a sentence."""
    about = _("What is set once and changed rarely.")
    return _page(request, SETTINGS, _("Settings"), about)


def _page(request: HttpRequest, kind: str, title: str, about: str) -> TemplateResponse:
    rights, text = rights_of(request.user), request.GET.get("q", "")[:100].strip()
    if text:
        links = [
            link
            for link in find_pages(rights, text, most=100, by_sentence=True)
            if link.kind == kind
        ]
    else:
        links = links_of(rights, kind)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": title,
        "about": about,
        "text": text,
        "sections": _sections(links),
    }
    return TemplateResponse(request, "backoffice/pages.html", context)


def _sections(links: list[Link]) -> list[tuple[str, list[Link]]]:
    ordered = sorted(links, key=lambda link: link.section)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda one: one.section)]
