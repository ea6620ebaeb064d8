"""Reading the mailbox over IMAP. A mail is marked as read only after it was taken in, and taking
it in twice changes nothing, so a lost connection loses nothing (TRK-8)."""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.db.models import F
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from apps.core.errors import NotStored
from apps.inquiries.enums import MessageState
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.models import MailboxState
from apps.inquiries.services.mail import keep_unreadable, take_mail

log = logging.getLogger(__name__)
MOST_PER_RUN = 200
# The database or our own tables are at fault: every mail would meet with it.
_OURS = (OperationalError, InterfaceError, ProgrammingError)


@dataclass(slots=True)
class Taken:
    taken: int = 0
    left_alone: int = 0
    unreadable: int = 0


def is_configured() -> bool:
    return bool(_setting("HOST"))


def read_mailbox(*, at: datetime) -> Taken:
    """Take in what is unread; a mailbox that cannot be reached is noted, not raised."""
    counts = Taken()
    if not is_configured():
        return counts
    error = ""
    try:
        with _open() as mailbox:
            for uid in mailbox.uids(AND(seen=False))[:MOST_PER_RUN]:
                error = _try(mailbox, uid, counts, at) or error
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as problem:
        error = type(problem).__name__
        log.warning("the mailbox cannot be read: %s", error)
    _note(counts, error, at)
    return counts


@contextmanager
def _open() -> Iterator[BaseMailBox]:
    host, port = _setting("HOST"), int(getattr(settings, "INQUIRY_IMAP_PORT", 993))
    mailbox: BaseMailBox
    if getattr(settings, "INQUIRY_IMAP_TLS", True):
        context = ssl.create_default_context()
        mailbox = MailBox(host, port, timeout=20, ssl_context=context)
    else:
        mailbox = MailBoxUnencrypted(host, port, timeout=20)
    folder = _setting("FOLDER") or "INBOX"
    with mailbox.login(_setting("USER"), _setting("PASSWORD"), folder) as opened:
        yield opened


def _try(mailbox: BaseMailBox, uid: str, counts: Taken, at: datetime) -> str:
    """What the server or our disk said no with: that mail stays unread for the next run, those
    behind it are read."""
    try:
        _take(mailbox, uid, counts, at)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as problem:
        log.warning("a mail could not be fetched: %s", type(problem).__name__)
        return type(problem).__name__
    except NotStored as problem:
        log.warning("a mail stays in the mailbox until there is room for its files")
        return problem.code
    return ""


def _take(mailbox: BaseMailBox, uid: str, counts: Taken, at: datetime) -> None:
    raw, is_cut = _fetch(mailbox, uid)
    try:
        row = take_mail(read_mail(raw, is_cut=is_cut), at=at)
    except (*_OURS, NotStored):
        raise
    except Exception as problem:  # whatever is inside a mail, the ones behind it are read
        log.warning("a mail could not be read: %s", type(problem).__name__)
        keep_unreadable(f"{_name()}:{uid}:{len(raw)}", type(problem).__name__, at=at)
        counts.unreadable += 1
    else:
        if row is not None:
            counts.taken += 1
            counts.left_alone += row.state == MessageState.IGNORED
    mailbox.flag(uid, MailMessageFlags.SEEN, True)


def _fetch(mailbox: BaseMailBox, uid: str) -> tuple[bytes, bool]:
    """The mail's bytes; of one that is too large only its headers. IMAP4.error when the server
    does not hand it over."""
    most = int(getattr(settings, "INQUIRY_MAIL_MAX_BYTES", 20 * 1024 * 1024))
    size = _size(_asked(mailbox, uid, "(RFC822.SIZE)"))
    what = "BODY.PEEK[]" if size <= most else "BODY.PEEK[HEADER]"
    found = _asked(mailbox, uid, f"({what})")
    raw = next((part[1] for part in found if isinstance(part, tuple)), b"")
    if not raw:
        raise imaplib.IMAP4.error("FETCH gave nothing")
    return raw[:most], size > most


def _asked(mailbox: BaseMailBox, uid: str, what: str) -> list[bytes | tuple[bytes, bytes]]:
    status, found = mailbox.client.uid("fetch", uid, what)
    if status != "OK":
        raise imaplib.IMAP4.error(f"FETCH: {status}")
    return found or []


def _size(found: list[bytes | tuple[bytes, bytes]]) -> int:
    for part in found:
        text = part[0] if isinstance(part, tuple) else part
        if isinstance(text, bytes) and b"RFC822.SIZE" in text:
            digits = text.split(b"RFC822.SIZE", 1)[1].split(b")")[0].split()[0]
            return int(digits) if digits.isdigit() else 0
    return 0


def _setting(name: str) -> str:
    return str(getattr(settings, f"INQUIRY_IMAP_{name}", ""))


def _name() -> str:
    folder = _setting("FOLDER") or "INBOX"
    return f"{_setting('HOST')}/{folder}"[:120]


def _note(counts: Taken, error: str, at: datetime) -> None:
    state, _made = MailboxState.objects.get_or_create(name=_name())
    changes = {
        "last_seen_at": at,
        "last_error": error,
        "failures_in_row": F("failures_in_row") + 1 if error else 0,
        "taken_in": F("taken_in") + counts.taken,
        "left_alone": F("left_alone") + counts.left_alone,
    }
    if not error:
        changes["last_success"] = at
    MailboxState.objects.filter(pk=state.pk).update(**changes)
