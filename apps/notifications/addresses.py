"""One spelling, one fingerprint and one mask for each kind of address. Pure."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import BadInput
from apps.core.masking import mask_phone, mask_text
from apps.core.phones import is_mobile, normalise_phone, phone_key

# One purpose for all: a phone reached by SMS and by a call is the same person.
PURPOSE = "notifications.address"
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


@lru_cache(maxsize=10_000)
def index_of(address: str) -> str:
    """Asked several times for each message that is queued, hence remembered for a while."""
    return blind_index(phone_key(address), PURPOSE)


def is_email(text: str) -> bool:
    """One that every mail server takes: few of them know others than ASCII letters."""
    return text.isascii() and bool(_EMAIL.fullmatch(text))


def is_ours(email: str) -> bool:
    """Our own mailboxes, to which we never write: that is how mail loops begin."""
    return email.lower() in {a.lower() for a in own_mailboxes()}


def own_mailboxes() -> list[str]:
    mailboxes: list[str] = getattr(settings, "OWN_MAILBOXES", [])
    sender = str(getattr(settings, "DEFAULT_FROM_EMAIL", ""))
    return [*mailboxes, bare_email(sender)]


def bare_email(text: str) -> str:
    """``Yipiao <a@b.cn>`` → ``a@b.cn``."""
    match = re.search(r"<([^<>]+)>\s*$", text)
    return (match[1] if match else text).strip().lower()


def label_of(channel: str, address: str) -> str:
    """What a list may show of an address."""
    if channel in ("sms", "phone"):
        return mask_phone(address)
    if channel == "email":
        return mask_text(address)
    return f"{address[:2]}***" if address else ""


def clean(channel: str, text: str) -> str:
    """What was typed as an address of ``channel`` (sms, phone, email); raises BadInput."""
    if channel in ("sms", "phone"):
        phone = normalise_phone(text)
        if channel == "sms" and not is_mobile(phone):
            raise BadInput(_("SMS needs a mobile number."), code="not_a_mobile", field="address")
        return phone
    email = text.strip().lower()
    if not is_email(email) or is_ours(email):
        raise BadInput(
            _("“%(text)s” is not an e-mail address we can write to.") % {"text": email[:60]},
            code="bad_email",
            field="address",
        )
    return email
