"""Whether what a message is about can be taken from it, and what taking does: each app says so of its models in
``TAKEN`` of its ``taking`` (``core.notice_types.Take``)."""

from functools import cache

from apps.core.discovery import modules_named
from apps.core.notice_types import Take
from apps.events.models import Event
from apps.notifications.models import Delivery


@cache
def _taken() -> dict[str, Take]:
    """Read when it is first asked, since the apps' services stand above this floor."""
    found: dict[str, Take] = {}
    for _config, module in modules_named("taking"):
        found |= module.TAKEN
    return found


def taking(delivery: Delivery) -> tuple[Take, int] | None:
    """What taking does, and the row's number; None where the message is about nothing to take."""
    if delivery.event_id is None or not delivery.topic.startswith("staff."):
        return None
    event = Event.objects.filter(pk=delivery.event_id).only("subject_type", "subject_id").first()
    take = _taken().get(event.subject_type) if event is not None else None
    if event is None or take is None or delivery.topic in take.without:
        return None
    return take, int(event.subject_id)


def is_takeable(delivery: Delivery) -> bool:
    return taking(delivery) is not None
