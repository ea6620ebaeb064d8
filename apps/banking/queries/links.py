"""The key by which a merchant stops a payout account without signing in; derived, so that no secret is stored."""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from apps.banking.models import PayeeAccount
from apps.core.opaque import hide_among, unhide_among

_TOKEN = re.compile(r"([0-9a-z]{1,8})-([A-Za-z0-9_-]{22})", re.ASCII)
_PAGE = "banking.payee_stop"
# Eight letters in base 36; the name does not tell how many accounts there were.
_ACCOUNTS = 36**8


def stop_token(payee: PayeeAccount) -> str:
    """``k3v9qglj-<22 signs>``: which account, and 128 bits that only we can make of it."""
    name = int_to_base36(hide_among(_PAGE, payee.pk, _ACCOUNTS))
    return f"{name}-{_seal(name, payee)}"


def payee_of_token(token: str) -> PayeeAccount | None:
    """The account behind a link of an alert; None for whatever we did not make."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    pk = unhide_among(_PAGE, base36_to_int(match[1]), _ACCOUNTS)
    found = (
        PayeeAccount.objects.select_related("customer").filter(pk=pk).first()
        if pk < 2**63
        else None
    )
    # Compared for an unknown one as well, so that both take as long.
    expected = _seal(match[1], found if found is not None else PayeeAccount())
    is_ours = hmac.compare_digest(match[2].encode(), expected.encode())
    return found if is_ours else None


def _seal(name: str, payee: PayeeAccount) -> str:
    sealed = f"{name}:{payee.customer_id}:{payee.number_index}"
    digest = salted_hmac(_PAGE, sealed, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
