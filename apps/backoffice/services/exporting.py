"""Making spreadsheets of lists: short ones at once, long ones by a job. On record before the first row."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.exports import Export, Query
from apps.backoffice.job_kinds import JobKind, Result, Run
from apps.backoffice.models import Job
from apps.backoffice.services.jobs import ask_job
from apps.core.errors import RuleBroken
from apps.core.masking import mask_text
from apps.core.sheets import fill_xlsx, stream_csv
from apps.events.services import record

AT_ONCE = 3_000
MOST_IN_XLSX = 1_000_000
IN_MEMORY = 2 * 1024 * 1024
CSV, XLSX = "csv", "xlsx"


def export_list(
    *, export: Export, query: Query, form: str, by: Any, at: datetime
) -> "tuple[str, IO[bytes]] | Job":
    """``form`` is xlsx or csv. A list of at most AT_ONCE rows comes back as a file with its name, a
    longer one as the job that makes it. What was searched for is kept masked on the record."""
    form = CSV if form == CSV else XLSX
    if not by.has_perm(export.permission):
        raise RuleBroken(_("You may not export this."), code="not_permitted")
    rows = export.rows(by, query)
    rows, is_long = _measured(rows)
    with transaction.atomic():
        filters = "; ".join(f"{name}={mask_text(value)}" for name, value in sorted(query.items()))
        data = {"list": str(export.label), "format": form, "filters": filters[:500]}
        record(export.event, by, by=by, at=at, data=data)
        if is_long:
            given = {"query": dict(query), "form": form}
            if (same := _under_way(_name(export), given, by)) is not None:
                return same
            return ask_job(kind=_name(export), title=str(export.label), given=given, by=by, at=at)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
    with transaction.atomic():  # a cursor of the server lives in one, behind a pooler too
        write_file(file, export, export.lines(rows), form)
    return file_name(export, query, form, at), file


def _under_way(kind: str, given: Mapping[str, Any], by: Any) -> Job | None:
    """Who asks again is led to the job that is at it."""
    live = Job.objects.filter(asked_by=by, kind=kind, due_at__isnull=False, cancel_asked_at=None)
    return next((job for job in live if job.given == given), None)


def _measured(rows: Iterable[Any]) -> tuple[Iterable[Any], bool]:
    """The rows, and whether they are too many to wait for; a queryset is not counted."""
    if isinstance(rows, QuerySet):
        return rows, bool(rows.values_list("pk")[AT_ONCE : AT_ONCE + 1])
    few = list(islice(rows, AT_ONCE + 1))
    return few, len(few) > AT_ONCE


def file_name(export: Export, query: Query, form: str, at: datetime) -> str:
    name = export.file_name(query) if callable(export.file_name) else export.file_name
    return f"{name}-{timezone.localtime(at):%Y%m%d-%H%M}.{form}"


def write_file(file: IO[bytes], export: Export, lines: Iterable[list[Any]], form: str) -> None:
    """Row by row; ``file`` is at its beginning again."""
    if form == CSV:
        for line in stream_csv(export.headings, lines):
            file.write(line.encode())
    else:
        fill_xlsx(file, export.headings, lines, title=str(export.label))
    file.seek(0)


def job_of_export(export: Export) -> JobKind:
    """A file is of use whole only, so a run after a killed one writes it anew; nobody has seen the
    other."""
    return JobKind(_name(export), export.label, export.permission, partial(_run, export))


def _name(export: Export) -> str:
    return f"export.{export.name}"


def _run(export: Export, run: Run) -> Result:
    query, form = run.given["query"], run.given["form"]
    rows = export.rows(run.by, query)
    run.done, run.total = 0, rows.count() if isinstance(rows, QuerySet) else None
    if form == XLSX and (run.total or 0) > MOST_IN_XLSX:
        raise RuleBroken(
            _("A spreadsheet holds a million rows at most: choose a shorter time, or csv."),
            code="too_many_rows",
        )
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # whoever stores it closes it
    try:
        write_file(file, export, _beating(run, export.lines(rows)), form)
    except BaseException:
        file.close()
        raise
    return Result(file, file_name(export, query, form, run.at), {"rows": run.done})


def _beating(run: Run, lines: Iterable[list[Any]]) -> Iterator[list[Any]]:
    for line in lines:
        yield line
        run.done += 1
        if run.done % 200 == 0:
            run.beat()
