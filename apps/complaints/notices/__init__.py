"""What happens to a case, and who is to know: whoever brought it, staff, the merchant's program."""

from collections.abc import Sequence
from typing import Any

from apps.complaints.models import Case
from apps.complaints.notices import customer, staff
from apps.complaints.notices.lookup import Lookup
from apps.complaints.notices.merchants import WEBHOOKS
from apps.core.notice_types import Notice
from apps.events.models import Event

__all__ = ["CONCERNED", "NOTICES", "WEBHOOKS"]


def notices(events: Sequence[Event]) -> list[Notice]:
    """Set-based: a thousand events cost as many queries as one."""
    found = Lookup(events)
    readers = [
        (event, readers[event.kind])
        for event in events
        for readers in (staff.READERS, customer.READERS)
        if event.kind in readers
    ]
    return [notice for event, reader in readers for notice in reader(event, found)]


def _concerned(ids: set[int]) -> dict[int, dict[str, Any]]:
    return {pk: {"case": case} for pk, case in Case.objects.light().in_bulk(ids).items()}


# Whoever sees a case sees the calls that its clocks ask for.
CONCERNED = {Case._meta.label_lower: _concerned}
NOTICES = dict.fromkeys([*staff.READERS, *customer.READERS], notices)
