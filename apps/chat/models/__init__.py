from apps.chat.models.chat import Chat, ChatFile, ChatLine, ChatPulse, ChatQuerySet, ChatTurn
from apps.chat.models.desk import ChatSeat, ChatSettings

__all__ = [
    "Chat",
    "ChatFile",
    "ChatLine",
    "ChatPulse",
    "ChatQuerySet",
    "ChatSeat",
    "ChatSettings",
    "ChatTurn",
]
