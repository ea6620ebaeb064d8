"""Whoever sat an exam hears what it was marked, also when a later version marks it anew (STF-1)."""

from collections.abc import Sequence

from django.urls import reverse

from apps.core.notice_types import Notice
from apps.events.models import Event
from apps.training.models import Attempt


def _marked(events: Sequence[Event]) -> list[Notice]:
    """Whose own handing in marked it at once sees the result on the page before them."""
    rows = Attempt.objects.select_related("exam").in_bulk([int(one.subject_id) for one in events])
    found = []
    for event in events:
        row = rows.get(int(event.subject_id))
        if row is not None and event.by_id != row.user_id:
            found.append(_notice(event, row))
    return found


def _notice(event: Event, row: Attempt) -> Notice:
    data = event.data
    points = f"{data['points']}/{data['maximum']}"
    return Notice(
        topic="staff.exam_passed" if data["passed"] else "staff.exam_not_passed",
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        data={"when": event.at, "exam": row.exam.name, "points": points},
        people=[row.user_id],
        link=reverse("admin:training_attempt_sit", args=[row.pk]),
    )


NOTICES = {"attempt.marked": _marked, "attempt.regraded": _marked}
