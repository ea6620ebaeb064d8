"""The link by which a customer answers: derived from the question, so no secret is stored."""

import base64
import hmac
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from apps.complaints.models import Case, SatisfactionAsk

ANSWERED_WITHIN = timedelta(days=30)

_SALT = "complaints.satisfaction"


def token_of(ask: SatisfactionAsk) -> str:
    """``12-<22 signs>``: the number of the question and 128 bits that only we can make."""
    return f"{ask.pk}-{_seal(str(ask.pk))}"


def ask_of(token: str) -> SatisfactionAsk | None:
    """The question behind a link; None for whatever we did not make."""
    number, _dash, seal = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    if not hmac.compare_digest(seal.encode(), _seal(number).encode()):
        return None
    return SatisfactionAsk.objects.select_related("case").filter(pk=int(number)).first()


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
