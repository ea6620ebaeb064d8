"""Who has a case open right now, and who looked at what in clear."""

from datetime import datetime
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from apps.accounts.models import User
from apps.complaints.models import Case, CaseEntry, CaseFile, CaseReader
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.events.services import record

_SEE = """
INSERT INTO complaints_casereader (case_id, user_id, seen_at, is_writing)
VALUES (%s, %s, statement_timestamp(), %s)
ON CONFLICT (case_id, user_id) DO UPDATE
SET seen_at = EXCLUDED.seen_at, is_writing = EXCLUDED.is_writing
"""


def mark_reading(*, case: Case, writing: bool, by: User) -> None:
    """``by`` has it open, and is typing or not; the page says so every few seconds. No event."""
    with connection.cursor() as cursor:
        cursor.execute(_SEE, [case.pk, by.pk, writing])


def stop_reading(*, case: Case, by: User) -> None:
    CaseReader.objects.filter(case=case, user=by).delete()


@transaction.atomic
def reveal_case(*, case: Case, reason: str, by: User, at: datetime) -> dict[str, Any]:
    """Contact and conversation in clear, for the one page that asked; ``reason`` goes on record.

    ``entries`` maps each entry's id, those of merged cases included, to its text."""
    reason = needed(reason, "reason", most=200)
    record("case.revealed", case, by=by, at=at, data={"reason": one_line(reason, case)})
    names = ["contact_name", "contact_phone", "contact_email", "contact_wechat"]
    names += ["description", "solution"]
    entries = CaseEntry.objects.filter(case__in=[case.pk, *absorbed_ids(case)])
    return {
        **{name: getattr(case, name) for name in names},
        "entries": {entry.pk: entry.text for entry in entries.only("text")},
    }


def absorbed_ids(case: Case) -> list[int]:
    return list(case.absorbed.values_list("pk", flat=True))


@transaction.atomic
def open_file(*, file: CaseFile, by: User, at: datetime) -> IO[bytes]:
    """A file of a case. Raises FileNotFoundError when the store lost it."""
    record("case.file_opened", file.entry.case, by=by, at=at, data={"entry": file.entry_id})
    opened: IO[bytes] = default_storage.open(file.path)
    return opened
