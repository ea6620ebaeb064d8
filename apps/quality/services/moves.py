"""The one way an exception report moves on."""

from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.complaints.services.locking import write
from apps.quality.enums import ExceptionState as X
from apps.quality.models import ExceptionReport
from apps.quality.services import clocks as exception_clocks
from apps.quality.states import EXCEPTION_MOVES

# What each state brings along.
_MOMENT = {X.INVESTIGATING: "investigated", X.DECIDED: "decided", X.CHECKED: "checked"}
_MOMENT[X.CLOSED] = "closed"


def move(report: ExceptionReport, to: X, *, by: User, at: datetime, **values: Any) -> None:
    """By the table, with the time and the person of the new state; the caller holds the lock and
    records what it means."""
    frm = X(report.state)
    EXCEPTION_MOVES.check(frm, to)
    moment = _MOMENT.get(to)
    if moment is not None:
        values |= {f"{moment}_at": at, f"{moment}_by": by}
    if frm == X.CLOSED:
        values |= {"closed_at": None, "closed_by": None, "closing_note": ""}
    write(report, at=at, state=to, **values)
    if to == X.CLOSED:
        _drop_chases(report, by=by, at=at)
        exception_clocks.closed(report, by=by, at=at)
    elif frm == X.CLOSED:
        exception_clocks.reopened(report, by=by, at=at)


def _drop_chases(report: ExceptionReport, *, by: User, at: datetime) -> None:
    """Nobody needs an answer any more."""
    for chase in report.chases.open().select_for_update(no_key=True).order_by("pk"):
        chase.dropped_at, chase.dropped_by = at, by
        chase.save(update_fields=["dropped_at", "dropped_by"])
        exception_clocks.chase_dropped(chase, by=by, at=at)
