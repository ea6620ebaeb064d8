"""Signatures and encryption of callbacks of WeChat official accounts and of WeCom, which are made alike. Pure.

Plain: ``signature`` = SHA-1 of the sorted token, timestamp and nonce. Safe mode: AES-256-CBC with
the key's first 16 bytes as vector, PKCS#7 to 32 bytes; inside 16 random bytes, the length of the
message in four bytes, the message, the account's id (at WeCom the company's).
"""

import base64
import binascii
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.utils.crypto import constant_time_compare

BLOCK = 32


class Unsealable(Exception):
    """Not encrypted by the other side for us."""


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """``parts`` begin with the token; without one nothing is signed."""
    return bool(parts[0]) and constant_time_compare(sign(*parts), signature.lower())


def key_bytes(encoding_key: str) -> bytes:
    """The 43 characters of EncodingAESKey as 32 bytes; ValueError otherwise."""
    raw = base64.b64decode(encoding_key + "=", validate=True)
    if len(raw) != 32:
        raise ValueError("an EncodingAESKey has 43 characters")
    return raw


def seal(message: str, *, encoding_key: str, app_id: str) -> str:
    key, content = key_bytes(encoding_key), message.encode()
    whole = os.urandom(16) + struct.pack("!I", len(content)) + content + app_id.encode()
    missing = BLOCK - len(whole) % BLOCK
    cipher = Cipher(AES(key), CBC(key[:16])).encryptor()
    sealed = cipher.update(whole + bytes([missing]) * missing) + cipher.finalize()
    return base64.b64encode(sealed).decode()


def unseal(sealed: str, *, encoding_key: str, app_id: str) -> bytes:
    """The message inside; Unsealable when it was not made with this key for this account."""
    key = key_bytes(encoding_key)
    try:
        raw = base64.b64decode(sealed, validate=True)
        cipher = Cipher(AES(key), CBC(key[:16])).decryptor()
        whole = cipher.update(raw) + cipher.finalize()
    except (binascii.Error, ValueError):
        raise Unsealable("not a sealed message") from None
    missing = whole[-1] if whole else 0
    if not 1 <= missing <= BLOCK or len(whole) < 20 + missing:
        raise Unsealable("not a sealed message")
    whole = whole[:-missing]
    size = int(struct.unpack("!I", whole[16:20])[0])
    if whole[20 + size :] != app_id.encode():
        raise Unsealable("sealed for another account")
    return whole[20 : 20 + size]
