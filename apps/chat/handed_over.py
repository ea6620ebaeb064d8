"""Chats that are with an agent are moved when the agent's shift is handed over."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.chat.models import Chat
from apps.chat.services.giving import hand_chat, take_chat
from apps.chat.states import CHAT_LIVE
from apps.core.handing_over import HandedOver, InHand


def _live(user_id: int) -> Sequence[InHand]:
    rows = Chat.objects.filter(agent=user_id, state__in=sorted(CHAT_LIVE))
    return [
        InHand(row.pk, f"#{row.pk} {row.waybill_number}".strip(), None)
        for row in rows.order_by("started_at", "pk")
    ]


def _hand(subject_id: int, *, giver: User, to: User, note: str, at: datetime) -> None:
    """The receiver has accepted it by accepting the list, so it does not ring first."""
    hand_chat(chat_id=subject_id, to=to, note=note, by=giver, at=at)
    take_chat(chat_id=subject_id, by=to, at=at)


HANDED_OVER = (HandedOver("chat", _("Chat"), "chat.chat", _live, _hand),)
