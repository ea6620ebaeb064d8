"""Bank files: looked at, taken whole or held, never half. Equal lines of one day stay apart, and a file
that overlaps another adds only what is new."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.banking.enums import FileState
from apps.banking.matching.words import name_key
from apps.banking.models import DETAILS_SEPARATOR, BankAccount, BankFile, BankLine
from apps.banking.reading import Line, Reading, read_bank_file
from apps.banking.rules import (
    ACCOUNT_NUMBER,
    PARTY_NAME,
    fingerprint,
    is_held,
    is_own_number,
    plain_number,
)
from apps.banking.services.layouts import layouts
from apps.banking.states import FILE_MOVES
from apps.core.crypto import blind_index, encrypt
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import BadInput, RuleBroken
from apps.core.storage import all_or_nothing
from apps.core.text import required_text
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

POST = "apps.banking.tasks.post_lines"
_COLUMNS = (
    "account_id", "file_id", "row", "day", "time", "amount", "balance_after", "party_index",
    "name_index", "ref", "details", "fingerprint", "nth",
)  # fmt: skip
_COPY = f"COPY banking_bankline ({', '.join(_COLUMNS)}) FROM STDIN"
_CHUNK = 5_000
_UNWRITABLE = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " "})
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of a file: its reading, how many of its lines are new, and what a person should
    know. ``is_held``: it would wait for a person's word."""

    reading: Reading
    new: int
    known: int
    is_held: bool
    findings: list[dict[str, str | int]]


class _Marked(NamedTuple):
    """A line with what tells it apart."""

    line: Line
    party_index: str
    fingerprint: str
    nth: int


def preview_file(*, account: BankAccount, content: bytes, name: str, layout: str = "") -> Preview:
    """Look at a file without taking it; raises what ``take_file`` raises."""
    reading = _read(account, content, name, layout)
    marked = list(_marked(account, reading))
    new = len(marked) - len(_known(account, marked))
    return Preview(reading, new, len(marked) - new, is_held(reading), _findings(reading))


def take_file(
    *, account: BankAccount, content: bytes, name: str, by: "User", at: datetime, layout: str = ""
) -> BankFile:
    """Take in a file: its new lines are in, or it is held and none are. Raises BadInput for what cannot
    be read, and RuleBroken ``file_known`` for the same file again. The original is kept."""
    with all_or_nothing(), transaction.atomic():
        row = BankAccount.objects.select_for_update().get(pk=account.pk)
        reading = _read(row, content, name, layout)
        days = [line.day for line in reading.lines]
        file = BankFile(
            account=row,
            filename="".join(c for c in name if c.isprintable())[-160:],
            sha256=hashlib.sha256(content).hexdigest(),
            form=reading.form,
            layout=reading.layout,
            from_day=min(days),
            to_day=max(days),
            opening=reading.opening,
            closing=reading.closing,
            lines_total=len(days),
            is_proven=reading.is_proven,
            state=FileState.HELD if is_held(reading) else FileState.TAKEN,
            findings=_findings(reading),
            created_by_id=by.pk,
        )
        file.original.save(file.filename, ContentFile(content), save=False)
        file.save()
        data = {"file": file.pk, "lines": len(days)}
        if file.state == FileState.HELD:
            record("bankfile.held", row, by=by, at=at, data=data)
        else:
            new = _store(file, reading)
            record("bankfile.taken", row, by=by, at=at, data={**data, "new": new})
            enqueue_on_commit(POST)
    return file


@transaction.atomic
def release_file(file: BankFile, *, reason: str, by: "User", at: datetime) -> BankFile:
    """Take a held file after all, as it can be read; the reason is kept with it."""
    row = _judged(file, FileState.TAKEN, reason=reason, by=by, at=at)
    with row.original.open("rb") as original:
        reading = read_bank_file(original.read(), row.filename, layouts())
    row.save()
    new = _store(row, reading)
    record(
        "bankfile.released",
        row.account,
        by=by,
        at=at,
        data={"file": row.pk, "new": new, "reason": reason},
    )
    enqueue_on_commit(POST)
    return row


@transaction.atomic
def drop_file(file: BankFile, *, reason: str, by: "User", at: datetime) -> BankFile:
    """Leave a held file out; it stays on record."""
    row = _judged(file, FileState.DROPPED, reason=reason, by=by, at=at)
    row.save()
    record("bankfile.dropped", row.account, by=by, at=at, data={"file": row.pk, "reason": reason})
    return row


def _judged(file: BankFile, to: FileState, *, reason: str, by: "User", at: datetime) -> BankFile:
    why = required_text(reason)
    BankAccount.objects.select_for_update().get(pk=file.account_id)
    row = BankFile.objects.select_for_update().get(pk=file.pk)
    FILE_MOVES.check(FileState(row.state), to)
    row.state, row.judged_at, row.judged_by, row.judged_why = to, at, by, why
    return row


def _read(account: BankAccount, content: bytes, name: str, layout: str) -> Reading:
    known = BankFile.objects.filter(
        account=account, sha256=hashlib.sha256(content).hexdigest()
    ).first()
    if known is not None:
        raise RuleBroken(
            _("This very file was taken in on %(day)s by %(who)s; it brings nothing new.")
            % {"day": f"{known.created_at:%Y-%m-%d}", "who": known.created_by},
            code="file_known",
            field="file",
        )
    reading = read_bank_file(content, name, layouts(), layout=layout)
    if not reading.lines:
        why = _("The file holds no movement.")
        if reading.refused:
            first = reading.refused[0]
            why = _("No line can be read. Line %(row)s: %(why)s") % {"row": first.row, "why": first}
        raise BadInput(why, code="file_empty", field="file")
    _refuse_others(account, reading)
    return reading


def _refuse_others(account: BankAccount, reading: Reading) -> None:
    """A file of another account, or of several, or in another currency."""
    for statement in reading.statements:
        if statement.account and not is_own_number(statement.account, account.number):
            raise BadInput(
                _("The file is of another account (… %(tail)s), not of %(account)s.")
                % {"tail": statement.account[-4:], "account": account},
                code="other_account",
                field="file",
            )
    other = next((one for one in reading.lines if one.currency not in ("", account.currency)), None)
    if other is not None:
        raise BadInput(
            _("Line %(row)s is in %(currency)s; the account is in %(own)s.")
            % {"row": other.row, "currency": other.currency, "own": account.currency},
            code="other_currency",
            field="file",
            row=other.row,
        )


def _findings(reading: Reading) -> list[dict[str, str | int]]:
    """What a person should know, with the line where there is one."""
    found: list[dict[str, str | int]] = []
    for statement in reading.statements:
        for row in statement.breaks:
            why = (
                _("The balance does not follow from the one before.")
                if row
                else _("Opening balance, lines and closing balance or total do not add up.")
            )
            found.append({"row": row, "why": why})
        found += [{"row": 0, "why": warning} for warning in statement.warnings]
    found += [{"row": one.row or 0, "why": str(one)} for one in reading.refused]
    if not reading.is_proven and not found:
        found.append({"row": 0, "why": _("No balance in the file proves that it is whole.")})
    for line in reading.lines:
        if not line.is_booked:
            found.append({"row": line.row, "why": _("Only announced, not booked: left out.")})
    return found[:_MOST_FINDINGS]


def _marked(account: BankAccount, reading: Reading) -> Iterator[_Marked]:
    seen: Counter[str] = Counter()
    indexes: dict[str, str] = {}  # the same payers come again and again
    for line in reading.lines:
        if not line.is_booked:
            continue
        index = indexes.get(line.party_number)
        if index is None:
            index = blind_index(plain_number(line.party_number), ACCOUNT_NUMBER)
            indexes[line.party_number] = index
        mark = fingerprint(account.pk, line, index)
        seen[mark] += 1
        yield _Marked(line, index, mark, seen[mark])


def _known(account: BankAccount, marked: Sequence[_Marked]) -> set[tuple[str, int]]:
    """Those that earlier files brought."""
    if not marked:
        return set()
    days = [one.line.day for one in marked]
    rows = BankLine.objects.filter(account=account, day__gte=min(days), day__lte=max(days))
    mine = {(one.fingerprint, one.nth) for one in marked}
    return mine & set(rows.values_list("fingerprint", "nth").iterator(chunk_size=5_000))


def _store(file: BankFile, reading: Reading) -> int:
    """Copy in what is new; the account is locked, so that nobody else does at the same time."""
    marked = list(_marked(file.account, reading))
    known = _known(file.account, marked)
    fresh = [one for one in marked if (one.fingerprint, one.nth) not in known]
    names: dict[str, str] = {}
    with connection.cursor() as cursor:
        for begin in range(0, len(fresh), _CHUNK):
            rows = "".join(_copied(file, one, names) for one in fresh[begin : begin + _CHUNK])
            cursor.copy_expert(_COPY, io.StringIO(rows))
    file.lines_new = len(fresh)
    file.save(update_fields=["lines_new"])
    return len(fresh)


def _copied(file: BankFile, one: _Marked, names: dict[str, str]) -> str:
    """The line as COPY reads it; only the reference can hold what must be written otherwise."""
    line = one.line
    sealed = encrypt(DETAILS_SEPARATOR.join((line.party_name, line.party_number, line.text)))
    name = names.get(line.party_name)
    if name is None:
        name = names[line.party_name] = blind_index(name_key(line.party_name), PARTY_NAME)
    time = "\\N" if line.time is None else line.time
    balance = "\\N" if line.balance_after is None else line.balance_after
    return (
        f"{file.account_id}\t{file.pk}\t{line.row}\t{line.day}\t{time}\t{line.amount}\t{balance}\t{one.party_index}"
        f"\t{name}\t{_plain(line.ref)}\t{sealed}\t{one.fingerprint}\t{one.nth}\n"
    )


def _plain(text: str) -> str:
    return text.translate(_UNWRITABLE) if text else text
