"""Feishu's callback of a card: SHA-256 over time, nonce, encrypt key and body in the head; AES-256-CBC inside, whose
key is the encrypt key's digest and whose vector stands in front."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from django.conf import settings
from django.utils.crypto import constant_time_compare

from apps.notifications.callbacks.checking import (
    as_object,
    check_age,
    inside,
    number,
    refused,
    text_of,
)
from apps.notifications.enums import Platform
from apps.notifications.services import Answer, Press

BLOCK = 16


def is_open() -> bool:
    return bool(settings.FEISHU_VERIFICATION_TOKEN and settings.FEISHU_ENCRYPT_KEY)


def challenge_or_press(
    headers: Mapping[str, str], body: bytes, *, at: datetime
) -> tuple[str, Press | None]:
    """The word to give back when the address is entered there, or a press; neither for other events. Plain
    calls are refused: only what is sealed proves whose it is. Raises BadInput."""
    event = as_object(_unseal(text_of(as_object(body), "encrypt", most=len(body)).encode()))
    if event.get("type") == "url_verification":
        _check_token(text_of(event, "token"))
        return text_of(event, "challenge"), None
    timestamp = headers.get("x-lark-request-timestamp", "")
    _check_signature(headers, timestamp, body)
    check_age(number(timestamp), at)
    _check_token(text_of(event, "header", "token"))
    if text_of(event, "header", "event_type") != "card.action.trigger":
        return "", None
    value: Any = inside(event, "event", "action", "value")
    press = Press(
        Platform.FEISHU,
        text_of(event, "header", "event_id", most=64),
        text_of(event, "event", "operator", "open_id", most=64),
        text_of(value, "take", most=128),
    )
    if not (press.event_id and press.account and press.key):
        raise refused("not_understood")
    return "", press


def answer(given: Answer) -> dict[str, Any]:
    return {"toast": {"type": "success" if given.is_done else "error", "content": given.text}}


def _check_token(token: str) -> None:
    if not constant_time_compare(token, settings.FEISHU_VERIFICATION_TOKEN):
        raise refused("bad_token")


def _check_signature(headers: Mapping[str, str], timestamp: str, body: bytes) -> None:
    nonce = headers.get("x-lark-request-nonce", "")
    signed = f"{timestamp}{nonce}{settings.FEISHU_ENCRYPT_KEY}".encode() + body
    expected = hashlib.sha256(signed).hexdigest()
    if not constant_time_compare(expected, headers.get("x-lark-signature", "").lower()):
        raise refused("bad_signature")


def _unseal(sealed: bytes) -> bytes:
    key = hashlib.sha256(settings.FEISHU_ENCRYPT_KEY.encode()).digest()
    try:
        raw = base64.b64decode(sealed, validate=True)
        cipher = Cipher(AES(key), CBC(raw[:BLOCK])).decryptor()
        padded = cipher.update(raw[BLOCK:]) + cipher.finalize()
        unpadder = PKCS7(BLOCK * 8).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (binascii.Error, ValueError):
        raise refused("bad_seal") from None
