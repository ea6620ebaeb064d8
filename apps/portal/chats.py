"""What the chat page says, ready to print (CMP-1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat
from apps.chat.queries.hours import opening
from apps.chat.queries.seats import chat_settings
from apps.chat.queries.visitor import (
    agent_of,
    line_key,
    lines_for_visitor,
    place_in_queue,
    types_now,
)
from apps.chat.rules.chat import LONGEST_LINE, MOST_FILES_AT_ONCE

# Seconds between two looks of an open page, where no live update tells it when to look.
LOOK_EVERY = {ChatState.QUEUED: 4, ChatState.OFFERED: 2, ChatState.TALKING: 2}


@dataclass(frozen=True, slots=True)
class Status:
    """``version`` changes exactly when the page says something new. ``alone``: nobody is there
    to answer any more, so that a message is the better way."""

    sentence: str
    state: str
    place: int
    types: bool
    alone: bool
    version: str
    every: int


def status_of(chat: Chat, now: datetime) -> Status:
    """Where the chat stands for its visitor; ``now`` is the database's."""
    place, alone, types = 0, False, False
    if chat.state == ChatState.QUEUED:
        place = place_in_queue(chat)
        alone = not opening(chat_settings(), now).is_attended
        sentence = _waiting(place, alone)
    elif chat.state == ChatState.OFFERED:
        sentence = _("You are next. We are calling a colleague for you.")
    elif chat.state == ChatState.TALKING:
        types = types_now(chat, ChatSide.AGENT, now)
        sentence = _("%(agent)s of customer service answers you.") % {"agent": agent_of(chat)}
    else:
        sentence = _("This chat is over.")
    parts = (chat.version, chat.state, place, int(types), int(alone), get_language())
    return Status(
        sentence,
        str(chat.state),
        place,
        types,
        alone,
        "-".join(map(str, parts)),
        LOOK_EVERY.get(ChatState(chat.state), 0),
    )


def _waiting(place: int, alone: bool) -> str:
    if alone:
        return _("At the moment nobody is there to answer. You keep your place.")
    if place == 1:
        return _("You are next in the queue.")
    before = place - 1
    return ngettext(
        "You are number %(place)d in the queue; %(n)d person is before you.",
        "You are number %(place)d in the queue; %(n)d people are before you.",
        before,
    ) % {"place": place, "n": before}


def news_context(chat: Chat, status: Status, after: int = 0) -> dict[str, Any]:
    lines = lines_for_visitor(chat, after)
    last = lines[-1].pk if lines else after
    return {
        "chat": chat,
        "status": status,
        "lines": lines,
        "last_line": last,
        "last": line_key(last),
    }


def news(chat: Chat, status: Status, after: int) -> str:
    """The lines after ``after``, and where the chat stands."""
    return render_to_string("portal/chat_news.html", news_context(chat, status, after))


def limits() -> dict[str, int]:
    return {"longest": LONGEST_LINE, "most_files": MOST_FILES_AT_ONCE}
