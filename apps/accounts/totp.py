"""Time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds), as arithmetic."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import hotp

STEP_SECONDS = 30
DIGITS = 6
# One step either way: clocks of phones are a little off, and typing takes time.
TOLERANCE = 1
KEY_BYTES = 20


def new_key() -> str:
    """A fresh secret of 160 bits (RFC 4226), in the base32 that apps take."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def code_at(key: str, step: int) -> str:
    return f"{hotp(base64.b32decode(key), step, DIGITS):0{DIGITS}d}"


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(key: str, code: str, *, at: datetime, after: int) -> int | None:
    """The time step that ``code`` belongs to, if it is near ``at`` and later than ``after``.

    Every candidate is compared in full, so the time taken does not tell which was near.
    """
    found = None
    now = step_at(at)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        same = hmac.compare_digest(code_at(key, step).encode(), code.encode())
        if same and step > after:
            found = step
    return found


def enrolment_uri(key: str, *, account: str, issuer: str) -> str:
    """What the QR code says (the Key URI format that authenticator apps read)."""
    label = quote(f"{issuer}:{account}")
    query = urlencode(
        {"secret": key, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS},
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{query}"
