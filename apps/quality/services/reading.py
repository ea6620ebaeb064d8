"""What is opened of an exception: its evidence, and its people in clear; on record."""

from datetime import datetime
from typing import IO

from django.core.files.storage import default_storage
from django.db import transaction

from apps.accounts.models import User
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.events.services import record
from apps.quality.models import Evidence, ExceptionReport


@transaction.atomic
def open_evidence(*, evidence: Evidence, by: User, at: datetime) -> IO[bytes]:
    record(
        "exception.evidence_opened", evidence.exception, by=by, at=at, data={"file": evidence.pk}
    )
    opened: IO[bytes] = default_storage.open(evidence.path)
    return opened


@transaction.atomic
def reveal_exception(
    *, exception: ExceptionReport, reason: str, by: User, at: datetime
) -> dict[str, str]:
    """What the report says in clear; ``reason`` goes on record."""
    reason = needed(reason, "reason", most=200)
    record("exception.revealed", exception, by=by, at=at, data={"reason": one_line(reason)})
    names = ("what", "who", "first_measures", "findings", "decision")
    return {name: getattr(exception, name) for name in names}
