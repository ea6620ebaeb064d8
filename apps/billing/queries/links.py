"""The key by which a payer reaches a statement; derived, so that no secret is stored (BIL-2)."""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac

from apps.billing.enums import StatementState
from apps.billing.models import Statement

_TOKEN = re.compile(r"(ST\d{8}-\d{5,9})-([A-Za-z0-9_-]{22})", re.ASCII)
_PAGE = "billing.statement"
# Before it is sent its figures may still change.
SEEN = (StatementState.SENT, StatementState.CONFIRMED)


def token_of(statement: Statement) -> str:
    """``ST20261101-48391527-<22 signs>``: the number, and 128 bits that only we can make."""
    return f"{statement.number}-{_seal(statement)}"


def statement_of_token(token: str) -> Statement | None:
    """The statement behind a link; None for whatever we did not make or have not sent."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    found = Statement.objects.select_related("bill_to").filter(number=match[1]).first()
    # Compared for an unknown number as well, so that both take as long.
    expected = _seal(found if found is not None else Statement(number=match[1]))
    if not hmac.compare_digest(match[2].encode(), expected.encode()):
        return None
    return found if found is not None and found.state in SEEN else None


def _seal(statement: Statement) -> str:
    sealed = f"{statement.pk}:{statement.number}"
    digest = salted_hmac(_PAGE, sealed, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
