"""What is said in a chat, from both sides; typing, reading, signs of life (CMP-1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Count, F
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat, ChatFile, ChatLine
from apps.chat.queries.shipments import shipment_in, shipment_named
from apps.chat.rules.chat import check_files, check_live, check_mine, checked_line
from apps.chat.services import limits
from apps.chat.services.giving import pick_up
from apps.chat.services.rows import USED, add_line, known_line, lock_chat, write
from apps.complaints.services.storing import cleaned, store_file
from apps.core.database import database_now
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.events.services import record
from apps.knowledge import services as knowledge
from apps.knowledge.rules.replies import WHEN_SENT, fill_reply

if TYPE_CHECKING:
    from apps.core.files.attachments import CleanFile

MOST_USED = 5  # articles that one line names
# Seconds: how long a sign of typing holds; how often a sign of life is written at most.
TYPING_LASTS = 6
SIGN_EVERY = 5
_SIGN = """
INSERT INTO chat_chatpulse AS p (chat_id, side, seen_at, typing_until)
VALUES (%s, %s, statement_timestamp(), {until})
ON CONFLICT (chat_id, side) DO UPDATE SET seen_at = excluded.seen_at, typing_until = {kept}
{when}
"""
_SEEN = _SIGN.format(
    until="NULL",
    kept="p.typing_until",
    when="WHERE p.seen_at < excluded.seen_at - make_interval(secs => %s)",
)
_TYPES = _SIGN.format(
    until="statement_timestamp() + make_interval(secs => %s)", kept="excluded.typing_until", when=""
)
_RESTS = _SIGN.format(until="NULL", kept="NULL", when="")


def say(
    *,
    chat_id: int,
    text: str,
    by: User,
    at: datetime,
    address: str = "",
    client_id: UUID | None = None,
    files: Sequence[NewFile] = (),
) -> ChatLine:
    """The visitor says something; one who is silent no longer is waited for no longer.

    Sent twice under one ``client_id`` it stands once. BadInput for an empty or too long line and
    for files that are refused, RuleBroken ``chat_over`` and ``chat_limit``; nothing is written then.
    """
    text = checked_line(text, has_files=bool(files))
    limits.count_or_refuse("lines", limits.LINES, address, at=at)
    limits.count_or_refuse("files", limits.FILES, address, at=at, n=len(files))
    with cleaned(files) as (clean, written), transaction.atomic():
        chat = lock_chat(chat_id)
        known = known_line(chat, ChatSide.VISITOR, client_id)
        if known is not None:
            return known
        check_live(chat)
        now = database_now()
        limits.check_pace(chat, now=now)
        check_files(len(clean), _files_in(chat, ChatSide.VISITOR))
        line = add_line(chat, ChatSide.VISITOR, text, by=by, client_id=client_id)
        attach_files(line, clean, written)
        write(
            chat,
            visitor_read=line.pk,
            awaits_since=chat.awaits_since or now,
            quiet_since=None,
            is_reminded=False,
            **_named_shipment(chat, text),
        )
        _sign(_RESTS, chat.pk, ChatSide.VISITOR)
        return line


def _named_shipment(chat: Chat, text: str) -> dict[str, Any]:
    """Nothing is asked or typed twice: a number that the visitor writes is the chat's shipment,
    unless it has one. The visitor's page does not tell whether we know it (TRK-10)."""
    shipment = None if chat.waybill_id is not None else shipment_in(text)
    return {"waybill": shipment} if shipment else {}


@transaction.atomic
def name_shipment(*, chat_id: int, typed: str, by: User, at: datetime) -> Chat:
    """The agent found out which shipment it is about; BadInput for a number that we do not have."""
    chat = lock_chat(chat_id)
    check_mine(chat, by.pk)
    _number, waybill = shipment_named(typed)
    if waybill is None:
        raise BadInput(
            _("We know no shipment under this number."), code="unknown_waybill", field="waybill"
        )
    write(chat, waybill=waybill)
    record("chat.shipment_named", chat, by=by, at=at, data={"waybill": waybill.pk})
    return chat


def answer(
    *,
    chat_id: int,
    text: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
    files: Sequence[NewFile] = (),
    used: Sequence[str] = (),
) -> ChatLine:
    """The agent who has the chat answers; a chat that rings is picked up by that.

    ``{contact}`` of a ready-made answer becomes the visitor's name; ``used`` are the codes of the articles
    it was taken from, counted once the chat is a case. RuleBroken ``not_yours`` for anybody else,
    ``chat_over`` once it is over, ``internal_only`` for an article that is for staff.
    """
    text = checked_line(text, has_files=bool(files))
    with cleaned(files) as (clean, written), transaction.atomic():
        chat = lock_chat(chat_id)
        known = known_line(chat, ChatSide.AGENT, client_id)
        if known is not None:
            return known
        check_live(chat)
        check_mine(chat, by.pk)
        check_files(len(clean), _files_in(chat, ChatSide.AGENT))
        now = database_now()
        if chat.state == ChatState.OFFERED:
            pick_up(chat, by=by, at=at, now=now)
        knowledge.check_leaves(text, at=at)
        sent = knowledge.sendable(used[:MOST_USED], language=chat.language, at=at)
        text = fill_reply(text, {WHEN_SENT: chat.name})
        params = {USED: [version.pk for version in sent]} if sent else {}
        line = add_line(chat, ChatSide.AGENT, text, by=by, client_id=client_id, params=params)
        attach_files(line, clean, written)
        write(
            chat,
            agent_read=line.pk,
            awaits_since=None,
            quiet_since=now,
            is_reminded=False,
        )
        _sign(_RESTS, chat.pk, ChatSide.AGENT)
        return line


@transaction.atomic
def add_chat_note(
    *, chat_id: int, text: str, by: User, at: datetime, client_id: UUID | None = None
) -> ChatLine:
    """A word among colleagues; the visitor never sees it. The agent's, or a leader's."""
    text = checked_line(text)
    chat = lock_chat(chat_id)
    known = known_line(chat, ChatSide.NOTE, client_id)
    if known is not None:
        return known
    if not by.has_perm("chat.lead_chat"):
        check_mine(chat, by.pk)
    check_live(chat)
    line = add_line(chat, ChatSide.NOTE, text, by=by, client_id=client_id)
    write(chat)
    return line


def attach_files(line: ChatLine, files: Sequence["CleanFile"], written: list[str]) -> None:
    """Rows for files that were made harmless; ``written`` collects what lies on disk."""
    rows = [
        ChatFile(
            line=line,
            key=uuid4(),
            path=store_file(file, "chats", written),
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
        )
        for file in files
    ]
    ChatFile.objects.bulk_create(rows)


def mark_read(*, chat_id: int, side: ChatSide, line: int, by: User, at: datetime) -> None:
    """This side has read up to ``line``; never back, never beyond what is there. An agent's mark
    counts only from the one who has the chat."""
    chats = Chat.objects.filter(pk=chat_id)
    if side == ChatSide.AGENT:
        chats = chats.filter(agent=by.pk)
    name = "visitor_read" if side == ChatSide.VISITOR else "agent_read"
    chats.update(**{name: Least(F("last_line"), Greatest(F(name), line))})


def note_sign(*, chat_id: int, side: ChatSide, types: bool | None = None) -> None:
    """A sign of life. ``types`` True: writing for the next seconds; False: not any more."""
    if types is None:
        _sign(_SEEN, chat_id, side, SIGN_EVERY)
    elif types:
        _sign(_TYPES, chat_id, side, TYPING_LASTS)
    else:
        _sign(_RESTS, chat_id, side)


def _sign(statement: str, chat_id: int, side: ChatSide, seconds: int | None = None) -> None:
    values: list[int | str] = [chat_id, str(side)]
    if seconds is not None:
        values.append(seconds)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _files_in(chat: Chat, side: ChatSide) -> int:
    return int(chat.lines.filter(side=side).aggregate(n=Count("files"))["n"])
