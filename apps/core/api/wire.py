"""JSON as it goes out: every time in the one format of ``times.wire``."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from apps.core.times import wire


class WireEncoder(DjangoJSONEncoder):
    """For what is written without the API's library: streams, webhooks, the waybills."""

    def default(self, o: Any) -> Any:
        return wire(o) if isinstance(o, datetime) else super().default(o)


class _ApiEncoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return wire(obj) if isinstance(obj, datetime) else super().default(obj)


class WireRenderer(JSONRenderer):
    """Serializers leave times as they are (DATETIME_FORMAT is None); here they are written."""

    encoder_class = _ApiEncoder
