"""Cases as a list shows them, and by what runs out next, cut by key (CMP-1, CMP-2)."""

from dataclasses import dataclass
from datetime import datetime

from apps.complaints.models import Case, CaseQuerySet
from apps.complaints.queries.clock_lines import ClockLine, by_due, clock_line
from apps.core.pagination import KeyPage, KeysetPaginator


@dataclass(frozen=True, slots=True)
class CaseRow:
    """``at``: when it was read."""

    case: Case
    clock: ClockLine | None
    at: datetime


def due_page(
    cases: CaseQuerySet,
    per_page: int,
    *,
    at: datetime,
    only_overdue: bool = False,
    after: str = "",
    before: str = "",
) -> KeyPage:
    """A page of ``CaseRow``, what runs out next first; ``only_overdue``: of those whose clock has
    run out, by the database's clock. Two queries."""
    clocks = by_due(cases)
    # Those that have run out come first, so they are cut off here: as a condition it would lead the
    # database to sort all of them instead of walking along the index.
    keep = (lambda clock: clock.is_over) if only_overdue else None
    pages = KeysetPaginator(clocks, ("due_at", "pk"), per_page, keep=keep)
    found = pages.page(after=after, before=before)
    here = cases.in_bulk([clock.case_id for clock in found.rows])
    rows = [
        CaseRow(here[clock.case_id], clock_line(clock), at)
        for clock in found.rows
        if clock.case_id in here
    ]
    return KeyPage(rows, found.after, found.before)
