"""What clocks that run out say, and to whom: the people the step itself names (CMP-3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.events.models import Event
from apps.notifications.queries.notice import Notice
from apps.quality.models import ExceptionReport

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
    working day begins (CMP-2). Whoever sees the case, or the customer whose exception it is, sees
    the calls that its clocks ask for.
    """
    cases = _cases(events)
    customers = _customers_of_exceptions(events)
    return [
        Notice(
            topic=TOPIC_OF_KIND[event.kind],
            cause=f"event:{event.pk}:{channel}",
            at=event.at,
            event=event,
            case=cases.get((event.subject_type, event.subject_id)),
            customer=customers.get((event.subject_type, event.subject_id)),
            data=_facts(event.data),
            people=[int(pk) for pk in event.data.get("recipients") or ()],
            channels=[channel],
            not_before=not_before,
            gather=_seconds_late(event) > LATE_AFTER.total_seconds(),
            link=subject_link(event),
        )
        for event in events
        for channel, not_before in _channels(event.data)
    ]


def _cases(events: Sequence[Event]) -> dict[tuple[str, str], Case]:
    kind, ids = _ids_of(events, Case)
    found = Case.objects.light().in_bulk(ids) if ids else {}
    return {(kind, str(pk)): case for pk, case in found.items()}


def _customers_of_exceptions(events: Sequence[Event]) -> dict[tuple[str, str], Customer]:
    kind, ids = _ids_of(events, ExceptionReport)
    if not ids:
        return {}
    found = ExceptionReport.objects.filter(pk__in=ids, customer__isnull=False)
    return {
        (kind, str(report.pk)): report.customer
        for report in found.select_related("customer").only("customer")
        if report.customer is not None
    }


def _ids_of(events: Sequence[Event], model: type[Model]) -> tuple[str, set[int]]:
    kind = model._meta.label_lower
    return kind, {int(event.subject_id) for event in events if event.subject_type == kind}


def subject_link(event: Event) -> str:
    """The staff page of what the event is about, whichever floor that stands on."""
    return f"/admin/desk/open/{event.subject_type}/{event.subject_id}"


def _channels(data: dict[str, Any]) -> list[tuple[str, datetime | None]]:
    mail_by = data.get("mail_by")
    if mail_by:
        return [(CALL, None), (MAIL, instant(mail_by))]
    return [(str(channel), None) for channel in data.get("channels") or ["in_app"]]


def instant(value: Any) -> datetime | None:
    moment = parse_datetime(str(value))
    return moment if moment and timezone.is_aware(moment) else None


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
