"""The house's addresses with this floor's, wherever the house has them."""

from django.urls import include, path

from apps.notifications.urls import api_urlpatterns
from config.urls import urlpatterns as installation

urlpatterns = [
    path("notify/", include("apps.notifications.urls")),
    path("api/v1/", include(api_urlpatterns)),
    *installation,
]
