"""Files of rows: uploaded, looked at, taken by a job in batches, refused rows answered."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.backoffice.enums import FileKind, ImportState, RowOutcome
from apps.backoffice.imports import Import, Intake, Item, Outcome, RowRefused, all_imports, refused
from apps.backoffice.job_kinds import JobKind, Result, Run
from apps.backoffice.models import ImportFile, ImportRow, Job
from apps.backoffice.models.import_file import original_path
from apps.backoffice.services.jobs import ask_job
from apps.backoffice.services.retention import retention_period
from apps.backoffice.states import CLAIMING, IMPORT_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.sheets import Sheet, SheetRow, read_rows
from apps.core.storage import all_or_nothing
from apps.core.times import human
from apps.events.services import record

PREVIEW_FOR = timedelta(days=1)
FIRST_ROWS = 8
S = ImportState


def upload_import(
    *, declared: Import, file: NewFile, parameters: Mapping[str, Any], by: Any, at: datetime
) -> ImportFile:
    """Read a file and keep it for its preview; nothing is taken yet. The uploader's own preview of
    the same bytes comes back as it is.

    Raises BadInput for a file that cannot be read or has no rows, RuleBroken (``file_known``) for
    one that was taken already, whatever it was called then.
    """
    _must_be_permitted(declared, by)
    sheet = sheet_of(declared, file.content, file.name)
    if not sheet.rows:
        raise BadInput(_("The file has headings but no rows."), code="file_empty", field="file")
    made = ImportFile(
        kind=declared.name,
        scope=_scope(parameters),
        parameters=dict(parameters),
        name=_printable(file.name),
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        language=(get_language() or "zh-hans")[:10],
        uploaded_by=by,
        uploaded_at=at,
        rows_total=len(sheet.rows),
        sample=_sample(sheet),
        keep_until=at + PREVIEW_FOR,
    )
    _refuse_known(made)
    same = ImportFile.objects.filter(
        kind=made.kind, scope=made.scope, sha256=made.sha256, uploaded_by=by, state=S.PREVIEW
    ).first()
    if same is not None:
        return same
    context = declared.prepare(Intake(None, made.parameters, by, at))
    _good, bad = _read_all(declared, sheet.rows, context)
    with all_or_nothing(), transaction.atomic():
        made.path = default_storage.save(original_path(made.name), ContentFile(file.content))
        made.rows_refused = len(bad)
        made.save()
        _store_rows(made, bad)
        data = {"rows": made.rows_total, "refused": made.rows_refused}
        record("import.uploaded", made, by=by, at=at, data=data)
    return made


def _must_be_permitted(declared: Import, by: Any) -> None:
    if not by.has_perm(declared.permission):
        raise RuleBroken(_("You may not import this."), code="not_permitted")


def sheet_of(declared: Import, content: bytes, name: str) -> Sheet:
    return read_rows(
        io.BytesIO(content),
        filename=name,
        columns=declared.columns,
        max_rows=declared.most_rows,
        max_bytes=settings.UPLOAD_MAX_BYTES,
    )


def _printable(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[-160:] or "import.xlsx"


def _scope(parameters: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))[:120]


def _sample(sheet: Sheet) -> str:
    rows = [[row.number, *row.cells] for row in sheet.rows[:FIRST_ROWS]]
    return json.dumps({"headings": sheet.headings, "rows": rows}, ensure_ascii=False)


def _refuse_known(file: ImportFile) -> None:
    known = (
        ImportFile.objects.filter(kind=file.kind, scope=file.scope, sha256=file.sha256)
        .filter(state__in=CLAIMING)
        .exclude(pk=file.pk)
        .select_related("taken_by")
        .first()
    )
    if known is not None:
        raise RuleBroken(
            _(
                "This very file was taken in already as “%(name)s”, %(when)s by %(who)s; nothing is"
                " entered twice."
            )
            % {"name": known.name, "when": human(known.taken_at), "who": known.taken_by},
            code="file_known",
            field="file",
            intake=known.pk,
        )


def _read_all(
    declared: Import, rows: Sequence[SheetRow], context: Any
) -> tuple[list[Item], list[Outcome]]:
    """The good rows, and a refusal for each of the others."""
    good, bad = [], []
    for row in rows:
        try:
            if row.errors:
                raise RowRefused(*row.errors)
            good.append(Item(row.number, declared.read(row, context), row))
        except RowRefused as problems:
            bad.append(refused(row.number, *problems.refusals, columns=declared.columns))
        except RuleBroken as refusal:
            bad.append(refused(row.number, refusal, columns=declared.columns))
    return good, bad


def _store_rows(file: ImportFile, outcomes: Sequence[Outcome]) -> None:
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                file=file,
                number=one.number,
                outcome=one.outcome,
                code=one.code[:40],
                message=one.message[:400],
                about=one.about[:80],
                subject_id=one.subject_id,
            )
            for one in outcomes
        ],
        batch_size=1_000,
    )


def _locked(file_id: int) -> ImportFile:
    return ImportFile.objects.select_for_update(of=("self",)).get(pk=file_id)


@transaction.atomic
def take_import(*, file_id: int, by: Any, at: datetime) -> ImportFile:
    """Confirm what the preview showed: a job takes the good rows. Raises RuleBroken when somebody
    else has confirmed the same file meanwhile."""
    file = _locked(file_id)
    declared = all_imports()[file.kind]
    _must_be_permitted(declared, by)
    IMPORT_MOVES.check(S(file.state), S.TAKING)
    file.taken_by, file.taken_at = by, at
    _claim(file)
    file.rows.all().delete()
    file.job = ask_job(
        kind=declared.job_kind,
        title=file.name,
        given={"import": file.pk},
        by=by,
        at=at,
        total=file.rows_total,
    )
    file.save(update_fields=["job"])
    record("import.confirmed", file, by=by, at=at, data={"rows": file.rows_total})
    return file


def _claim(file: ImportFile) -> None:
    """From here on the same bytes are known; what was counted before is counted anew."""
    was = file.state
    file.state, file.keep_until, file.sample = S.TAKING, None, ""
    if was == S.PREVIEW:
        file.rows_taken = file.rows_known = file.rows_refused = 0
    try:
        with transaction.atomic():
            file.save()
    except IntegrityError:
        _refuse_known(file)
        raise


@transaction.atomic
def drop_import(*, file_id: int, by: Any, at: datetime) -> ImportFile:
    """It was looked at and is not taken; the file goes at once."""
    file = _locked(file_id)
    _must_be_permitted(all_imports()[file.kind], by)
    let_go(file)
    record("import.dropped", file, by=by, at=at)
    return file


def let_go(file: ImportFile) -> None:
    """A preview and its file; ``file`` is locked by the caller."""
    IMPORT_MOVES.check(S(file.state), S.DROPPED)
    transaction.on_commit(partial(default_storage.delete, file.path))
    file.rows.all().delete()
    file.state, file.path, file.sample, file.keep_until = S.DROPPED, "", "", None
    file.rows_refused = 0
    file.save()


def job_of_import(declared: Import) -> JobKind:
    return JobKind(
        declared.job_kind,
        declared.label,
        declared.permission,
        partial(_run, declared),
        ended=_ended,
        address=_address,
    )


def _address(job: Job) -> str:
    return reverse("admin:backoffice_importfile_change", args=[job.given["import"]])


def _run(declared: Import, run: Run) -> Result:
    file = ImportFile.objects.select_related("taken_by").get(pk=run.given["import"])
    if file.state == S.STOPPED:
        with run.step():
            file = _locked(file.pk)
            IMPORT_MOVES.check(S(file.state), S.TAKING)
            _claim(file)
    try:
        if not file.path:
            raise FileNotFoundError(file.name)
        with default_storage.open(file.path) as original:
            rows = sheet_of(declared, original.read(), file.name).rows
    except FileNotFoundError:
        raise RuleBroken(_("The file is not kept any more."), code="file_gone") from None
    intake = Intake(file, file.parameters, run.by, run.at)
    context = declared.prepare(intake)
    intake = Intake(file, file.parameters, run.by, run.at, context)
    run.total = len(rows)
    while (begun := run.place.get("rows", 0)) < len(rows):
        piece = rows[begun : begun + declared.batch]
        with run.step():
            _take(declared, intake, piece)
            run.done = begun + len(piece)
            run.place = {"rows": run.done}
    return Result(summary=_counts(ImportFile.objects.get(pk=file.pk)))


def _take(declared: Import, intake: Intake, rows: Sequence[SheetRow]) -> None:
    good, outcomes = _read_all(declared, rows, intake.context)
    if good:
        answered = {one.number: one for one in declared.take(intake, good)}
        outcomes += [answered[item.number] for item in good]
    assert intake.file is not None  # noqa: S101  # only a preview has none
    _store_rows(intake.file, outcomes)
    counts = [sum(one.outcome == kind for one in outcomes) for kind in RowOutcome]
    ImportFile.objects.filter(pk=intake.file.pk).update(
        rows_taken=F("rows_taken") + counts[0],
        rows_known=F("rows_known") + counts[1],
        rows_refused=F("rows_refused") + counts[2],
    )


def _counts(file: ImportFile) -> dict[str, int]:
    return {
        "rows": file.rows_total,
        "taken": file.rows_taken,
        "known": file.rows_known,
        "refused": file.rows_refused,
    }


def _ended(job: Job) -> None:
    """In the transaction in which its job ends: the file is taken, or free to be taken again."""
    file = _locked(job.given["import"])
    if file.state != S.TAKING:
        return  # it stopped before it was begun again
    whole = file.rows_total == file.rows_taken + file.rows_known + file.rows_refused
    state = S.TAKEN if whole else S.STOPPED
    IMPORT_MOVES.check(S(file.state), state)
    file.state = state
    file.keep_until = (job.concluded_at or file.uploaded_at) + retention_period(
        FileKind.IMPORT_ORIGINAL
    )
    file.save(update_fields=["state", "keep_until"])
    kind = "import.taken" if whole else "import.stopped"
    record(kind, file, by=job.asked_by, at=job.concluded_at, data=_counts(file))
