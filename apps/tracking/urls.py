"""The tracking part of the outside API, under /api/v1/."""

from django.urls import URLPattern, path

from apps.tracking.api.events import TrackingEventsView
from apps.tracking.api.partners import Kuaidi100View
from apps.tracking.api.waybills import WaybillEventsView, WaybillsView, WaybillView

api_urlpatterns: list[URLPattern] = [
    path("tracking/events", TrackingEventsView.as_view(), name="tracking-events"),
    path("waybills", WaybillsView.as_view(), name="waybills"),
    path("waybills/<str:number>", WaybillView.as_view(), name="waybill"),
    path("waybills/<str:number>/events", WaybillEventsView.as_view(), name="waybill-events"),
    path("partners/<str:code>/kuaidi100/", Kuaidi100View.as_view(), name="partner-kuaidi100"),
]
