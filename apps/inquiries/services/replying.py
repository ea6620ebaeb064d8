"""Sending replies by mail: claimed, sent with no transaction open, recorded (TRK-8).

What certainly was not taken is tried again; what the server may have is never sent again blindly.
Whoever sends holds a session lock on the message, so that PostgreSQL knows when it has died; only
what was on the wire by then is unclear (docs/adr/0014).
"""

import json
import smtplib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, connection, transaction
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
_KEY = 0x59500008  # the first half of the lock's key; the second is the message
_HALF = 2**31
_HELD = """
SELECT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
    AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def send_replies(*, at: datetime, limit: int = 100) -> int:
    """Send what is due; how many the mail server took."""
    take_over_lost(at=at)
    sent = 0
    for _n in range(limit):
        row = _claim(at)
        if row is None:
            break
        try:
            state, reason = _send(row)
            sent += state == MessageState.ANSWERED
            _record(row.pk, state, reason, at)
        finally:
            _let_go(row.pk)
    return sent


@transaction.atomic
def take_over_lost(*, at: datetime) -> int:
    """A worker was lost while it sent, or hangs beyond its lease: what had not begun is due again,
    of the rest it is open whether the server has the reply."""
    sending = InboundMessage.objects.select_for_update(skip_locked=True).filter(
        state=MessageState.SENDING
    )
    lost = [row for row in sending.order_by("pk")[:100] if _is_over(row, at)]
    for row in lost:
        if row.on_wire_since is None:
            _move(row, MessageState.WAITING, reason="worker_lost", due_at=at)
        else:
            _move(row, MessageState.UNCLEAR, reason="worker_lost", due_at=None)
    return len(lost)


def _is_over(row: InboundMessage, at: datetime) -> bool:
    return row.due_at is None or row.due_at <= at or not _is_held(row.pk)


def _is_held(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [_KEY, pk % _HALF])
        return bool(cursor.fetchone()[0])


def _let_go(pk: int) -> None:
    """Of the lock; the database has done so already where the connection was lost."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_KEY, pk % _HALF])


def _begin(row: InboundMessage) -> bool:
    """Write down that the reply may be on the wire from now on; False when it was taken over."""
    mine = InboundMessage.objects.filter(
        pk=row.pk, state=MessageState.SENDING, attempts=row.attempts, on_wire_since__isnull=True
    )
    return mine.update(on_wire_since=Now()) == 1


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
        with connection.cursor() as cursor:  # of the session: it outlives this transaction
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_KEY, row.pk % _HALF])
        changes = {"attempts": row.attempts + 1, "on_wire_since": None}
        _move(row, MessageState.SENDING, due_at=at + LEASE, **changes)
    return row


def _send(row: InboundMessage) -> tuple[MessageState, str]:
    """What became of it; WAITING when it may be tried again."""
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as problem:
        return MessageState.WAITING, type(problem).__name__
    try:
        if not _begin(row):
            return MessageState.WAITING, "worker_lost"
        server.send_messages([_mail(row)])
    except smtplib.SMTPResponseException as problem:
        return _refused(problem.smtp_code)
    except smtplib.SMTPRecipientsRefused as problem:
        return _refused(max((code for code, _text in problem.recipients.values()), default=550))
    except (OSError, smtplib.SMTPException) as problem:
        return MessageState.UNCLEAR, type(problem).__name__
    finally:
        _close(server)
    return MessageState.ANSWERED, ""


def _close(server: object) -> None:
    try:
        server.close()  # type: ignore[attr-defined]  # every mail backend has it
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
