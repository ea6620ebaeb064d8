"""Whatever changes the roster changes its gaps."""

from apps.core.enqueueing import enqueue_on_commit
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.shifts import services

TURN = "shifts.roster"


def _changed(events: list[Event]) -> None:
    """Read anew once for all of them, and handovers of shifts that were taken off the roster end."""
    enqueue_on_commit(services.REFRESH)
    enqueue_on_commit(services.WORK)


for _kind in (
    "user.shift_planned",
    "user.shift_withdrawn",
    "user.absence_planned",
    "user.absence_withdrawn",
):
    subscribe_many(_kind, name=f"shifts.{_kind}", turn=TURN)(_changed)
