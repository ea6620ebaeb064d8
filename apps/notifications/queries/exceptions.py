"""An exception that is serious, or became so, for the leaders the event names; one that is given to
somebody to follow, for whoever follows it now (CMP-4)."""

from collections.abc import Iterable, Iterator, Sequence

from apps.accounts.queries.duty import stand_ins
from apps.events.models import Event
from apps.notifications.queries.clocks import subject_link
from apps.notifications.queries.notice import Notice
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
    instead = _instead_of_owners(named, reports.values())
    found: list[Notice] = []
    for event in named:
        report = reports.get(int(event.subject_id))
        if report is None:
            continue
        if event.kind == GIVEN:
            found += _given(event, report, instead)
        else:
            people = [who for who in event.data["recipients"] if who != event.by_id]
            found.append(_notice("staff.exception_opened", event, report, people))
    return found


def _given(event: Event, report: ExceptionReport, instead: dict[int, int]) -> Iterator[Notice]:
    """Who follows it hears of it, or the stand-in while they are away; not who took it themselves,
    and nobody who has given it on since."""
    owner = report.owner_id
    if owner is not None and owner == event.data.get("owner") != event.by_id:
        yield _notice("staff.exception_assigned", event, report, [instead.get(owner, owner)])


def _instead_of_owners(
    events: Sequence[Event], reports: Iterable[ExceptionReport]
) -> dict[int, int]:
    given = [event.at for event in events if event.kind == GIVEN]
    owners = {report.owner_id for report in reports if report.owner_id}
    return stand_ins(list(owners), max(given)) if given and owners else {}


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
