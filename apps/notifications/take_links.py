"""The key behind a button *Take it*: it names a message and is signed, so that only what was sent can be taken;
who presses it is asked separately. Good for ``LIFE`` from the message on. Pure.

Letters, digits, ``-`` and ``_`` only: WeCom takes no others in the number of a card.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from apps.core.opaque import hide_among, unhide_among

SALT = "notifications.take"
SIGNATURE_BYTES = 12
MESSAGES = 36**8
LIFE = timedelta(hours=24)


def take_key(delivery_id: int) -> str:
    name = int_to_base36(hide_among(SALT, delivery_id, MESSAGES))
    return f"{name}-{_signature(name)}"


def delivery_to_take(key: str) -> int | None:
    """None for a key that is not ours."""
    name, _dash, signature = key.partition("-")
    if not name or len(name) > 13 or not constant_time_compare(signature, _signature(name)):
        return None
    return unhide_among(SALT, base36_to_int(name), MESSAGES)


def is_over(sent: datetime, at: datetime) -> bool:
    return at - sent > LIFE


def _signature(name: str) -> str:
    digest = salted_hmac(SALT, name, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
