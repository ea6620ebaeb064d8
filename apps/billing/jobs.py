"""Long work of this floor that a person asks for: closing a month, statements as files (BIL-2, BIL-7)."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.job_kinds import JobKind, Result, Run
from apps.billing.enums import StatementFile, StatementState
from apps.billing.models import Statement
from apps.billing.queries.files import statement_file
from apps.billing.services.closing import CLOSE_MONTH, freeze_batch
from apps.billing.services.exporting import FILES, PERMISSION
from apps.core.times import now

LINES_A_BEAT = 500


def close_month(run: Run) -> None:
    """Each step freezes a batch, as one transaction with its progress; statements that somebody is
    writing into come last. Killed, it goes on with what is open."""
    month, at = date.fromisoformat(run.given["month"]), now()
    while (turn := run.place.get("turn", 0)) < 2:
        with run.step():
            frozen = freeze_batch(month=month, by=run.by, at=at, waits=turn == 1)
            run.done += len(frozen)
            run.total = max(run.total or 0, run.done)
            if not frozen:
                run.place = {"turn": turn + 1}


def _run(run: Run) -> Result:
    form = StatementFile(run.given["form"])
    seen = Statement.objects.visible_to(run.by).select_related("bill_to", "station")
    if "statement" in run.given:
        statement = seen.get(pk=run.given["statement"])
        run.done, run.total = 0, statement.lines
        name, file = statement_file(statement, form, through=lambda rows: _counted(run, rows))
        return Result(file, name, {"rows": 1})
    month = date.fromisoformat(run.given["month"])
    chosen = seen.filter(period=month).exclude(state=StatementState.OPEN).order_by("number")
    run.done, run.total = 0, chosen.count()
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever stores it closes it
    try:
        _fill(run, file, chosen.values_list("pk", flat=True), form)
    except BaseException:
        file.close()
        raise
    return Result(file, f"statements-{month:%Y-%m}-{form}.zip", {"rows": run.done})


def _fill(run: Run, file: IO[bytes], keys: Iterable[int], form: StatementFile) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in list(keys):
            statement = Statement.objects.select_related("bill_to", "station").get(pk=key)
            name, one = statement_file(statement, form, through=lambda rows: _beating(run, rows))
            with one, archive.open(f"{statement.period:%Y-%m}/{name}", "w") as entry:
                shutil.copyfileobj(one, entry)
            run.done += 1
            run.beat()
    file.seek(0)


def _counted(run: Run, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Where one statement is the whole job, its lines are the progress."""
    for row in _beating(run, rows):
        run.done += 1
        yield row


def _beating(run: Run, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % LINES_A_BEAT == 0:
            run.beat()


JOBS = (
    JobKind(CLOSE_MONTH, _("Closing of a month"), "billing.freeze_statement", close_month),
    JobKind(FILES, _("Statements as files"), PERMISSION, _run),
)
