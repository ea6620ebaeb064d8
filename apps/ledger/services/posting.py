"""Entries: once by their key, both sides in one row, never changed, reversed once and exactly."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.database import array, quoted
from apps.core.errors import RuleBroken
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.models import Entry, Posting
from apps.ledger.queries import open_since
from apps.ledger.rules import fault_of, reversed_postings, same_postings
from apps.ledger.services.accounts import account_ids

if TYPE_CHECKING:
    from apps.accounts.models import User

_FAULTS = {
    "entry_nameless": gettext_lazy("An entry needs a key, a kind and a summary."),
    "entry_empty": gettext_lazy("An entry needs at least one posting."),
    "posting_amount": gettext_lazy("An amount is above zero and has at most two decimals."),
    "posting_one_account": gettext_lazy("Debit and credit are the same account."),
    "posting_half_memo": gettext_lazy("One side is off the balance sheet and the other is not."),
}
_ENTRIES = """
INSERT INTO ledger_entry
    (key, kind, day, text, subject_type, subject_id, lines, reverses_id, at, by_id)
SELECT key, kind, day, text, subject_type, subject_id, lines, reverses_id, %s, %s
FROM unnest(%s::varchar[], %s::varchar[], %s::date[], %s::varchar[], %s::varchar[], %s::varchar[],
    %s::smallint[], %s::bigint[]) WITH ORDINALITY
    AS w (key, kind, day, text, subject_type, subject_id, lines, reverses_id, place)
ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING id, key
"""
_POSTINGS = """
INSERT INTO ledger_posting (entry_id, n, day, debit_id, credit_id, amount, waybill)
SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::bigint[], %s::bigint[],
    %s::numeric[], %s::varchar[])
"""


def post_entry(
    *,
    key: str,
    kind: str,
    day: date,
    postings: Sequence[NewPosting],
    subject: models.Model,
    by: "User",
    at: datetime,
    text: str = "",
    reverses: Entry | None = None,
) -> Entry:
    """Post one entry and give it; the same key again gives the entry that is there.

    Raises RuleBroken: ``period_closed``, ``key_taken`` when the key belongs to an entry with another
    day or other postings, and what ``rules.fault_of`` names.
    """
    new = NewEntry(
        key=key,
        kind=kind,
        day=day,
        text=text or kind,
        postings=postings,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reverses_id=reverses.pk if reverses else None,
    )
    [pk] = post_entries([new], by=by, at=at)
    return Entry.objects.get(pk=pk)


@transaction.atomic
def post_entries(entries: Sequence[NewEntry], *, by: "User", at: datetime) -> list[int]:
    """Post many in a few statements: all of them or none. Gives their numbers in the order asked;
    those whose key is there already are given as they are, as ``post_entry`` does."""
    _refuse_faults(entries)
    fresh = _write(entries, by=by, at=at)
    there = [entry for entry in entries if entry.key not in fresh]
    known = {**fresh, **(_known(there) if there else {})}
    return [known[entry.key] for entry in entries]


@transaction.atomic
def reverse_entry(
    entry: Entry, *, by: "User", at: datetime, day: date | None = None, text: str = ""
) -> Entry:
    """Take an entry back: the same postings with sides exchanged, on ``day`` (today). Once: asked
    again it gives the reversal that is there. A reversal is not reversed."""
    if entry.reverses_id is not None:
        raise RuleBroken(
            _("This entry is a reversal already; post the right one anew."),
            code="reversal_of_reversal",
        )
    there = Entry.objects.filter(reverses=entry.pk).first()
    if there is not None:
        return there
    new = NewEntry(
        key=f"reverse:{entry.pk}",
        kind=entry.kind,
        day=day or timezone.localdate(at),
        text=text or _("Reversal: %(text)s") % {"text": entry.text[:180]},
        postings=reversed_postings(_postings_of(entry)),
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        reverses_id=entry.pk,
    )
    _refuse_faults([new])
    _write([new], by=by, at=at)
    return Entry.objects.get(reverses=entry.pk)


def _refuse_faults(entries: Sequence[NewEntry]) -> None:
    first_open = open_since()
    for number, entry in enumerate(entries, start=1):
        if fault := fault_of(entry):
            raise RuleBroken(_FAULTS[fault], code=fault, key=entry.key, row=number)
        if first_open is not None and entry.day < first_open:
            raise _closed(entry.day)


def _closed(day: date | None) -> RuleBroken:
    message = (
        _("%(day)s lies in a month that is closed.") % {"day": day.isoformat()}
        if day
        else _("The month has just been closed.")
    )
    return RuleBroken(message, code="period_closed", field="day")


def _write(entries: Sequence[NewEntry], *, by: Any, at: datetime) -> dict[str, int]:
    """Key → number of those that were not there."""
    ids = account_ids(side for e in entries for p in e.postings for side in (p.debit, p.credit))
    by_key = {entry.key: entry for entry in entries}
    new = list(by_key.values())
    # Literals of arrays: a month's end writes thousands, and each parameter of its own would be parsed.
    heads = [
        array(quoted(e.key) for e in new),
        array(quoted(e.kind) for e in new),
        array(e.day.isoformat() for e in new),
        array(quoted(e.text[:200]) for e in new),
        array(quoted(e.subject_type) for e in new),
        array(quoted(e.subject_id) for e in new),
        array(str(len(e.postings)) for e in new),
        array("NULL" if e.reverses_id is None else str(e.reverses_id) for e in new),
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ENTRIES, [at, by.pk, *heads])
            fresh = {key: pk for pk, key in cursor.fetchall()}
            lines = [
                (
                    str(fresh[e.key]),
                    str(n),
                    e.day.isoformat(),
                    str(ids[p.debit.key]),
                    str(ids[p.credit.key]),
                    f"{p.amount:f}",
                    quoted(p.waybill),
                )
                for e in new
                if e.key in fresh
                for n, p in enumerate(e.postings, start=1)
            ]
            if lines:
                cursor.execute(_POSTINGS, [array(column) for column in zip(*lines, strict=True)])
    except IntegrityError as error:
        diag = getattr(error.__cause__, "diag", None)
        if diag is not None and diag.constraint_name == "entry_month_open":
            raise _closed(None) from error
        raise
    return fresh


def _known(entries: Sequence[NewEntry]) -> dict[str, int]:
    """Those that are there already; refused when they are not the same."""
    rows = {entry.key: entry for entry in Entry.objects.filter(key__in=[e.key for e in entries])}
    for asked in entries:
        stored = rows[asked.key]
        lines = [(p.debit.key, p.credit.key, p.amount, p.waybill) for p in _postings_of(stored)]
        if stored.day != asked.day or not same_postings(lines, asked.postings):
            raise RuleBroken(
                _("“%(key)s” has been posted already, with another day or other amounts.")
                % {"key": asked.key},
                code="key_taken",
                key=asked.key,
            )
    return {key: entry.pk for key, entry in rows.items()}


def _postings_of(entry: Entry) -> list[NewPosting]:
    rows = Posting.objects.filter(entry=entry.pk).select_related("debit", "credit").order_by("n")
    return [NewPosting(_side(p.debit), _side(p.credit), p.amount, p.waybill) for p in rows]


def _side(account: Any) -> Side:
    kind = AccountKind(account.kind_id)
    if account.party_id is None:
        return Side(kind)
    return Side(kind, Party(PartyKind(account.party_kind), account.party_id, account.party_name))
