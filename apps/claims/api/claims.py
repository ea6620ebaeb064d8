"""Claims through the API (CMP-6): filed, proved by papers, followed, agreed to or disputed. Nothing is assessed, decided or
paid here, and what we recover from others is not told."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.claims import services
from apps.claims.api.shapes import (
    SHOWN_STATES,
    AgreeInShape,
    ClaimDetailShape,
    ClaimInShape,
    ClaimListShape,
    ClaimShape,
    DisputeInShape,
    PapersInShape,
    RuleListShape,
    RuleShape,
    source_key,
)
from apps.claims.enums import AgreedHow, ClaimKind, ClaimState, Cover, PaperKind, Told
from apps.claims.inputs import NewClaim, NewItem, Shown
from apps.claims.models import Claim
from apps.claims.queries.lists import rules_for_customers
from apps.claims.queries.rules import rule_for
from apps.complaints.api.asking import judged
from apps.core.api.exact import ANY_TEXT
from apps.core.api.pagination import ApiCursorPagination
from apps.core.api.views import ApiView
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.opaque import Id, unhide
from apps.customers.api.asking import caller
from apps.customers.models import Customer
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

READ, WRITE = "claims:read", "claims:write"
CLAIM_NUMBER = re.compile(r"CL\d{8}-\d{5,9}", re.ASCII)
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
        shape = ClaimInShape(data=request.data)
        shape.is_valid(raise_exception=True)
        new, at = _new_claim(request, shape.validated_data), timezone.now()
        claim = judged(lambda: services.file_claim(new=new, by=caller(request), at=at))
        if (claim.waybill_id, claim.kind) != (new.waybill.pk, new.kind):  # type: ignore[union-attr]  # it has one
            raise RuleBroken(
                _("This reference was used for another claim."),
                code="source_used",
                field="reference",
            )
        where = reverse("api-claim", args=[claim.number], request=request)
        status = 201 if claim.filed_at == at else 200
        return Response(_detail(request, claim.number), status, headers={"Location": where})

    @extend_schema(
        operation_id="claims_list",
        summary="Claims, newest first",
        description="Also those that your people filed by phone or on paper.",
        responses={200: ClaimListShape},
    )
    def get(self, request: Request) -> Response:
        pages = ApiCursorPagination()
        rows: Any = pages.paginate_queryset(_wanted(request), request, self) or []
        return Response(
            {
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
                "results": ClaimShape(rows, many=True).data,
            }
        )


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
        return Response(_detail(request, number))


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
        shape = PapersInShape(data=request.data)
        shape.is_valid(raise_exception=True)
        claim, given = _claim(request, number), shape.validated_data
        files = _files(given["files"])
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
        return Response(_detail(request, number))


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
        shape = AgreeInShape(data=request.data)
        shape.is_valid(raise_exception=True)
        claim = _claim(request, number)
        services.agree(
            claim_id=claim.pk,
            amount=shape.validated_data["amount"],
            how=AgreedHow.API,
            by=caller(request),
            at=timezone.now(),
            own=True,
        )
        return Response(_detail(request, number))


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
        shape = DisputeInShape(data=request.data)
        shape.is_valid(raise_exception=True)
        claim = _claim(request, number)
        judged(
            lambda: services.dispute(
                claim_id=claim.pk,
                reason=shape.validated_data["reason"],
                how=AgreedHow.API,
                by=caller(request),
                at=timezone.now(),
                own=True,
            )
        )
        return Response(_detail(request, number))


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


def _claims(request: Request) -> "QuerySet[Claim]":
    rows = Claim.objects.visible_to(caller(request)).filter(customer__isnull=False)
    return rows.exclude(state=ClaimState.DRAFT).select_related("customer", "waybill")


def _claim(request: Request, number: str) -> Claim:
    found = (
        _claims(request).filter(number=number).first() if CLAIM_NUMBER.fullmatch(number) else None
    )
    if found is None:
        raise Http404
    return found


def _detail(request: Request, number: str) -> Any:
    return ClaimDetailShape(_claim(request, number)).data


def _wanted(request: Request) -> "QuerySet[Claim]":
    asked = request.query_params
    wanted: dict[str, Any] = {}
    states = [value for value, _label in SHOWN_STATES]
    for name, choices in (("state", states), ("kind", ClaimKind.values)):
        value = asked.get(name)
        if value is not None:
            if value not in choices:
                raise BadInput(_("There is no such value."), code="bad_choice", field=name)
            wanted[name] = value
    if waybill := asked.get("waybill", ""):
        if len(waybill) > 40 or not re.fullmatch(ANY_TEXT.strip("^$"), waybill):
            raise BadInput(_("This is not a waybill number."), code="bad_waybill", field="waybill")
        wanted["waybill__number"] = waybill.strip().upper()
    return _claims(request).filter(**wanted)


def _new_claim(request: Request, given: dict[str, Any]) -> NewClaim:
    waybill, at = _waybill(request, given["waybill"]), timezone.now()
    cover = Cover.UNINSURED if waybill.insured_amount is None else Cover.INSURED
    rule = rule_for(given["kind"], cover, waybill.customer, timezone.localdate(at))
    if rule is None or rule.pk != unhide(Id.RULE, given["rule"]):
        raise RuleBroken(
            _("These are not the rules in force for this shipment and kind: read them once more."),
            code="other_rule",
            field="rule",
        )
    return NewClaim(
        waybill=waybill,
        kind=ClaimKind(given["kind"]),
        items=[
            NewItem(one["what"], one["claimed"], one.get("quantity", 1)) for one in given["items"]
        ],
        shown=Shown(given["rule_read_by"], Told.API, at),
        customer=waybill.customer,
        what=given.get("what", ""),
        source_key=source_key(waybill.customer_id, given["reference"].strip()),
    )


def _waybill(request: Request, text: str) -> Waybill:
    """Another customer's is as unknown as one that does not exist."""
    refusal = RuleBroken(
        _("There is no such waybill for this key."), code="unknown_waybill", field="waybill"
    )
    try:
        number = parse_waybill_number(text)
    except BadInput:
        raise refusal from None
    mine = Waybill.objects.visible_to(caller(request)).select_related("customer__unit")
    found: Waybill | None = mine.filter(number=number).first()
    if found is None:
        raise refusal
    return found


def _files(rows: Sequence[dict[str, str]]) -> list[NewFile]:
    found = []
    for index, row in enumerate(rows):
        try:
            found.append(NewFile(base64.b64decode(row["content"], validate=True), row["name"]))
        except binascii.Error as problem:
            raise RuleBroken(str(problem), code="file_broken", field=f"files.{index}") from None
    return found
