"""Sending replies by mail: claimed, sent with no transaction open, recorded (TRK-8).

What certainly was not taken is tried again; what the server may have is never sent again blindly.
"""

import json
import smtplib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.inquiries.enums import MessageState
from apps.inquiries.mail.writing import reply_mail
from apps.inquiries.models import InboundMessage
from apps.inquiries.services.claiming import keep
from apps.inquiries.states import MESSAGE_MOVES
from apps.notifications.addresses import bare_email

if TYPE_CHECKING:
    from apps.accounts.models import User

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
LEASE = timedelta(minutes=5)


def send_replies(*, at: datetime, limit: int = 100) -> int:
    """Send what is due; how many the mail server took."""
    give_up_lost(at=at)
    sent = 0
    for _n in range(limit):
        row = _claim(at)
        if row is None:
            break
        state, reason = _send(row)
        sent += state == MessageState.ANSWERED
        _record(row.pk, state, reason, at)
    return sent


@transaction.atomic
def give_up_lost(*, at: datetime) -> int:
    """A worker was lost while it sent: whether the server has the reply is open."""
    lost = (
        InboundMessage.objects.select_for_update(skip_locked=True)
        .filter(state=MessageState.SENDING, due_at__lte=at)
        .order_by("pk")[:100]
    )
    for row in lost:
        _move(row, MessageState.UNCLEAR, reason="worker_lost", due_at=None)
    return len(lost)


@transaction.atomic
def settle_reply(
    *, message_id: int, state: MessageState, by: "User", at: datetime
) -> InboundMessage:
    """A person decides about a reply that failed or is unclear: send it again (WAITING), it did
    arrive (ANSWERED), or leave it (IGNORED)."""
    row = InboundMessage.objects.select_for_update().get(pk=message_id)
    if row.state not in (MessageState.FAILED, MessageState.UNCLEAR):
        raise RuleBroken(_("This reply needs no decision."), code="illegal_move", field="state")
    again = state == MessageState.WAITING
    _move(row, state, reason="", due_at=at if again else None, attempts=0)
    kind = "inboundmessage.retried" if again else "inboundmessage.dropped"
    record(kind, row, by=by, at=at, data={"state": str(state)})
    return row


@transaction.atomic
def _claim(at: datetime) -> InboundMessage | None:
    row = (
        InboundMessage.objects.select_for_update(skip_locked=True)
        .filter(state=MessageState.WAITING, due_at__lte=Now())
        .order_by("due_at", "pk")
        .first()
    )
    if row is not None:
        _move(row, MessageState.SENDING, due_at=at + LEASE, attempts=row.attempts + 1)
    return row


def _send(row: InboundMessage) -> tuple[MessageState, str]:
    """What became of it; WAITING when it may be tried again."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as problem:
        return MessageState.WAITING, type(problem).__name__
    try:
        connection.send_messages([_mail(row)])
    except smtplib.SMTPResponseException as problem:
        return _refused(problem.smtp_code)
    except smtplib.SMTPRecipientsRefused as problem:
        return _refused(max((code for code, _text in problem.recipients.values()), default=550))
    except (OSError, smtplib.SMTPException) as problem:
        return MessageState.UNCLEAR, type(problem).__name__
    finally:
        _close(connection)
    return MessageState.ANSWERED, ""


def _close(connection: object) -> None:
    try:
        connection.close()  # type: ignore[attr-defined]  # every mail backend has it
    except (OSError, smtplib.SMTPException):
        # The server has taken the mail or refused it by now; how it hangs up changes nothing.
        return


def _refused(code: int) -> tuple[MessageState, str]:
    state = MessageState.WAITING if 400 <= code < 500 else MessageState.FAILED
    return state, f"smtp_{code}"


def _mail(row: InboundMessage) -> EmailMessage:
    thread = json.loads(row.thread or "{}")
    sender = str(getattr(settings, "INQUIRY_MAIL_FROM", "") or settings.DEFAULT_FROM_EMAIL)
    domain = bare_email(sender).rpartition("@")[2] or "localhost"
    return reply_mail(
        to=row.asker,
        subject=row.subject,
        text=row.reply,
        sender=sender,
        message_id=f"<inquiry-{row.pk}-{row.key[:12]}@{domain}>",
        in_reply_to=thread.get("id", ""),
        references=thread.get("references", []),
    )


@transaction.atomic
def _record(pk: int, state: MessageState, reason: str, at: datetime) -> None:
    row = InboundMessage.objects.select_for_update().get(pk=pk)
    if row.state != MessageState.SENDING:
        return  # given up meanwhile: a person decides
    if state != MessageState.WAITING:
        _move(row, state, reason=reason, due_at=None)
    elif row.attempts > len(WAITS):
        _move(row, MessageState.FAILED, reason=reason, due_at=None)
    else:
        _move(row, state, reason=reason, due_at=at + WAITS[row.attempts - 1])


def _move(row: InboundMessage, to: MessageState, **changes: object) -> None:
    MESSAGE_MOVES.check(MessageState(row.state), to)
    reason = str(changes.pop("reason", row.reason))[:60]
    keep(row, state=to, reason=reason, **changes)
