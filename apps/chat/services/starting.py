"""A visitor begins a chat, or leaves a message where nobody is there to chat (CMP-1)."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.chat.enums import ChatSide
from apps.chat.models import Chat
from apps.chat.queries.hours import opening
from apps.chat.queries.seats import chat_settings, live_at_address
from apps.chat.queries.shipments import shipment_in, shipment_named
from apps.chat.queries.visitor import fingerprint
from apps.chat.rules.chat import LONGEST_LINE, check_files, checked_line
from apps.chat.services import limits
from apps.chat.services.filing import promise_reply, with_number
from apps.chat.services.giving import give_waiting
from apps.chat.services.rows import add_line, machine, write
from apps.chat.services.talking import attach_files, note_sign
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.complaints.rules.cases import needed
from apps.complaints.rules.contacts import contact_values
from apps.complaints.services.opening import open_case
from apps.complaints.services.storing import cleaned
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.events.services import record


@dataclass(frozen=True, slots=True)
class NewChat:
    """What a visitor fills in; everything but the text may be empty. ``nonce`` is the id the page
    gave its form: sent twice, it begins one chat."""

    text: str
    language: Language = Language.CHINESE
    name: str = ""
    phone: str = ""
    email: str = ""
    waybill_number: str = ""
    nonce: UUID | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """``token`` is the only key to the visitor's side; it is told once and kept nowhere."""

    chat: Chat
    token: str


@dataclass(frozen=True, slots=True)
class Left:
    """A message that became a case, and by when it is answered."""

    case: Case
    reply_by: datetime


def start_chat(
    *, new: NewChat, address: str, by: User, at: datetime, files: Sequence[NewFile] = ()
) -> Begun:
    """Put a visitor into the queue, or straight through to a free agent.

    Whether the waybill number is known is not told: whoever types one sees no more by it than on
    the public page (TRK-10). RuleBroken ``chat_closed`` while nobody answers chats, ``chat_limit``
    for an address that begins too many; BadInput names the field.
    """
    text = checked_line(new.text, has_files=bool(files))
    check_files(len(files), 0)
    values = _visitor_values(new)
    token = _token(new.nonce)
    known = Chat.objects.filter(token_hash=fingerprint(token)).first()
    if known is not None:
        return Begun(known, token)
    _check_open()
    index = limits.address_index(address)
    limits.count_or_refuse("starts", limits.STARTS, address, at=at)
    limits.count_or_refuse("files", limits.FILES, address, at=at, n=len(files))
    if address and live_at_address(index) >= limits.MOST_LIVE_AT_ADDRESS:
        raise limits.too_much()
    with cleaned(files) as (clean, written), transaction.atomic():
        try:
            with transaction.atomic():
                chat = Chat.objects.create(
                    token_hash=fingerprint(token),
                    language=new.language,
                    address_index=index,
                    **values,
                )
        except IntegrityError:
            return Begun(Chat.objects.get(token_hash=fingerprint(token)), token)
        chat.refresh_from_db()
        line = add_line(chat, ChatSide.VISITOR, text, by=by, client_id=new.nonce)
        attach_files(line, clean, written)
        write(chat, visitor_read=line.pk, awaits_since=database_now())
        note_sign(chat_id=chat.pk, side=ChatSide.VISITOR)
        data = {"language": chat.language, "waybill": chat.waybill_id, "files": len(clean)}
        record("chat.started", chat, by=by, at=at, data=data)
    give_waiting(by=machine(), at=at)
    chat.refresh_from_db()
    return Begun(chat, token)


def _check_open() -> None:
    if not opening(chat_settings(), database_now()).is_open:
        raise RuleBroken(
            _("Nobody is free to chat right now. Leave a message; what you wrote is kept."),
            code="chat_closed",
            rule="CMP-1",
        )


def _token(nonce: UUID | None) -> str:
    """256 bits. From the form's own id, so that a form that is sent twice meets its chat again."""
    if nonce is None:
        return secrets.token_urlsafe(32)
    digest = salted_hmac("chat.chat", nonce.hex, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _visitor_values(new: NewChat) -> dict[str, Any]:
    contact = contact_values(name=new.name, phone=new.phone, email=new.email)
    number, waybill = shipment_named(new.waybill_number)
    if not number:
        waybill = shipment_in(new.text)
    return {
        "name": contact["contact_name"],
        "phone": contact["contact_phone"],
        "email": contact["contact_email"],
        "waybill_number": number,
        "waybill": waybill,
    }


def leave_message(
    *,
    new: NewChat,
    case_class: CaseClass,
    address: str,
    by: User,
    at: datetime,
    files: Sequence[NewFile] = (),
) -> Left:
    """Outside staffed hours the chat is a message: a case of channel chat, and a time by which it
    is answered (CMP-1). A phone or an e-mail address is needed, or nobody could answer."""
    text = needed(new.text, "text", most=LONGEST_LINE)
    check_files(len(files), 0)
    if not new.phone.strip() and not new.email.strip():
        raise BadInput(
            _("Leave a phone number or an e-mail address, so that we can answer."),
            code="required",
            field="contact_phone",
        )
    values = _visitor_values(new)
    limits.count_or_refuse("messages", limits.MESSAGES, address, at=at)
    limits.count_or_refuse("files", limits.FILES, address, at=at, n=len(files))
    reply_by = opening(chat_settings(), database_now()).reply_by
    with transaction.atomic():
        opened = open_case(
            new=NewCase(
                case_class=case_class,
                channel=CaseChannel.CHAT,
                description=with_number(
                    text, values["waybill_number"], known=values["waybill"] is not None
                ),
                waybill=values["waybill"],
                contact_name=values["name"],
                contact_phone=values["phone"],
                contact_email=values["email"],
                language=new.language,
                source_key=f"chat:{fingerprint(_token(new.nonce))[:40]}",
            ),
            by=by,
            at=at,
            files=files,
        )
        if opened.is_new:
            promise_reply(opened.case, reply_by, by=machine(), at=at)
    return Left(opened.case, reply_by)
