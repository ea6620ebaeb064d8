"""What the demonstration sent out: `demo_outside` writes it into a folder, the demo mailbox shows it.

Files, not rows: no part of the product may know them, and a fresh start forgets them.
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"(?<!\s)(https?://)")
MOST = 500  # kept; the oldest give way


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as its provider got it. ``html`` is what strangers' programs would show: never
    put it into a page but inside a sandbox. ``at`` is when it arrived, UTC."""

    kind: str  # "email", "sms", "wechat", "wecom"
    at: datetime
    to: str
    title: str
    text: str
    html: str = ""
    files: tuple[str, ...] = ()

    @property
    def linkable(self) -> str:
        """The text with addresses set apart, since Chinese puts no space before them."""
        return _ADDRESS.sub(r" \1", self.text)


def keep(folder: Path, kind: str, content: bytes) -> None:
    """Write it down whole or not at all; then forget the oldest beyond ``MOST``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{time.time_ns():020d}.{kind}"
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.replace(path)
    for old in sorted(_paths(folder))[:-MOST]:
        old.unlink(missing_ok=True)


def arrived(folder: Path, *, most: int = 100) -> list[Arrived]:
    """The newest first."""
    found = []
    for path in sorted(_paths(folder), reverse=True)[:most]:
        at = datetime.fromtimestamp(int(path.stem) / 1e9, UTC)
        found.append(_READERS[path.suffix[1:]](path.read_bytes(), at))
    return found


def _paths(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.*") if path.suffix[1:] in _READERS)


def _email(content: bytes, at: datetime) -> Arrived:
    mail = message_from_bytes(content, policy=policy.default)
    return Arrived(
        kind="email",
        at=at,
        to=str(mail["To"] or ""),
        title=str(mail["Subject"] or ""),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        files=tuple(str(part.get_filename() or "") for part in mail.iter_attachments()),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()).strip() if part is not None else ""


def _sms(content: bytes, at: datetime) -> Arrived:
    """Query parameters of SendSms: the provider's own words are not known here, only what fills
    them in."""
    asked: dict[str, str] = json.loads(content)
    given: dict[str, Any] = json.loads(asked.get("TemplateParam") or "{}")
    template = asked.get("TemplateCode", "")
    return Arrived("sms", at, asked.get("PhoneNumbers", ""), template, _lines(given))


def _wechat(content: bytes, at: datetime) -> Arrived:
    """A template message (its variables) or an answer in a conversation (its text)."""
    body: dict[str, Any] = json.loads(content)
    text = body.get("text", {}).get("content", "")
    given = {name: one.get("value", "") for name, one in body.get("data", {}).items()}
    link = body.get("url", "")
    text = text or "\n".join(filter(None, [_lines(given), link]))
    return Arrived("wechat", at, body.get("touser", ""), body.get("template_id", ""), text)


def _wecom(content: bytes, at: datetime) -> Arrived:
    """A card in a group, with where its buttons lead."""
    card: dict[str, Any] = json.loads(content).get("template_card", {})
    jumps = [f"{one.get('title', '')} {one.get('url', '')}" for one in card.get("jump_list", ())]
    text = "\n".join([str(card.get("sub_title_text", "")), *jumps])
    return Arrived("wecom", at, "", str(card.get("main_title", {}).get("title", "")), text)


def _lines(given: dict[str, Any]) -> str:
    if set(given) == {"text"}:
        return str(given["text"])
    return "\n".join(f"{name}: {value}" for name, value in given.items() if value != "")


_READERS = {"email": _email, "sms": _sms, "wechat": _wechat, "wecom": _wecom}
