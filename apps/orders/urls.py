"""The orders part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.orders.api.counts import DeclaredCountsView
from apps.orders.api.orders import CancelOrderView, OrdersView, OrderView
from apps.orders.api.prices import PriceView

api_urlpatterns: list[URLPattern] = [
    path("orders", OrdersView.as_view(), name="orders"),
    path("orders/declared-counts", DeclaredCountsView.as_view(), name="order-counts"),
    path("prices", PriceView.as_view(), name="prices"),
    path("orders/<str:number>", OrderView.as_view(), name="order"),
    path("orders/<str:number>/cancel", CancelOrderView.as_view(), name="order-cancel"),
]
