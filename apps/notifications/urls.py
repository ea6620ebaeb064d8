"""Addresses of this floor; config/urls.py includes them under /notify/."""

from django.urls import URLPattern, URLResolver, path

from apps.notifications.api import endpoints, events
from apps.notifications.views import presses, receipts

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    path("receipts/sms/<str:key>", receipts.sms_receipts, name="sms_receipts"),
    path("presses/wecom", presses.wecom_presses, name="wecom_presses"),
    path("presses/dingtalk", presses.dingtalk_presses, name="dingtalk_presses"),
    path("presses/feishu", presses.feishu_presses, name="feishu_presses"),
]
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("webhook-endpoints", endpoints.EndpointsView.as_view(), name="webhook_endpoints"),
    path(
        "webhook-endpoints/<str:endpoint_id>",
        endpoints.EndpointView.as_view(),
        name="webhook_endpoint",
    ),
    path(
        "webhook-endpoints/<str:endpoint_id>/rotate-secret",
        endpoints.EndpointSecretView.as_view(),
        name="webhook_endpoint_secret",
    ),
    path(
        "webhook-endpoints/<str:endpoint_id>/ping",
        endpoints.EndpointPingView.as_view(),
        name="webhook_endpoint_ping",
    ),
    path("webhook-events", events.WebhookEventsView.as_view(), name="webhook_events"),
    path("webhook-events/replay", events.ReplayView.as_view(), name="webhook_replay"),
    path(
        "webhook-events/<str:message_id>", events.WebhookEventView.as_view(), name="webhook_event"
    ),
]
