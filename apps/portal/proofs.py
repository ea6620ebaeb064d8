"""How a proven party keeps its proof: a signed cookie, sent to that waybill's addresses only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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


def forget_proof(response: HttpResponse, number: str) -> None:
    response.delete_cookie(COOKIE, path=_path(number), samesite="Strict")


def holds_proof(request: HttpRequest, number: str) -> bool:
    """Whether the request carries a proof for exactly this waybill that is not too old."""
    return read_proof(request.COOKIES.get(COOKIE, ""), number)
