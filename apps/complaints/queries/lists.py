"""The list of cases as it is asked for: filtered, sorted, cut by key, never counted (CMP-1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.complaints.models import Case, CaseQuerySet
from apps.complaints.queries.cases import CaseFilter, case_list
from apps.complaints.queries.clock_lines import (
    ANY,
    ClockLine,
    by_due,
    clock_line,
    next_lines,
    with_overdue,
)
from apps.core.errors import BadInput

if TYPE_CHECKING:
    from apps.accounts.models import User

PER_PAGE = 50


class Sort(TextChoices):
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    DUE = "due", _("What runs out next")


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: Case
    clock: ClockLine | None


@dataclass(frozen=True, slots=True)
class CaseListPage:
    """``following`` is the key to ask for the next page with; "" when this is the last."""

    rows: list[CaseRow] = field(default_factory=list)
    following: str = ""


def case_page_of(
    user: "User",
    filters: CaseFilter,
    *,
    overdue: str = "",
    sort: str = Sort.NEWEST,
    after: str = "",
    limit: int = PER_PAGE,
) -> CaseListPage:
    """At most two queries beyond those of the search. BadInput (``after``) for a key not made here."""
    cases = case_list(user, filters)
    if sort == Sort.DUE and overdue == ANY:
        # The clock each is listed by is the one that has run out, if any has.
        return _by_due(cases, after, limit, only_overdue=True)
    if overdue:
        cases = with_overdue(cases, overdue)
    if sort == Sort.DUE:
        return _by_due(cases, after, limit)
    key = _whole(after)
    if sort == Sort.OLDEST:
        cases = cases.order_by("pk")
        cases = cases.filter(pk__gt=key) if key else cases
    else:
        cases = cases.filter(pk__lt=key) if key else cases
    found = list(cases[: limit + 1])
    clocks = next_lines([case.pk for case in found[:limit]])
    rows = [CaseRow(case, clocks.get(case.pk)) for case in found[:limit]]
    return CaseListPage(rows, str(rows[-1].case.pk) if len(found) > limit else "")


def _by_due(
    cases: CaseQuerySet, after: str, limit: int, *, only_overdue: bool = False
) -> CaseListPage:
    found = by_due(cases, _due_key(after), limit + 1, only_overdue=only_overdue)
    here = cases.in_bulk([case_id for _clock, case_id in found[:limit]])
    rows = [
        CaseRow(here[case_id], clock_line(clock))
        for clock, case_id in found[:limit]
        if case_id in here
    ]
    if len(found) <= limit:
        return CaseListPage(rows)
    last = found[limit - 1][0]
    assert last.due_at is not None  # noqa: S101  # the query has asked for it
    return CaseListPage(rows, f"{last.due_at.isoformat()}~{last.pk}")


def _whole(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise _bad_key()
    return int(after)


def _due_key(after: str) -> tuple[datetime, int] | None:
    if not after:
        return None
    due, _tilde, number = after.partition("~")
    try:
        moment = parse_datetime(due)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _bad_key()
    return moment, _whole(number)


def _bad_key() -> BadInput:
    return BadInput(_("This page is not there. Begin the list again."), code="after", field="after")
