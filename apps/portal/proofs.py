"""How a proven party keeps its proof: a signed cookie, sent to that waybill's addresses only. It says which
half of the shipment it opens (TRK-10)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.tracking.enums import PartyRole
from apps.tracking.services.party import PROOF_LIFE, PartyProof, read_proof

COOKIE = "yipiao_party"


def _path(number: str) -> str:
    return f"/track/{number}"


def remember_proof(response: HttpResponse, proof: PartyProof) -> None:
    response.set_cookie(
        COOKIE,
        proof.token,
        max_age=int(PROOF_LIFE.total_seconds()),
        path=_path(proof.number),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def clear_proof(response: HttpResponse, number: str) -> None:
    response.delete_cookie(COOKIE, path=_path(number), samesite="Strict")


def proven_role(request: HttpRequest, number: str) -> PartyRole | None:
    """As whom the request proves itself for exactly this waybill; None without a fresh proof."""
    return read_proof(request.COOKIES.get(COOKIE, ""), number)
