"""How satisfied they are: one page, one click, once (CMP-7)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.models import SatisfactionAsk
from apps.complaints.queries.links import token_of
from apps.complaints.queries.satisfaction import ask_of, is_expired
from apps.complaints.rules.cases import is_dissatisfied
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page, private_response
from apps.portal.forms import RateForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link

WORDS = (
    (5, _("Very satisfied")),
    (4, _("Satisfied")),
    (3, _("Fair")),
    (2, _("Dissatisfied")),
    (1, _("Very dissatisfied")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: programs that read mail open links by themselves."""
    ask = behind_link(request, lambda: ask_of(token))
    if isinstance(ask, HttpResponse):
        return ask
    at = now()
    form = RateForm(request.POST or None)
    if request.method == "POST" and ask.answered_at is None and not is_expired(ask, at):
        if form.is_valid() and _answer(ask, form, at):
            response = private_response(HttpResponseRedirect(f"/rate/{token}"))
            response.status_code = 303
            return response
        return show(request, ask, form, at, status=422)
    return show(request, ask, form, at)


def _answer(ask: SatisfactionAsk, form: RateForm, at: datetime) -> bool:
    try:
        services.answer_satisfaction(
            ask_id=ask.pk,
            score=form.cleaned_data["score"],
            comment=form.cleaned_data["comment"],
            by=public_user(),
            at=at,
        )
    except RuleBroken as refusal:
        # Answered meanwhile, by another window or another click: the page says so.
        if refusal.code == "answered":
            return True
        form.add_error(None, str(refusal))
        return False
    return True


def show(
    request: HttpRequest, ask: SatisfactionAsk, form: RateForm, at: datetime, status: int = 200
) -> HttpResponse:
    context = {
        "number": ask.case.number,
        "case": f"/case/{token_of(ask.case)}",
        "words": WORDS,
        "form": form,
        "answered": ask.answered_at is not None,
        "unhappy": ask.score is not None and is_dissatisfied(ask.score),
        "expired": ask.answered_at is None and is_expired(ask, at),
    }
    return key_page(request, "portal/rate.html", context, status)
