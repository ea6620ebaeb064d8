"""A chat becomes a case, or part of one: every line an entry, every file with it (CMP-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.chat.enums import ChatSide
from apps.chat.models import Chat, ChatLine
from apps.chat.rules.words import say
from apps.chat.services.rows import USED, lock_chat, write
from apps.complaints.enums import TROUBLE, CaseChannel, CaseClass, EntryKind
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CaseEntry, CaseFile
from apps.complaints.rules.cases import check_live
from apps.complaints.services import clocks
from apps.complaints.services.locking import add_to_search
from apps.complaints.services.locking import write as write_case
from apps.complaints.services.opening import open_case
from apps.complaints.services.satisfaction import act_on_score, record_answer
from apps.complaints.services.talking import ANSWER, add_internal, answered
from apps.core.errors import RuleBroken
from apps.core.masking import mask_name, mask_text
from apps.events.services import record
from apps.knowledge.enums import UseHow
from apps.knowledge.models import ArticleVersion
from apps.knowledge.services import note_use
from apps.sla import services as sla

KIND_OF = {
    ChatSide.VISITOR: EntryKind.MESSAGE_IN,
    ChatSide.AGENT: EntryKind.MESSAGE_OUT,
    ChatSide.NOTE: EntryKind.NOTE,
    ChatSide.SYSTEM: EntryKind.SYSTEM,
}
LONGEST_NAME = 160


@dataclass(frozen=True, slots=True)
class Filing:
    """What the agent says of a chat: its class and subject, or a case that is there already."""

    case_class: CaseClass = CaseClass.INQUIRY
    title: str = ""
    into: Case | None = None
    # By rule and load even where it is an inquiry: nobody at the desk has it.
    by_rule: bool = False


@transaction.atomic
def open_case_from_chat(*, chat_id: int, filing: Filing, by: User, at: datetime) -> Chat:
    """Record the matter while both still talk: a complaint is with its team at once (CMP-2).
    What is said afterwards is added when the chat closes."""
    chat = lock_chat(chat_id)
    if chat.agent_id != by.pk:
        raise RuleBroken(_("This chat is not yours."), code="not_yours", field="agent")
    if chat.case is not None:
        raise RuleBroken(
            _("It is recorded under %(number)s already.") % {"number": chat.case.number},
            code="nothing_changed",
        )
    file_lines(chat, filing, by=by, at=at)
    write(chat)
    return chat


def file_lines(chat: Chat, filing: Filing, *, by: User, at: datetime) -> Case:
    """Put every line that is not there yet into the chat's case, opening one if need be.

    The clocks count from when the chat began, and are met at the instants at which the agent wrote.
    The caller holds the chat's lock and writes the chat.
    """
    there = chat.case or filing.into
    case = _locked(there or _open(chat, filing, by=by, at=at))
    if there is not None and chat.case is None:
        check_live(case)
    lines = list(chat.lines.select_related("by").prefetch_related("files").order_by("pk"))
    entries = _add_entries(chat, case, lines)
    _add_files(chat, lines)
    _note_uses(case, lines)
    values: dict[str, Any] = add_to_search(case, *(e.text for e in entries if not e.is_internal))
    ours = next((line for line in lines if line.side == ChatSide.AGENT), None)
    if ours is not None:
        values |= answered(case, by=ours.by, at=ours.at)
        clocks.done(case, *ANSWER, by=ours.by, at=ours.at)
    values["awaits_answer"] = chat.awaits_since is not None
    write_case(case, at=at, bump=False, **values)
    if there is not None and entries:
        data = {"channel": str(CaseChannel.CHAT), "owner": case.owner_id, "files": 0}
        record("case.message_in", case, by=by, at=at, data={**data, "entry": entries[-1].pk})
    chat.case = case
    chat.save(update_fields=["case"])
    data = {"case": case.pk, "number": case.number, "lines": len(entries)}
    record("chat.filed", chat, by=by, at=at, data=data)
    return case


def rate_case(chat: Chat, *, by: User, at: datetime) -> None:
    """What the visitor said in the chat about how satisfied they are counts for the case (CMP-7)."""
    if chat.case is None or chat.rating is None:
        return
    case = _locked(chat.case)
    record_answer(case, chat.rating, chat.rating_comment, CaseChannel.CHAT, by=by, at=at)
    act_on_score(case, chat.rating, by=by, at=at)


def _locked(case: Case) -> Case:
    """Whoever may answer the chat may add it to its case, whatever unit the case belongs to."""
    return (
        Case.objects.select_for_update(of=["self"], no_key=True)
        .select_related("customer", "waybill", "owner", "unit", "merged_into")
        .get(pk=case.pk)
    )


def _open(chat: Chat, filing: Filing, *, by: User, at: datetime) -> Case:
    first = chat.lines.filter(side=ChatSide.VISITOR).order_by("pk").first()
    text = (first.text if first else "") or _("(sent a file)")
    opened = open_case(
        new=NewCase(
            case_class=filing.case_class,
            channel=CaseChannel.CHAT,
            description=with_number(text, chat.waybill_number, known=chat.waybill_id is not None),
            title=filing.title,
            waybill=chat.waybill,
            contact_name=chat.name,
            contact_phone=chat.phone,
            contact_email=chat.email,
            language=Language(chat.language),
            # Trouble goes to its team; a question stays with whoever answered it.
            keep=filing.case_class not in TROUBLE and not filing.by_rule,
            source_key=f"chat:{chat.token_hash[:40]}",
            external_id=_external(first) if first else "",
            author_label=_label(chat),
        ),
        by=by,
        at=chat.started_at,
    )
    return opened.case


def promise_reply(case: Case, reply_by: datetime, *, by: User, at: datetime) -> None:
    """What a page told somebody outside is a promise with a clock of its own; whoever gets the
    case keeps it."""
    label = _("Reply to the message left in the chat")
    sla.promise(subject=case, due_at=reply_by, label=label, by=by, at=at, owner=case.owner)
    add_internal(case, EntryKind.PROMISE, label, by=by, at=at)


def with_number(text: str, number: str, *, known: bool) -> str:
    """A waybill number that is none of ours is part of what was said."""
    if not number or known:
        return text
    given = _("Waybill number given: %(number)s") % {"number": number}
    return f"{text}\n{given}"


def _add_entries(chat: Chat, case: Case, lines: Sequence[ChatLine]) -> list[CaseEntry]:
    there = _entries_of(lines)
    label = _label(chat)
    rows = []
    for line in lines:
        if _external(line) in there:
            continue
        kind = KIND_OF[ChatSide(line.side)]
        rows.append(
            CaseEntry(
                case=case,
                kind=kind,
                channel=CaseChannel.CHAT,
                text=_text(chat, line),
                is_internal=kind in (EntryKind.NOTE, EntryKind.SYSTEM),
                author_label=label if line.side == ChatSide.VISITOR else "",
                external_id=_external(line),
                at=line.at,
                by=line.by,
            )
        )
    return CaseEntry.objects.bulk_create(rows)


def _note_uses(case: Case, lines: Sequence[ChatLine]) -> None:
    """The replies that were sent in the chat count as those sent in a case do; filed again they change nothing."""
    with_reply = [line for line in lines if line.params.get(USED)]
    versions = ArticleVersion.objects.only("pk").in_bulk(
        {pk for line in with_reply for pk in line.params[USED]}
    )
    for line in with_reply:
        note_use(
            [versions[pk] for pk in line.params[USED]],
            how=UseHow.SENT, case_id=case.pk, case_class=case.case_class, by=line.by, at=line.at,
        )  # fmt: skip


def _add_files(chat: Chat, lines: Sequence[ChatLine]) -> None:
    """The files themselves stay where they are; both point to them."""
    with_files = [line for line in lines if line.files.all()]
    entries = _entries_of(with_files)
    there = set(CaseFile.objects.filter(entry__in=entries.values()).values_list("path", flat=True))
    CaseFile.objects.bulk_create(
        CaseFile(
            entry_id=entries[_external(line)],
            key=uuid4(),
            path=file.path,
            name=mask_text(file.name)[-LONGEST_NAME:],
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
        )
        for line in with_files
        for file in line.files.all()
        if file.path not in there
    )


def _entries_of(lines: Sequence[ChatLine]) -> dict[str, int]:
    names = [_external(line) for line in lines]
    found = CaseEntry.objects.filter(external_id__in=names)
    return dict(found.values_list("external_id", "pk"))


def _external(line: ChatLine) -> str:
    return f"chat-line:{line.pk}"


def _text(chat: Chat, line: ChatLine) -> str:
    if not line.word:
        return str(line.text)
    with translation.override(chat.language):
        return say(line.word, line.params)


def _label(chat: Chat) -> str:
    return mask_name(chat.name) or _("Visitor")
