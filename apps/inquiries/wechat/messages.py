"""WeChat's XML messages, read and written. Pure; entity bombs are refused by the parser."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # no stubs
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # no stubs
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

MAX_BYTES = 64 * 1024
# The platform cuts a text reply at 2,048 bytes.
MAX_REPLY_BYTES = 2_000
_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message or event. ``text`` is what the person said: typed, spoken or scanned."""

    to: str
    openid: str
    created: str
    kind: str
    event: str
    event_key: str
    text: str
    msg_id: str
    status: str
    media_id: str = ""

    @property
    def identity(self) -> str:
        """The same for every redelivery."""
        if self.msg_id and self.kind != "event":
            return f"msg:{self.msg_id}"
        return f"event:{self.openid}:{self.created}:{self.event}:{self.event_key}:{self.msg_id}"


def read_xml(body: bytes) -> dict[str, str]:
    """Leaf elements by name, also those one level down; BadInput (``bad_xml``) otherwise."""
    if len(body) > MAX_BYTES:
        raise BadInput(_("The message is too large."), code="too_large")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadInput(_("This is not XML that we can read."), code="bad_xml") from None
    fields: dict[str, str] = {}
    for element in list(root)[:60]:
        fields.setdefault(element.tag, (element.text or "").strip()[:MAX_BYTES])
        for inner in list(element)[:10]:
            fields.setdefault(inner.tag, (inner.text or "").strip()[:_KEPT])
    return fields


def read_message(fields: dict[str, str]) -> Message:
    """BadInput (``bad_xml``) when sender, kind or time are missing."""
    openid, kind, created = (fields.get(n, "") for n in ("FromUserName", "MsgType", "CreateTime"))
    if not (openid and kind and created.isdecimal()) or len(openid) > 64:
        raise BadInput(_("This is not XML that we can read."), code="bad_xml")
    text = fields.get("Content") or fields.get("Recognition") or fields.get("ScanResult") or ""
    return Message(
        to=fields.get("ToUserName", "")[:64],
        openid=openid,
        created=created[:20],
        kind=kind.lower()[:20],
        event=fields.get("Event", "")[:40].upper(),
        event_key=fields.get("EventKey", "")[:128],
        text=text[:_KEPT],
        msg_id=(fields.get("MsgId") or fields.get("MsgID") or "")[:32],
        status=fields.get("Status", "")[:60],
        media_id=fields.get("MediaId", "")[:200],
    )


def text_reply(message: Message, text: str, created: int) -> str:
    return (
        "<xml>"
        f"<ToUserName>{_cdata(message.openid)}</ToUserName>"
        f"<FromUserName>{_cdata(message.to)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime>"
        "<MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{_cdata(_cut(text))}</Content>"
        "</xml>"
    )


def sealed_reply(sealed: str, signature: str, timestamp: str, nonce: str) -> str:
    return (
        "<xml>"
        f"<Encrypt>{_cdata(sealed)}</Encrypt>"
        f"<MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{escape(timestamp)}</TimeStamp>"
        f"<Nonce>{_cdata(nonce)}</Nonce>"
        "</xml>"
    )


def _cdata(text: str) -> str:
    clean = re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    return "<![CDATA[" + clean.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _cut(text: str) -> str:
    raw = text.encode()
    if len(raw) <= MAX_REPLY_BYTES:
        return text
    return raw[:MAX_REPLY_BYTES].decode("utf-8", "ignore").rsplit("\n", 1)[0]
