"""What runs, what is missing in it, and which drills are due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.models import Unit
from apps.incidents.enums import Seat
from apps.incidents.models import Drill, Incident, IncidentSeat, IncidentTask, Scope
from apps.incidents.queries.customers import Sums, sums_of
from apps.tracking.models import PartnerCarrier

MOST = 20
DRILLS_AHEAD = timedelta(days=30)


def with_command(rows: "QuerySet[Incident]") -> "QuerySet[Incident]":
    """Each with ``commander`` (a name, None while nobody has it) and ``cities`` of its newest scope."""
    command = IncidentSeat.objects.filter(incident=OuterRef("pk"), seat=Seat.COMMAND, until=None)
    scopes = Scope.objects.filter(incident=OuterRef("pk")).order_by("-n")
    return rows.annotate(
        commander=Subquery(command.values("user__display_name")[:1], output_field=CharField()),
        cities=Subquery(scopes.values("cities")[:1]),
    )


@dataclass(frozen=True, slots=True)
class Running:
    incident: Incident
    sums: Sums
    next_step: IncidentTask | None


@dataclass(frozen=True, slots=True)
class Board:
    running: list[Running]
    to_close: list[Incident]
    drills: list[Drill]
    today: date


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
        [Running(one, sums[one.pk], next_steps.get(one.pk)) for one in running],
        list(to_close.order_by("over_at")[:MOST]),
        list(drills.select_related("plan__unit").order_by("due_on", "pk")[:MOST]),
        today,
    )


def place_of(scope: Scope) -> str:
    """Its place in words."""
    units = list(Unit.objects.filter(pk__in=scope.units).values_list("name", flat=True))
    carriers = list(
        PartnerCarrier.objects.filter(pk__in=scope.carriers).values_list("name", flat=True)
    )
    return "、".join([*scope.cities, *units, *carriers])


def next_steps_first(incident: Incident) -> "QuerySet[IncidentTask]":
    """What is open first, by when it is due; then what was done."""
    rows = incident.tasks.select_related("owner", "done_by")
    return rows.order_by(F("done_at").asc(nulls_first=True), "due_at", "n")
