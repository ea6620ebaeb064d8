"""Template words of a case's conversation: what became of the messages it sent out."""

from collections.abc import Mapping
from typing import Any

from django import template

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.notifications.queries import replies
from apps.notifications.queries.desk import in_words, topic_label
from apps.notifications.queries.replies import Told

register = template.Library()


@register.simple_tag
def told_in(case: Case, user: User) -> dict[int, list[Told]]:
    """Entry number → its messages as ``user`` may see them; key 0: those without an entry."""
    return replies.told_in(case, user)


@register.filter
def told_by(told: Mapping[int, list[Told]] | str, entry: int) -> list[Told]:
    """Nothing on pages that show the words alone and never asked ("" there)."""
    return told.get(entry, []) if told and not isinstance(told, str) else []


@register.filter
def why_so(told: Told) -> str:
    """The reason in words where it is one of ours, else the provider's own code."""
    return in_words(told.why)[0] if told.why else ""


@register.filter
def topic_words(topic: Any) -> str:
    return topic_label(str(topic))
