"""Who is there to answer chats, and how many each has."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from apps.chat.enums import TurnEnd
from apps.chat.models import Chat, ChatSeat, ChatSettings, ChatTurn
from apps.chat.rules.chat import PRESENT, RESTS, Seated
from apps.chat.states import CHAT_IN_HAND
from apps.training.enums import Area
from apps.training.queries import has_requirement, who_may_work

if TYPE_CHECKING:
    from apps.accounts.models import User


def chat_settings() -> ChatSettings:
    """The one row; as it was made, in an installation where nobody has touched it."""
    return ChatSettings.objects.filter(pk=1).first() or ChatSettings(pk=1)


def present_seats(now: datetime) -> QuerySet[ChatSeat]:
    """Open, seen lately, of people who still work here. ``now`` is the database's."""
    return ChatSeat.objects.filter(
        is_open=True, seen_at__gt=now - PRESENT, user__is_active=True
    ).select_related("user")


def seated(settings: ChatSettings, now: datetime) -> list[Seated]:
    """Everybody qualified who could get a chat, with what they have in hand: two queries, three where
    chats are for the qualified only (STF-1)."""
    seats = list(present_seats(now).annotate(is_gated=has_requirement(Area.CHAT)))
    if any(seat.is_gated for seat in seats):
        may = who_may_work([seat.user_id for seat in seats], Area.CHAT, now)
        seats = [seat for seat in seats if seat.user_id in may]
    counts = in_hand([seat.user_id for seat in seats])
    return [
        Seated(
            seat.user_id,
            counts.get(seat.user_id, 0),
            seat.most or settings.most_chats,
            seat.idle_since,
        )
        for seat in seats
    ]


def in_hand(user_ids: Collection[int]) -> dict[int, int]:
    """Chats ringing at each of these or in conversation with them."""
    rows = (
        Chat.objects.filter(agent__in=user_ids, state__in=sorted(CHAT_IN_HAND))
        .order_by()
        .values_list("agent")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def missed_by(chat: Chat, now: datetime) -> tuple[set[int], set[int]]:
    """At whom this chat rang in vain: (just now, some time ago)."""
    turns = ChatTurn.objects.filter(
        chat=chat, end__in=[TurnEnd.SILENT, TurnEnd.DECLINED]
    ).values_list("agent_id", "until")
    lately = {agent for agent, until in turns if until and until > now - RESTS}
    return lately, {agent for agent, _until in turns} - lately


def is_anyone_there(now: datetime) -> bool:
    return present_seats(now).exists()


def colleagues(user: "User", settings: ChatSettings, now: datetime) -> list[tuple[ChatSeat, int]]:
    """Whom ``user`` can hand a chat to, with what they have in hand, the freest first."""
    seats = [seat for seat in present_seats(now) if seat.user_id != user.pk]
    counts = in_hand([seat.user_id for seat in seats])
    rows = [(seat, counts.get(seat.user_id, 0)) for seat in seats]
    free = [(seat, n) for seat, n in rows if n < (seat.most or settings.most_chats)]
    return sorted(free, key=lambda row: (row[1], row[0].user.display_name))


def seat_of(user: "User") -> ChatSeat | None:
    return ChatSeat.objects.filter(user=user.pk).first()


def waiting_count() -> int:
    return Chat.objects.queue().order_by().count()


def live_at_address(address_index: str) -> int:
    return Chat.objects.live().filter(address_index=address_index).order_by().count()
