"""Who read a chat that is not theirs stays on record (STF-3)."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.chat.models import Chat
from apps.events.services import record


@transaction.atomic
def note_chat_read(*, chat: Chat, by: User, at: datetime) -> None:
    record("chat.read", chat, by=by, at=at)
