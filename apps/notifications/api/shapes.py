"""The shapes of the webhook API, in and out."""

from datetime import datetime
from typing import Any

from rest_framework import serializers as s

from apps.core.api.exact import (
    ExactBoolean,
    ExactChoice,
    ExactMoment,
    ExactText,
    StrictShape,
)
from apps.core.opaque import Id, hide, id_shape
from apps.notifications.enums import DeliveryState, EndpointState
from apps.notifications.models import Delivery, WebhookEndpoint, WebhookEvent
from apps.notifications.queries.notices import WEBHOOK_TYPES
from apps.notifications.queries.webhooks import MESSAGE_ID
from apps.notifications.services import CALLABLE, MAX_REPLAY, MOST_URL
from apps.notifications.webhook_data import public_content


class AddressText(ExactText):
    """Judged by the service: it knows what is wrong with it, and whether the operator lets
    addresses inside be called."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


def _url(*, required: bool) -> AddressText:
    return AddressText(
        CALLABLE,
        required=required,
        max_length=MOST_URL,
        help_text="https, with a host name of the public network; no user, no fragment.",
    )


def _types(help_text: str) -> s.ListField:
    return s.ListField(
        child=ExactChoice(choices=WEBHOOK_TYPES),
        required=False,
        max_length=len(WEBHOOK_TYPES),
        help_text=help_text,
    )


class EndpointInShape(StrictShape):
    url = _url(required=True)
    event_types = _types("Empty: all of them.")
    description = ExactText(required=False, allow_blank=True, max_length=120)
    customer = ExactText(
        required=False,
        max_length=20,
        help_text="Customer code; needed only where the key sees several customers.",
    )


class EndpointChangeShape(StrictShape):
    needs_one_of = ("url", "event_types", "description", "paused")

    url = _url(required=False)
    event_types = _types("Empty: all of them.")
    description = ExactText(required=False, allow_blank=True, max_length=120)
    paused = ExactBoolean(
        required=False,
        help_text="false also switches on an endpoint that failures switched off.",
    )


class EndpointShape(s.ModelSerializer[WebhookEndpoint]):
    id = s.SerializerMethodField()
    customer = s.CharField(source="customer.code")
    state = s.ChoiceField(choices=EndpointState.choices)

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("id", "customer", "url", "description", "event_types", "state", "state_reason"),
            *("failing_since", "last_success", "previous_until", "created_at"),
        )
        read_only_fields = fields

    def get_id(self, endpoint: WebhookEndpoint) -> str:
        return hide(Id.ENDPOINT, endpoint.pk)


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
    data = s.SerializerMethodField()  # type: ignore[assignment]  # the name merchants know

    class Meta:
        model = WebhookEvent
        fields = ("id", "type", "timestamp", "data")
        read_only_fields = fields

    def get_data(self, entry: WebhookEvent) -> dict[str, Any]:
        return public_content(entry.payload)


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

    def get_endpoint(self, delivery: Delivery) -> str:
        return hide(Id.ENDPOINT, int(delivery.recipient.removeprefix("endpoint:")))

    def get_next_attempt(self, delivery: Delivery) -> datetime | None:
        return delivery.due_at if delivery.state == DeliveryState.QUEUED else None


class WebhookEventDetailShape(WebhookEventShape):
    deliveries = WebhookDeliveryShape(many=True)

    class Meta:
        model = WebhookEvent
        fields = (*WebhookEventShape.Meta.fields, "deliveries")
        read_only_fields = fields


class ReplayShape(StrictShape):
    """Both together mean those of ``ids`` that lie in the time."""

    needs_one_of = ("ids", "since")

    endpoint = ExactText(id_shape(Id.ENDPOINT), max_length=40, help_text="Its `id`.")
    ids = s.ListField(
        child=ExactText(MESSAGE_ID),
        required=False,
        min_length=1,
        max_length=MAX_REPLAY,
        help_text="The ids of the log.",
    )
    since = ExactMoment(required=False, help_text="With a zone; included.")
    until = ExactMoment(required=False, help_text="With a zone; not included.")
    types = _types("Empty: all of them.")


class ReplayedShape(s.Serializer[Any]):
    queued = s.IntegerField()
