"""What time alone makes happen: silent agents, lost connections, visitors who went away (CMP-1)."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from apps.chat.enums import ChatEnd, ChatState, ChatWord, TurnEnd
from apps.chat.models import Chat, ChatSettings
from apps.chat.queries.maintaining import facts_of, facts_of_all
from apps.chat.queries.seats import chat_settings, missed_by, seated
from apps.chat.rules.chat import Step, next_agent, next_step
from apps.chat.services.ending import file_forgotten, leave
from apps.chat.services.giving import count_missed, give_waiting, queue_again
from apps.chat.services.rows import add_system_line, lock_chat, machine, write
from apps.core.database import database_now
from apps.core.errors import RuleBroken

log = logging.getLogger(__name__)


def maintain_chats(*, at: datetime) -> int:
    """Do what is due in every open chat by the database's clock, then give out who waits; how
    many chats it changed. One query while nothing is due.

    Any number of processes may run it as often as they like: each chat is looked at again under
    its lock, and locked ones are left to whoever holds them.
    """
    settings = chat_settings()
    now = database_now()
    found = facts_of_all()
    changed = 0
    for chat_id, facts in found:
        if next_step(facts, settings, now) is None:
            continue
        try:
            changed += _do(chat_id, settings, at)
        except (RuleBroken, DatabaseError):
            # One chat that cannot be dealt with does not stop the others; the next look tries again.
            log.exception("chat %s could not be maintained", chat_id)
    if any(facts.state in (ChatState.QUEUED, ChatState.OFFERED) for _pk, facts in found) or changed:
        give_waiting(by=machine(), at=at)
    return changed


@transaction.atomic
def _do(chat_id: int, settings: ChatSettings, at: datetime) -> bool:
    try:
        chat = lock_chat(chat_id, skip_locked=True)
    except Chat.DoesNotExist:
        return False
    facts, now = facts_of(chat_id), database_now()
    step = next_step(facts, settings, now) if facts else None
    by = machine()
    match step:
        case Step.QUEUE_AGAIN:
            queue_again(chat, TurnEnd.OFFLINE, by=by, at=at, now=now)
        case Step.CALL_ANOTHER:
            return _call_another(chat, settings, now=now, at=at)
        case Step.REMIND:
            minutes = max(1, round((settings.end_after - settings.remind_after) / 60))
            add_system_line(chat, ChatWord.STILL_THERE, by=by, minutes=minutes)
            write(chat, is_reminded=True)
        case Step.END:
            leave(chat, ChatEnd.AWAY, ChatWord.ENDED_AWAY, by=by, at=at)
        case Step.LEAVE:
            leave(chat, ChatEnd.LEFT_QUEUE, ChatWord.ENDED_AWAY, by=by, at=at)
        case Step.FILE:
            file_forgotten(chat, by=by, at=at)
        case _:
            return False
    return True


def _call_another(chat: Chat, settings: ChatSettings, *, now: datetime, at: datetime) -> bool:
    """Only where somebody else is free: a silent agent is better than none."""
    agent = chat.agent
    if agent is None:
        return False
    resting, missed = missed_by(chat, now)
    others = [one for one in seated(settings, now) if one.user_id != agent.pk]
    if next_agent(others, resting=resting, missed=missed) is None:
        return False
    was_ringing = chat.state == ChatState.OFFERED
    queue_again(chat, TurnEnd.SILENT, by=machine(), at=at, now=now)
    if was_ringing:
        count_missed(agent, by=machine(), at=at, now=now)
    return True
