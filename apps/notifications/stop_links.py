"""The key in a stop link: it names a message, never expires, and is short enough for an SMS. Pure.

72 bits of signature: whoever guessed one would stop one person's messages, after some 10²¹ tries
at a page.
"""

from base64 import urlsafe_b64encode

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

SALT = "notifications.stop"
SIGNATURE_BYTES = 9


def stop_key(delivery_id: int) -> str:
    """``qglj-3fKq0aZ_1bXy``."""
    name = int_to_base36(delivery_id)
    return f"{name}-{_signature(name)}"


def delivery_named_by(key: str) -> int | None:
    """None for a key that is not ours."""
    name, _dash, signature = key.partition("-")
    if not name or len(name) > 13 or not constant_time_compare(signature, _signature(name)):
        return None
    return base36_to_int(name)


def _signature(name: str) -> str:
    digest = salted_hmac(SALT, name, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
