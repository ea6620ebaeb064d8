"""What a WeChat message asks for. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from apps.inquiries.reading import find_numbers
from apps.inquiries.wechat.messages import Message

MOST_NUMBERS = 5
# Fewer signs than this beside a number say nothing.
LEAST_WORDS = 4
_FILLER = re.compile(r"[A-Za-z]{2}[\d\s\-]{8,}|https?:\S+|[\d\s\-:/.,，。?？!！]+")
_BIND = re.compile(r"(?:绑定|bind)[\s:：]*([+\d][\d\s\-()]{6,24})?\s*", re.I)
_UNBIND = re.compile(r"(?:解绑|解除绑定|取消绑定|unbind)\s*", re.I)
_MINE = re.compile(r"(?:我的快件|我的运单|my parcels|mine)\s*", re.I)
_COMPLAIN = re.compile(
    r"(?:我要|我想)?(?:投诉|举报|申诉)(?![^\s:：,，。!！])[\s:：,，。!！]*(.*)"
    r"|(?:file a |make a )?complain(?:t)?\b[\s:,.!]*(.*)|report a problem\b[\s:,.!]*(.*)",
    re.I | re.S,
)
_WITHDRAW = re.compile(r"(?:撤诉|撤销投诉|撤回投诉|不投诉了|withdraw)[\s。.!！]*", re.I)
_CANCEL = re.compile(r"(?:取消|算了|cancel|never mind)[\s。.!！]*", re.I)
_YES = re.compile(r"(?:是的?|对|好的?|要|yes|ok|y|1)[\s。.!！]*", re.I)
_CODE = re.compile(r"\d{6}")
# Menu keys; a key may also carry a number after a colon.
MENU = {
    "COMPLAIN": "complain",
    "TRACK": "help",
    "BIND": "how_to_bind",
    "UNBIND": "unbind",
    "MINE": "mine",
}
_SCANS = frozenset({"SCAN", "SCANCODE_PUSH", "SCANCODE_WAITMSG", "SUBSCRIBE", "CLICK"})


@dataclass(frozen=True, slots=True)
class Command:
    """``verb``: track, bind, how_to_bind, code, unbind, mine, complain, withdraw, cancel, yes, said,
    media, sound, welcome, help, outcome, or empty when nothing is to be said. ``numbers`` may hold
    one that is mistyped; ``argument`` is what else was said."""

    verb: str
    numbers: tuple[str, ...] = ()
    argument: str = ""


def understand(message: Message) -> Command:
    if message.kind == "event":
        return _event(message)
    if message.media_id and not message.text:
        return Command("media" if message.kind == "image" else "sound", argument=message.media_id)
    return _typed(message.text)


def _typed(text: str) -> Command:
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _BIND.fullmatch(plain):
        return Command("bind", argument=match[1].strip()) if match[1] else Command("how_to_bind")
    if _UNBIND.fullmatch(plain):
        return Command("unbind")
    if _MINE.fullmatch(plain):
        return Command("mine")
    if _CODE.fullmatch(plain):
        return Command("code", argument=plain)
    if match := _COMPLAIN.fullmatch(plain):
        rest = next((part for part in match.groups() if part), "").strip()
        return Command("complain", argument=rest)
    for verb, words in (("withdraw", _WITHDRAW), ("cancel", _CANCEL), ("yes", _YES)):
        if words.fullmatch(plain):
            return Command(verb, argument=plain)
    return _track(plain) or (Command("said", argument=plain) if plain else Command("help"))


def _event(message: Message) -> Command:
    if message.event == "TEMPLATESENDJOBFINISH":
        return Command("outcome", argument=message.status)
    if message.event not in _SCANS:
        return Command("")
    carried = f"{message.text} {message.event_key.removeprefix('qrscene_')}"
    if found := _track(carried):
        return found
    if message.event == "SUBSCRIBE":
        return Command("welcome")
    if message.event == "CLICK":
        return Command(MENU.get(message.event_key.upper(), "help"))
    return Command("help")


def _track(text: str) -> Command | None:
    # The address of a tracking page, as printed in a QR code, holds the number as well.
    found = find_numbers(text, most=MOST_NUMBERS)
    asked = tuple([*found.numbers, *found.mistyped][:MOST_NUMBERS])
    return Command("track", asked, _free_text(text)) if asked else None


def _free_text(text: str) -> str:
    """The whole of what was said, where there is more to it than numbers; else nothing."""
    words = _FILLER.sub("", text)
    return text if len(words) >= LEAST_WORDS else ""
