"""Showing what lists and pages mask: only with a reason, and on record."""

from datetime import datetime
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.text import required_text
from apps.events.services import record
from apps.orders.models import WorkOrder


@transaction.atomic
def reveal_order(*, order: WorkOrder, reason: str, by: User, at: datetime) -> dict[str, str]:
    """Both parties in clear, for the one page that asked."""
    reason = required_text(reason, least=1, message=_("Give a reason."), code="required")
    record("workorder.revealed", order, by=by, at=at, data={"reason": reason})
    names = ("contact", "phone", "address")
    return {f"{p}_{n}": getattr(order, f"{p}_{n}") for p in ("pickup", "delivery") for n in names}


@transaction.atomic
def open_original(*, order: WorkOrder, by: User, at: datetime) -> IO[bytes]:
    """The file as the customer sent it. Raises FileNotFoundError when the store lost it."""
    record("workorder.revealed", order, by=by, at=at, data={"file": order.original_name})
    opened: IO[bytes] = order.original_file.open("rb")
    return opened
