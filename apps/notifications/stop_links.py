"""The key in a stop link: it names a message, never expires, and is short enough for an SMS. Pure.

72 bits of signature: whoever guessed one would stop one person's messages, after some 10²¹ tries
at a page.
"""

from base64 import urlsafe_b64encode

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from apps.core.opaque import hide_among, unhide_among

SALT = "notifications.stop"
SIGNATURE_BYTES = 9
# Eight letters in base 36: two million million messages.
MESSAGES = 36**8
# Keys sent before began with the row number itself.
_SALT_OF_BEFORE = SALT
_SALT = f"{SALT}.hidden"


def stop_key(delivery_id: int) -> str:
    """``k3v9qglj-3fKq0aZ_1bXy``; its beginning does not reveal how many messages there were."""
    name = int_to_base36(hide_among(SALT, delivery_id, MESSAGES))
    return f"{name}-{_signature(name, _SALT)}"


def delivery_named_by(key: str) -> int | None:
    """None for a key that is not ours."""
    name, _dash, signature = key.partition("-")
    if not name or len(name) > 13:
        return None
    if constant_time_compare(signature, _signature(name, _SALT)):
        return unhide_among(SALT, base36_to_int(name), MESSAGES)
    if constant_time_compare(signature, _signature(name, _SALT_OF_BEFORE)):
        return base36_to_int(name)
    return None


def _signature(name: str, salt: str) -> str:
    digest = salted_hmac(salt, name, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
