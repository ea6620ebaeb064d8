"""How satisfied they are: one page, one click, once (CMP-7)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
    if request.method != "POST" or ask.answered_at is not None or is_expired(ask, at):
        return show(request, ask, form, at)

    def save(typed: dict[str, Any]) -> None:
        services.answer_satisfaction(ask_id=ask.pk, **typed, by=public_user(), at=at)

    return taken(form, f"/rate/{token}", save) or show(request, ask, form, at, status=422)


def taken(
    form: RateForm, where: str, save: Callable[[dict[str, Any]], None]
) -> HttpResponse | None:
    """Back to the page ``where`` once ``save`` has taken what was typed; None: the form says why not."""
    if not form.is_valid():
        return None
    try:
        save(form.cleaned_data)
    except RuleBroken as refusal:
        # Answered meanwhile, by another window or another click: the page says so.
        if refusal.code != "answered":
            form.add_error(None, str(refusal))
            return None
    return private_response(HttpResponseRedirect(where, status=303))


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
