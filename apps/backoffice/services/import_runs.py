"""Taking the rows of an import: the job that reads the original in batches, and how it ends."""

from collections.abc import Sequence
from functools import partial

from django.core.files.storage import default_storage
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.backoffice.enums import FileKind, ImportState, RowOutcome
from apps.backoffice.imports import Import, Intake
from apps.backoffice.job_kinds import JobKind, Result, Run
from apps.backoffice.models import ImportFile, Job
from apps.backoffice.services.importing import claim, locked_import, read_all, sheet_of, store_rows
from apps.backoffice.services.retention import retention_period
from apps.backoffice.states import IMPORT_MOVES
from apps.core.errors import RuleBroken
from apps.core.sheets import SheetRow
from apps.events.services import record

S = ImportState


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
            file = locked_import(file.pk)
            IMPORT_MOVES.check(S(file.state), S.TAKING)
            claim(file)
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
    good, outcomes = read_all(declared, rows, intake.context)
    if good:
        answered = {one.number: one for one in declared.take(intake, good)}
        outcomes += [answered[item.number] for item in good]
    assert intake.file is not None  # noqa: S101  # only a preview has none
    store_rows(intake.file, outcomes)
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
    file = locked_import(job.given["import"])
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
