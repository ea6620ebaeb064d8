"""Who may hand us a WeChat message: signature, age, and in safe mode the seal. Pure but for settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.wechat_seals import Unsealable, is_signed, seal, sign, unseal
from apps.inquiries.enums import Scheme
from apps.inquiries.wechat.messages import read_xml, sealed_reply

# Older than this, or from the future, somebody is playing back what they overheard.
WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Opened:
    fields: dict[str, str]
    scheme: Scheme


def is_configured() -> bool:
    return bool(getattr(settings, "WECHAT_TOKEN", ""))


def check_signature(query: Mapping[str, str], *, at: datetime) -> None:
    """Raises BadInput: ``bad_signature``, ``stale``."""
    timestamp, nonce = query.get("timestamp", "")[:20], query.get("nonce", "")[:64]
    if not is_signed(query.get("signature", ""), _token(), timestamp, nonce):
        raise _refused("bad_signature")
    _check_age(timestamp, at)


def open_message(query: Mapping[str, str], body: bytes, *, at: datetime) -> Opened:
    """The message's fields. Where an encoding key is set, plain messages are refused: anybody who
    overheard an address could forge one."""
    encoding_key = _encoding_key()
    if query.get("encrypt_type", "raw") != "aes":
        if encoding_key:
            raise _refused("plain_refused")
        check_signature(query, at=at)
        return Opened(read_xml(body), Scheme.PLAIN)
    if not encoding_key:
        raise _refused("no_key")
    timestamp, nonce = query.get("timestamp", "")[:20], query.get("nonce", "")[:64]
    sealed = read_xml(body).get("Encrypt", "")
    if not is_signed(query.get("msg_signature", ""), _token(), timestamp, nonce, sealed):
        raise _refused("bad_signature")
    _check_age(timestamp, at)
    try:
        inner = unseal(sealed, encoding_key=encoding_key, app_id=_app_id())
    except Unsealable:
        raise _refused("bad_seal") from None
    return Opened(read_xml(inner), Scheme.AES)


def close_reply(xml: str, opened: Opened, query: Mapping[str, str]) -> str:
    """The reply as the platform expects it: sealed when the message was."""
    if opened.scheme == Scheme.PLAIN:
        return xml
    timestamp, nonce = query.get("timestamp", "")[:20], query.get("nonce", "")[:64]
    sealed = seal(xml, encoding_key=_encoding_key(), app_id=_app_id())
    return sealed_reply(sealed, sign(_token(), timestamp, nonce, sealed), timestamp, nonce)


def _check_age(timestamp: str, at: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdecimal()):
        raise _refused("stale")
    if abs(at.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise _refused("stale")


def _refused(code: str) -> BadInput:
    return BadInput(_("This message does not come from WeChat."), code=code)


def _token() -> str:
    return str(getattr(settings, "WECHAT_TOKEN", ""))


def _encoding_key() -> str:
    return str(getattr(settings, "WECHAT_AES_KEY", ""))


def _app_id() -> str:
    return str(getattr(settings, "WECHAT_APP_ID", ""))
