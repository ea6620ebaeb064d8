"""The outside API, version 1, and its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from apps.banking.urls import api_urlpatterns as banking
from apps.billing.urls import api_urlpatterns as billing
from apps.claims.urls import api_urlpatterns as claims
from apps.complaints.urls import api_urlpatterns as cases
from apps.core.api.reference import api_reference
from apps.hotline.urls import api_urlpatterns as calls
from apps.knowledge.urls import api_urlpatterns as knowledge
from apps.notifications.urls import api_urlpatterns as notifications
from apps.orders.urls import api_urlpatterns as orders
from apps.tracking.urls import api_urlpatterns as tracking

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", api_reference, name="api_reference"),
    path("v1/", include([*orders, *tracking, *cases, *billing, *banking, *claims, *notifications])),
    path("v1/", include([*orders, *tracking, *cases, *billing, *knowledge, *notifications])),
    path("v1/", include([*orders, *tracking, *cases, *calls, *billing, *notifications])),
]
