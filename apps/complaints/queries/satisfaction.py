"""The link by which a customer answers: derived from the question, so no secret is stored."""

import base64
import hmac
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from apps.complaints.models import Case, SatisfactionAsk
from apps.core.opaque import Id, hide, unhide

ANSWERED_WITHIN = timedelta(days=30)

_SALT = "complaints.satisfaction"


def token_of(ask: SatisfactionAsk) -> str:
    """``ask_3k9x…-<22 signs>``: the question and 128 bits that only we can make."""
    return f"{hide(Id.RATING, ask.pk)}-{_seal(str(ask.pk))}"


def ask_of(token: str) -> SatisfactionAsk | None:
    """The question behind a link, of those of before as well, which said its number; None for
    whatever we did not make."""
    code, _dash, seal = token.partition("-")
    row = (
        int(code)
        if code.isascii() and code.isdigit() and len(code) <= 18
        else unhide(Id.RATING, code)
    )
    if row is None or not hmac.compare_digest(seal.encode(), _seal(str(row)).encode()):
        return None
    return SatisfactionAsk.objects.select_related("case").filter(pk=row).first()


def open_ask(case: Case) -> SatisfactionAsk | None:
    """The question that waits for an answer."""
    found: SatisfactionAsk | None = case.satisfaction_asks.filter(answered_at__isnull=True).first()
    return found


def is_expired(ask: SatisfactionAsk, at: datetime) -> bool:
    """Nobody remembers after a month; one who is asked again has time again."""
    return at - ask.asked_at > ANSWERED_WITHIN


def _seal(number: str) -> str:
    digest = salted_hmac(_SALT, number, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
