"""JSON as the API gives it: every time in the one format of ``times.wire``. What is written without the API's
library uses ``times.WireEncoder``."""

from datetime import datetime
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from apps.core.times import wire


class _ApiEncoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return wire(obj) if isinstance(obj, datetime) else super().default(obj)


class WireRenderer(JSONRenderer):
    """Serializers leave times as they are (DATETIME_FORMAT is None); here they are written."""

    encoder_class = _ApiEncoder
