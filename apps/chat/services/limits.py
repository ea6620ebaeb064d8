"""How much one address and one chat may send, counted where it cannot be raced (CMP-1)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from apps.backoffice.services.counting import add_for_good
from apps.chat.enums import ChatSide
from apps.chat.models import Chat
from apps.core.crypto import blind_index
from apps.core.errors import RuleBroken


class Limit(NamedTuple):
    window: timedelta
    most: int


# An office or a campus shares one address; a person's own pace is limited per chat.
STARTS: Final = Limit(timedelta(minutes=10), 12)
LINES: Final = Limit(timedelta(minutes=10), 300)
FILES: Final = Limit(timedelta(hours=1), 60)
MESSAGES: Final = Limit(timedelta(hours=1), 10)
MOST_LIVE_AT_ADDRESS: Final = 8
CHAT_LINES_A_MINUTE: Final = 20
MOST_CHAT_LINES: Final = 400


def address_index(address: str) -> str:
    return blind_index(address, "chat.address")


def count_or_refuse(kind: str, limit: Limit, address: str, *, at: datetime, n: int = 1) -> None:
    """Count ``n`` more from this address; RuleBroken ``chat_limit`` beyond the limit.

    Counted in a transaction of its own, so that the refusal does not take it back. Without an
    address nobody outside is asking.
    """
    if n < 1 or not address:
        return
    if add_for_good(f"chat.{kind}", address, window=limit.window, at=at, n=n) > limit.most:
        raise too_much()


def too_much() -> RuleBroken:
    return RuleBroken(
        _("That was a lot at once. Please wait a few minutes, or call us."),
        code="chat_limit",
        rule="CMP-1",
    )


def check_pace(chat: Chat, *, now: datetime) -> None:
    """A person writes slower than this; the caller holds the chat's lock."""
    lines = chat.lines.filter(side=ChatSide.VISITOR)
    if lines.filter(at__gt=now - timedelta(minutes=1)).count() >= CHAT_LINES_A_MINUTE:
        raise too_much()
    if lines.count() >= MOST_CHAT_LINES:
        raise RuleBroken(
            _("This chat has become too long. Please end it and begin a new one."),
            code="chat_limit",
            field="text",
        )
