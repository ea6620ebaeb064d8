"""Who gets which chat: in the order they came, to whoever has fewest (CMP-1)."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.chat.enums import ChatSide, ChatState, ChatWord, TurnEnd, TurnHow
from apps.chat.models import Chat, ChatSeat
from apps.chat.queries.seats import chat_settings, colleagues, in_hand, missed_by, seated
from apps.chat.queries.visitor import agent_of
from apps.chat.rules.chat import MOST_MISSED, Seated, checked_line, next_agent
from apps.chat.services.rows import (
    add_line,
    add_system_line,
    begin_turn,
    end_turn,
    lock_chat,
    lock_seat,
    machine,
    move,
    was_answered,
)
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.training.enums import Area
from apps.training.queries import check_may_work, may_work

# One at a time gives chats out, so that first come is first served whoever asks for it.
_ONE_GIVER = 4207841


def give_waiting(*, by: User, at: datetime) -> int:
    """Give queued chats, oldest first, to free agents; how many found one.

    Call it outside the transaction that changed something: any number of processes may, and
    whoever comes last sees what all the others did.
    """
    if not Chat.objects.queue().order_by().exists():
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_GIVER])
        waiting = list(Chat.objects.queue().values_list("pk", flat=True))
        if not waiting:
            return 0
        now = database_now()
        free = seated(chat_settings(), now)
        given = 0
        for chat_id in waiting:
            if all(one.in_hand >= one.most for one in free):
                break
            if agent_id := _give(chat_id, free, by=by, at=at, now=now):
                free = [_with_one_more(one) if one.user_id == agent_id else one for one in free]
                given += 1
        return given


def _with_one_more(one: Seated) -> Seated:
    return Seated(one.user_id, one.in_hand + 1, one.most, one.idle_since)


def _give(chat_id: int, free: list[Seated], *, by: User, at: datetime, now: datetime) -> int | None:
    chat = lock_chat(chat_id)
    if chat.state != ChatState.QUEUED:
        return None
    resting, missed = missed_by(chat, now)
    agent_id = next_agent(free, resting=resting, missed=missed)
    if agent_id is None:
        return None
    seat = lock_seat(User.objects.get(pk=agent_id), by=by, now=now)
    # Somebody may have taken one by hand since we looked.
    if not seat.is_open or not _has_room(seat):
        return None
    offer(chat, seat.user, TurnHow.GIVEN, by=by, at=at, now=now)
    return agent_id


def offer(chat: Chat, agent: User, how: TurnHow, *, by: User, at: datetime, now: datetime) -> None:
    """Let it ring at ``agent``; the caller holds the lock and has ended the turn before."""
    move(chat, ChatState.OFFERED, now=now, agent=agent)
    begin_turn(chat, agent, how, by=by, now=now)
    kind = "chat.handed_over" if how == TurnHow.HANDED else "chat.given"
    record(kind, chat, by=by, at=at, data={"agent": agent.pk, "how": str(how)})


@transaction.atomic
def take_chat(*, chat_id: int, by: User, at: datetime) -> Chat:
    """Answer a chat that rings here, or take one from the queue.

    RuleBroken ``taken`` when a colleague was faster, ``full`` when ``by`` has as many as may be,
    ``not_qualified`` for whoever may not chat (STF-1).
    """
    chat = lock_chat(chat_id)
    if chat.agent_id == by.pk and chat.state == ChatState.TALKING:
        return chat
    check_may_work(by, Area.CHAT, at)
    if chat.state != ChatState.QUEUED and chat.agent_id != by.pk:
        raise RuleBroken(
            _("%(who)s was faster; the chat is theirs.") % {"who": chat.agent}
            if chat.agent
            else _("This chat is over."),
            code="taken",
            field="agent",
        )
    now = database_now()
    if chat.state == ChatState.QUEUED:
        seat = lock_seat(by, by=by, now=now)
        if not _has_room(seat):
            raise RuleBroken(
                _("You have %(n)d chats already; that is your limit.") % {"n": _most(seat)},
                code="full",
                field="agent",
            )
        begin_turn(chat, by, TurnHow.TAKEN, by=by, now=now)
        chat.agent = by
    pick_up(chat, by=by, at=at, now=now)
    return chat


def pick_up(chat: Chat, *, by: User, at: datetime, now: datetime) -> None:
    """The agent is there now; the visitor is told who. The caller holds the lock."""
    word = ChatWord.TOOK_OVER if was_answered(chat) else ChatWord.JOINED
    chat.turns.filter(until__isnull=True).update(first_word=now)
    ChatSeat.objects.filter(user=by.pk).update(missed=0)
    chat.agent = User.objects.select_related("chat_seat").get(pk=by.pk)
    add_system_line(chat, word, by=by, agent=agent_of(chat))
    move(chat, ChatState.TALKING, now=now, agent=by)
    record("chat.taken", chat, by=by, at=at, data={"agent": by.pk})


def hand_chat(*, chat_id: int, to: User, note: str, by: User, at: datetime) -> Chat:
    """Give it to a colleague who is there and has room, with a note the visitor never sees.

    Its agent may, and a leader for anybody's. It rings there; unanswered, it goes on to others.
    """
    note = checked_line(note, has_files=True)
    with transaction.atomic():
        chat = lock_chat(chat_id)
        if chat.agent_id != by.pk and not by.has_perm("chat.lead_chat"):
            raise RuleBroken(_("This chat is not yours to give."), code="not_yours", field="agent")
        if not chat.is_live:
            raise RuleBroken(_("This chat is over."), code="chat_over", field="state")
        now = database_now()
        if chat.agent_id == to.pk or not _can_receive(to, by, now):
            raise BadInput(
                _("%(who)s is not there or has no room. Choose somebody else.") % {"who": to},
                code="not_there",
                field="to",
            )
        if note:
            add_line(chat, ChatSide.NOTE, note, by=by)
        if chat.state != ChatState.QUEUED:
            queue_again(chat, TurnEnd.HANDED, by=by, at=at, now=now, quietly=True)
        offer(chat, to, TurnHow.HANDED, by=by, at=at, now=now)
        return chat


def _can_receive(to: User, by: User, now: datetime) -> bool:
    """Looked at once more under the lock of the seat."""
    locked = ChatSeat.objects.select_for_update(no_key=True).filter(user=to.pk).first()
    others = colleagues(by, chat_settings(), now) if locked else []
    there = any(seat.user_id == to.pk for seat, _n in others)
    return there and may_work(to, Area.CHAT, now)


def decline_chat(*, chat_id: int, by: User, at: datetime) -> Chat:
    """Let it ring at somebody else; only before it was answered."""
    with transaction.atomic():
        chat = lock_chat(chat_id)
        if chat.agent_id != by.pk or chat.state != ChatState.OFFERED:
            raise RuleBroken(
                _("This chat does not ring here any more."), code="not_yours", field="agent"
            )
        queue_again(chat, TurnEnd.DECLINED, by=by, at=at, now=database_now())
    give_waiting(by=machine(), at=at)
    return chat


def queue_again(
    chat: Chat,
    why: TurnEnd,
    *,
    by: User,
    at: datetime,
    now: datetime,
    quietly: bool = False,
) -> None:
    """Back to its old place in the queue; the caller holds the lock and gives it out afterwards."""
    if chat.state == ChatState.TALKING and not quietly:
        add_system_line(chat, _SAID[why], by=by)
    was = chat.agent_id
    end_turn(chat, why, now=now)
    move(chat, ChatState.QUEUED, now=now, agent=None)
    if not quietly:
        record("chat.queued_again", chat, by=by, at=at, data={"why": str(why), "was": was})


_SAID = {
    TurnEnd.OFFLINE: ChatWord.LOST,
    TurnEnd.SILENT: ChatWord.CALLED_ANOTHER,
    TurnEnd.DECLINED: ChatWord.CALLED_ANOTHER,
}


def count_missed(agent: User, *, by: User, at: datetime, now: datetime) -> None:
    """It rang in vain; after a few in a row nothing rings there until the seat is opened again."""
    seat = lock_seat(agent, by=by, now=now)
    seat.missed += 1
    closes = seat.is_open and seat.missed >= MOST_MISSED
    if closes:
        seat.is_open, seat.changed_at, seat.changed_by = False, now, by
        record("chat_seat.closed", seat, by=by, at=at, data={"missed": seat.missed})
    seat.save(update_fields=["missed", "is_open", "changed_at", "changed_by"])


def _has_room(seat: ChatSeat) -> bool:
    return in_hand([seat.user_id]).get(seat.user_id, 0) < _most(seat)


def _most(seat: ChatSeat) -> int:
    return seat.most or chat_settings().most_chats
