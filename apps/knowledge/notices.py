"""Who is given something to read, and whose section lacks an article, as the events name them (STF-2)."""

from collections.abc import Sequence

from apps.core.notice_types import Notice, subject_link
from apps.core.times import instant, local
from apps.events.models import Event


def _to_read(events: Sequence[Event]) -> list[Notice]:
    return [
        _notice(
            "staff.article_to_read",
            event,
            {"title": event.data["title"], "due": _when(event)},
        )
        for event in events
        if event.data.get("people")
    ]


def _when(event: Event) -> str:
    due = instant(event.data["due"])
    return local(due) if due else ""


def _wanted(events: Sequence[Event]) -> list[Notice]:
    return [
        _notice(
            "staff.article_wanted",
            event,
            {"text": event.data["text"], "times": event.data["times"]},
        )
        for event in events
        if event.data.get("people")
    ]


def _notice(topic: str, event: Event, data: dict[str, object]) -> Notice:
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        data={"when": event.at, **data},
        people=event.data["people"],
        link=subject_link(event),
    )


NOTICES = {"article.reading_asked": _to_read, "missed_search.settled": _wanted}
