"""A merchant's settlement report on its secret link: read and downloaded (COD-7)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.backoffice.services.counting import add_for_good
from apps.billing.rules.words import in_words
from apps.cod.enums import RemittanceFile, RemittanceState, RowKind
from apps.cod.models import Remittance
from apps.cod.queries.remittance_links import remittance_of_token
from apps.cod.queries.settlement_reports import TYPES, facts_of, report_file, sums_of
from apps.core.downloads import private_file
from apps.core.times import now
from apps.portal.answers import key_page, page, stopped
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link

# A paper costs a second of the processor.
PAPERS = (timedelta(hours=1), 30)
A_PAGE = 100


@require_safe
@in_visitor_language()
def remittance(request: HttpRequest, token: str) -> HttpResponse:
    found = behind_link(request, lambda: remittance_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    rows = list(found.rows.filter(n__gt=start).order_by("n")[: A_PAGE + 1])
    context = {
        "remittance": found,
        "state": RemittanceState(found.state),
        "token": token,
        "words": in_words(found.amount),
        "facts": facts_of(found),
        "sums": sums_of(found),
        "lines": [(row, RowKind(row.kind)) for row in rows[:A_PAGE]],
        "more": rows[A_PAGE - 1].n if len(rows) > A_PAGE else "",
        "files": RemittanceFile.choices,
    }
    return key_page(request, "portal/remittance.html", context)


@require_safe
@in_visitor_language()
def download(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The report as a file; a spreadsheet opens ``csv`` at once (UTF-8 with a mark)."""
    found = behind_link(request, lambda: remittance_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    if form not in RemittanceFile.values:
        return page("404.html", status=404)
    if form == RemittanceFile.PDF and (wait := _papers_stopped(found)):
        return stopped(wait)
    kind = RemittanceFile(form)
    name, file = report_file(found, kind)
    answer = private_file(file, name=name, content_type=TYPES[kind])
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer  # type: ignore[return-value]  # a FileResponse is an answer like others


def _papers_stopped(found: Remittance) -> int:
    """Seconds until the link may ask for a paper again."""
    window, most = PAPERS
    many = add_for_good("portal.remittance", str(found.pk), window=window, at=now())
    return int(window.total_seconds()) if many > most else 0
