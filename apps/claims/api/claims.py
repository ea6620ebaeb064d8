"""Claims through the API (CMP-6): filed, proved by papers, followed, agreed to or disputed. Nothing is assessed, decided or
paid here, and what we recover from others is not told."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.claims import services
from apps.claims.api.asking import claim_detail, find_claim, read_claim, read_files, wanted_claims
from apps.claims.api.shapes import (
    SHOWN_STATES,
    ClaimDetailShape,
    ClaimInShape,
    ClaimListShape,
    ClaimShape,
    PapersInShape,
    RuleListShape,
    RuleShape,
)
from apps.claims.enums import ClaimKind, PaperKind
from apps.claims.queries.lists import rules_for_customers
from apps.core.api.exact import ANY_TEXT, judged, taken
from apps.core.api.views import ApiView
from apps.core.errors import RuleBroken
from apps.customers.api.asking import caller
from apps.customers.models import Customer

READ, WRITE = "claims:read", "claims:write"


EXAMPLE = {
    "waybill": "YP12345678901",
    "kind": "damage",
    "items": [{"what": "青花瓷瓶", "quantity": 2, "claimed": "1280.50"}],
    "what": "外箱压破，内件碎裂。",
    "rule": "cr_3k9x0v7m2p1qa",
    "rule_read_by": "周经理",
    "reference": "CLAIM-2026-118",
}


NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="CL20261125-48391527")


LINKS = {"POST": {"claim_read": {"number": "/number"}}}


class ClaimsView(ApiView):
    required_scopes = {"GET": READ, "POST": WRITE}
    links = {
        "POST": {"claim_read": {"number": "/number"}},
        "GET": {"claim_read": {"number": "/results/0/number"}},
    }
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("state", str, enum=[value for value, _label in SHOWN_STATES]),
            OpenApiParameter("kind", str, enum=[kind.value for kind in ClaimKind]),
            OpenApiParameter("waybill", {"type": "string", "maxLength": 40, "pattern": ANY_TEXT}),
        )
    }

    @extend_schema(
        operation_id="claim_file",
        summary="File a claim",
        description="For loss, damage, shortage or delay of one of your shipments. One claim of a shipment and kind is under "
        "way at a time (409 `claim_living`). Read the rules in force first and name them as `rule`: which text was read, "
        "when and by whom stays on record, and the insured amount, declared value and fee are kept as they are now. A "
        "sum above the declared value is taken and marked. The same `reference` is one claim: sent again, the one that is "
        "there is returned with 200.",
        examples=[OpenApiExample("A broken vase", EXAMPLE, request_only=True)],
        request=ClaimInShape,
        responses={200: ClaimDetailShape, 201: ClaimDetailShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = taken(ClaimInShape, request.data)
        new, at = read_claim(request, given), timezone.now()
        claim = judged(lambda: services.file_claim(new=new, by=caller(request), at=at))
        if (claim.waybill_id, claim.kind) != (new.waybill.pk, new.kind):  # type: ignore[union-attr]  # it has one
            raise RuleBroken(
                _("This reference was used for another claim."),
                code="source_used",
                field="reference",
            )
        where = reverse("api-claim", args=[claim.number], request=request)
        status = 201 if claim.filed_at == at else 200
        return Response(claim_detail(request, claim.number), status, headers={"Location": where})

    @extend_schema(
        operation_id="claims_list",
        summary="Claims, newest first",
        description="Also those that your people filed by phone or on paper.",
        responses={200: ClaimListShape},
    )
    def get(self, request: Request) -> Response:
        return self.page_of(wanted_claims(request), lambda rows: ClaimShape(rows, many=True).data)


class ClaimView(ApiView):
    required_scopes = {"GET": READ}

    @extend_schema(
        operation_id="claim_read",
        summary="How a claim stands",
        description="With the steps by which the amount was computed. 404 for what is not yours to see.",
        parameters=[NUMBER],
        responses={200: ClaimDetailShape},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(claim_detail(request, number))


class ClaimPapersView(ApiView):
    required_scopes = {"POST": WRITE}
    links = LINKS

    @extend_schema(
        operation_id="claim_papers",
        summary="Send papers of a claim",
        description="Pictures or PDFs. New papers make an amount that was assessed or approved void, and it is assessed "
        "once more. The same file twice is one. 409 once you have agreed or the claim is over.",
        parameters=[NUMBER],
        request=PapersInShape,
        responses={200: ClaimDetailShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(PapersInShape, request.data)
        claim = find_claim(request, number)
        files = read_files(given["files"])
        judged(
            lambda: services.add_papers(
                claim_id=claim.pk,
                kind=PaperKind(given["kind"]),
                files=files,
                by_customer=True,
                by=caller(request),
                at=timezone.now(),
            )
        )
        return Response(claim_detail(request, number))


class RulesView(ApiView):
    required_scopes = {"GET": READ}

    @extend_schema(
        operation_id="compensation_rules",
        summary="Compensation rules in force",
        description="Those for everybody, and those agreed with you, which go before them. By kind of harm, and by whether "
        "the shipment is insured.",
        responses={200: RuleListShape},
    )
    def get(self, request: Request) -> Response:
        customers = Customer.objects.visible_to(caller(request))
        rows: Any = rules_for_customers(customers, timezone.localdate())
        return Response({"results": RuleShape(rows, many=True).data})
