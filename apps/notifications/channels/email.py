"""E-mail over SMTP, step by step, because the step at which it breaks decides what may be done.

Before the final dot nothing was accepted and it may be sent again; once the dot is out and the
answer is lost, nobody knows. The connection is opened by Django's own backend (EMAIL_* settings).
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.core.masking import mask_text
from apps.notifications.addresses import bare_email
from apps.notifications.channels.base import Channel, Message, Outcome, within
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.mail import ANSWERING, OUTGOING, WRITTEN
from apps.notifications.queries.threads import Thread, message_id, thread_of

if TYPE_CHECKING:
    from apps.notifications.models import Delivery

# These are about us or about the moment, not about the address.
_OUR_FAULT = frozenset({521, 530, 534, 535, 538, 554, 571})


class EmailChannel(Channel):
    name = ChannelName.EMAIL
    label = _("E-mail")
    needs = ("EMAIL_HOST",)
    concurrency = 4
    begins_itself = True
    waits = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
    lease = timedelta(seconds=120)
    address_limits = ((3600, 30), (86_400, 200))

    def pace(self) -> tuple[float, float]:
        return within(float(getattr(settings, "EMAIL_PER_SECOND", 20.0)))

    def prepare(self, delivery: "Delivery") -> Thread | None:
        return thread_of(delivery)

    def send(self, message: Message) -> Outcome:
        if not message.address.isascii():
            return Outcome(Effect.FAILED, "not_writable")
        mail = compose(message)
        try:
            with _connection() as smtp:
                return _hand_over(smtp, mail, message)
        except smtplib.SMTPResponseException as refusal:
            # Greeting or sign-in: about us, never about the recipient.
            return _outcome(Effect.RETRY, refusal.smtp_code, refusal.smtp_error, trouble=True)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Effect.RETRY, _name(error), trouble=True)


def compose(message: Message) -> EmailMultiAlternatives:
    thread = message.extra if isinstance(message.extra, Thread) else None
    sender = thread.sender if thread else str(settings.DEFAULT_FROM_EMAIL)
    context = {"message": message, "paragraphs": message.text.splitlines()}
    with translation.override(message.language):
        text = render_to_string("notifications/email.txt", context)
        html = render_to_string("notifications/email.html", context)
    headers = {"Message-ID": message_id(message.key, sender), "Date": formatdate()}
    headers |= _threaded(thread) if thread else OUTGOING
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    subject = _subject(message, thread)
    mail = EmailMultiAlternatives(subject, text, sender, [message.address], headers=headers)
    mail.attach_alternative(html, "text/html")
    for file in thread.files if thread else ():
        mail.attach(file.name, file.content, file.content_type)
    return mail


def _threaded(thread: Thread) -> dict[str, str]:
    """Automatic or a person's own answer, and what it answers."""
    headers = dict(ANSWERING if thread.is_automatic else WRITTEN)
    if thread.in_reply_to:
        headers["In-Reply-To"] = thread.in_reply_to
        headers["References"] = " ".join([*thread.references, thread.in_reply_to])
    return headers


def _subject(message: Message, thread: Thread | None) -> str:
    """With the case's tag, so that an answer finds back even where a program drops the headers."""
    subject = " ".join(message.subject.split()) or message.topic
    if thread is None:
        return subject
    if thread.subject:
        subject = f"Re: {thread.subject}"
    return f"{subject} [{thread.tag}]"


@contextmanager
def _connection() -> Iterator[smtplib.SMTP]:
    timeout = int(getattr(settings, "EMAIL_TIMEOUT", None) or 20)
    backend = EmailBackend(timeout=timeout, fail_silently=False)
    backend.open()
    smtp = backend.connection
    assert smtp is not None  # noqa: S101  # open() either connects or raises
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            # A polite QUIT could wait for an answer that never comes.
            smtp.close()


def _hand_over(smtp: smtplib.SMTP, mail: EmailMultiAlternatives, message: Message) -> Outcome:
    smtp.ehlo_or_helo_if_needed()
    content = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message class takes it
    for verb, argument in (
        ("MAIL", f"FROM:<{bare_email(mail.from_email)}>"),
        ("RCPT", f"TO:<{message.address}>"),
        ("DATA", ""),
    ):
        if verb == "DATA":
            message.begin()
        code, reply = smtp.docmd(verb, argument)
        if code >= 400:
            return _refused(code, reply)
    # From here on the other side may have it.
    try:
        smtp.send(_dotted(content))
        code, reply = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Effect.AMBIGUOUS, _name(error))
    if code != 250:
        return _refused(code, reply)
    return _outcome(Effect.ACCEPTED, code, reply, ref=message.key)


def _dotted(content: bytes) -> bytes:
    quoted = smtplib._quote_periods(content)  # type: ignore[attr-defined]  # as smtplib.data() does
    ending: bytes = b"" if quoted.endswith(b"\r\n") else b"\r\n"
    return bytes(quoted) + ending + b".\r\n"


def _refused(code: int, reply: bytes) -> Outcome:
    if code < 500:
        return _outcome(Effect.RETRY, code, reply, trouble=code in (421, 454))
    if code in _OUR_FAULT:
        return _outcome(Effect.FAILED, code, reply, trouble=True)
    return _outcome(Effect.SUPPRESSED, code, reply)


def _outcome(effect: Effect, code: int, reply: Any, **more: Any) -> Outcome:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return Outcome(effect, str(code), answer={"said": mask_text(text)[:300]}, **more)


def _name(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else type(error).__name__[:40]
