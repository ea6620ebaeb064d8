"""What the agents' side of the chats shows: who waits, my chats side by side, the team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat, ChatLine, ChatPulse, ChatSeat, ChatSettings
from apps.chat.queries.seats import chat_settings, in_hand, seat_of
from apps.chat.queries.visitor import ChatMessage, readable
from apps.chat.rules.chat import PRESENT
from apps.chat.states import CHAT_WITH_AGENT
from apps.core.masking import mask_name, mask_phone

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_WAITING = 30
MOST_LINES = 200
# A visitor's page asks for news at least this often, in the background once a minute.
GONE = timedelta(seconds=80)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One in the queue; who it is stays masked."""

    chat: Chat
    place: int
    who: str


@dataclass(frozen=True, slots=True)
class Column:
    """One chat of mine. ``unread`` counts the visitor's lines I have not seen; ``is_here``: the
    visitor's page is open; ``read`` is the last line the visitor has seen."""

    chat: Chat
    who: str
    phone: str
    lines: list[ChatMessage]
    last: int
    unread: int
    types: bool
    is_here: bool

    @property
    def is_ringing(self) -> bool:
        return self.chat.state == ChatState.OFFERED

    @property
    def is_over(self) -> bool:
        return self.chat.state == ChatState.OVER


@dataclass(frozen=True, slots=True)
class Board:
    seat: ChatSeat | None
    settings: ChatSettings
    waiting: list[Waiting]
    columns: list[Column]

    @property
    def most(self) -> int:
        return (self.seat.most if self.seat else None) or self.settings.most_chats

    @property
    def unread(self) -> int:
        """What wants the agent's eyes: unread lines and chats that ring."""
        return sum(c.unread + c.is_ringing for c in self.columns)


def board(user: "User", now: datetime, *, have: Mapping[int, int] | None = None) -> Board:
    """Everything on the chat page of ``user``, in the same number of queries however many chats.

    ``have``: the last line of each chat that the page shows already; of those only what is new.
    """
    chats = list(Chat.objects.with_agent(user).select_related("waybill__customer", "case"))
    return Board(
        seat_of(user), chat_settings(), waiting_list(), _columns(chats, now, have=have or {})
    )


def waiting_list() -> list[Waiting]:
    chats = Chat.objects.queue().select_related("waybill")[:MOST_WAITING]
    return [Waiting(chat, n, name_of(chat)) for n, chat in enumerate(chats, start=1)]


def name_of(chat: Chat) -> str:
    """Masked, as names are everywhere; empty for a visitor who gave none."""
    return mask_name(chat.name)


def column(chat: Chat, now: datetime) -> Column:
    return _columns([chat], now, have={})[0]


def _columns(chats: list[Chat], now: datetime, *, have: Mapping[int, int]) -> list[Column]:
    lines = _lines(chats, have)
    ids = [chat.pk for chat in chats]
    unread = dict(
        ChatLine.objects.filter(chat__in=ids, side=ChatSide.VISITOR, pk__gt=F("chat__agent_read"))
        .order_by()
        .values_list("chat")
        .annotate(n=Count("pk"))
    )
    pulses = {p.chat_id: p for p in ChatPulse.objects.filter(chat__in=ids, side=ChatSide.VISITOR)}
    return [
        _column(
            chat, lines.get(chat.pk, []), unread.get(chat.pk, 0), pulses.get(chat.pk), now, have
        )
        for chat in chats
    ]


def _column(
    chat: Chat,
    lines: list[ChatMessage],
    unread: int,
    pulse: ChatPulse | None,
    now: datetime,
    have: Mapping[int, int],
) -> Column:
    types = bool(pulse and pulse.typing_until and pulse.typing_until > now)
    here = bool(pulse and pulse.seen_at > now - GONE)
    last = lines[-1].pk if lines else have.get(chat.pk, 0)
    return Column(chat, name_of(chat), mask_phone(chat.phone), lines, last, unread, types, here)


def _lines(chats: list[Chat], have: Mapping[int, int]) -> dict[int, list[ChatMessage]]:
    """The newest lines of each chat, or those beyond what the page has; two queries."""
    if not chats:
        return {}
    wanted = Q(pk__in=[])
    for chat in chats:
        wanted |= Q(chat=chat.pk, pk__gt=have.get(chat.pk, 0))
    rows = ChatLine.objects.filter(wanted).select_related("by__chat_seat").order_by("-pk")
    newest = list(rows[: MOST_LINES * len(chats)])[::-1]
    of_chat = {row.pk: row.chat_id for row in newest}
    grouped: dict[int, list[ChatMessage]] = {}
    for line in readable(newest):
        grouped.setdefault(of_chat[line.pk], []).append(line)
    return grouped


def transcript(chat: Chat) -> list[ChatMessage]:
    """Every line, notes included."""
    return readable(chat.lines.select_related("by__chat_seat").order_by("pk"))


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One agent: there or not, with how many chats."""

    seat: ChatSeat
    is_there: bool
    in_hand: int
    most: int


def team(settings: ChatSettings, now: datetime) -> list[TeamRow]:
    """Everybody with a seat, those who are there first; two queries."""
    seats = list(ChatSeat.objects.filter(user__is_active=True).select_related("user"))
    counts = in_hand([seat.user_id for seat in seats])
    rows = [
        TeamRow(
            seat,
            seat.is_open and bool(seat.seen_at and seat.seen_at > now - PRESENT),
            counts.get(seat.user_id, 0),
            seat.most or settings.most_chats,
        )
        for seat in seats
    ]
    return sorted(rows, key=lambda row: (not row.is_there, row.seat.user.display_name))


def chats_of_others(user: "User") -> list[Chat]:
    """What colleagues have in conversation, for a leader."""
    chats = Chat.objects.visible_to(user).filter(state__in=sorted(CHAT_WITH_AGENT))
    others = chats.exclude(agent=user.pk).select_related("agent", "waybill")
    return list(others.order_by("started_at", "pk")[:MOST_WAITING])


def my_recent(user: "User") -> list[Chat]:
    """The last chats that this agent finished, to look something up."""
    done = [ChatState.FILED, ChatState.DISMISSED]
    chats = Chat.objects.filter(agent=user.pk, state__in=done).select_related("case")
    return list(chats.order_by("-pk")[:8])
