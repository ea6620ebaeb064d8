"""What was tried and refused: on record although nothing was changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core.errors import RuleBroken
from apps.events.services.recording import Actor, record


@contextmanager
def recorded_refusals(
    kind: str, subject: Any, attempt: str, *, by: Actor, at: datetime, words: bool = False
) -> Iterator[None]:
    """One transaction; when a rule refuses it, nothing of it stays but an event of ``kind``
    ("payout.attempt_refused") about ``subject`` that says by its code what was refused to whom. ``words``:
    also the words of the refusal, where they name nobody."""
    try:
        with transaction.atomic():
            yield
    except RuleBroken as refusal:
        data = {"attempt": attempt, "code": refusal.code}
        if words:
            data["words"] = str(refusal)
        with transaction.atomic():
            record(kind, subject, by=by, at=at, data=data)
        raise
