"""The shapes of the webhook API, in and out."""

from typing import Any

from rest_framework import serializers as s

from apps.notifications.enums import DeliveryState, EndpointState
from apps.notifications.models import Delivery, WebhookEndpoint, WebhookEvent
from apps.notifications.topics import WEBHOOK_TYPES


class EndpointInShape(s.Serializer[Any]):
    url = s.CharField(max_length=500, help_text="https, out in the public network.")
    event_types = s.ListField(
        child=s.ChoiceField(choices=WEBHOOK_TYPES),
        required=False,
        max_length=len(WEBHOOK_TYPES),
        help_text="Empty: all of them.",
    )
    description = s.CharField(required=False, allow_blank=True, max_length=120)
    customer = s.CharField(
        required=False,
        max_length=20,
        help_text="Customer code; needed only where the key sees several customers.",
    )


class EndpointChangeShape(s.Serializer[Any]):
    url = s.CharField(required=False, max_length=500)
    event_types = s.ListField(
        child=s.ChoiceField(choices=WEBHOOK_TYPES), required=False, max_length=len(WEBHOOK_TYPES)
    )
    description = s.CharField(required=False, allow_blank=True, max_length=120)
    paused = s.BooleanField(
        required=False,
        help_text="false also switches on an endpoint that failures switched off.",
    )


class EndpointShape(s.ModelSerializer[WebhookEndpoint]):
    customer = s.CharField(source="customer.code")
    state = s.ChoiceField(choices=EndpointState.choices)

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("id", "customer", "url", "description", "event_types", "state", "state_reason"),
            *("failing_since", "last_success", "previous_until", "created_at"),
        )
        read_only_fields = fields


class EndpointSecretShape(EndpointShape):
    """With the secret: given when it is made or renewed, and never again."""

    secret = s.CharField()

    class Meta:
        model = WebhookEndpoint
        fields = (*EndpointShape.Meta.fields, "secret")
        read_only_fields = fields


class WebhookEventShape(s.ModelSerializer[WebhookEvent]):
    id = s.CharField(source="message_id", help_text="The webhook-id of every delivery of it.")
    timestamp = s.DateTimeField(source="at")
    data = s.JSONField(source="payload")  # type: ignore[assignment]  # the name merchants know

    class Meta:
        model = WebhookEvent
        fields = ("id", "type", "timestamp", "data")
        read_only_fields = fields


class WebhookDeliveryShape(s.ModelSerializer[Delivery]):
    endpoint = s.SerializerMethodField()
    state = s.ChoiceField(choices=DeliveryState.choices)
    last_code = s.CharField(source="state_reason")
    next_attempt = s.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = (
            *("endpoint", "state", "last_code", "attempts", "created_at", "delivered_at"),
            "next_attempt",
        )
        read_only_fields = fields

    def get_endpoint(self, delivery: Delivery) -> int:
        return int(delivery.recipient.removeprefix("endpoint:"))

    def get_next_attempt(self, delivery: Delivery) -> str | None:
        waits = delivery.state == DeliveryState.QUEUED
        return delivery.due_at.isoformat() if waits else None


class WebhookEventDetailShape(WebhookEventShape):
    deliveries = WebhookDeliveryShape(many=True)

    class Meta:
        model = WebhookEvent
        fields = (*WebhookEventShape.Meta.fields, "deliveries")
        read_only_fields = fields


class ReplayShape(s.Serializer[Any]):
    endpoint = s.IntegerField(min_value=1, max_value=2**63 - 1)
    ids = s.ListField(
        child=s.CharField(max_length=40), required=False, max_length=1000, help_text="msg_…"
    )
    since = s.DateTimeField(required=False)
    until = s.DateTimeField(required=False)
    types = s.ListField(child=s.ChoiceField(choices=WEBHOOK_TYPES), required=False)


class ReplayedShape(s.Serializer[Any]):
    queued = s.IntegerField()
