"""What the person who brought a case may see of it: their own words, our answers, what comes next.

Nothing internal, nobody's contact, and nothing that another person said, also where two cases of
the same matter were merged (TRK-10).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.complaints.enums import CaseState, EntryKind, Outcome
from apps.complaints.models import FROM_CUSTOMER, TO_CUSTOMER, Case, CaseEntry, CaseFile
from apps.complaints.models.entry import CALLS
from apps.complaints.queries.promises import answer_due

MOST_ENTRIES = 200
SHOWN = (*FROM_CUSTOMER, *TO_CUSTOMER, EntryKind.FILE)


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """``text`` is in clear: whoever holds the link wrote it or was written to. Of a call it is
    what our agent noted down, which is for us."""

    pk: int
    kind: EntryKind
    text: str
    is_ours: bool
    at: datetime
    files: tuple[CaseFile, ...]

    @property
    def is_call(self) -> bool:
        return self.kind in CALLS


@dataclass(frozen=True, slots=True)
class PublicCase:
    """``case`` is the one of the link, ``main`` where it is worked on now; they differ when it was
    merged. ``shared`` False: the other one is another person's, and its conversation is not shown.
    ``answer_due``: by when we answer next; None when nothing is due or we are late."""

    case: Case
    main: Case
    shared: bool
    entries: tuple[PublicEntry, ...]
    answer_due: datetime | None
    is_late: bool

    @property
    def state(self) -> CaseState:
        return CaseState(self.main.state)

    @property
    def outcome(self) -> Outcome | None:
        return Outcome(self.main.outcome) if self.main.outcome else None

    @property
    def may_write(self) -> bool:
        return self.state != CaseState.CANCELLED

    @property
    def may_withdraw(self) -> bool:
        """Only the one they brought, while somebody works on it."""
        return self.case.is_live and not self.withdrawn

    @property
    def withdrawn(self) -> bool:
        return self.main.outcome == Outcome.WITHDRAWN


def public_case(case: Case, at: datetime) -> PublicCase:
    """Four queries, however long the conversation is."""
    main = case.merged_into if case.merged_into is not None else case
    shared = main.pk == case.pk or same_person(case, main)
    due = answer_due(main)
    is_late = due is not None and due < at
    return PublicCase(
        case=case,
        main=main,
        shared=shared,
        entries=tuple(_entry(row) for row in entries_of(case, main if shared else case)),
        answer_due=None if is_late else due,
        is_late=is_late,
    )


def same_person(one: Case, other: Case) -> bool:
    """Whether both were brought by whoever holds the same phone, mailbox or WeChat account."""
    pairs = (
        (one.contact_phone_index, other.contact_phone_index),
        (one.contact_email_index, other.contact_email_index),
        (one.contact_wechat, other.contact_wechat),
    )
    return any(mine and mine == theirs for mine, theirs in pairs)


def entries_of(case: Case, main: Case) -> list[CaseEntry]:
    """The newest entries for the page of ``case``, oldest first."""
    mine = [case.pk, *(pk for pk in _absorbed(main) if pk != case.pk)]
    rows = CaseEntry.objects.filter(kind__in=SHOWN, is_internal=False)
    own = Q(case__in=mine) | Q(original_case__in=mine)
    if main.pk != case.pk:
        own |= Q(case=main.pk, original_case__isnull=True)
    else:
        own &= Q(original_case__isnull=True) | Q(original_case__in=mine)
    found = rows.filter(own).prefetch_related("files").order_by("-at", "-pk")[:MOST_ENTRIES]
    return list(reversed(found))


def _absorbed(main: Case) -> list[int]:
    """Cases of the same person that were merged into this one."""
    names = ("pk", "contact_phone_index", "contact_email_index", "contact_wechat")
    return [row.pk for row in main.absorbed.only(*names) if same_person(row, main)]


def _entry(row: CaseEntry) -> PublicEntry:
    return PublicEntry(
        pk=row.pk,
        kind=EntryKind(row.kind),
        text="" if row.kind in CALLS else row.text,
        is_ours=row.kind in TO_CUSTOMER,
        at=row.at,
        files=tuple(row.files.all()),
    )


def public_file(case: Case, key: UUID) -> CaseFile | None:
    """A file of the conversation that the link shows; None for any other."""
    main = case.merged_into if case.merged_into is not None else case
    shown = main if main.pk == case.pk or same_person(case, main) else case
    entries = {entry.pk for entry in entries_of(case, shown)}
    return CaseFile.objects.select_related("entry").filter(key=key, entry__in=entries).first()
