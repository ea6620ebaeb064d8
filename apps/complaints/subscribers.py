"""What happens on lower floors and concerns cases."""

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.events.models import Event
from apps.events.subscriptions import subscribe_many
from apps.training.enums import Area


@subscribe_many("qualification.expired", name="complaints.hand_over_expired")
def hand_over_expired(events: list[Event]) -> None:
    _hand_over(events)


@subscribe_many("qualification.revoked", name="complaints.hand_over_revoked")
def hand_over_revoked(events: list[Event]) -> None:
    _hand_over(events)


def _hand_over(events: list[Event]) -> None:
    """The live cases of whoever may not work on them any more go to the director (STF-1)."""
    holders = {int(one.data["holder"]) for one in events if one.data.get("area") == Area.CASES}
    for holder in sorted(holders):
        services.hand_to_director(holder, by=system_user("clocks"), at=timezone.now())
