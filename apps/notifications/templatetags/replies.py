"""Template words of a case's conversation: what became of the messages it sent out."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from apps.complaints.models import Case
from apps.notifications.queries import replies
from apps.notifications.queries.desk import in_words, topic_label
from apps.notifications.queries.replies import SentMessage
from apps.notifications.ways import NotSetUp, ways_not_set_up

register = template.Library()


@register.simple_tag
def messages_on_page(case: Case, absorbed: list[Case]) -> dict[int, list[SentMessage]]:
    """Entry number → its messages; key 0: those without an entry."""
    return replies.messages_on_page(case, absorbed)


@register.simple_tag
def not_set_up(case: Case) -> list[str]:
    """Whoever is about to write learns here, not from the health page, that it will not go out."""
    return [in_words_not_set_up(way) for way in ways_not_set_up(case)]


def in_words_not_set_up(way: NotSetUp) -> str:
    if way.other_way:
        words = _(
            "%(channel)s is not set up here: this goes by another channel, if one reaches them."
        )
    else:
        words = _(
            "Nothing is sent: %(channel)s is not set up here. What you write stays on the case;"
            " tell the customer yourself."
        )
    return words % {"channel": way.label}


@register.filter
def of_entry(messages: Mapping[int, list[SentMessage]] | str, entry: int) -> list[SentMessage]:
    """Nothing on pages that show the words alone and never asked ("" there)."""
    return messages.get(entry, []) if messages and not isinstance(messages, str) else []


@register.filter
def why_so(message: SentMessage) -> str:
    """The reason in words where it is one of ours, else the provider's own code."""
    return in_words(message.why)[0] if message.why else ""


@register.filter
def topic_words(topic: Any) -> str:
    return topic_label(str(topic))
