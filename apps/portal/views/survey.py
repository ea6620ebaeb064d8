"""The question of a satisfaction survey: one page, one tap, once, without signing in."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from apps.accounts.queries import public_user
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page, private_response
from apps.portal.forms import RateForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.portal.views.rating import WORDS
from apps.surveys import services
from apps.surveys.models import SurveyAsk
from apps.surveys.queries import survey_of
from apps.surveys.rules import is_expired


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: programs that read messages open links by themselves. A link that we did not
    make is answered as any other that is not there."""
    ask = behind_link(request, lambda: survey_of(token))
    if isinstance(ask, HttpResponse):
        return ask
    at = now()
    form = RateForm(request.POST or None)
    open_still = ask.answered_at is None and not is_expired(ask.asked_at, at)
    if request.method == "POST" and open_still:
        if form.is_valid() and _answer(ask, form, at):
            response = private_response(HttpResponseRedirect(f"/survey/{token}"))
            response.status_code = 303
            return response
        return _show(request, ask, form, at, status=422)
    return _show(request, ask, form, at)


def _answer(ask: SurveyAsk, form: RateForm, at: datetime) -> bool:
    typed = form.cleaned_data
    try:
        services.answer_survey(
            ask_id=ask.pk, score=typed["score"], words=typed["comment"], by=public_user(), at=at
        )
    except RuleBroken as refusal:
        # Answered meanwhile, by another window or another tap: the page says so.
        if refusal.code == "answered":
            return True
        form.add_error(None, str(refusal))
        return False
    return True


def _show(
    request: HttpRequest, ask: SurveyAsk, form: RateForm, at: datetime, status: int = 200
) -> HttpResponse:
    context = {
        "number": ask.waybill.number if ask.waybill else "",
        "words": WORDS,
        "form": form,
        "answered": ask.answered_at is not None,
        "expired": ask.answered_at is None and is_expired(ask.asked_at, at),
    }
    return key_page(request, "portal/survey.html", context, status)
