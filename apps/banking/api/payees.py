"""Payout accounts through the API (COD-6): asked for, and followed; nothing is approved, called back or stopped here."""

from collections.abc import Sequence
from io import BytesIO

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.banking import services
from apps.banking.api.shapes import PayeeInShape, PayeeListShape, PayeeShape
from apps.banking.enums import PayeePaperKind, PayeeState, PayoutPurpose
from apps.banking.models import PayeeAccount
from apps.core.api.asked import choice_asked
from apps.core.api.exact import decoded, judged, taken
from apps.core.api.views import ApiView
from apps.core.opaque import Id, hide, unhide
from apps.customers.api.asking import caller, customer_for

READ, WRITE = "payees:read", "payees:write"
EXAMPLE = {
    "holder": "杭州云衣服饰有限公司",
    "bank": "招商银行",
    "branch": "杭州分行营业部",
    "cnaps": "308331012089",
    "number": "571900000010802",
    "reference": "PAYEE-2026-07",
    "papers": [{"kind": "request", "name": "收款账户申请书.pdf", "content": "JVBERi0xLjQK…"}],
}
ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="pa_3k9x…")


class PayeesView(ApiView):
    required_scopes = {"GET": READ, "POST": WRITE}
    links = {
        "POST": {"payee_read": {"id": "/id"}},
        "GET": {"payee_read": {"id": "/results/0/id"}},
    }
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("state", str, enum=[state.value for state in PayeeState]),
            OpenApiParameter("purpose", str, enum=[purpose.value for purpose in PayoutPurpose]),
        )
    }

    @extend_schema(
        operation_id="payee_request",
        summary="Ask for a payout account",
        description="The account that money collected for you is remitted to from then on. It is a request only: we call "
        "back a contact whose number has been on file unchanged for 30 days, two people approve it, and it waits 24 "
        "hours in which everybody on file is told and may stop it. Until then money goes where it went before. One "
        "request of a customer and purpose is on its way at a time. The holder is you by name, or a signed `mandate` "
        "says why not. The same `reference` is one request: sent again, the one that is there is returned with 200, "
        "and with another number it is refused (409).",
        examples=[OpenApiExample("Another account", EXAMPLE, request_only=True)],
        request=PayeeInShape,
        responses={200: PayeeShape, 201: PayeeShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = taken(PayeeInShape, request.data)
        customer, at = customer_for(request, given.get("customer", "")), timezone.now()
        found = judged(
            lambda: services.request_payee(
                customer,
                number=given["number"],
                values={name: given[name] for name in ("holder", "bank", "branch", "cnaps")},
                papers=_papers(given["papers"]),
                purpose=given.get("purpose", PayoutPurpose.COD),
                source_key=given["reference"].strip(),
                by=caller(request),
                at=at,
            )
        )
        where = reverse("api-payee", args=[hide(Id.PAYEE, found.pk)], request=request)
        status = 201 if found.requested_at == at else 200
        return Response(PayeeShape(found).data, status, headers={"Location": where})

    @extend_schema(
        operation_id="payees_list",
        summary="Payout accounts, newest first",
        description="Also those that were asked for on paper, and those that are over.",
        responses={200: PayeeListShape},
    )
    def get(self, request: Request) -> Response:
        return self.page_of(_wanted(request), lambda rows: PayeeShape(rows, many=True).data)


class PayeeView(ApiView):
    required_scopes = {"GET": READ}

    @extend_schema(
        operation_id="payee_read",
        summary="How a payout account stands",
        description="`requested`, `called_back`, `cooling` until `usable_from`, then `active`; or over. 404 for what is "
        "not yours to see.",
        parameters=[ID],
        responses={200: PayeeShape},
    )
    def get(self, request: Request, id: str) -> Response:  # the name in the address
        pk = unhide(Id.PAYEE, id)
        found = _mine(request).filter(pk=pk).first() if pk is not None else None
        if found is None:
            raise Http404
        return Response(PayeeShape(found).data)


def _mine(request: Request) -> "QuerySet[PayeeAccount]":
    rows = PayeeAccount.objects.visible_to(caller(request))
    return rows.filter(customer__isnull=False).select_related("customer").defer("number")


def _wanted(request: Request) -> "QuerySet[PayeeAccount]":
    asked = request.query_params
    wanted = {
        "state": choice_asked(asked, "state", PayeeState.values),
        "purpose": choice_asked(asked, "purpose", PayoutPurpose.values),
    }
    return _mine(request).filter(**{name: value for name, value in wanted.items() if value})


def _papers(rows: Sequence[dict[str, str]]) -> list[services.Paper]:
    return [
        services.Paper(
            PayeePaperKind(row["kind"]),
            BytesIO(decoded(row["content"], f"papers.{index}.content")),
            row["name"],
        )
        for index, row in enumerate(rows)
    ]
