"""What is due in a chat, who gets the next one, what may be sent (CMP-1). Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from apps.chat.enums import ChatState
from apps.chat.models import Chat, ChatSettings
from apps.core.errors import BadInput, RuleBroken

LONGEST_LINE = 2000
MOST_FILES_AT_ONCE = 4
MOST_FILES_IN_ALL = 20
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# A chat that rang in vain at an agent does not ring there again for this long.
RESTS = timedelta(seconds=90)
# After so many in a row the seat closes by itself.
MOST_MISSED = 2
# An agent who did not ask for news for this long is not given another chat. Browsers let a page in
# the background ask once a minute only.
PRESENT = timedelta(seconds=75)


class Step(StrEnum):
    """What time alone makes happen to a chat."""

    CALL_ANOTHER = "call_another"
    QUEUE_AGAIN = "queue_again"
    REMIND = "remind"
    END = "end"
    LEAVE = "leave"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Facts:
    """A chat at an instant; all times are the database's. ``agent_seen`` is the agent's last sign
    of life, ``agent_types`` whether the agent is writing right now."""

    state: str
    since: datetime
    awaits_since: datetime | None = None
    quiet_since: datetime | None = None
    is_reminded: bool = False
    ended_at: datetime | None = None
    visitor_seen: datetime | None = None
    agent_seen: datetime | None = None
    agent_types: bool = False


def next_step(facts: Facts, times: ChatSettings, now: datetime) -> Step | None:
    """What is due at ``now``; None while everything is in order. An agent who is gone comes
    before one who is silent, and no chat is ended while the visitor waits for us."""
    match facts.state:
        case ChatState.QUEUED:
            return _before_talk(facts, times, now)
        case ChatState.OFFERED:
            if _agent_gone(facts, times, now):
                return Step.QUEUE_AGAIN
            if _passed(facts.since, times.accept_within, now):
                return Step.CALL_ANOTHER
            return _before_talk(facts, times, now)
        case ChatState.TALKING:
            return _in_talk(facts, times, now)
        case ChatState.OVER:
            return Step.FILE if _passed(facts.ended_at, times.file_within, now) else None
    return None


def _before_talk(facts: Facts, times: ChatSettings, now: datetime) -> Step | None:
    gone = _passed(facts.visitor_seen, times.visitor_gone_after, now)
    return Step.LEAVE if gone else None


def _in_talk(facts: Facts, times: ChatSettings, now: datetime) -> Step | None:
    if _agent_gone(facts, times, now):
        return Step.QUEUE_AGAIN
    # Whoever got the chat lately has as long as the one before to answer what waits.
    waits = max(facts.awaits_since, facts.since) if facts.awaits_since else None
    if _passed(waits, times.answer_within, now) and not facts.agent_types:
        return Step.CALL_ANOTHER
    if _passed(facts.quiet_since, times.end_after, now):
        return Step.END
    if _passed(facts.quiet_since, times.remind_after, now) and not facts.is_reminded:
        return Step.REMIND
    return None


def _agent_gone(facts: Facts, times: ChatSettings, now: datetime) -> bool:
    seen = max(facts.agent_seen or facts.since, facts.since)
    return _passed(seen, times.agent_gone_after, now)


def _passed(since: datetime | None, seconds: int, now: datetime) -> bool:
    return since is not None and now - since >= timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Seated:
    """An agent who could get a chat: how many are in hand, how many may be, idle since when."""

    user_id: int
    in_hand: int
    most: int
    idle_since: datetime | None = None


def next_agent(
    seated: Iterable[Seated],
    *,
    resting: Collection[int] = (),
    missed: Collection[int] = (),
) -> int | None:
    """Who has fewest chats, among equals whoever has been idle longest. ``resting``: the chat
    rang there in vain just now; ``missed``: it did some time ago, so they come last."""
    free = [s for s in seated if s.in_hand < s.most and s.user_id not in resting]
    best = min(
        free,
        key=lambda s: (s.user_id in missed, s.in_hand, s.idle_since or LONG_AGO, s.user_id),
        default=None,
    )
    return best.user_id if best else None


def checked_line(text: str, *, has_files: bool = False) -> str:
    """The text without blanks around it; BadInput when there is none, too much or a zero byte."""
    text = text.replace("\r\n", "\n").strip()
    if not text and not has_files:
        raise BadInput(_("Write something first."), code="required", field="text")
    if len(text) > LONGEST_LINE or "\x00" in text:
        raise BadInput(
            _("This is too long: at most %(n)d characters at a time.") % {"n": LONGEST_LINE},
            code="too_long",
            field="text",
        )
    return text


def check_files(count: int, sent_before: int) -> None:
    """At most so many at once, and so many in one chat."""
    if count > MOST_FILES_AT_ONCE:
        raise BadInput(
            _("At most %(n)d files at a time.") % {"n": MOST_FILES_AT_ONCE},
            code="too_many_files",
            field="files",
        )
    if count and count + sent_before > MOST_FILES_IN_ALL:
        raise BadInput(
            _("At most %(n)d files in one chat.") % {"n": MOST_FILES_IN_ALL},
            code="too_many_files",
            field="files",
        )


def check_live(chat: Chat) -> None:
    """Nobody writes into a chat that is over."""
    if not chat.is_live:
        raise RuleBroken(
            _("This chat is over. What you wrote was not sent; begin a new chat with it."),
            code="chat_over",
            field="state",
        )


def check_mine(chat: Chat, user_id: int) -> None:
    """Only the agent who has a chat speaks in it, closes it or hands it over."""
    if chat.agent_id != user_id:
        raise RuleBroken(
            _("%(who)s has this chat now.") % {"who": chat.agent}
            if chat.agent
            else _("Nobody has this chat yet; take it first."),
            code="not_yours",
            field="agent",
        )
