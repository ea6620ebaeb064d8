"""Addresses of the calls API."""

from django.urls import path

from apps.hotline.api import calls

api_urlpatterns = [path("calls", calls.CallsView.as_view(), name="calls")]
