"""A claim on the page of its case: the claimant agrees to the sum or disputes it (CMP-6)."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.queries import public_user
from apps.claims import services
from apps.claims.enums import AgreedHow
from apps.claims.models import Claim
from apps.claims.queries.public import claim_of_case
from apps.claims.rules.amounts import amount
from apps.complaints.models import Case
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import now
from apps.portal.answers import page, private_response
from apps.portal.languages import in_visitor_language
from apps.portal.views.case import find_case, show


@require_POST
@in_visitor_language(remember=False)
def agree(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """To the amount that the page showed: if it is another by now, nothing is agreed."""
    return _answer(request, token, number, agrees=True)


@require_POST
@in_visitor_language(remember=False)
def dispute(request: HttpRequest, token: str, number: str) -> HttpResponse:
    return _answer(request, token, number, agrees=False)


def _answer(request: HttpRequest, token: str, number: str, *, agrees: bool) -> HttpResponse:
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    claim = claim_of_case(found, number[:20])
    if claim is None:
        return page("404.html", status=404)
    try:
        _tell(claim, request, agrees=agrees)
    except BadInput as refusal:
        return show(request, found, error=str(refusal), status=422)
    except RuleBroken as refusal:
        return show(request, found, error=str(refusal), status=409)
    return _back(found, token)


def _tell(claim: Claim, request: HttpRequest, *, agrees: bool) -> None:
    who: dict[str, Any] = {"how": AgreedHow.PAGE, "by": public_user(), "at": now(), "own": True}
    seen: Decimal = amount(request.POST.get("amount", "")[:20], "amount")
    if agrees:
        services.agree(claim_id=claim.pk, amount=seen, **who)
        return
    reason = request.POST.get("reason", "")[:400].strip()
    if not reason:
        raise BadInput(_("Say what is wrong with the amount."), code="required", field="reason")
    services.dispute(claim_id=claim.pk, reason=reason[:300], amount=seen, **who)


def _back(_case: Case, token: str) -> HttpResponse:
    response = private_response(HttpResponseRedirect(f"/case/{token}#claims"))
    response.status_code = 303
    return response
