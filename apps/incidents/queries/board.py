"""What runs, what is missing in it, and which drills are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from apps.incidents.enums import Seat
from apps.incidents.models import Drill, Incident, IncidentSeat, IncidentTask
from apps.incidents.queries.customers import Sums, sums_of
from apps.incidents.queries.places import place_in_words, with_newest_place

MOST = 20
DRILLS_AHEAD = timedelta(days=30)


def with_command(rows: "QuerySet[Incident]") -> "QuerySet[Incident]":
    """Each with ``commander`` (a name, None while nobody has it) and the ``place_facts`` of its newest scope."""
    command = IncidentSeat.objects.filter(incident=OuterRef("pk"), seat=Seat.COMMAND, until=None)
    name = Subquery(command.values("user__display_name")[:1], output_field=CharField())
    return with_newest_place(rows.annotate(commander=name))


@dataclass(frozen=True, slots=True)
class Running:
    incident: Incident
    place: str
    sums: Sums
    next_step: IncidentTask | None


@dataclass(frozen=True, slots=True)
class ToClose:
    incident: Incident
    place: str


@dataclass(frozen=True, slots=True)
class Board:
    running: list[Running]
    to_close: list[ToClose]
    drills: list[Drill]


def board(at: datetime) -> Board:
    """A number of statements that does not grow with what it shows."""
    running = list(with_command(Incident.objects.running()).order_by("pk")[:MOST])
    sums = sums_of([one.pk for one in running])
    steps = IncidentTask.objects.filter(
        incident__in=running, done_at__isnull=True, dropped_at__isnull=True
    )
    steps = steps.order_by("incident_id", "due_at").distinct("incident_id").select_related("owner")
    next_steps = {one.incident_id: one for one in steps}
    to_close = with_command(Incident.objects.filter(state="over"))
    today = timezone.localdate(at)
    drills = Drill.objects.filter(held_at=None, due_on__lte=today + DRILLS_AHEAD)
    return Board(
        [Running(one, _place(one), sums[one.pk], next_steps.get(one.pk)) for one in running],
        [ToClose(one, _place(one)) for one in to_close.order_by("over_at")[:MOST]],
        list(drills.select_related("plan__unit").order_by("due_on", "pk")[:MOST]),
    )


def _place(incident: Any) -> str:
    return place_in_words(incident.place_facts)


def next_steps_first(incident: Incident) -> "QuerySet[IncidentTask]":
    """What is open first, by when it is due; then what was done."""
    rows = incident.tasks.select_related("owner", "done_by")
    return rows.order_by(F("done_at").asc(nulls_first=True), "due_at", "n")
