"""What is said about a case, on every channel, in one timeline (CMP-1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseChannel, CaseState, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import FROM_CUSTOMER, INTERNAL, TO_CUSTOMER, Case, CaseEntry
from apps.complaints.models.entry import CALLS
from apps.complaints.queries.words import reader_language
from apps.complaints.rules.cases import check_live, needed
from apps.complaints.services import clocks
from apps.complaints.services.locking import add_to_search, begin, lock_case, move_case, write
from apps.complaints.services.storing import attach, cleaned
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile
from apps.events.services import NewEvent, new_event, record, record_many
from apps.knowledge import services as knowledge
from apps.knowledge.enums import Audience, UseHow
from apps.knowledge.queries import article_in_force
from apps.knowledge.rules.replies import WHEN_SENT, check_filled, fill_reply
from apps.sla.enums import FactKind

ANSWER = (FactKind.SPOKEN, FactKind.RESPONDED)
MESSAGES = (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT, *CALLS)
EVENT_OF = {
    EntryKind.MESSAGE_IN: "case.message_in",
    EntryKind.MESSAGE_OUT: "case.message_out",
    EntryKind.CALL_IN: "case.call_in",
    EntryKind.CALL_OUT: "case.call_out",
}


def add_message(
    *,
    case_id: int,
    message: NewMessage,
    by: User,
    at: datetime,
    files: Sequence[NewFile | CleanFile] = (),
) -> CaseEntry:
    """Add a message or a call; ``at`` is when it was said, and the clocks are met at that instant.

    From the customer: ends the wait; a case that is over stays so and is marked as waiting for an
    answer; one that was merged takes it in its target. To the customer: the first word and the
    response of CMP-2; ``{contact}`` becomes the contact's name. The notifications floor sends what
    ``case.message_out`` announces by its channel. A message whose ``external_id`` is known already
    changes nothing and is returned.
    """
    if message.kind not in MESSAGES:
        raise BadInput(_("This is no message and no call."), code="bad_kind", field="kind")
    text = needed(message.text, "text") if not files else message.text.strip()
    with cleaned(files) as (clean, written), transaction.atomic():
        case = _right_case(case_id, message, by)
        known = _known(message.external_id)
        if known is not None:
            return known
        original_case_id = case_id if case.pk != case_id else None
        entry = add_entry(case, message, text, by=by, at=at, original_case_id=original_case_id)
        attach(entry, clean, written)
        react = _received if message.kind in FROM_CUSTOMER else _sent
        before = react(case, entry, by=by, at=at, search=add_to_search(case, text))
        data = {"entry": entry.pk, "channel": str(message.channel), "files": len(clean)}
        if message.kind in CALLS:
            data["reached"] = bool(entry.is_reached)
        data["owner"] = case.owner_id
        record_many([*before, new_event(EVENT_OF[message.kind], case, by=by, at=at, data=data)])
        return entry


def _known(external_id: str) -> CaseEntry | None:
    return CaseEntry.objects.filter(external_id=external_id).first() if external_id else None


def _right_case(case_id: int, message: NewMessage, by: User) -> Case:
    """What a customer says about a merged case belongs to its target, however often that was
    merged in turn. Only the last one is locked: a merge locks from there upwards."""
    if message.kind in FROM_CUSTOMER:
        into = Case.objects.filter(pk=case_id).values_list("merged_into_id", flat=True).first()
        case = lock_case(into or case_id, by)
        return lock_case(case.merged_into_id, by) if case.merged_into_id else case
    case = lock_case(case_id, by)
    if case.state != CaseState.CLOSED:
        check_live(case)
    return case


def add_entry(
    case: Case,
    message: NewMessage,
    text: str,
    *,
    by: User,
    at: datetime,
    original_case_id: int | None = None,
) -> CaseEntry:
    """The row alone; the caller holds the case's lock and tells the clocks. BadInput for words to the
    customer that still have a gap in them, RuleBroken ``internal_only`` for words of the knowledge base
    that are for staff."""
    if message.kind in TO_CUSTOMER:
        check_filled(text)
        knowledge.check_leaves(text, at=at)
        sent = knowledge.sendable(message.used, language=case.language, at=at)
        knowledge.note_use(
            sent, how=UseHow.SENT, case_id=case.pk, case_class=case.case_class, by=by, at=at
        )
        text = fill_reply(text, {WHEN_SENT: case.contact_name})
    reached = message.reached
    if message.kind in CALLS:
        reached = True if reached is None else reached
    return CaseEntry.objects.create(
        case=case,
        kind=message.kind,
        channel=message.channel,
        text=text,
        is_internal=message.kind in INTERNAL,
        is_reached=reached if message.kind in CALLS else None,
        author_label=message.author_label[:80],
        is_unverified=message.is_unverified,
        external_id=message.external_id[:200],
        original_case_id=original_case_id,
        at=at,
        by=by,
    )


def _received(
    case: Case, entry: CaseEntry, *, by: User, at: datetime, search: dict[str, Any]
) -> list[NewEvent]:
    """What else happened by that."""
    waits = entry.kind == EntryKind.MESSAGE_IN
    values = {**search, "awaits_answer": case.awaits_answer or waits}
    resumed = case.state == CaseState.WAITING
    if resumed:
        move_case(case, CaseState.OPEN, by=by, at=at, **values)
    else:
        write(case, at=at, bump=False, **values)
    if entry.kind == EntryKind.CALL_IN:
        clocks.done(case, FactKind.SPOKEN, by=by, at=at)
    if not resumed:
        return []
    return [new_event("case.resumed", case, by=by, at=at, data={"revision": case.version})]


def _sent(
    case: Case, entry: CaseEntry, *, by: User, at: datetime, search: dict[str, Any]
) -> list[NewEvent]:
    begin(case, by=by, at=at)
    values = {**search}
    if entry.is_reached is not False:
        values |= answered(case, by=by, at=at)
        clocks.done(case, *ANSWER, by=by, at=at)
    write(case, at=at, bump=False, **values)
    return []


def answered(case: Case, *, by: User, at: datetime) -> dict[str, Any]:
    """What to write on a case whose customer has heard from us; the clocks hear of ``ANSWER``."""
    values: dict[str, Any] = {"awaits_answer": False}
    if case.first_answered_at is None:
        values |= {"first_answered_at": at, "first_answered_by": by}
    return values


def log_call(
    *,
    case_id: int,
    incoming: bool,
    reached: bool,
    text: str,
    by: User,
    at: datetime,
) -> CaseEntry:
    """A phone call about the case; an outgoing one that reached nobody meets no clock."""
    kind = EntryKind.CALL_IN if incoming else EntryKind.CALL_OUT
    message = NewMessage(kind, text, CaseChannel.PHONE, reached=True if incoming else reached)
    return add_message(case_id=case_id, message=message, by=by, at=at)


def add_note(
    *, case_id: int, text: str, by: User, at: datetime, files: Sequence[NewFile | CleanFile] = ()
) -> CaseEntry:
    """An internal note; never leaves the company. Also on a case that is over."""
    text = needed(text, "text")
    with cleaned(files) as (clean, written), transaction.atomic():
        case = lock_case(case_id, by)
        entry = add_internal(case, EntryKind.NOTE, text, by=by, at=at)
        attach(entry, clean, written)
        write(case, at=at, bump=False, **add_to_search(case, text))
        data = {"entry": entry.pk, "files": len(clean)}
        record("case.noted", case, by=by, at=at, data=data)
        return entry


def add_internal(
    case: Case, kind: EntryKind, text: str, *, by: User, at: datetime, channel: str = ""
) -> CaseEntry:
    """A line of the timeline that the customer never sees; the caller holds the case's lock."""
    return CaseEntry.objects.create(
        case=case, kind=kind, channel=channel, text=text, is_internal=True, at=at, by=by
    )


def add_files(
    *,
    case_id: int,
    files: Sequence[NewFile | CleanFile],
    by: User,
    at: datetime,
    from_customer: bool,
    note: str = "",
) -> CaseEntry:
    """Files without a message: photos from the customer, or our own, which stay internal."""
    if not files:
        raise BadInput(_("Choose a file."), code="required", field="files")
    with cleaned(files) as (clean, written), transaction.atomic():
        case = lock_case(case_id, by)
        entry = CaseEntry.objects.create(
            case=case,
            kind=EntryKind.FILE,
            channel=case.channel if from_customer else "",
            text=note.strip()[:500],
            is_internal=not from_customer,
            at=at,
            by=by,
        )
        attach(entry, clean, written)
        write(case, at=at, bump=False)
        data = {"entry": entry.pk, "files": len(clean)}
        record("case.file_added", case, by=by, at=at, data=data)
        return entry


def note_article_read(*, case: Case, code: str, by: User, at: datetime) -> None:
    """An article was read beside a case; put on record once. An unknown code is nobody's use."""
    language = reader_language()
    version = article_in_force(code, Audience.INTERNAL, at, language)
    if version is not None:
        knowledge.note_use(
            [version], how=UseHow.READ, case_id=case.pk, case_class=case.case_class, by=by, at=at
        )
