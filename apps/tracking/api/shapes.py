"""The shapes of the tracking API for its OpenAPI description. The answers themselves are built
without them, because a serializer per row costs more than the look-up."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from apps.core.api.exact import ExactText, StrictShape
from apps.core.opaque import Id, id_shape
from apps.customers.enums import JobType
from apps.tracking.codes import CODES
from apps.tracking.enums import Reason, Status
from apps.tracking.inputs import ACCEPTED, CORRECTED, REFUSED, REPEATED

# As ``reading.clean_text`` keeps it.
KEPT_TEXT = r"^[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ud800-\udfff\ufffe\uffff]*$"


def _words(most: int, help_text: str = "") -> ExactText:
    return ExactText(
        KEPT_TEXT,
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=most,
        help_text=help_text or None,
    )


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "pattern": id_shape(Id.EVENT)},
            # What ids were before.
            {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
            {"type": "null"},
        ]
    }
)
class EventReference(s.JSONField):
    """An id of ours."""


class EventInShape(StrictShape):
    waybill_number = ExactText(max_length=40)
    code = s.ChoiceField(choices=sorted(CODES))
    occurred_at = s.DateTimeField(help_text="ISO 8601 with a zone; at most ten minutes ahead.")
    place = _words(120)
    city = _words(40)
    text = _words(500)
    source_id = _words(
        80, "Your own id. The same id with another content corrects what was sent before."
    )
    revision = s.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Of several versions under one source_id the highest counts.",
    )
    supersedes = EventReference(
        required=False,
        help_text="`id` of an earlier event of the same waybill that this one replaces.",
    )
    withdraws = s.BooleanField(
        required=False, help_text="Takes back the event named in supersedes, with nothing instead."
    )
    unit_code = _words(20)


@extend_schema_field(
    {
        "description": "An EventIn. Whatever else it is, it is refused for itself alone, with its "
        "reason under its index, and the rest of the list is kept.",
        "anyOf": [{"$ref": "#/components/schemas/EventInShapeRequest"}, {}],
    }
)
class EventItem(s.JSONField):
    """One of many: judged on its own."""


class EventBatchShape(StrictShape):
    events = s.ListField(child=EventItem(), max_length=5_000)


class EventOutcomeShape(s.Serializer[Any]):
    index = s.IntegerField()
    result = s.ChoiceField(choices=[ACCEPTED, CORRECTED, REPEATED, REFUSED])
    code = s.CharField(required=False, help_text="Why it was refused, for programs.")
    message = s.CharField(required=False, help_text="Why it was refused, for people.")
    field = s.CharField(required=False)


class EventResultShape(s.Serializer[Any]):
    accepted = s.IntegerField()
    repeated = s.IntegerField()
    refused = s.IntegerField()
    results = EventOutcomeShape(many=True)


class EventShape(s.Serializer[Any]):
    id = s.CharField(help_text="Names the event in `supersedes`.")
    source_id = s.CharField(allow_blank=True)
    occurred_at = s.DateTimeField()
    recorded_at = s.DateTimeField()
    code = s.CharField()
    status = s.ChoiceField(choices=Status.choices)
    reason = s.ChoiceField(choices=Reason.choices, allow_blank=True)
    place = s.CharField(allow_blank=True)
    city = s.CharField(allow_blank=True)
    text = s.CharField(allow_blank=True, help_text="Names and phones are masked.")


class EventListShape(s.Serializer[Any]):
    results = EventShape(many=True)


class WaybillShape(s.Serializer[Any]):
    number = s.CharField()
    customer = s.CharField()
    customer_reference = s.CharField(allow_blank=True)
    issued_at = s.DateTimeField()
    job_type = s.ChoiceField(choices=JobType.choices)
    service_level = s.CharField(allow_blank=True)
    origin_city = s.CharField(allow_blank=True)
    destination_city = s.CharField(allow_blank=True)
    goods_name = s.CharField(allow_blank=True)
    pieces = s.IntegerField()
    weight_g = s.IntegerField(allow_null=True)
    return_document_required = s.BooleanField()
    status = s.ChoiceField(choices=Status.choices)
    status_reason = s.ChoiceField(choices=Reason.choices, allow_blank=True)
    status_at = s.DateTimeField()
    picked_up_at = s.DateTimeField(allow_null=True)
    delivered_at = s.DateTimeField(allow_null=True)
    promised_at = s.DateTimeField(allow_null=True)
    expected_at = s.DateTimeField(allow_null=True)


class WaybillWithEventsShape(WaybillShape):
    events = EventShape(many=True, help_text="Newest first; only those that count.")


class WaybillListShape(s.Serializer[Any]):
    next = s.URLField(allow_null=True)
    previous = s.URLField(allow_null=True)
    results = WaybillShape(many=True)


class FeedFormShape(s.Serializer[Any]):
    """Nothing is required by the description, because nothing is refused by HTTP: the sender
    wants 200 always, and reads ``returnCode``."""

    param = s.CharField(required=False, allow_blank=True, help_text="The push document, JSON.")
    sign = s.CharField(required=False, allow_blank=True, help_text="MD5(param + salt) in capitals.")


class FeedAnswerShape(s.Serializer[Any]):
    result = s.BooleanField()
    returnCode = s.CharField()  # noqa: N815  # the sender's own spelling
    message = s.CharField()
