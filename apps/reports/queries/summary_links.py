"""The key by which a customer reaches a summary; derived, so that no secret is stored (REP-3)."""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac

from apps.reports.enums import SummaryState
from apps.reports.models import Summary

_TOKEN = re.compile(r"(MS\d{8}-\d{5,9})-([A-Za-z0-9_-]{22})", re.ASCII)
_PAGE = "reports.summary"


def token_of(summary: Summary) -> str:
    """``MS20261201-48391527-<22 signs>``: the number, and 128 bits that only we can make."""
    return f"{summary.number}-{_seal(summary)}"


def summary_of_token(token: str) -> Summary | None:
    """The summary behind a link; None for whatever we did not make or have not sent."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    rows = Summary.objects.select_related("customer", "sending__receipt")
    found = rows.filter(number=match[1]).first()
    # Compared for an unknown number as well, so that both take as long.
    expected = _seal(found if found is not None else Summary(number=match[1]))
    if not hmac.compare_digest(match[2].encode(), expected.encode()):
        return None
    return found if found is not None and found.state == SummaryState.SENT else None


def _seal(summary: Summary) -> str:
    signed_text = f"{summary.pk}:{summary.number}"
    digest = salted_hmac(_PAGE, signed_text, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
