"""What a mail server says became of a mail of ours (RFC 3464). Pure; broken reports are read as
far as they go."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import HeaderParser

from apps.inquiries.mail.cleaning import cleaned

_ID = re.compile(r"<[^<>\s]{1,250}>")
_OURS = re.compile(r"<[0-9a-f]{32}@[^<>\s]{1,200}>")
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MACHINES = ("mailer-daemon@", "postmaster@")
_STILL_TRYING = re.compile(r"delayed|will (?:be )?(?:retr|keep trying)|继续尝试|延迟", re.I)
MOST_PARTS = 20
# What the library raises for headers and parts that nobody should have written.
_BROKEN = (MessageError, ValueError, IndexError, AttributeError, LookupError, TypeError)


@dataclass(frozen=True, slots=True)
class Bounce:
    """``is_final`` False: the server still tries. ``code`` as 5.1.1, "" where none is given."""

    message_ids: tuple[str, ...]
    recipient: str
    is_final: bool
    code: str
    says: str


def bounce_of(message: EmailMessage, *, sender: str, text: str) -> Bounce | None:
    """None for a mail that is no such word, or is about a delivery that went well."""
    if message.get_content_type() == "multipart/report":
        try:
            return _report(message)
        except _BROKEN:
            return None
    if not sender or sender.lower().startswith(_MACHINES):
        # Servers older than the standard quote the whole mail.
        ids = tuple(dict.fromkeys(_OURS.findall(text)))[:5]
        code = next(iter(_CODE.findall(text)), "")
        if ids:
            return Bounce(ids, "", not _STILL_TRYING.search(text), code, text[:300])
    return None


def _report(message: EmailMessage) -> Bounce | None:
    status: dict[str, str] = {}
    ids: list[str] = []
    for part in list(message.walk())[1:MOST_PARTS]:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = status or _status(part)
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers"):
            ids += _ids(part)
    action = status.get("action", "").lower()
    if not ids or action not in ("failed", "delayed"):
        return None
    code = next(iter(_CODE.findall(status.get("status", ""))), "")
    return Bounce(
        message_ids=tuple(dict.fromkeys(ids))[:5],
        recipient=_address(status.get("original-recipient") or status.get("final-recipient", "")),
        is_final=action == "failed",
        code=code,
        says=" ".join(status.get("diagnostic-code", "").split())[:300],
    )


def _status(part: Message) -> dict[str, str]:
    """The fields of the first recipient; the block before it is about the mail as a whole."""
    blocks = part.get_payload()
    fields: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and block.get("Action"):
            for name, value in list(block.items())[:30]:
                # Encoded words may hold anything.
                fields.setdefault(name.lower(), cleaned(str(value))[:500])
            break
    return fields


def _ids(part: Message) -> list[str]:
    try:
        payload = part.get_payload()
        if isinstance(payload, list):
            inner = payload[0]
            value = str(inner.get("Message-ID", "")) if isinstance(inner, Message) else ""
        else:
            content = part.get_payload(decode=True)
            head = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            value = str(HeaderParser().parsestr(head[:20_000]).get("Message-ID", ""))
    except _BROKEN:
        return []
    return _ID.findall(cleaned(value))[:1]


def _address(field: str) -> str:
    """``rfc822;mary@shop.example``."""
    return field.rpartition(";")[2].strip().strip("<>").lower()[:254]
