"""What was refused leaves a trace: who tries to count their own cash is worth knowing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.events.services import record


@contextmanager
def refusals_recorded(act: str, subject: Any, *, by: User, at: datetime) -> Iterator[None]:
    """A transaction; when a rule refuses it, the refusal itself is recorded beside the subject."""
    try:
        with transaction.atomic():
            yield
    except RuleBroken as refusal:
        with transaction.atomic():
            record("cod.refused", subject, by=by, at=at, data={"act": act, "code": refusal.code})
        raise
