"""A private claimant says on the page of their case where the money goes: behind a code to their own phone (CMP-6).

The link alone does not do: whoever was sent it could be paid. What was typed as a number is never shown again.
"""

import unicodedata
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.claims.models import Claim
from apps.claims.queries.public import claim_of_case, takes_account
from apps.claims.services import name_account
from apps.complaints.models import Case
from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import client_address
from apps.core.times import now
from apps.notifications.services.claim_codes import (
    is_claim_code,
    is_proof,
    prove_claim_code,
    send_claim_code,
)
from apps.portal.answers import asked_to_wait, key_page, page, private_response, stopped
from apps.portal.forms.claims import AccountForm
from apps.portal.languages import in_visitor_language
from apps.portal.views.case import find_case, show

# Of one claim: a person mistypes now and then, a program tries names and numbers out.
ATTEMPTS = (timedelta(hours=1), 10)
# Refusals of a code after which there is nothing to type for now.
STOPPING = frozenset({"too_many_tries", "code_expired", "code_unsendable"})


@require_POST
@in_visitor_language(remember=False)
def ask_code(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """Send the code and lead to where it is typed."""
    found = _claim(request, token, number)
    if isinstance(found, HttpResponse):
        return found
    case, claim = found
    try:
        code = send_claim_code(
            claim,
            client=client_address(request),
            language=translation.get_language() or "",
            at=now(),
        )
    except (RuleBroken, BadInput) as refusal:
        answer = show(request, case, error=str(refusal), status=409)
        return asked_to_wait(answer, refusal if isinstance(refusal, RuleBroken) else None)
    return _see_other(f"/case/{token}/claims/{claim.number}/code/{code}")


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def code(request: HttpRequest, token: str, number: str, sent: str) -> HttpResponse:
    found = _claim(request, token, number)
    if isinstance(found, HttpResponse):
        return found
    _case, claim = found
    if not is_claim_code(sent, claim):
        return page("404.html", status=404)
    refusal = None
    if request.method == "POST":
        typed = unicodedata.normalize("NFKC", request.POST.get("code", "")[:20])
        try:
            proof = prove_claim_code(sent, claim, typed, at=now())
            return _see_other(f"/case/{token}/claims/{claim.number}/account/{proof}")
        except RuleBroken as problem:
            refusal = problem
    context = {
        "claim": claim,
        "token": token,
        "error": str(refusal) if refusal else "",
        "is_stopped": refusal is not None and refusal.code in STOPPING,
    }
    return key_page(request, "portal/claim_code.html", context, 422 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def account(request: HttpRequest, token: str, number: str, proof: str) -> HttpResponse:
    """The account, once the code was right; every attempt counts, so that nobody tries names out."""
    found = _claim(request, token, number)
    if isinstance(found, HttpResponse):
        return found
    _case, claim = found
    if not is_proof(proof, claim):
        return page("404.html", status=404)
    form, status = AccountForm(request.POST or None), 200
    if request.method == "POST":
        window, most = ATTEMPTS
        if add_for_good("portal.claim_account", str(claim.pk), window=window, at=now()) > most:
            return stopped(int(window.total_seconds()))
        if form.is_valid() and _name(claim, form):
            return _see_other(f"/case/{token}#claims")
        status = 422
    context = {"claim": claim, "token": token, "form": form}
    return key_page(request, "portal/claim_account.html", context, status)


def _name(claim: Claim, form: AccountForm) -> bool:
    try:
        name_account(
            claim_id=claim.pk,
            number=form.cleaned_data["number"],
            values=form.account(),
            by=public_user(),
            at=now(),
        )
    except (BadInput, RuleBroken) as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _claim(request: HttpRequest, token: str, number: str) -> tuple[Case, Claim] | HttpResponse:
    """The claimant's own claim that an account is asked for; anything else is not there."""
    found: Any = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    claim = claim_of_case(found, number[:20])
    if claim is None or not takes_account(claim):
        return page("404.html", status=404)
    return found, claim


def _see_other(where: str) -> HttpResponse:
    response = private_response(HttpResponseRedirect(where))
    response.status_code = 303
    return response
