"""One mail, understood as far as it can be. Pure; a broken one is read as far as it goes."""

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape

from apps.inquiries.mail.bounces import Bounce, bounce_of
from apps.inquiries.mail.cleaning import cleaned

MOST_TEXT = 20_000
MOST_PARTS = 60
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.I | re.S)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
# Below this line stands what is answered, which may name other shipments.
_QUOTED = re.compile(
    r"^\s*(>|-{2,}\s*(Original Message|原始邮件|Forwarded)|On .{5,120} wrote:|在.{4,80}写道[:：]|发件人[:：])",
    re.M | re.I,
)


@dataclass(frozen=True, slots=True)
class File:
    """``is_inline``: the text may show it, such as a logo under the signature."""

    name: str
    content_type: str
    content: bytes
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """``sender`` is the envelope's where the server wrote it down, ``author`` whoever says they
    wrote it, ``answer_to`` whom a reply goes to. Names of headers are small."""

    sender: str
    answer_to: str
    subject: str
    text: str
    message_id: str
    references: tuple[str, ...]
    headers: dict[str, str]
    files: list[File] = field(default_factory=list)
    is_cut: bool = False
    author: str = ""
    author_name: str = ""
    bounce: Bounce | None = None

    @property
    def identity(self) -> str:
        """The same for every copy of one mail."""
        origin = (self.message_id, self.headers.get("from", ""), self.headers.get("date", ""))
        whole = "\0".join((*origin, self.subject)) if self.message_id else self._content()
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()

    def _content(self) -> str:
        shown = (n for n in self.headers if n in ("from", "date", "to"))
        return "\0".join((*(self.headers[n] for n in sorted(shown)), self.subject, self.text))

    @property
    def fresh(self) -> str:
        """What was newly written, without what is quoted below."""
        match = _QUOTED.search(self.text)
        return self.text[: match.start()] if match and match.start() > 0 else self.text

    @property
    def question(self) -> str:
        """Subject and what was newly written."""
        return f"{self.subject}\n{self.fresh}"


def read_mail(raw: bytes, *, is_cut: bool = False) -> Mail:
    """Never raises for what the sender wrote."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # policy.default makes these
    headers = _headers(message)
    texts, files = ([], []) if is_cut else _parts(message)
    plain = "\n".join(texts)[:MOST_TEXT]
    envelope = headers.get("return-path", "")
    author = _address(headers.get("from", ""))
    sender = "" if envelope == "<>" else (_address(envelope) or author)
    named = f"{headers.get('references', '')} {headers.get('in-reply-to', '')}"
    return Mail(
        sender=sender,
        author=author,
        author_name=parseaddr(headers.get("from", ""))[0].strip()[:60],
        answer_to=_address(headers.get("reply-to", "")) or author,
        subject=" ".join(headers.get("subject", "").split())[:300],
        text=plain,
        message_id=next(iter(_MESSAGE_ID.findall(headers.get("message-id", ""))), ""),
        references=tuple(dict.fromkeys(_MESSAGE_ID.findall(named)))[-20:],
        headers=headers,
        files=files,
        is_cut=is_cut,
        bounce=bounce_of(message, sender=sender, text=plain),
    )


def _headers(message: EmailMessage) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in list(dict.fromkeys(message.keys()))[:200]:
        try:
            value = str(message[name])
        except (MessageError, ValueError, IndexError, AttributeError, LookupError):
            # The library trips over some broken headers; what cannot be read is not there.
            value = ""
        found.setdefault(name.lower(), cleaned(value)[:4_000])
    return found


def _parts(message: EmailMessage) -> tuple[list[str], list[File]]:
    texts: list[str] = []
    html: list[str] = []
    files: list[File] = []
    for part in list(message.walk())[:MOST_PARTS]:
        if part.is_multipart():
            continue
        content = _payload(part)
        name = _filename(part)
        kind = part.get_content_type()
        if name or part.get_content_disposition() == "attachment":
            inline = "content-id" in part
            files.append(File(name or "attachment", kind[:100], content, is_inline=inline))
        elif kind == "text/plain":
            texts.append(_decoded(part, content))
        elif kind == "text/html":
            html.append(unescape(_TAGS.sub(" ", _decoded(part, content))))
    return texts if any(t.strip() for t in texts) else html, files


def _payload(part: EmailMessage) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (MessageError, ValueError, LookupError, AssertionError):
        return b""
    return content if isinstance(content, bytes) else b""


def _decoded(part: EmailMessage, content: bytes) -> str:
    charset = part.get_content_charset() or "utf-8"
    # Mail programs write gb2312 and mean its superset.
    charset = "gb18030" if charset in ("gb2312", "gbk", "gb_2312-80") else charset
    try:
        return cleaned(content.decode(charset, "replace"), keep="\n\t")
    except LookupError:
        return cleaned(content.decode("utf-8", "replace"), keep="\n\t")


def _filename(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except (MessageError, ValueError, LookupError, TypeError):
        name = ""
    return cleaned(name.replace("\\", "/").rsplit("/", 1)[-1])[-160:]


def _address(header: str) -> str:
    address = parseaddr(header)[1].strip()
    return address if "@" in address and len(address) <= 254 and address.isprintable() else ""
