"""An exception that is serious, or became so, for the leaders the event names; one that is given to
somebody to follow, for whoever follows it now (CMP-4)."""

from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.notice_types import Notice, subject_link
from apps.events.models import Event
from apps.quality.models import ExceptionReport

GIVEN = "exception.assigned"
KINDS = frozenset(
    {
        *("exception.opened", "exception.worsened", "exception.seriousness_changed"),
        *("exception.case_linked", GIVEN),
    }
)


def notices(events: Sequence[Event]) -> list[Notice]:
    """Set-based; events that name nobody are nobody's news."""
    named = [event for event in events if event.kind == GIVEN or event.data.get("recipients")]
    ids = {int(event.subject_id) for event in named}
    related = ("customer", "waybill")
    reports = ExceptionReport.objects.select_related(*related).in_bulk(ids) if ids else {}
    found: list[Notice] = []
    for event in named:
        report = reports.get(int(event.subject_id))
        if report is None:
            continue
        if event.kind == GIVEN:
            found += _given(event, report)
        else:
            people = [who for who in event.data["recipients"] if who != event.by_id]
            found.append(_notice("staff.exception_opened", event, report, people))
    return found


def _given(event: Event, report: ExceptionReport) -> Iterator[Notice]:
    """Who follows it hears of it, or the stand-in while they are away; not who took it themselves,
    and nobody who has given it on since."""
    owner = report.owner_id
    if owner is not None and owner == event.data.get("owner") != event.by_id:
        notice = _notice("staff.exception_assigned", event, report, [owner])
        notice.stands_in = True
        yield notice


def _notice(topic: str, event: Event, report: ExceptionReport, people: list[int]) -> Notice:
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        waybill=report.waybill,
        customer=report.customer,
        data={"number": report.number, "subject": report.title, "when": event.at},
        people=people,
        link=subject_link(event),
    )


def _concerned(ids: set[int]) -> dict[int, dict[str, Any]]:
    found = ExceptionReport.objects.filter(pk__in=ids, customer__isnull=False)
    rows = found.select_related("customer").only("customer")
    return {report.pk: {"customer": report.customer} for report in rows}


# Whoever sees the customer sees the calls that the clocks of its exceptions ask for.
CONCERNED = {ExceptionReport._meta.label_lower: _concerned}
NOTICES = dict.fromkeys(KINDS, notices)
