"""The customer's system agrees to the amount of a claim or disputes it (CMP-6)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.idempotency import idempotent
from apps.claims import services
from apps.claims.api.asking import claim_detail, find_claim
from apps.claims.api.claims import LINKS, NUMBER, WRITE
from apps.claims.api.shapes import (
    AgreeInShape,
    ClaimDetailShape,
    DisputeInShape,
)
from apps.claims.enums import AgreedHow
from apps.core.api.exact import judged, taken
from apps.core.api.views import ApiView
from apps.customers.api.asking import caller


class AgreeClaimView(ApiView):
    required_scopes = {"POST": WRITE}
    links = LINKS

    @extend_schema(
        operation_id="claim_agree",
        summary="Agree to the amount",
        description="To `approved` as you read it. It is paid from then on: to your payout account for compensation, or "
        "set off against your statement. 409 where nothing is approved, or another amount by now.",
        parameters=[NUMBER],
        request=AgreeInShape,
        responses={200: ClaimDetailShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(AgreeInShape, request.data)
        claim = find_claim(request, number)
        services.agree(
            claim_id=claim.pk,
            amount=given["amount"],
            how=AgreedHow.API,
            by=caller(request),
            at=timezone.now(),
            own=True,
        )
        return Response(claim_detail(request, number))


class DisputeClaimView(ApiView):
    required_scopes = {"POST": WRITE}
    links = LINKS

    @extend_schema(
        operation_id="claim_dispute",
        summary="Dispute the amount",
        description="It is assessed once more; send the papers that speak for you. 409 where nothing is approved.",
        parameters=[NUMBER],
        request=DisputeInShape,
        responses={200: ClaimDetailShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(DisputeInShape, request.data)
        claim = find_claim(request, number)
        judged(
            lambda: services.dispute(
                claim_id=claim.pk,
                reason=given["reason"],
                how=AgreedHow.API,
                by=caller(request),
                at=timezone.now(),
                own=True,
            )
        )
        return Response(claim_detail(request, number))
