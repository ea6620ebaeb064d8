"""What becomes of the files of imports: previewed, returned with reasons, purged."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.backoffice.enums import ImportState, RowOutcome
from apps.backoffice.imports import Import, all_imports
from apps.backoffice.models import ImportFile
from apps.backoffice.services.importing import let_go, sheet_of
from apps.backoffice.services.jobs import PURGE_BATCH, purge_results
from apps.core.sheets import write_xlsx
from apps.events.services import record


@transaction.atomic
def open_original(*, file: ImportFile, by: Any, at: datetime) -> IO[bytes]:
    """The file as it came; who opens it is on record. Raises FileNotFoundError when its days are
    over or the store lost it."""
    if not file.path:
        raise FileNotFoundError(file.name)
    record("import.opened", file, by=by, at=at, data={"file": file.name})
    opened: IO[bytes] = default_storage.open(file.path)
    return opened


def refused_rows(file: ImportFile) -> bytes:
    """The refused rows as they came, each with its number and reason, to be put right and sent
    again. Raises FileNotFoundError when the original is not kept any more."""
    if not file.path:
        raise FileNotFoundError(file.name)
    reasons = dict(file.rows.filter(outcome=RowOutcome.REFUSED).values_list("number", "message"))
    with default_storage.open(file.path) as original:
        sheet = sheet_of(all_imports()[file.kind], original.read(), file.name)
    width = max([len(sheet.headings), *(len(row.cells) for row in sheet.rows)])
    rows = [
        [*_filled(row.cells, width), str(row.number), reasons[row.number]]
        for row in sheet.rows
        if row.number in reasons
    ]
    headings = [*_filled(sheet.headings, width), _("Row"), _("Why it was refused")]
    return write_xlsx(headings, rows)


def _filled(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def template_file(declared: Import) -> bytes:
    """An empty spreadsheet with the headings and one example row, in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    example = []
    for column in declared.columns:
        value = declared.example.get(column.key, "")
        example.append(value if isinstance(value, str) else value[0 if chinese else 1])
    return write_xlsx([column.heading for column in declared.columns], [example])


@transaction.atomic
def purge_imports(*, at: datetime) -> int:
    """Previews that nobody confirmed are dropped; originals past their day go, the rows stay."""
    old = ImportFile.objects.select_for_update(skip_locked=True, of=("self",)).exclude(path="")
    files = list(old.filter(keep_until__lte=at).order_by("keep_until")[:PURGE_BATCH])
    for file in files:
        if file.state == ImportState.PREVIEW:
            let_go(file)
        else:
            transaction.on_commit(partial(default_storage.delete, file.path))
            file.path = ""
            file.save(update_fields=["path"])
    return len(files)


def purge_files(*, at: datetime) -> int:
    """Files of jobs and imports whose days are over; how many went."""
    return purge_results(at=at) + purge_imports(at=at)
