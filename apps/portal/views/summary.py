"""A customer's monthly summary on its secret link: read, downloaded, acknowledged (REP-3)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page, page, private_response, stopped
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.reports.enums import SummaryFile
from apps.reports.models import Summary
from apps.reports.queries.summary_links import summary_of_token
from apps.reports.queries.summary_papers import TYPES, paper_of, summary_file
from apps.reports.services import acknowledge_summary

# A paper costs a second of the processor.
PAPERS = (timedelta(hours=1), 30)


@require_safe
@in_visitor_language()
def summary(request: HttpRequest, token: str) -> HttpResponse:
    """Looking acknowledges nothing: programs that read mail open links by themselves."""
    found = behind_link(request, lambda: summary_of_token(token))
    return found if isinstance(found, HttpResponse) else _show(request, token, found)


@require_http_methods(["POST"])
@in_visitor_language(remember=False)
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """They have it; the first who says so counts."""
    found = behind_link(request, lambda: summary_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    name = request.POST.get("name", "")[:200]
    try:
        acknowledge_summary(
            summary_id=found.pk, name=name, by_customer=True, by=public_user(), at=now()
        )
    except RuleBroken as refusal:
        return _show(request, token, found, error=str(refusal), name=name, status=422)
    return private_response(HttpResponseRedirect(f"/summary/{token}?done=thanks", status=303))


@require_safe
@in_visitor_language()
def download(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The files that were sent: the same bytes."""
    found = behind_link(request, lambda: summary_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    if form not in SummaryFile.values:
        return page("404.html", status=404)
    window, most = PAPERS
    if add_for_good("portal.summary", str(found.pk), window=window, at=now()) > most:
        return stopped(int(window.total_seconds()))
    kind = SummaryFile(form)
    answer = private_file(
        summary_file(found, kind), name=f"{found.number}.{kind}", content_type=TYPES[kind]
    )
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _show(
    request: HttpRequest,
    token: str,
    found: Summary,
    *,
    error: str = "",
    name: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "token": token,
        "paper": paper_of(found),
        "number": found.number,
        "receipt": getattr(found.sending, "receipt", None),
        "files": SummaryFile.choices,
        "error": error,
        "name": name,
        "done": request.GET.get("done", ""),
    }
    return key_page(request, "portal/summary.html", context, status)
