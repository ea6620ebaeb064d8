"""What the system says in a chat, in the reader's language. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.chat.enums import ChatWord
from apps.core.masking import mask_name
from apps.core.times import now
from apps.tracking.days import by_when


def say(word: str, params: Mapping[str, Any]) -> str:
    """The sentence behind a word; a word that nobody knows any more says nothing."""
    sentence = _SENTENCES.get(word)
    return sentence(params) if sentence else ""


def agent_name(shown: str, display_name: str) -> str:
    """What visitors call an agent: the name chosen for them, else the family name alone."""
    return shown or mask_name(display_name)


def _joined(params: Mapping[str, Any]) -> str:
    return _("%(agent)s of customer service is with you.") % {"agent": params["agent"]}


def _took_over(params: Mapping[str, Any]) -> str:
    return _("%(agent)s takes over and has read everything; you need not repeat it.") % {
        "agent": params["agent"]
    }


def _lost(_params: Mapping[str, Any]) -> str:
    return _("Our colleague's connection broke off. You keep your place; somebody else comes.")


def _called_another(_params: Mapping[str, Any]) -> str:
    return _("We are calling another colleague for you.")


def _still_there(params: Mapping[str, Any]) -> str:
    return _("Are you still there? Without a word from you the chat ends in %(n)d minutes.") % {
        "n": params["minutes"]
    }


def _ended_by_agent(params: Mapping[str, Any]) -> str:
    return _("%(agent)s has ended the chat. Thank you for talking to us.") % {
        "agent": params["agent"]
    }


def _ended_by_visitor(_params: Mapping[str, Any]) -> str:
    return _("You have ended the chat. Thank you for talking to us.")


def _ended_away(_params: Mapping[str, Any]) -> str:
    return _("We have not heard from you for a while, so this chat is over. Write again any time.")


def _became_message(params: Mapping[str, Any]) -> str:
    when = by_when(datetime.fromisoformat(params["until"]), now())
    return _("This is now a message under the number %(number)s. We answer %(when)s.") % {
        "number": params["number"],
        "when": when,
    }


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    ChatWord.JOINED: _joined,
    ChatWord.TOOK_OVER: _took_over,
    ChatWord.LOST: _lost,
    ChatWord.CALLED_ANOTHER: _called_another,
    ChatWord.STILL_THERE: _still_there,
    ChatWord.ENDED_BY_AGENT: _ended_by_agent,
    ChatWord.ENDED_BY_VISITOR: _ended_by_visitor,
    ChatWord.ENDED_AWAY: _ended_away,
    ChatWord.BECAME_MESSAGE: _became_message,
}
