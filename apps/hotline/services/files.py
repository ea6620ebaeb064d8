"""Files of call records: claimed by their bytes, looked at, taken by a job in steps (CMP-10).

Each step takes the next lines in one transaction and says in the file's row up to which line everything is in, so
that whatever is cut off goes on there and does nothing twice."""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.job_kinds import Result, Run
from apps.backoffice.models import Job
from apps.backoffice.services import ask_job
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.sheets.formats import read_xlsx
from apps.core.storage import all_or_nothing
from apps.events.services import record
from apps.hotline.enums import FileState
from apps.hotline.models import CallFile, Extension, PhoneSystem
from apps.hotline.reading import Lines, Reading, Setting, read_lines
from apps.hotline.rules.numbers import internal_test
from apps.hotline.services.call_backs import follow_calls
from apps.hotline.services.writing import write_parts
from apps.hotline.states import FILE_MOVES

S = FileState
JOB = "hotline.callfile"
STEP = 50_000  # lines
LONGEST = 16_384  # bytes of a line
MOST_REFUSALS = 500
_ZIP = b"PK\x03\x04"


def setting_of(system: PhoneSystem, at: datetime) -> Setting:
    names = frozenset(
        Extension.objects.filter(system=system).values_list("extension", flat=True).distinct()
    )
    return Setting(
        zone=ZoneInfo(system.zone),
        now=int(at.timestamp()),
        is_internal=internal_test(system.internal),
        known=names or None,
        columns=system.columns,
    )


def upload_call_file(
    *, system: PhoneSystem, file: NewFile, by: User, at: datetime
) -> tuple[CallFile, bool]:
    """Keep a file for its preview, and whether it is new: the same bytes of this system are the row that is there,
    whatever they were called. Raises BadInput for what holds no line, or no line that can be one."""
    content = file.content
    if not content.strip():
        raise BadInput(_("The file is empty."), code="file_empty", field="file")
    lines = _counted(_readable(content))
    sha256 = hashlib.sha256(content).hexdigest()
    with all_or_nothing(), transaction.atomic():
        known = CallFile.objects.select_for_update(of=("self",)).filter(
            system=system, sha256=sha256
        )
        if (row := known.first()) is not None:
            if row.state == S.DROPPED:
                row.state = S.PREVIEW
                row.save(update_fields=["state"])
            return row, False
        row = CallFile(
            system=system,
            filename="".join(c for c in file.name if c.isprintable())[-160:] or "calls.txt",
            sha256=sha256,
            size=len(content),
            lines_total=lines,
            created_by=by,
        )
        # Two at once: the second waits here, and gets what the first made.
        made, is_new = CallFile.objects.get_or_create(
            system=system, sha256=sha256, defaults=_fields(row)
        )
        if is_new:
            made.original.save(made.filename, ContentFile(content))
            record("callfile.uploaded", made, by=by, at=at, data={"lines": lines})
    return made, is_new


def _fields(row: CallFile) -> dict[str, Any]:
    names = ("filename", "size", "lines_total", "created_by")
    return {name: getattr(row, name) for name in names}


def _counted(content: bytes) -> int:
    if max(map(len, content.split(b"\n"))) > LONGEST:
        raise BadInput(
            _("The file has lines longer than any of a phone system; it is no file of calls."),
            code="file_broken",
            field="file",
        )
    return content.count(b"\n") + (not content.endswith(b"\n"))


def _readable(content: bytes) -> bytes:
    """A workbook's first page as lines; whatever else as it is."""
    if not content.startswith(_ZIP):
        return content
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for _number, cells in read_xlsx(content, 100_000):
        writer.writerow(["" if one is None else str(one).replace("\n", " ") for one in cells])
    return text.getvalue().encode()


def open_lines(row: CallFile) -> IO[bytes]:
    """The file as lines. Raises FileNotFoundError where the store lost it."""
    opened: Any = row.original.open("rb")
    if opened.read(len(_ZIP)) == _ZIP:
        opened.seek(0)
        return io.BytesIO(_readable(opened.read()))
    opened.seek(0)
    lines: IO[bytes] = opened
    return lines


def next_lines(lines: IO[bytes], done: int, most: int) -> Iterator[tuple[int, bytes]]:
    readline = lines.readline  # a property of Django's files
    for number in range(done + 1, done + most + 1):
        raw = readline()
        if not raw:
            return
        yield number, raw


def preview_call_file(row: CallFile, *, at: datetime, most: int = 200_000) -> Reading:
    """What would come of it; nothing is written."""
    with open_lines(row) as lines:
        head = lines.readline()
        lines.seek(0)
        numbered: Lines = next_lines(lines, 0, most)
        return read_lines(row.system.profile, numbered, setting_of(row.system, at), head)


@transaction.atomic
def take_call_file(*, file_id: int, by: User, at: datetime) -> CallFile:
    """Confirm what the preview showed: a job takes the lines. Once taken, again only where lines were refused.
    Raises RuleBroken (``illegal_move``) when somebody was quicker."""
    row = _locked(file_id)
    FILE_MOVES.check(S(row.state), S.TAKING)
    if row.state == S.TAKEN and not row.lines_refused:
        raise RuleBroken(
            _("This file is in, to its last line; nothing is entered twice."), code="file_known"
        )
    again = row.state == S.TAKEN
    row.state, row.taken_by, row.taken_at = S.TAKING, by, at
    if again:
        row.lines_done = row.lines_refused = 0
        row.refusals = []
    row.job = ask_job(
        kind=JOB,
        title=row.filename,
        given={"file": row.pk},
        by=by,
        at=at,
        total=row.lines_total,
    )
    row.save()
    record("callfile.taking", row, by=by, at=at, data={"lines": row.lines_total})
    return row


@transaction.atomic
def drop_call_file(*, file_id: int, by: User, at: datetime) -> CallFile:
    """It was looked at and is not taken; it stays on record, and can be uploaded again."""
    row = _locked(file_id)
    FILE_MOVES.check(S(row.state), S.DROPPED)
    row.state = S.DROPPED
    row.save(update_fields=["state"])
    record("callfile.dropped", row, by=by, at=at)
    return row


@transaction.atomic
def open_original(*, file: CallFile, by: User, at: datetime) -> IO[bytes]:
    """The file as it came, on record. Raises FileNotFoundError where the store lost it."""
    record("callfile.opened", file, by=by, at=at)
    opened: IO[bytes] = file.original.open("rb")
    return opened


def _locked(file_id: int) -> CallFile:
    return CallFile.objects.select_for_update(of=("self",)).select_related("system").get(pk=file_id)


def run_call_file(run: Run) -> Result:
    """The job: ``place`` holds the lines that are in and the byte where the next begins."""
    row = CallFile.objects.select_related("system", "system__unit").get(pk=run.given["file"])
    if row.state == S.STOPPED:
        with run.step():
            row = _locked(row.pk)
            FILE_MOVES.check(S(row.state), S.TAKING)
            row.state = S.TAKING
            row.save(update_fields=["state"])
    run.total = row.lines_total
    setting = setting_of(row.system, run.at)
    try:
        opened = open_lines(row)
    except FileNotFoundError:
        raise RuleBroken(_("The file is not kept any more."), code="file_gone") from None
    with opened as lines:
        head = lines.readline()
        lines.seek(run.place.get("byte", 0))
        while (done := run.place.get("lines", 0)) < row.lines_total:
            reading = read_lines(row.system.profile, next_lines(lines, done, STEP), setting, head)
            if not reading.lines:
                break
            with run.step():
                take_lines(row, reading, by=run.by, at=run.at)
                run.done = done + reading.lines
                run.place = {"lines": run.done, "byte": lines.tell()}
    row.refresh_from_db()
    return Result(summary={"rows": row.lines_done, "refused": row.lines_refused})


@transaction.atomic
def take_lines(row: CallFile, reading: Reading, *, by: User, at: datetime) -> int:
    """The calls of some lines, and what follows from them; how many calls say more than before."""
    written = write_parts(row.system, reading.parts, reading.leg_ends)
    follow_calls(missed=written.missed, by=by, at=at)
    stored = _locked(row.pk)
    stored.lines_done += reading.lines
    stored.lines_refused += len(reading.refused)
    stored.calls_changed += written.changed
    room = MOST_REFUSALS - len(stored.refusals)
    stored.refusals += [
        {"line": one.line, "code": one.code, "why": one.why} for one in reading.refused[:room]
    ]
    stored.save()
    return written.changed


def end_call_file(job: Job) -> None:
    """In the transaction in which its job ends, however it ends."""
    row = _locked(job.given["file"])
    if row.state != S.TAKING:
        return
    whole = row.lines_done == row.lines_total
    state = S.TAKEN if whole else S.STOPPED
    FILE_MOVES.check(S(row.state), state)
    row.state = state
    row.save(update_fields=["state"])
    data = {"lines": row.lines_done, "refused": row.lines_refused, "calls": row.calls_changed}
    kind = "callfile.taken" if whole else "callfile.stopped"
    record(kind, row, by=job.asked_by, at=job.concluded_at, data=data)
