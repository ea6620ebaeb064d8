"""Full details and proof of delivery, for a party to the shipment (TRK-6, TRK-10)."""

import unicodedata
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import client_address
from apps.portal.answers import kept_private, page
from apps.portal.languages import speaks
from apps.portal.party import groups_of, photo_key, photos_of
from apps.portal.proofs import forget_proof, holds_proof, remember_proof
from apps.portal.queries import known_waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.proofs import proof_for_party, proof_photo
from apps.tracking.queries.public import party_view
from apps.tracking.services.party import check_party


@require_http_methods(["GET", "HEAD", "POST"])
@speaks()
def details(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the digits, or show what they open. An unknown waybill is asked for just the same."""
    try:
        canonical = parse_waybill_number(number)
    except BadInput:
        return kept_private(HttpResponseRedirect(f"/track/{quote(number[:40], safe='')}"))
    if canonical != number:
        return kept_private(HttpResponseRedirect(f"/track/{canonical}/details"))
    if request.method == "POST":
        return answer_digits(request, canonical)
    if holds_proof(request, canonical):
        return show_details(request, canonical)
    return ask(request, canonical)


def answer_digits(request: HttpRequest, number: str) -> HttpResponse:
    # Full-width digits come from Chinese keyboards.
    typed = unicodedata.normalize("NFKC", request.POST.get("digits", "")[:40])
    try:
        proof = check_party(number, typed, address=client_address(request))
    except RuleBroken as refusal:
        stopped = refusal.code == "party_limit"
        return ask(
            request, number, error=str(refusal), stopped=stopped, status=429 if stopped else 422
        )
    response = kept_private(HttpResponseRedirect(f"/track/{number}/details"))
    response.status_code = 303
    remember_proof(response, proof)
    return response


def ask(
    request: HttpRequest, number: str, *, error: str = "", stopped: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "number": number,
        "error": error,
        "stopped": stopped,
        "csrf_token": get_token(request),
        "switch": "?",
    }
    return page("portal/ask_digits.html", context, status)


def show_details(request: HttpRequest, number: str) -> HttpResponse:
    waybill = known_waybill(number)
    if waybill is None:
        return ask(request, number)
    proof = proof_for_party(waybill)
    context = {
        "number": number,
        "groups": groups_of(waybill, party_view(waybill), proof),
        "photos": photos_of(number, proof),
        "delivered": waybill.delivered_at is not None,
        "has_proof": proof is not None,
        "csrf_token": get_token(request),
        "switch": "?",
    }
    return page("portal/details.html", context)


@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Forget the proof at once, for somebody on a shared computer."""
    try:
        # Only a canonical number may become the path of a cookie.
        canonical = parse_waybill_number(number)
    except BadInput:
        return page("404.html", status=404)
    response = kept_private(HttpResponseRedirect(f"/track/{canonical}"))
    response.status_code = 303
    forget_proof(response, canonical)
    return response


@require_safe
def photo(request: HttpRequest, number: str, key: str) -> HttpResponse:
    found, wanted = None, photo_key(key)
    if wanted is not None and holds_proof(request, number):
        waybill = known_waybill(number)
        found = proof_photo(waybill, wanted) if waybill else None
    if found is None:
        return page("404.html", status=404)
    content, content_type = found
    return kept_private(HttpResponse(content, content_type=content_type))
