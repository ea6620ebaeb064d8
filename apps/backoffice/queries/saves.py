"""Who saved what on a record since somebody opened it."""

from django.db import models

from apps.core.times import local
from apps.events.details import readable_details
from apps.events.kinds import label_of
from apps.events.models import Event


def saves_since(subject: models.Model, version: int) -> list[tuple[str, str]]:
    """(who, what) of each event that made a version after ``version``, newest first."""
    events = (
        Event.objects.filter(
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            data__revision__gt=version,
        )
        .select_related("by")
        .order_by("-id")[:10]
    )
    return [(str(event.by), _what(event, subject)) for event in events]


def _what(event: Event, subject: models.Model) -> str:
    details = dict(event.data)
    fields = ""
    if "fields" in details:
        rows = readable_details(Event(kind=event.kind, data={"fields": details["fields"]}), subject)
        fields = ": " + rows[0][1] if rows else ""
    return f"{label_of(event.kind)}{fields} {local(event.at)}"
