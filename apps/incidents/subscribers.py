"""Shipments that come into the place and time of an incident while it runs."""

from apps.accounts.queries import system_user
from apps.core.database import database_now
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.incidents import services
from apps.incidents.queries.running import running_scopes

TURN = "incidents.arrivals"


def _news(events: list[Event]) -> None:
    """One small question while nothing runs."""
    if running_scopes():
        ids = {int(event.subject_id) for event in events}
        services.add_later_arrivals(ids, by=system_user("sweeper"), at=database_now())


for _kind in ("waybill.issued", "waybill.status_changed"):
    subscribe_many(_kind, name=f"incidents.{_kind}", turn=TURN)(_news)
