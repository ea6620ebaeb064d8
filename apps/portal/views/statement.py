"""A payer's statement on its secret link: read, downloaded, agreed to, or disputed line by line (BIL-2)."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.billing import services
from apps.billing.enums import AgreedHow, ChargeKind, DisputeReason, StatementFile, StatementState
from apps.billing.models import Statement
from apps.billing.queries.compensation import compensation_of
from apps.billing.queries.files import TYPES, statement_file
from apps.billing.queries.letters import letter_pdf, letters_about
from apps.billing.queries.lines import lines_of
from apps.billing.queries.links import statement_of_token
from apps.billing.queries.owing import owed_on
from apps.billing.rules.words import in_words
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.core.times import now
from apps.portal.answers import key_page, page, private_response, stopped
from apps.portal.forms.statements import AgreeForm, DisputeForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link

WORDS = (timedelta(hours=1), 60)
# A paper costs a second of the processor.
PAPERS = (timedelta(hours=1), 30)


@require_safe
@in_visitor_language()
def statement(request: HttpRequest, token: str) -> HttpResponse:
    found = behind_link(request, lambda: statement_of_token(token))
    return found if isinstance(found, HttpResponse) else _show(request, token, found)


def _show(
    request: HttpRequest,
    token: str,
    found: Statement,
    *,
    error: str = "",
    form: DisputeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    text, kind = request.GET.get("q", "")[:20], request.GET.get("kind", "")
    after = request.GET.get("after", "")
    lines, more = lines_of(
        found,
        text=text,
        kind=kind if kind in ChargeKind.values else "",
        after=int(after) if after.isdigit() and len(after) < 19 else 0,
    )
    disputes = {one.charge_id: one for one in found.disputes.order_by("pk")}
    may_answer = found.state == StatementState.SENT
    context = {
        "statement": found,
        "token": token,
        "words": in_words(found.closing) if found.closing is not None else "",
        "owed": owed_on([found.pk])[found.pk].owed,
        "totals": found.totals.all(),
        "compensation": compensation_of(found),
        "lines": [(line, disputes.get(line.pk)) for line in lines],
        "more": more,
        "asked": text,
        "kind": kind,
        "kinds": ChargeKind.choices,
        "reasons": DisputeReason.choices,
        "files": StatementFile.choices,
        "letters": letters_about(found),
        "may_answer": may_answer,
        "error": error,
        "form": form,
        "done": request.GET.get("done", ""),
    }
    return key_page(request, "portal/statement.html", context, status)


@require_http_methods(["POST"])
@in_visitor_language(remember=False)
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """All that is not disputed is right; whoever says so gives a name."""
    found = behind_link(request, lambda: statement_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    form = AgreeForm(request.POST, request.FILES)
    if not form.is_valid():
        error = str(next(iter(form.errors.values()))[0])
        return _show(request, token, found, error=error, status=422)
    try:
        services.confirm_statement(
            statement_id=found.pk,
            how=AgreedHow.LINK,
            note=form.cleaned_data["name"],
            paper=_paper(form.cleaned_data["paper"]),
            by=public_user(),
            at=now(),
        )
    except RuleBroken as refusal:
        return _show(request, token, found, error=str(refusal), status=422)
    return _back(token, "agreed")


@require_http_methods(["POST"])
@in_visitor_language(remember=False)
def dispute(request: HttpRequest, token: str) -> HttpResponse:
    """One line is wrong; the rest stays as it is."""
    found = behind_link(request, lambda: statement_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    window, most = WORDS
    if add_for_good("portal.statement", str(found.pk), window=window, at=now()) > most:
        return stopped(int(window.total_seconds()))
    form = DisputeForm(request.POST, request.FILES)
    if not form.is_valid():
        error = str(next(iter(form.errors.values()))[0])
        return _show(request, token, found, error=error, form=form, status=422)
    typed = form.cleaned_data
    line = found.charges.filter(pk=typed["line"], corrects__isnull=True).first()
    if line is None:
        return page("404.html", status=404)
    try:
        services.raise_dispute(
            charge_id=line.pk,
            why=DisputeReason(typed["why"]),
            text=typed["text"],
            amount=typed["amount"] or None,
            by_customer=True,
            paper=_paper(typed["paper"]),
            by=public_user(),
            at=now(),
        )
    except RuleBroken as refusal:
        return _show(request, token, found, error=str(refusal), form=form, status=422)
    return _back(token, "disputed")


def _paper(upload: "UploadedFile[Any] | None") -> NewFile | None:
    return NewFile(upload.read(), upload.name or "") if upload else None


@require_safe
@in_visitor_language()
def download(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The statement as a file; a spreadsheet opens ``csv`` at once (UTF-8 with a mark)."""
    found = behind_link(request, lambda: statement_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    if form not in StatementFile.values:
        return page("404.html", status=404)
    if form == StatementFile.PDF and (wait := _papers_stopped(found)):
        return stopped(wait)
    name, file = statement_file(found, StatementFile(form))
    answer = private_file(file, name=name, content_type=TYPES[StatementFile(form).ending])
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer  # type: ignore[return-value]  # a FileResponse is an answer like others


@require_safe
@in_visitor_language()
def letter(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """A dunning letter that names this statement, as a paper."""
    found = behind_link(request, lambda: statement_of_token(token))
    if isinstance(found, HttpResponse):
        return found
    one = letters_about(found).filter(number=number).first()
    if one is None:
        return page("404.html", status=404)
    if wait := _papers_stopped(found):
        return stopped(wait)
    answer = private_file(letter_pdf(one), name=f"{one.number}.pdf", content_type=TYPES["pdf"])
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _papers_stopped(found: Statement) -> int:
    """Seconds until the link may ask for a paper again."""
    window, most = PAPERS
    many = add_for_good("portal.paper", str(found.pk), window=window, at=now())
    return int(window.total_seconds()) if many > most else 0


def _back(token: str, done: str) -> HttpResponse:
    return private_response(HttpResponseRedirect(f"/statement/{token}?done={done}", status=303))
