"""The billing part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.billing.api.statements import (
    StatementChargesView,
    StatementsView,
    StatementView,
    WaybillFeeView,
)

api_urlpatterns: list[URLPattern] = [
    path("statements", StatementsView.as_view(), name="api-statements"),
    path("statements/<str:number>", StatementView.as_view(), name="api-statement"),
    path("statements/<str:number>/charges", StatementChargesView.as_view(), name="api-charges"),
    path("waybills/<str:number>/fee", WaybillFeeView.as_view(), name="api-waybill-fee"),
]
