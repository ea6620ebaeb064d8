"""The thread that a mail about a case stands in: whom it answers, what went before (RFC 5322)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.storage import default_storage

from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.models import FROM_CUSTOMER, Case, CaseEntry, CaseFile
from apps.complaints.queries.links import tag_of
from apps.notifications.addresses import bare_email
from apps.notifications.enums import Audience, ChannelName
from apps.notifications.models import Delivery

# What intake writes before the Message-ID of a mail from the customer.
MAIL_ID = "mail:"
MOST_REFERENCES = 20
# A stranger chose it and it becomes a header.
_ID = re.compile(r"<[!-;=?-~]{1,180}>", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{32}")
MOST_BYTES = 8 * 1024 * 1024  # of files; more than that stays behind the link


@dataclass(frozen=True)
class Attached:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Thread:
    """``is_automatic``: nobody wrote this, so nothing may answer it by itself."""

    sender: str
    tag: str
    subject: str = ""  # of the mail that opened the case
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    is_automatic: bool = True
    files: list[Attached] = field(default_factory=list)


def thread_of(delivery: Delivery) -> Thread | None:
    """None for a mail that is no part of a conversation."""
    if delivery.case is None or delivery.audience != Audience.CASE_CONTACT:
        return None
    case, sender = delivery.case, case_sender()
    theirs = _their_mails(case)
    ours = _our_mails(delivery, sender)
    messages = [pair[1] for pair in sorted([*theirs, *ours])]
    answered = theirs[-1][1] if theirs else (ours[-1][1] if ours else "")
    entry = _entry_of(delivery)
    return Thread(
        sender=sender,
        tag=tag_of(case),
        subject=case.title if case.channel == CaseChannel.EMAIL else "",
        in_reply_to=answered,
        references=tuple(one for one in messages if one != answered)[-MOST_REFERENCES:],
        is_automatic=entry is None,
        files=_files(entry) if entry is not None else [],
    )


def case_sender() -> str:
    """The mailbox that intake reads, so that an answer comes back into the case."""
    return str(getattr(settings, "INQUIRY_MAIL_FROM", "") or settings.DEFAULT_FROM_EMAIL)


def message_id(key: str, sender: str) -> str:
    """Ours, the same for every attempt; whoever names it has had the mail."""
    return f"<{key}@{bare_email(sender).rpartition('@')[2] or 'localhost'}>"


def mails_of_ours(message_ids: Sequence[str]) -> list[Delivery]:
    """Mails we sent, by the Message-IDs that an answer names; newest first. Whoever knows one has
    seen the mail: it holds 122 random bits."""
    keys = [key for key in map(key_of, message_ids) if key]
    rows = Delivery.objects.filter(channel=ChannelName.EMAIL, provider_ref__in=keys)
    return list(rows.select_related("case").order_by("-pk")[:MOST_REFERENCES])


def key_of(message_id: str) -> str:
    """The delivery's key inside one of our Message-IDs; "" for anybody else's."""
    key = message_id.strip("<> ").partition("@")[0]
    return key if _KEY.fullmatch(key) else ""


def _their_mails(case: Case) -> list[tuple[float, str]]:
    rows = CaseEntry.objects.filter(
        case=case, kind__in=FROM_CUSTOMER, external_id__startswith=f"{MAIL_ID}<"
    )
    found = rows.order_by("-at", "-pk").values_list("at", "external_id")[:MOST_REFERENCES]
    named = [(at.timestamp(), text.removeprefix(MAIL_ID)) for at, text in found]
    return sorted(pair for pair in named if _ID.fullmatch(pair[1]))


def _our_mails(delivery: Delivery, sender: str) -> list[tuple[float, str]]:
    rows = Delivery.objects.filter(
        case=delivery.case_id,
        audience=Audience.CASE_CONTACT,
        channel=ChannelName.EMAIL,
        pk__lt=delivery.pk,
        first_attempt__isnull=False,
    )
    found = rows.order_by("-pk").values_list("first_attempt", "idempotency_key")[:MOST_REFERENCES]
    return sorted((at.timestamp(), message_id(key.hex, sender)) for at, key in found if at)


def _entry_of(delivery: Delivery) -> CaseEntry | None:
    """What a person of ours wrote, if that is what is sent."""
    number = delivery.event.data.get("entry") if delivery.event else None
    if not isinstance(number, int):
        return None
    kinds = (EntryKind.MESSAGE_OUT, EntryKind.PLAN, EntryKind.SOLUTION)
    return CaseEntry.objects.filter(pk=number, case=delivery.case_id, kind__in=kinds).first()


def _files(entry: CaseEntry) -> list[Attached]:
    """As many as fit; the page behind the link has all of them."""
    found, room = [], MOST_BYTES
    rows: list[CaseFile] = list(entry.files.all())
    for row in rows:
        if row.size > room:
            continue
        try:
            with default_storage.open(row.path) as stored:
                found.append(Attached(row.name, row.content_type, stored.read()))
        except FileNotFoundError:
            continue
        room -= row.size
    return found
