"""Who came through the company's directory and waits, to whoever may admit them. Once for each wait: signing in again
records nothing, and whoever was decided about meanwhile is no news."""

from collections.abc import Sequence

from apps.accounts.enums import IdentityState
from apps.accounts.models import DirectoryIdentity
from apps.core.notice_types import Notice, subject_link
from apps.events.models import Event

TOPIC = "staff.directory_waiting"


def _waiting(events: Sequence[Event]) -> list[Notice]:
    # Locked until the messages are written, so that who is decided about just now settles them afterwards.
    waiting = DirectoryIdentity.objects.select_for_update().filter(state=IdentityState.WAITING)
    rows = waiting.in_bulk({int(event.subject_id) for event in events})
    return [
        Notice(
            topic=TOPIC,
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            data={
                "who": rows[int(event.subject_id)].display_name,
                "detail": event.data.get("groups", ""),
                "when": event.at,
            },
            link=subject_link(event),
        )
        for event in events
        if int(event.subject_id) in rows
    ]


NOTICES = {"directoryidentity.waiting": _waiting}
SETTLED = dict.fromkeys(("directoryidentity.admitted", "directoryidentity.refused"), TOPIC)
