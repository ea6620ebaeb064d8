"""A list left the house: who took it along, and which (STF-3)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.core.masking import mask_text
from apps.events.services import record


@transaction.atomic
def note_export(*, kind: str, query: Mapping[str, str], form: str, by: User, at: datetime) -> None:
    """``case.exported`` or ``exception.exported``, on record before the first row is sent; ``query``: the filters of the list, ``form``: xlsx or
    csv. What was searched for is kept masked."""
    filters = "; ".join(f"{name}={mask_text(value)}" for name, value in sorted(query.items()))
    record(kind, by, by=by, at=at, data={"format": form, "filters": filters[:500]})
