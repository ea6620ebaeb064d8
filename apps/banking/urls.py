"""The banking part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.banking.api.payees import PayeesView, PayeeView

api_urlpatterns: list[URLPattern] = [
    path("payout-accounts", PayeesView.as_view(), name="api-payees"),
    path("payout-accounts/<str:id>", PayeeView.as_view(), name="api-payee"),
]
