"""What clocks that run out say, and to whom: the people the step itself names (CMP-3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from apps.core.notice_types import Notice, subject_link
from apps.core.times import instant
from apps.events.models import Event

TOPIC_OF_KIND = {
    "clock.warned": "staff.clock_warned",
    "clock.overdue": "staff.clock_overdue",
    "clock.escalated": "staff.clock_escalated",
}
# A step that fired this long after its time was held up by something; many of them would flood
# people, so what comes late to one person is gathered.
LATE_AFTER = timedelta(minutes=2)
CALL, MAIL = "phone", "email"


def notices(events: Sequence[Event]) -> list[Notice]:
    """One for each channel of each step, since a step names its channels to be used together.

    Outside office hours, where the step says so, it is a call now and the e-mail before the next
    working day begins (CMP-2).
    """
    return [
        Notice(
            topic=TOPIC_OF_KIND[event.kind],
            cause=f"event:{event.pk}:{channel}",
            at=event.at,
            event=event,
            data=_facts(event.data),
            people=[int(pk) for pk in event.data.get("recipients") or ()],
            unit_id=event.data.get("unit"),
            channels=[channel],
            not_before=not_before,
            gather=_seconds_late(event) > LATE_AFTER.total_seconds(),
            link=subject_link(event),
        )
        for event in events
        for channel, not_before in _channels(event.data)
    ]


def _channels(data: dict[str, Any]) -> list[tuple[str, datetime | None]]:
    mail_by = data.get("mail_by")
    if mail_by:
        return [(CALL, None), (MAIL, instant(mail_by))]
    return [(str(channel), None) for channel in data.get("channels") or ["in_app"]]


def _seconds_late(event: Event) -> float:
    return float(event.data.get("late_seconds") or 0)


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": data.get("title", ""),
        "metric": data.get("metric", ""),
        "step": data.get("step", ""),
        "step_en": data.get("step_en", ""),
        "due": data.get("due_at"),
        "when": data.get("at"),
    }


def _calendars(events: Sequence[Event]) -> list[Notice]:
    """The official list of a year that a working calendar lacks (CMP-2)."""
    return [
        Notice(
            topic="staff.calendar_missing",
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            data={
                "number": event.data.get("calendar", ""),
                "detail": str(event.data.get("year", "")),
                "when": event.at,
            },
            link=subject_link(event),
        )
        for event in events
    ]


NOTICES = {**dict.fromkeys(TOPIC_OF_KIND, notices), "calendar.year_missing": _calendars}
