"""The reply to a mail, in its thread, marked so that no machine answers it. Pure."""

from collections.abc import Sequence

from django.core.mail import EmailMessage

from apps.notifications.mail import OUTGOING

MOST_REFERENCES = 20


def reply_mail(
    *,
    to: str,
    subject: str,
    text: str,
    sender: str,
    message_id: str,
    in_reply_to: str,
    references: Sequence[str],
) -> EmailMessage:
    """``message_id`` is ours and the same for every try."""
    headers = {**OUTGOING, "Auto-Submitted": "auto-replied", "Message-ID": message_id}
    if in_reply_to:
        thread = [r for r in references if r != in_reply_to][-MOST_REFERENCES:]
        headers["In-Reply-To"] = in_reply_to
        headers["References"] = " ".join([*thread, in_reply_to])
    return EmailMessage(
        subject=subject if subject[:3].lower() in ("re:", "re：") else f"Re: {subject}",
        body=text,
        from_email=sender,
        to=[to],
        headers=headers,
    )
