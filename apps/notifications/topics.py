"""What people can be notified of: the topics of all apps with the variables their words may use. Pure.

A topic is also the key of its templates and policies. To add one: a row in the ``topics`` of the app whose
news it is, its words and who is notified in that app's ``seed/messages.json``, and what recognises it in
that app's ``notices``.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import (
    COUNT,
    CUSTOMER,
    DETAIL,
    HOUSE,
    NUMBER,
    NUMBERS,
    Topic,
    Variable,
    staff_topic,
)

CODE = Variable("code", _("code"), "123456", "123456", personal="code")
MINUTES = Variable("minutes", _("minutes"), "10", "10")
LINES = Variable(
    "lines", _("one line each"), "YP1 已签收\nYP2 派送中", "YP1 delivered\nYP2 on its way"
)

_OWN = (
    Topic("subscription.code", _("Code for a subscription"), (NUMBER, CODE, MINUTES, *HOUSE)),
    Topic("party.code", _("Code to open details"), (NUMBER, CODE, MINUTES, *HOUSE)),
    Topic("claim.code", _("Code to name the account of a claim"), (NUMBER, CODE, MINUTES, *HOUSE)),
    Topic("digest", _("Several messages in one"), (COUNT, NUMBERS, LINES, *HOUSE)),
    Topic("endpoint.disabled", _("Webhook endpoint switched off"), (CUSTOMER, DETAIL, *HOUSE)),
    staff_topic("staff.undelivered", _("A message reached nobody (staff)")),
    staff_topic("staff.robot_test", _("Test message of a group's robot (staff)")),
    staff_topic("staff.endpoint_disabled", _("Webhook endpoint switched off (staff)")),
)
# The apps' own are added when all are loaded (``apps.py``).
TOPICS: dict[str, Topic] = {topic.key: topic for topic in _OWN}


def add_topics(topics: Iterable[Topic]) -> None:
    """The topics of the other apps."""
    TOPICS.update({topic.key: topic for topic in topics})


def topic(key: str) -> Topic:
    """Raises KeyError for a topic that nobody named."""
    return TOPICS[key]


def followed_topic(key: str) -> str:
    """The topic of a message whose app wants to know what became of it, also where a merchant's
    webhook sends the same; empty for all others."""
    name = key.removeprefix("webhook.")
    known = TOPICS.get(name)
    return name if known is not None and known.followed else ""


def is_fixed(key: str) -> bool:
    """Whether its words are ours alone."""
    known = TOPICS.get(key)
    return known is not None and known.fixed


def topic_choices() -> list[tuple[str, Promise]]:
    """Messages to people outside come first."""
    return [(t.key, t.label) for t in sorted(TOPICS.values(), key=lambda topic: not topic.public)]
