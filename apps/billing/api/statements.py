"""Statements and fees through the API (BIL-1, BIL-2): a key reads those of the customers it serves."""

import re
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.billing.api.shapes import (
    TOLD,
    ChargeListShape,
    ChargeShape,
    FeeShape,
    StatementDetailShape,
    StatementListShape,
    StatementShape,
)
from apps.billing.models import Charge, Statement
from apps.billing.queries.fees import consignee_pays, fee_of
from apps.billing.queries.lines import first_line
from apps.core.api.pagination import ApiCursorPagination
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.orders.api.asking import caller
from apps.tracking.api.asking import number_in_address
from apps.tracking.models import Waybill

SCOPE = "billing:read"
STATEMENT = re.compile(r"ST\d{8}-\d{5,9}", re.ASCII)
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="ST20261101-48391527")
WAYBILL = OpenApiParameter("number", str, OpenApiParameter.PATH, description="Waybill number")
ASKED_MONTH = OpenApiParameter(
    "month",
    {"type": "string", "pattern": MONTH},
    description="2026-11",
)


class OldestFirst(ApiCursorPagination):
    ordering = "id"


class StatementsView(ApiView):
    required_scopes = {"GET": SCOPE}
    links = {
        "GET": {
            "statement_read": {"number": "/results/0/number"},
            "statement_charges": {"number": "/results/0/number"},
        }
    }
    paged = True
    asks = {"GET": (ASKED_MONTH,)}

    @extend_schema(
        operation_id="statements_list",
        summary="Statements of the months, newest first",
        description="Those that were sent to you; a month that is still being charged or reviewed is "
        "not among them. For what one shipment costs ask `waybill_fee`.",
        responses={200: StatementListShape},
    )
    def get(self, request: Request) -> Response:
        statements = _statements(request)
        if (month := _month(request.query_params.get("month"))) is not None:
            statements = statements.filter(period=month)
        return self.page_of(statements, lambda rows: StatementShape(rows, many=True).data)


class StatementView(ApiView):
    required_scopes = {"GET": SCOPE}
    links = {"GET": {"statement_charges": {"number": "/number"}}}

    @extend_schema(
        operation_id="statement_read",
        summary="One statement with its sums by kind",
        description="`totals` sum to `charged`. Disputing lines and agreeing to them is done on the "
        "page whose private link came with the statement. 404 for what is not yours to see.",
        parameters=[NUMBER],
        responses={200: StatementDetailShape},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(StatementDetailShape(_statement(request, number)).data)


class StatementChargesView(ApiView):
    required_scopes = {"GET": SCOPE}
    paged = True
    pages = OldestFirst

    @extend_schema(
        operation_id="statement_charges",
        summary="The charges of a statement, in the order they were made",
        description="Their amounts sum to `charged`. A charge never changes: what was wrong with one "
        "is another, which names it in `corrects`, in the same statement or a later one. Take them "
        "in pages of up to 200, following `next`; it is null on the last one.",
        parameters=[NUMBER],
        responses={200: ChargeListShape},
    )
    def get(self, request: Request, number: str) -> Response:
        statement = _statement(request, number)
        charges = Charge.objects.filter(
            statement=statement, pk__gte=first_line(statement)
        ).select_related("customer", "tax_class")
        return self.page_of(charges, lambda rows: ChargeShape(rows, many=True).data)


class WaybillFeeView(ApiView):
    required_scopes = {"GET": SCOPE}

    @extend_schema(
        operation_id="waybill_fee",
        summary="What a shipment costs",
        description="As charged so far, corrections included: `total` is null until the event has come "
        "by which your contract charges (usually the pickup), and stays null where the consignee "
        "pays at the door. For a price before sending ask `price_ask`.",
        parameters=[WAYBILL],
        responses={200: FeeShape},
    )
    def get(self, request: Request, number: str) -> Response:
        waybill = _waybill(request, number)
        theirs = consignee_pays(waybill)
        fee = None if theirs else fee_of(waybill.number)
        found: dict[str, Any] = {
            "waybill": waybill.number,
            "paid_by": "consignee" if theirs else "customer",
            "total": fee.total if fee else None,
            "currency": "CNY",
            "lines": [{"kind": k, "amount": amount} for k, amount in fee.lines] if fee else [],
        }
        return Response(FeeShape(found).data)


def _statements(request: Request) -> QuerySet[Statement]:
    mine = Customer.objects.visible_to(caller(request))
    return Statement.objects.filter(bill_to__in=mine, state__in=TOLD).select_related("bill_to")


def _statement(request: Request, number: str) -> Statement:
    found = None
    if STATEMENT.fullmatch(number):
        found = _statements(request).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _waybill(request: Request, number: str) -> Waybill:
    known = number_in_address(number)
    found: Waybill | None = Waybill.objects.visible_to(caller(request)).filter(number=known).first()
    if found is None:
        raise Http404
    return found


def _month(asked: str | None) -> date | None:
    if asked is None:
        return None
    if not re.fullmatch(MONTH.strip("^$"), asked):
        raise BadInput(_("Write the month as 2026-03."), code="bad_month", field="month")
    return date.fromisoformat(f"{asked}-01")
