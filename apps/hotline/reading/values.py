"""What readers make of lines: parts of calls, and refusals. Pure; instants are whole seconds of Unix time, which
is how every phone system counts, and become times in the database."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.hotline.enums import RANKS, CallOutcome, Direction

# A clock of a phone system may be ahead of ours by so many seconds.
AHEAD = 300
FIRST = 946_684_800  # 2000-01-01: whatever is older is no call
# No caller waits or talks for longer than so many seconds.
LONGEST_SPAN = 7 * 86_400
_MARK = b"\xef\xbb\xbf"
_LOCAL = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?Z?"
)
_SPAN = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
_CHANNEL = re.compile(r"(?:\w+/)?([^@/;]+?)(?:@[^;]*)?(?:/n)?(?:-[0-9a-f]{6,10})?(?:;\d)?", re.I)


class LineRefused(Exception):  # not an error of ours: of the line
    """Why a line is not taken; ``code`` is for programs and tests."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader must know of the phone system. ``known`` are its extensions, None where none is set up;
    ``now`` is Unix time; ``columns`` is role → heading for any other sheet."""

    zone: ZoneInfo
    now: int
    is_internal: Callable[[str], bool]
    known: frozenset[str] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


class Part:
    """What the lines read so far say of one call. ``take`` adds a line; the order of lines decides nothing."""

    __slots__ = (
        "answered",
        "caller",
        "direction",
        "ended",
        "extension",
        "legs",
        "offered",
        "outcome",
        "queue",
    )

    def __init__(self) -> None:
        self.direction: str = Direction.IN.value
        self.caller = self.queue = self.extension = ""
        self.offered: int | None = None
        self.answered: int | None = None
        self.ended: int | None = None
        self.outcome: str = CallOutcome.OPEN.value
        # (extension, rang) → (answered, ended)
        self.legs: dict[tuple[str, int], tuple[int | None, int | None]] = {}

    def offer(self, at: int, queue: str = "") -> None:
        if self.offered is None or at < self.offered:
            self.offered = at
            self.queue = queue or self.queue
        elif not self.queue:
            self.queue = queue

    def answer(self, at: int, extension: str) -> None:
        if self.answered is None or at < self.answered:
            self.answered, self.extension = at, extension
        self.outcome = CallOutcome.ANSWERED.value

    def end(self, at: int, outcome: str = CallOutcome.OPEN.value) -> None:
        if self.ended is None or at > self.ended:
            self.ended = at
        if _RANK[outcome] > _RANK[self.outcome]:
            self.outcome = outcome

    def leg(self, extension: str, rang: int, answered: int | None, ended: int | None) -> None:
        self.legs[extension, rang] = (answered, ended)


_RANK = {value: rank for rank, value in enumerate(RANKS)}


@dataclass(slots=True)
class Reading:
    """``leg_ends`` are ends of answered legs whose beginning stands in lines read before: (call, extension, end)."""

    parts: dict[str, Part] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    leg_ends: list[tuple[str, str, int]] = field(default_factory=list)
    lines: int = 0

    def part(self, call_id: str) -> Part:
        found = self.parts.get(call_id)
        if found is None:
            found = self.parts[call_id] = Part()
        return found


Lines = Iterable[tuple[int, bytes]]


def text_of(raw: bytes) -> str:
    """One line: strict UTF-8, else GB18030; nothing is ever replaced by question marks. A line without an end
    was cut off, and what it lacks nobody sees: it is refused."""
    if not raw.endswith((b"\n", b"\r")):
        raise LineRefused("half", _("The line has no end: the file was cut off here."))
    try:
        return raw.removeprefix(_MARK).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030").rstrip("\r\n")
    except UnicodeDecodeError:
        raise LineRefused("encoding", _("The line is neither UTF-8 nor GB18030.")) from None


def half() -> LineRefused:
    return LineRefused("half", _("The line has too few fields: half a line."))


def checked(at: int, setting: Setting) -> int:
    """An instant that can be one of a call."""
    if at > setting.now + AHEAD:
        raise LineRefused("future", _("The time lies in the future."))
    if at < FIRST:
        raise LineRefused("bad_time", _("This is no time of a call."))
    return at


def seconds(text: str, most: int = LONGEST_SPAN) -> int:
    """A span: "75", "1:15", "0:01:15"; refused below zero and above ``most``."""
    if len(text) < 6 and text.isdecimal():  # nearly all of a file
        return int(text)
    text = text.strip()
    if text.startswith("-"):
        raise LineRefused("bad_wait", _("The time waited or talked is below zero: %s.") % text[:12])
    found = _span(text) if text else 0
    if found is None or found > most:
        raise LineRefused("bad_wait", _("“%s” is no span of time.") % text[:20])
    return found


def _span(text: str) -> int | None:
    if len(text) > 20:
        return None
    if text.isdecimal():
        return int(text)
    if (found := _SPAN.fullmatch(text)) is not None:
        hours, minutes, rest = (int(one or 0) for one in found.groups())
        return hours * 3600 + minutes * 60 + rest
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def instant(text: str, setting: Setting) -> int | None:
    """A time in the zone of the system, or Unix time in seconds or milliseconds; None where there is none."""
    text = text.strip()
    if text in ("", "0", "-1", "-"):
        return None
    if text.isdecimal() and len(text) in (10, 13):
        return checked(int(text) // (1000 if len(text) == 13 else 1), setting)
    found = _LOCAL.fullmatch(text)
    if found is None:
        raise LineRefused("bad_time", _("“%s” is no time.") % text[:30])
    year, month, day, hour, minute, second = (int(one or 0) for one in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=setting.zone)
    except ValueError:
        raise LineRefused("bad_time", _("“%s” is no time.") % text[:30]) from None
    return checked(int(moment.timestamp()), setting)


@lru_cache(maxsize=4096)
def plain_extension(text: str) -> str:
    """ "PJSIP/802-0000001a", "Local/802@from-queue/n;1", "Ext.802", "Agent/802" → "802"."""
    text = text.strip().removeprefix("Ext.")
    found = _CHANNEL.fullmatch(text)
    return (found[1] if found else text)[:40]


def known_extension(text: str, setting: Setting) -> str:
    extension = plain_extension(text)
    if setting.known is not None and extension not in setting.known:
        raise LineRefused(
            "unknown_extension",
            _("Nobody is set up at extension %s of this system.") % extension[:40],
        )
    return extension


def answer_after_offer(answered: int, offered: int | None) -> None:
    if offered is not None and answered < offered:
        raise LineRefused("answer_before_offer", _("It was answered before it was offered."))


def end_after_answer(ended: int, answered: int) -> None:
    if ended < answered:
        raise LineRefused("bad_wait", _("The call ends before it begins."))
