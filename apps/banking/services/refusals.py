"""Who tried what with money and was refused: on record although nothing was changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.core.errors import RuleBroken
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User


@contextmanager
def refusals_on_record(
    kind: str, subject: Any, attempt: str, *, by: "User", at: datetime
) -> Iterator[None]:
    """One transaction; when a rule refuses it, nothing of it stays but an event of ``kind`` that says by its
    code what was refused to whom."""
    try:
        with transaction.atomic():
            yield
    except RuleBroken as refusal:
        with transaction.atomic():
            record(kind, subject, by=by, at=at, data={"attempt": attempt, "code": refusal.code})
        raise
