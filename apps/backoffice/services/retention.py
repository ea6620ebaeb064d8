"""For how long files are stored, by their kind."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.backoffice.enums import FileKind
from apps.backoffice.models import FileRetention
from apps.events.services import record


def retention_period(what: FileKind) -> timedelta:
    """For how long such files are stored now; every installation has a row for each kind."""
    return FileRetention.objects.get(what=what).period


@transaction.atomic
def change_retention(row: FileRetention, *, by: Any, at: datetime) -> FileRetention:
    """Counts for what is stored from now on."""
    row.save()
    data = {"what": row.what, "number": row.number, "unit": row.unit}
    record("fileretention.changed", row, by=by, at=at, data=data)
    return row
