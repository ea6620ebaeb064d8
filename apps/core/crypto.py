"""Personal data at rest: AES-256-GCM under numbered keys, found again by a keyed blind index.

A stored value is ``<key id>:<base64 of nonce + ciphertext>``. FIELD_KEYS lists the keys, newest
first; the first encrypts, all decrypt, so keys rotate by adding one and re-saving rows
(``manage.py rotate_field_keys``).
"""

import base64
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12


@lru_cache(maxsize=4)
def _ring(spec: str) -> dict[str, AESGCM]:
    """Parse ``k2:base64,k1:base64``; the first key is the one that encrypts."""
    ring: dict[str, AESGCM] = {}
    for part in spec.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            ring[key_id] = AESGCM(base64.b64decode(encoded, validate=True))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"FIELD_KEYS: key {key_id!r} is not base64 of 32 bytes"
            ) from error
    return ring


def current_key_id() -> str:
    return next(iter(_ring(settings.FIELD_KEYS)))


def encrypt(clear: str) -> str:
    if not clear:
        return ""
    key_id, cipher = next(iter(_ring(settings.FIELD_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = cipher.encrypt(nonce, clear.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """Raises ImproperlyConfigured for an unknown key, ValueError for a tampered value."""
    if not stored:
        return ""
    key_id, _, encoded = stored.partition(":")
    cipher = _ring(settings.FIELD_KEYS).get(key_id)
    if cipher is None:
        raise ImproperlyConfigured(f"FIELD_KEYS has no key {key_id!r}, which a stored value needs")
    raw = base64.b64decode(encoded)
    try:
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode()).decode()
    except InvalidTag:
        raise ValueError("an encrypted value was changed outside the application") from None


def blind_index(value: str, purpose: str) -> str:
    """A keyed fingerprint to find an encrypted value by; empty for an empty value.

    ``purpose`` keeps the same value in two kinds of field from being linked. 128 bits as hex.
    """
    if not value:
        return ""
    key = settings.BLIND_INDEX_KEY.encode()
    return hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256").hex()[:32]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # stubs' generics are not subscriptable at run time
    """Text that is clear in Python and encrypted in the database. It cannot be filtered on."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError("an encrypted field is found by its blind index, not by its value")
