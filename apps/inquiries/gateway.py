"""Who may hand us text messages: a keyed signature over the body, and its age. Pure but for settings.

``X-Signature`` is the HMAC-SHA256 in hex of ``<X-Timestamp>.<X-Nonce>.<body>`` under
INQUIRY_SMS_SECRET; the timestamp is in seconds and at most five minutes off.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

WINDOW_SECONDS = 300
MAX_BODY = 256 * 1024


def sign(body: bytes, *, timestamp: str, nonce: str, secret: str) -> str:
    whole = f"{timestamp}.{nonce}.".encode() + body
    return hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()


def check(body: bytes, *, signature: str, timestamp: str, nonce: str, at: datetime) -> None:
    """Raises BadInput: ``bad_signature``, ``stale``. Without a secret nothing is signed."""
    secret = str(getattr(settings, "INQUIRY_SMS_SECRET", ""))
    expected = sign(body, timestamp=timestamp, nonce=nonce, secret=secret)
    if not secret or not constant_time_compare(expected, signature.strip().lower()):
        raise _refused("bad_signature")
    known = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12
    if not known or abs(at.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise _refused("stale")


def read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput(_("Send a list of messages."), code="bad_body") from None


def _refused(code: str) -> BadInput:
    return BadInput(_("This message does not come from our gateway."), code=code)
