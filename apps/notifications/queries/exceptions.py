"""An exception that is serious, or became so, for the leaders the event names (CMP-4)."""

from collections.abc import Sequence

from apps.complaints.models import ExceptionReport
from apps.events.models import Event
from apps.notifications.queries.clocks import subject_link
from apps.notifications.queries.happening import Happening

KINDS = frozenset(
    {
        *("exception.opened", "exception.worsened", "exception.seriousness_changed"),
        "exception.case_linked",
    }
)


def happenings(events: Sequence[Event]) -> list[Happening]:
    """One query, whatever the number of events; those that name nobody are nobody's news."""
    named = [event for event in events if event.data.get("recipients")]
    ids = {int(event.subject_id) for event in named}
    related = ("customer", "waybill")
    reports = ExceptionReport.objects.select_related(*related).in_bulk(ids) if ids else {}
    found = []
    for event in named:
        report = reports.get(int(event.subject_id))
        if report is None:
            continue
        data = {"number": report.number, "subject": report.title, "when": event.at}
        found.append(
            Happening(
                topic="staff.exception_opened",
                cause=f"event:{event.pk}",
                at=event.at,
                event=event,
                waybill=report.waybill,
                customer=report.customer,
                data=data,
                people=[who for who in event.data["recipients"] if who != event.by_id],
                link=subject_link(event),
            )
        )
    return found
