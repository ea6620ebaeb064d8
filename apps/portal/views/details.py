"""Details and proof of delivery, for a party to the shipment and by halves (TRK-6, TRK-10)."""

import unicodedata
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.billing.queries.fees import fee_of, pays
from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import client_address
from apps.core.times import now
from apps.notifications.services.party_codes import (
    prove_by_code,
    read_code_token,
    send_party_code,
)
from apps.portal.answers import asked_to_wait, page, private_response
from apps.portal.languages import in_visitor_language
from apps.portal.party import closed_half, fee_group, groups_of, photo_key, photos_of
from apps.portal.proofs import clear_proof, proven_role, remember_proof
from apps.portal.queries import known_waybill
from apps.tracking.enums import PartyRole
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.party import party_view
from apps.tracking.queries.proofs import proof_photo
from apps.tracking.services.party import CodeNeeded, PartyProof, check_party

# Refusals after which there is nothing to type for now.
STOPPING = frozenset({"party_limit", "party_ambiguous", "too_many_codes", "code_unsendable"})


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def details(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the digits, or show what they open. An unknown waybill is asked for just the same."""
    try:
        canonical = parse_waybill_number(number)
    except BadInput:
        return private_response(HttpResponseRedirect(f"/track/{quote(number[:40], safe='')}"))
    if canonical != number:
        return private_response(HttpResponseRedirect(f"/track/{canonical}/details"))
    if request.method == "POST":
        return answer_digits(request, canonical)
    role = proven_role(request, canonical)
    return show_details(request, canonical, role) if role else ask(request, canonical)


def answer_digits(request: HttpRequest, number: str) -> HttpResponse:
    # Full-width digits come from Chinese keyboards.
    typed = unicodedata.normalize("NFKC", request.POST.get("digits", "")[:40])
    address = client_address(request)
    try:
        proved = check_party(number, typed, address=address)
        if isinstance(proved, CodeNeeded):
            return send_code(proved, address)
    except RuleBroken as refusal:
        return ask(request, number, refusal)
    return let_in(proved)


def send_code(needed: CodeNeeded, address: str) -> HttpResponse:
    token = send_party_code(
        needed, client=address, language=translation.get_language() or "", at=now()
    )
    return see_other(f"/track/{needed.number}/details/code/{token}")


def let_in(proof: PartyProof) -> HttpResponse:
    response = see_other(f"/track/{proof.number}/details")
    remember_proof(response, proof)
    return response


def see_other(where: str) -> HttpResponse:
    response = private_response(HttpResponseRedirect(where))
    response.status_code = 303
    return response


def ask(request: HttpRequest, number: str, refusal: RuleBroken | None = None) -> HttpResponse:
    context = {
        "number": number,
        "error": str(refusal) if refusal else "",
        "stopped": refusal is not None and refusal.code in STOPPING,
        "longer": refusal is not None and refusal.code == "party_more_digits",
        "csrf_token": get_token(request),
        "switch": "?",
    }
    return answered("portal/ask_digits.html", context, refusal)


def answered(template: str, context: dict[str, object], refusal: RuleBroken | None) -> HttpResponse:
    """The page, and to programs as well how long to wait."""
    return asked_to_wait(page(template, context, 422 if refusal else 200), refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def code(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The digits were right, but many know them: the code that was sent to that phone."""
    if read_code_token(token, number) is None:
        return page("404.html", status=404)
    refusal = None
    if request.method == "POST":
        typed = unicodedata.normalize("NFKC", request.POST.get("code", "")[:20])
        try:
            return let_in(prove_by_code(token, number, typed, at=now()))
        except RuleBroken as problem:
            refusal = problem
    context = {
        "number": number,
        "error": str(refusal) if refusal else "",
        "stopped": refusal is not None and refusal.code != "wrong_code",
        "csrf_token": get_token(request),
        "switch": "?",
    }
    return answered("portal/ask_code.html", context, refusal)


def show_details(request: HttpRequest, number: str, role: PartyRole) -> HttpResponse:
    waybill = known_waybill(number)
    if waybill is None:
        return ask(request, number)
    view = party_view(waybill, role)
    groups = groups_of(view)
    if pays(waybill, role) and (fee := fee_of(number)):
        groups.append(fee_group(fee))
    context = {
        "number": number,
        "groups": groups,
        "photos": photos_of(number, view.proof),
        "closed": closed_half(view),
        "scans": view.scans,
        "delivered": waybill.delivered_at is not None,
        "has_proof": view.signed_at is not None,
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
    response = see_other(f"/track/{canonical}")
    clear_proof(response, canonical)
    return response


@require_safe
def photo(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """A photo of the delivery, for whoever opened that half."""
    found, wanted, role = None, photo_key(key), proven_role(request, number)
    if wanted is not None and role is not None and role.opens_delivery:
        waybill = known_waybill(number)
        found = proof_photo(waybill, wanted) if waybill else None
    if found is None:
        return page("404.html", status=404)
    content, content_type = found
    return private_response(HttpResponse(content, content_type=content_type))
