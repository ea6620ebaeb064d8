"""A chat is over: by either side, by time, with a case or without (CMP-1, CMP-7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.chat.enums import ChatEnd, ChatSide, ChatState, ChatWord, TurnEnd
from apps.chat.models import Chat
from apps.chat.queries.hours import opening
from apps.chat.queries.seats import chat_settings
from apps.chat.queries.visitor import agent_of
from apps.chat.rules.chat import check_live, check_mine
from apps.chat.services.filing import Filing, file_lines, promise_reply, rate_case
from apps.chat.services.giving import give_waiting
from apps.chat.services.rows import (
    add_system_line,
    end_turn,
    lock_chat,
    machine,
    move,
    was_answered,
)
from apps.complaints.enums import CaseClass, Outcome
from apps.complaints.rules.cases import check_score, needed
from apps.complaints.rules.contacts import contact_values
from apps.complaints.services.solving import close_case, solve_case
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import record


@dataclass(frozen=True, slots=True)
class Closing:
    """What the agent says at the end. ``settled``: an inquiry that was answered in the chat is
    solved and closed with it; ``solution`` may be empty, the last answer serves."""

    filing: Filing
    settled: bool = False
    outcome: Outcome = Outcome.EXPLAINED
    solution: str = ""


def close_chat(*, chat_id: int, closing: Closing, by: User, at: datetime) -> Chat:
    """End it and record it: a new case of the class given, the case that is there already, or
    one that is named. Also for a chat that is over and waits for this."""
    if closing.settled and closing.filing.case_class != CaseClass.INQUIRY:
        raise BadInput(
            _("Only an inquiry can be settled in the chat; the case's own page goes on."),
            code="not_settled",
            field="settled",
            rule="CMP-4",
        )
    with transaction.atomic():
        chat = lock_chat(chat_id)
        _check_to_record(chat, by)
        now = database_now()
        case = file_lines_after_word(chat, closing.filing, by=by, at=at)
        _end(chat, ChatState.FILED, ChatEnd.AGENT, by=by, at=at, now=now)
        if closing.settled:
            solution = closing.solution.strip() or _last_answer(chat)
            outcome = closing.outcome
            solve_case(case_id=case.pk, solution=solution, outcome=outcome, by=by, at=at)
            close_case(case_id=case.pk, by=by, at=at, note=_("Answered in the chat."))
        rate_case(chat, by=by, at=at)
    give_waiting(by=machine(), at=at)
    return chat


def file_lines_after_word(chat: Chat, filing: Filing, *, by: User, at: datetime) -> Any:
    """The goodbye is part of the record."""
    if chat.state == ChatState.TALKING:
        add_system_line(chat, ChatWord.ENDED_BY_AGENT, by=by, agent=agent_of(chat))
    return file_lines(chat, filing, by=by, at=at)


@transaction.atomic
def _dismiss(chat_id: int, reason: str, by: User, at: datetime) -> Chat:
    chat = lock_chat(chat_id)
    _check_to_record(chat, by)
    if chat.case_id is not None:
        raise RuleBroken(
            _("It is recorded under %(number)s; close it into that case.")
            % {"number": chat.case.number if chat.case else ""},
            code="has_case",
        )
    if chat.state == ChatState.TALKING:
        add_system_line(chat, ChatWord.ENDED_BY_AGENT, by=by, agent=agent_of(chat))
    _without_case(chat, ChatEnd.AGENT, reason, by=by, at=at, now=database_now())
    return chat


def dismiss_chat(*, chat_id: int, reason: str, by: User, at: datetime) -> Chat:
    """End it without a case: nothing was brought, a joke, an advertisement. It stays on record."""
    chat = _dismiss(chat_id, needed(reason, "reason", most=200), by, at)
    give_waiting(by=machine(), at=at)
    return chat


def leave_chat(*, chat_id: int, by: User, at: datetime) -> Chat:
    """The visitor ends it. Answered, it waits to be recorded by its agent; before that it becomes
    an inquiry by itself where the visitor can be reached. Leaving twice changes nothing."""
    with transaction.atomic():
        chat = lock_chat(chat_id)
        if not chat.is_live:
            return chat
        leave(chat, ChatEnd.VISITOR, ChatWord.ENDED_BY_VISITOR, by=by, at=at)
    give_waiting(by=machine(), at=at)
    return chat


def leave(chat: Chat, why: ChatEnd, word: ChatWord, *, by: User, at: datetime) -> None:
    """The visitor is gone; the caller holds the lock."""
    now = database_now()
    add_system_line(chat, word, by=by)
    if chat.state == ChatState.TALKING:
        _end(chat, ChatState.OVER, why, by=by, at=at, now=now)
        return
    if not was_answered(chat):
        why = ChatEnd.LEFT_QUEUE
    if chat.can_be_reached or chat.waybill_id is not None or was_answered(chat):
        file_lines(chat, Filing(by_rule=True), by=machine(), at=at)
        _end(chat, ChatState.FILED, why, by=by, at=at, now=now)
        return
    reason = _("Left before anyone answered, and without a way to be reached.")
    _without_case(chat, why, reason, by=by, at=at, now=now)


def turn_into_message(
    *, chat_id: int, phone: str, email: str, name: str, by: User, at: datetime
) -> tuple[Chat, datetime]:
    """Whoever does not want to wait any longer leaves a phone or an e-mail address instead; the
    chat is a case then. Returns it with the time by which we answer."""
    if not phone.strip() and not email.strip():
        raise BadInput(
            _("Leave a phone number or an e-mail address, so that we can answer."),
            code="required",
            field="contact_phone",
        )
    contact = contact_values(name=name or None, phone=phone, email=email)
    with transaction.atomic():
        chat = lock_chat(chat_id)
        check_live(chat)
        if chat.state == ChatState.TALKING:
            raise RuleBroken(
                _("%(agent)s is with you now.") % {"agent": agent_of(chat)}, code="is_answered"
            )
        now = database_now()
        for name_of, value in contact.items():
            if name_of in ("contact_name", "contact_phone", "contact_email") and value:
                setattr(chat, name_of.removeprefix("contact_"), value)
        chat.save(update_fields=["name", "phone", "email"])
        case = file_lines(chat, Filing(by_rule=True), by=by, at=at)
        reply_by = opening(chat_settings(), now).reply_by
        promise_reply(case, reply_by, by=machine(), at=at)
        until = reply_by.isoformat()
        add_system_line(chat, ChatWord.BECAME_MESSAGE, by=by, number=case.number, until=until)
        _end(chat, ChatState.FILED, ChatEnd.MESSAGE, by=by, at=at, now=now)
    give_waiting(by=machine(), at=at)
    return chat, reply_by


@transaction.atomic
def rate_chat(*, chat_id: int, score: int, comment: str, by: User, at: datetime) -> Chat:
    """The visitor says how satisfied they are, 1–5, once, in the channel they used (CMP-7)."""
    check_score(score)
    chat = lock_chat(chat_id)
    if chat.is_live:
        raise RuleBroken(_("Rate the chat once it is over."), code="not_yet")
    if chat.rating is not None:
        raise RuleBroken(_("You have answered already. Thank you."), code="answered")
    chat.rating, chat.rating_comment = score, comment.strip()[:2000]
    chat.save(update_fields=["rating", "rating_comment"])
    record("chat.rated", chat, by=by, at=at, data={"score": score})
    rate_case(chat, by=by, at=at)
    return chat


def file_forgotten(chat: Chat, *, by: User, at: datetime) -> None:
    """Nobody recorded a chat that is over: an inquiry of the agent who had it."""
    agent = chat.agent if chat.agent and chat.agent.is_active else by
    file_lines(chat, Filing(by_rule=agent == by), by=agent, at=at)
    now = database_now()
    move(chat, ChatState.FILED, now=now, filed_at=now, filed_by=by)
    rate_case(chat, by=by, at=at)


def _check_to_record(chat: Chat, by: User) -> None:
    if chat.state not in (ChatState.TALKING, ChatState.OVER):
        raise RuleBroken(
            _("This chat is “%(state)s” and cannot be closed here.")
            % {"state": chat.get_state_display()},
            code="illegal_move",
            field="state",
        )
    check_mine(chat, by.pk)


def _end(
    chat: Chat, to: ChatState, why: ChatEnd, *, by: User, at: datetime, now: datetime, **more: Any
) -> None:
    """Over, if it was not before, and what follows from it."""
    was_live = chat.is_live
    if was_live:
        end_turn(chat, TurnEnd.OVER, now=now)
        more |= {"ended_at": max(now, chat.started_at), "ended_by": by, "end_reason": why}
    if to == ChatState.FILED:
        more |= {"filed_at": now, "filed_by": by}
    more |= {"awaits_since": None, "quiet_since": None}
    move(chat, to, now=now, **more)
    if was_live:
        data = {"reason": str(why), "agent": chat.agent_id, "case": chat.case_id}
        record("chat.ended", chat, by=by, at=at, data=data)


def _without_case(
    chat: Chat, why: ChatEnd, reason: str, *, by: User, at: datetime, now: datetime
) -> None:
    reason = mask_text(reason)
    values = {"dismissed_at": now, "dismissed_by": by, "dismiss_reason": reason}
    _end(chat, ChatState.DISMISSED, why, by=by, at=at, now=now, **values)
    record("chat.dismissed", chat, by=by, at=at, data={"reason": reason})


def _last_answer(chat: Chat) -> str:
    """Encrypted, so the database cannot leave out the lines that were a file alone."""
    for line in chat.lines.filter(side=ChatSide.AGENT).order_by("-pk")[:20]:
        if line.text:
            return str(line.text)
    raise BadInput(_("Say what was answered."), code="required", field="solution")
