"""What notices about cases need to know, and what all of them say."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.functional import cached_property

from apps.complaints.enums import LinkKind
from apps.complaints.models import FROM_CUSTOMER, Case, CaseEntry, CaseLink, SatisfactionAsk
from apps.complaints.queries.promises import answers_due
from apps.core.notice_types import Notice
from apps.events.models import Event

# Whoever wrote within this time is awake and waits.
JUST_WROTE = timedelta(hours=1)


class Lookup:
    """Everything about the cases concerned, each read once and only where an event asks for it."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._ids = {int(event.subject_id) for event in events}

    @cached_property
    def cases(self) -> dict[int, Case]:
        related = ("customer", "waybill__customer")
        return Case.objects.select_related(*related).in_bulk(self._ids)

    @cached_property
    def split(self) -> set[int]:
        links = CaseLink.objects.filter(second__in=self._ids, kind=LinkKind.SPLIT)
        return set(links.order_by().values_list("second_id", flat=True))

    @cached_property
    def entries(self) -> dict[int, CaseEntry]:
        return CaseEntry.objects.select_related("by").in_bulk(_numbers(self._events, "entry"))

    @cached_property
    def asks(self) -> dict[int, SatisfactionAsk]:
        return SatisfactionAsk.objects.in_bulk(_numbers(self._events, "ask"))

    @cached_property
    def last_received(self) -> dict[int, datetime]:
        rows = CaseEntry.objects.filter(case__in=self._ids, kind__in=FROM_CUSTOMER).order_by()
        return dict(rows.values("case").annotate(last=Max("at")).values_list("case", "last"))

    @cached_property
    def due(self) -> dict[int, datetime]:
        return answers_due(list(self.cases.values()))

    @cached_property
    def absorbed(self) -> dict[int, list[Case]]:
        found: dict[int, list[Case]] = {}
        closed = {int(event.subject_id) for event in self._events if event.kind == "case.closed"}
        for case in Case.objects.filter(merged_into__in=closed).order_by("pk"):
            found.setdefault(case.merged_into_id or 0, []).append(case)
        return found

    def case(self, event: Event) -> Case | None:
        return self.cases.get(int(event.subject_id))

    def has_just_written(self, case: Case, at: datetime) -> bool:
        last = self.last_received.get(case.pk)
        return last is not None and last <= at <= last + JUST_WROTE


def _numbers(events: Sequence[Event], name: str) -> set[int]:
    return {event.data[name] for event in events if isinstance(event.data.get(name), int)}


def notice_of(topic: str, event: Event, case: Case) -> Notice:
    data: dict[str, Any] = {"case": case.number, "when": event.at}
    if case.waybill is not None:
        data["number"] = case.waybill.number
    if case.customer is not None:
        data["customer"] = case.customer.display_name
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}:{case.pk}",
        at=event.at,
        event=event,
        waybill=case.waybill,
        customer=case.customer,
        case=case,
        data=data,
    )
