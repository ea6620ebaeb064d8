"""The question of a satisfaction survey: one page, one tap, once, without signing in."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from apps.accounts.queries import public_user
from apps.core.times import now
from apps.portal.answers import key_page
from apps.portal.forms import RateForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.portal.views.rating import WORDS, taken
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
    if request.method != "POST" or ask.answered_at is not None or is_expired(ask.asked_at, at):
        return _show(request, ask, form, at)

    def save(typed: dict[str, Any]) -> None:
        score, words = typed["score"], typed["comment"]
        services.answer_survey(ask_id=ask.pk, score=score, words=words, by=public_user(), at=at)

    return taken(form, f"/survey/{token}", save) or _show(request, ask, form, at, status=422)


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
