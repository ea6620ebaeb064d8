"""The help centre: public articles, found by words; whether they helped; what search engines may list (STF-2)."""

from datetime import timedelta
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.enums import Language
from apps.backoffice.services.counting import add_for_good
from apps.core.crypto import blind_index
from apps.core.requests import client_address
from apps.core.times import now
from apps.knowledge import queries, services
from apps.knowledge.enums import Audience
from apps.knowledge.models import ArticleVersion
from apps.knowledge.rules.markdown import first_words, render
from apps.knowledge.rules.words import LONGEST_SEARCH
from apps.portal.answers import key_page, page, private_response, stopped
from apps.portal.languages import in_visitor_language

# Of one address; the words of a script would fill the list of what is looked for in vain.
SEARCHES = (timedelta(hours=1), 30)
OPINIONS = (timedelta(hours=1), 30)


@require_safe
@in_visitor_language()
def centre(request: HttpRequest) -> HttpResponse:
    """All that everybody may read, or what holds the words asked for."""
    at, language = now(), _language()
    text = " ".join(request.GET.get("q", "").split())
    if is_too_long := len(text) > LONGEST_SEARCH:
        text = ""
    found = queries.search(text, Audience.PUBLIC, at, language) if text else []
    if text and not _is_over("help_searches", request, SEARCHES):
        services.note_search(
            text, found=bool(found), audience=Audience.PUBLIC, language=language, at=at
        )
    context = {
        "asked": text,
        "found": found,
        "too_long": LONGEST_SEARCH if is_too_long else 0,
        "report": f"/report?{urlencode({'t': text})}" if text else "/report",
        "shelves": [] if text else queries.shelves(Audience.PUBLIC, at, language),
        "switch": f"/help?{urlencode({'q': text})}&" if text else "/help?",
    }
    answer = page("portal/help.html", context)
    return answer if text or is_too_long else _listed(answer)


@require_safe
@in_visitor_language()
def article(request: HttpRequest, code: str) -> HttpResponse:
    version = _version(code)
    context = {
        "version": version,
        "html": render(version.body),
        "begins": first_words(version.body),
        "other_language": version.language != _language(),
        "said": request.GET.get("said") == "1",
        "report": f"/report?{urlencode(_carried(request, version))}",
        "asked": " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH],
        "switch": f"/help/{code}?",
    }
    answer = key_page(request, "portal/help_article.html", context)
    return answer if context["asked"] else _listed(answer)


def _carried(request: HttpRequest, version: ArticleVersion) -> dict[str, str]:
    """What the report form begins with: the words looked for, and the article that did not answer."""
    words = " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH]
    return {"a": version.article.code, **({"t": words} if words else {})}


@require_POST
@in_visitor_language()
def opinion(request: HttpRequest, code: str) -> HttpResponse:
    """Once per address and day, which is kept as a keyed fingerprint only."""
    version = _version(code)
    if _is_over("help_opinions", request, OPINIONS):
        return stopped(int(OPINIONS[0].total_seconds()))
    given = request.POST.get("said")
    if given in ("helped", "not_helped"):
        today = timezone.localdate().isoformat()
        who = blind_index(f"{client_address(request)} {today}", "help.opinion")
        services.give_opinion(version, who=who, helped=given == "helped", at=now())
    response = private_response(HttpResponseRedirect(f"/help/{code}?said=1"))
    response.status_code = 303
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The first page and the help centre, for search engines; nothing that leads to a shipment."""
    site = settings.SITE_URL
    if not site:
        raise Http404
    codes = dict.fromkeys(queries.public(now()).values_list("article__code", flat=True))
    places = ["/", "/help", *(f"/help/{code}" for code in codes)]
    urls = "".join(f"<url><loc>{escape(site + place)}</loc></url>" for place in places)
    body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


def _language() -> str:
    return (Language.ENGLISH if get_language() == "en" else Language.CHINESE).value


def _version(code: str) -> ArticleVersion:
    found = queries.article_in_force(code, Audience.PUBLIC, now(), _language())
    if found is None:
        raise Http404
    return found


def _is_over(kind: str, request: HttpRequest, limit: tuple[timedelta, int]) -> bool:
    window, most = limit
    return add_for_good(f"portal.{kind}", client_address(request), window=window, at=now()) > most


def _listed(response: HttpResponse) -> HttpResponse:
    """Search engines may list it."""
    response["Cache-Control"] = "private, no-cache"
    del response["X-Robots-Tag"]
    return response
