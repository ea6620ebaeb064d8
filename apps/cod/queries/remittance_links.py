"""The key by which a merchant reaches a settlement report; derived, so that no secret is stored (COD-7)."""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac

from apps.cod.models import Remittance

_TOKEN = re.compile(r"(RM\d{8}-\d{5,9})-([A-Za-z0-9_-]{22})", re.ASCII)
_PAGE = "cod.remittance"


def token_of(remittance: Remittance) -> str:
    """``RM20261201-48391527-<22 signs>``: the number, and 128 bits that only we can make."""
    return f"{remittance.number}-{_seal(remittance)}"


def remittance_of_token(token: str) -> Remittance | None:
    """The remittance behind a link; None for whatever we did not make or have not released."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    rows = Remittance.objects.gone_out().select_related("merchant", "payee")
    found = rows.filter(number=match[1]).first()
    # Compared for an unknown number as well, so that both take as long.
    expected = _seal(found if found is not None else Remittance(number=match[1]))
    return found if hmac.compare_digest(match[2].encode(), expected.encode()) else None


def _seal(remittance: Remittance) -> str:
    sealed = f"{remittance.pk}:{remittance.number}"
    digest = salted_hmac(_PAGE, sealed, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
