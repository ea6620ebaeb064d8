"""The two keys in a customer's notice: the code that the public page is asked about, and the link to the
customer's own page. Both are derived, so that no secret is stored (COD-3, COD-6)."""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac

from apps.account_changes.models import CampaignRecipient
from apps.account_changes.rules.notice_codes import code_from
from apps.core.crypto import blind_index
from apps.core.opaque import Id, hide, id_shape, unhide

_MADE_FOR, _FOUND_BY, _PAGE = (
    "account_changes.notice_code",
    "account_changes.notice_code_index",
    "account_changes.account_notice",
)
_TOKEN = re.compile(id_shape(Id.ACCOUNT_NOTICE).rstrip("$") + r"-([A-Za-z0-9_-]{22})", re.ASCII)


def code_of(campaign_id: int, customer_id: int) -> str:
    """The code in the notice of one customer; by BLIND_INDEX_KEY, which stays as long as the company does."""
    return code_from(int(blind_index(f"{campaign_id}:{customer_id}", _MADE_FOR), 16))


def code_index(code: str) -> str:
    """What a code is found by."""
    return blind_index(code, _FOUND_BY)


def token_of(recipient: CampaignRecipient) -> str:
    """``an_3k9x…-<22 signs>``: which customer, and 128 bits that only we can make."""
    return f"{hide(Id.ACCOUNT_NOTICE, recipient.pk)}-{_seal(recipient.pk)}"


def recipient_of_token(token: str) -> CampaignRecipient | None:
    """The customer behind a link; None for whatever we did not make."""
    match = _TOKEN.fullmatch(token)
    pk = unhide(Id.ACCOUNT_NOTICE, token[: -len(match[1]) - 1]) if match else None
    if match is None or pk is None:
        return None
    if not hmac.compare_digest(match[1].encode(), _seal(pk).encode()):
        return None
    rows = CampaignRecipient.objects.select_related("campaign__project", "customer", "account")
    return rows.filter(pk=pk).first()


def _seal(pk: int) -> str:
    digest = salted_hmac(_PAGE, str(pk), algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
