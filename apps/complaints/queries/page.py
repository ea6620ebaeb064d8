"""One case with all that its page shows, in a fixed number of queries, masked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.accounts.enums import UserKind
from apps.complaints.enums import CaseChannel, EntryKind, LinkKind
from apps.complaints.models import (
    FROM_CUSTOMER,
    TO_CUSTOMER,
    Case,
    CaseEntry,
    CaseFile,
    CaseHold,
    CaseLink,
    CaseReader,
    SatisfactionAsk,
)
from apps.complaints.queries.clocks import clocks_of
from apps.complaints.rules.privacy import masked
from apps.core.masking import mask_name, mask_phone, mask_text
from apps.sla.models import Clock

if TYPE_CHECKING:
    from apps.accounts.models import User

# The page says every ten seconds that it is still open.
READING = timedelta(seconds=30)
MOST_ENTRIES = 500
RELATED = ("customer", "waybill", "order", "owner", "unit", "cause", "merged_into")
# What the page says of the case and of the rows around it; these are wide, and most of it unread.
_NOT_SHOWN = ("search_grams", "name_parts", "source_key")
SHOWN_OF_CASE = [f.name for f in Case._meta.concrete_fields if f.name not in _NOT_SHOWN]
SHOWN_OF_USER = ("display_name", "username", "kind")
SHOWN_OF_ENTRY = (
    *("case", "kind", "channel", "text", "is_internal", "is_reached"),
    *("author_label", "is_unverified", "at"),
)
SHOWN_OF_RELATED = (
    *("customer__code", "customer__name", "customer__short_name", "customer__key_account"),
    *("waybill__number", "waybill__status", "waybill__status_reason", "waybill__goods_name"),
    *("waybill__origin_city", "waybill__destination_city"),
    *("waybill__expected_at", "waybill__promised_at", "order__number"),
    *("waybill__consignee_name", "waybill__sender_name"),  # hidden in what was said
    *("owner__display_name", "owner__username", "owner__kind", "unit__name", "unit__path"),
    *("cause__code", "cause__name", "cause__english_name", "merged_into__number"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the conversation; ``text`` is masked. ``of`` is the number of the merged case
    it was said in, "" for this one."""

    pk: int
    kind: EntryKind
    channel: CaseChannel | None
    text: str
    is_internal: bool
    is_ours: bool
    is_reached: bool | None
    author: str
    is_unverified: bool
    of: str
    at: datetime
    files: tuple[CaseFile, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Masked; in clear by ``services.reveal_case``."""

    name: str
    phone: str
    email: str
    has_wechat: bool


@dataclass(frozen=True, slots=True)
class Linked:
    case: Case
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody else who has the case open right now."""

    user: "User"
    is_writing: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    contact: Contact
    description: str
    solution: str
    lines: list[Line] = field(default_factory=list)
    linked: list[Linked] = field(default_factory=list)
    absorbed: list[Case] = field(default_factory=list)
    exceptions: list[Any] = field(default_factory=list)
    asks: list[SatisfactionAsk] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    # What keeps it from being closed, of this case and of those merged into it.
    holds: list[CaseHold] = field(default_factory=list)


class _Has(NamedTuple):
    absorbed: bool
    links: bool
    exceptions: bool
    asks: bool
    files: bool
    holds: bool


_HAS = """
SELECT EXISTS (SELECT 1 FROM complaints_case WHERE merged_into_id = %(case)s),
    EXISTS (SELECT 1 FROM complaints_caselink WHERE first_id = %(case)s OR second_id = %(case)s),
    EXISTS (SELECT 1 FROM {exceptions} WHERE case_id = %(case)s),
    EXISTS (SELECT 1 FROM complaints_satisfactionask WHERE case_id = %(case)s),
    EXISTS (SELECT 1 FROM complaints_casefile f JOIN complaints_caseentry e ON e.id = f.entry_id
        WHERE e.case_id = %(case)s),
    EXISTS (SELECT 1 FROM complaints_casehold h JOIN complaints_case c ON c.id = h.case_id
        WHERE %(case)s IN (c.id, c.merged_into_id) AND h.lifted_at IS NULL)
"""


def case_of(number: str, user: "User") -> Case:
    """Case.DoesNotExist for whoever may not see it, as for one that is not there."""
    return Case.objects.visible_to(user).select_related(*RELATED).get(number=number)


def case_page(number: str, user: "User") -> CasePage:
    """Everything the case's page shows, in six queries and one for each of merged cases, links,
    exceptions, questions how satisfied they are, files and holds that there are; Case.DoesNotExist for whoever
    may not see it."""
    visible = Case.objects.visible_to(user).select_related(*RELATED)
    case = visible.only(*SHOWN_OF_CASE, *SHOWN_OF_RELATED).get(number=number)
    has = _has(case)
    absorbed = list(case.absorbed.light().order_by("pk")) if has.absorbed else []
    numbers = {one.pk: one.number for one in absorbed}
    return CasePage(
        case=case,
        contact=contact_of(case),
        description=masked(case.description, case),
        solution=masked(case.solution, case),
        lines=lines_of(case, numbers, files=has.files or bool(absorbed)),
        linked=_links(case, user) if has.links else [],
        absorbed=absorbed,
        exceptions=_exceptions(case, user) if has.exceptions else [],
        asks=list(case.satisfaction_asks.order_by("-pk")[:10]) if has.asks else [],
        readers=readers_of(case, user),
        clocks=clocks_of(case),
        holds=list(holds_of(case)) if has.holds else [],
    )


def _has(case: Case) -> _Has:
    """What need not be asked for, in one query: most cases have none of these."""
    exceptions = case.exceptions.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_HAS.format(exceptions=exceptions), {"case": case.pk})
        return _Has(*cursor.fetchone())


def holds_of(case: Case) -> "QuerySet[CaseHold]":
    """What keeps it from being closed now (``services.holding.check_holds`` refuses by it)."""
    rows = CaseHold.objects.filter(Q(case=case) | Q(case__merged_into=case), lifted_at=None)
    return rows.order_by("pk")


def _exceptions(case: Case, user: "User") -> list[Any]:
    return list(case.exceptions.visible_to(user).order_by("-pk")[:20])


def contact_of(case: Case) -> Contact:
    return Contact(
        name=mask_name(case.contact_name),
        phone=mask_phone(case.contact_phone),
        email=mask_text(case.contact_email),
        has_wechat=bool(case.contact_wechat),
    )


def lines_of(case: Case, absorbed: dict[int, str], *, files: bool) -> list[Line]:
    """The conversation, oldest first, with that of merged cases; two queries, one if there are no
    ``files``."""
    entries = (
        CaseEntry.objects.filter(case__in=[case.pk, *absorbed])
        .select_related("by")
        .only(*SHOWN_OF_ENTRY, *(f"by__{name}" for name in SHOWN_OF_USER))
        .prefetch_related(*(["files"] if files else []))
        .order_by("-at", "-pk")[:MOST_ENTRIES]
    )
    return [
        _line(entry, case, absorbed, tuple(entry.files.all()) if files else ())
        for entry in reversed(entries)
    ]


def _line(
    entry: CaseEntry, case: Case, absorbed: dict[int, str], files: tuple[CaseFile, ...]
) -> Line:
    return Line(
        pk=entry.pk,
        kind=EntryKind(entry.kind),
        channel=CaseChannel(entry.channel) if entry.channel else None,
        text=masked(entry.text, case),
        is_internal=entry.is_internal,
        is_ours=entry.kind in TO_CUSTOMER or entry.is_internal,
        is_reached=entry.is_reached,
        author=entry.author_label or _author(entry),
        is_unverified=entry.is_unverified,
        of=absorbed.get(entry.case_id, ""),
        at=entry.at,
        files=files,
    )


def _author(entry: CaseEntry) -> str:
    """What a colleague took down is the customer's word, in that colleague's hand."""
    if entry.kind in FROM_CUSTOMER and entry.by.kind == UserKind.PERSON:
        return _("noted by %(name)s") % {"name": entry.by}
    return str(entry.by)


def _links(case: Case, user: "User") -> list[Linked]:
    """Linked cases that ``user`` may see."""
    links = CaseLink.objects.filter(Q(first=case) | Q(second=case))
    kinds = {
        (link.second_id if link.first_id == case.pk else link.first_id): LinkKind(link.kind)
        for link in links
    }
    if not kinds:
        return []
    found = Case.objects.visible_to(user).light().filter(pk__in=kinds).order_by("pk")
    return [Linked(other, kinds[other.pk]) for other in found]


def readers_of(case: Case, user: "User") -> list[Reader]:
    """Who else has it open, those who write first; one query. By the database's clock."""
    rows = (
        CaseReader.objects.filter(case=case, seen_at__gte=Now() - READING)
        .exclude(user=user)
        .select_related("user")
        .only("case", "is_writing", *(f"user__{name}" for name in SHOWN_OF_USER))
        .order_by("-is_writing", "user__display_name")
    )
    return [Reader(row.user, row.is_writing) for row in rows]


def file_of(key: str, user: "User") -> CaseFile:
    """A file by its key; CaseFile.DoesNotExist for whoever may not see its case."""
    visible = Case.objects.visible_to(user)
    return CaseFile.objects.select_related("entry__case").get(key=key, entry__case__in=visible)
