"""Personal data at rest: AES-256-GCM under numbered keys, found again by a keyed blind index.

A stored value is ``<key id>:<base64 of nonce + ciphertext>``. FIELD_KEYS lists the keys, newest
first; the first encrypts, all decrypt, so keys rotate by adding one and re-saving rows
(``manage.py rotate_field_keys``).

A stored file is a head (mark, key id, nonce), the ciphertext and the tag. It is bound to its name, so that
no file can be put in the place of another.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12
TAG_BYTES = 16
FILE_MARK = b"YPF1"
PIECE_BYTES = 64 * 1024


@lru_cache(maxsize=4)
def _keys(spec: str) -> dict[str, bytes]:
    """Parse ``k2:base64,k1:base64``; the first key is the one that encrypts."""
    keys: dict[str, bytes] = {}
    for part in spec.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = keys[key_id] = base64.b64decode(encoded, validate=True)
            AESGCM(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"FIELD_KEYS: key {key_id!r} is not base64 of 32 bytes"
            ) from error
    return keys


@lru_cache(maxsize=4)
def _ring(spec: str) -> dict[str, AESGCM]:
    return {key_id: AESGCM(key) for key_id, key in _keys(spec).items()}


def current_key_id() -> str:
    return next(iter(_ring(settings.FIELD_KEYS)))


def encrypt(clear: str) -> str:
    if not clear:
        return ""
    key_id, cipher = next(iter(_ring(settings.FIELD_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = cipher.encrypt(nonce, clear.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def encrypt_many(clear: Sequence[str]) -> list[str]:
    """Each as ``encrypt`` does it, for thousands at once: settings and chance are asked once."""
    key_id, cipher = next(iter(_ring(settings.FIELD_KEYS).items()))
    bound, chance = key_id.encode(), os.urandom(NONCE_BYTES * len(clear))
    found = []
    for place, one in enumerate(clear):
        nonce = chance[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
        sealed = nonce + cipher.encrypt(nonce, one.encode(), bound) if one else b""
        found.append(
            f"{key_id}:{binascii.b2a_base64(sealed, newline=False).decode()}" if one else ""
        )
    return found


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


def encrypt_file(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The pieces of a file as they are stored under ``name``."""
    key_id, key = next(iter(_keys(settings.FIELD_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealing = Cipher(AES(key), GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(_bound(key_id, name))
    yield FILE_MARK + bytes([len(key_id)]) + key_id.encode() + nonce
    for piece in pieces:
        yield sealing.update(piece)
    yield sealing.finalize() + sealing.tag


def decrypt_file(stored: IO[bytes], size: int, name: str, into: IO[bytes]) -> None:
    """Write what is stored as ``size`` bytes into ``into``, which nobody may read before this has returned.
    Raises ImproperlyConfigured for an unknown key, ValueError where the file is not as it was stored."""
    key_id = file_key_id(stored)
    key = _keys(settings.FIELD_KEYS).get(key_id)
    if key is None:
        raise ImproperlyConfigured(f"FIELD_KEYS has no key {key_id!r}, which a stored file needs")
    opening = Cipher(AES(key), GCM(stored.read(NONCE_BYTES))).decryptor()
    opening.authenticate_additional_data(_bound(key_id, name))
    left = size - file_overhead(key_id)
    while left > 0 and (piece := stored.read(min(left, PIECE_BYTES))):
        into.write(opening.update(piece))
        left -= len(piece)
    try:
        into.write(opening.finalize_with_tag(stored.read(TAG_BYTES)))
    except InvalidTag:
        raise ValueError("a stored file was changed outside the application") from None


def file_key_id(stored: IO[bytes]) -> str:
    """Read the head of a stored file up to its nonce; ValueError where it is none of ours."""
    head = stored.read(len(FILE_MARK) + 1)
    if len(head) <= len(FILE_MARK) or not head.startswith(FILE_MARK):
        raise ValueError("a stored file was not written by the application")
    return stored.read(head[-1]).decode(errors="replace")


def file_overhead(key_id: str) -> int:
    """How many bytes longer a file is stored than it is."""
    return len(FILE_MARK) + 1 + len(key_id.encode()) + NONCE_BYTES + TAG_BYTES


def _bound(key_id: str, name: str) -> bytes:
    return f"{key_id}\0{name}".encode()


def blind_index(value: str, purpose: str) -> str:
    """A keyed fingerprint to find an encrypted value by; empty for an empty value.

    ``purpose`` keeps the same value in two kinds of field from being linked. 128 bits as hex.
    """
    if not value:
        return ""
    return blind_indexes([value], purpose)[0]


def blind_indexes(values: Sequence[str], purpose: str) -> list[str]:
    """The fingerprint of each, as ``blind_index`` makes it."""
    key = settings.BLIND_INDEX_KEY.encode()
    return [
        hmac.digest(key, f"{purpose}\0{one}".encode(), "sha256").hex()[:32] if one else ""
        for one in values
    ]


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
