"""Is this notice of an account change ours? A code and four digits say so, to everybody and about nobody (COD-6)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from apps.account_changes.enums import NoticeAnswer
from apps.account_changes.services.campaigns import check_notice
from apps.core.errors import RuleBroken
from apps.core.requests import client_address
from apps.core.times import now
from apps.portal.answers import asked_to_wait, key_page
from apps.portal.languages import in_visitor_language

LONGEST = 80


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def verify(request: HttpRequest) -> HttpResponse:
    """What was typed comes by POST, so that no code stands in an address or a log."""
    context: dict[str, Any] = {"code": "", "digits": "", "answer": "", "error": "", "field": ""}
    if request.method != "POST":
        return key_page(request, "portal/verify.html", context)
    context["code"] = request.POST.get("code", "")[:LONGEST]
    context["digits"] = request.POST.get("digits", "")[:LONGEST]
    try:
        answer = check_notice(
            context["code"], context["digits"], address=client_address(request), at=now()
        )
    except RuleBroken as refusal:
        context |= {"error": str(refusal), "field": refusal.field or ""}
        shown = key_page(request, "portal/verify.html", context, 422)
        return asked_to_wait(shown, refusal)
    context |= {"answer": str(answer), "colour": NoticeAnswer(answer).colour}
    return key_page(request, "portal/verify.html", context)
