"""Who has which seat in an incident, as dated rows: one commander at a time, and nobody is a visible condition."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries.duty import Roster, people_of
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.incidents.enums import IncidentMatter, Level, Seat
from apps.incidents.models import Incident, IncidentSeat
from apps.incidents.services.locking import lock_running
from apps.sla.enums import FactKind
from apps.sla.services import finish_matters, open_matter, stop_matters

# Who is asked for a seat by the roster, in this order: of a general incident the command only.
BY_ROSTER: dict[str, dict[str, tuple[Role, ...]]] = {
    Level.GENERAL: {Seat.COMMAND: (Role.PROJECT_MANAGER,)},
    Level.SPECIAL: {
        Seat.COMMAND: (Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER),
        Seat.OPERATIONS: (Role.DEPARTMENT_MANAGER, Role.DISPATCHER),
        Seat.MARKET: (Role.SALES,),
        Seat.FINANCE: (Role.FINANCE,),
        Seat.BRANCHES: (Role.DIRECTOR, Role.DELIVERY_MANAGER),
    },
}


def fill_seats(
    incident: Incident, given: Mapping[str, User], *, by: User, at: datetime
) -> dict[str, User]:
    """At the declaration: those ``given``, the others by the roster. Without anybody for the command its row is
    empty, and a clock runs."""
    wanted = BY_ROSTER[Level(incident.level)]
    roster = Roster({role for roles in wanted.values() for role in roles}, at)
    chosen = {str(seat): user for seat, user in given.items()}
    for seat, roles in wanted.items():
        if str(seat) not in chosen:
            found = (pk for role in roles for pk in roster.people(role, incident.unit.path))
            people = people_of([pk for pk in [next(found, None)] if pk is not None])
            chosen |= {str(seat): user for user in people}
    IncidentSeat.objects.bulk_create(
        IncidentSeat(incident=incident, seat=seat, user=user, since=at)
        for seat, user in chosen.items()
    )
    if str(Seat.COMMAND) not in chosen:
        _without_command(incident, by=by, at=at)
    return chosen


@transaction.atomic
def take_seat(*, incident_id: int, seat: str, user: User, by: User, at: datetime) -> IncidentSeat:
    """``user`` has the seat from now on. Of the command the one before leaves it in the same act; other seats may
    have several people. RuleBroken ``nothing_changed`` for whoever has it already."""
    incident = lock_running(incident_id)
    if not user.is_active or not user.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_user", field="user")
    current = list(incident.seats.filter(seat=seat, until__isnull=True).order_by("pk"))
    if any(row.user_id == user.pk for row in current):
        raise RuleBroken(
            _("%(name)s has this seat already.") % {"name": user.display_name},
            code="nothing_changed",
            field="user",
        )
    if seat == Seat.COMMAND:
        _end(current, by=by, at=at)
    row = IncidentSeat.objects.create(incident=incident, seat=seat, user=user, since=at)
    data = {"seat": str(seat), "holder": user.display_name, "people": [user.pk]}
    record("incident.seat_taken", incident, by=by, at=at, data=data)
    return row


@transaction.atomic
def leave_seat(*, seat_id: int, by: User, at: datetime) -> None:
    """Nobody takes it over. Without a commander the incident is shown in red and a clock runs."""
    row = IncidentSeat.objects.select_related("user").get(pk=seat_id)
    incident = lock_running(row.incident_id)
    row.refresh_from_db(fields=["until"])
    if row.until is not None or row.user is None:
        raise RuleBroken(_("This seat was left already."), code="nothing_changed")
    _end([row], by=by, at=at)
    data = {"seat": row.seat, "holder": row.user.display_name}
    record("incident.seat_left", incident, by=by, at=at, data=data)
    if row.seat == Seat.COMMAND:
        _without_command(incident, by=by, at=at)


def end_seats(incident: Incident, *, by: User, at: datetime) -> None:
    """It is over: everybody has done their part."""
    _end(list(incident.seats.filter(until__isnull=True)), by=by, at=at, stop="incident over")


def _end(rows: list[IncidentSeat], *, by: User, at: datetime, stop: str = "") -> None:
    IncidentSeat.objects.filter(pk__in=[row.pk for row in rows]).update(until=at)
    empty = [row for row in rows if row.user_id is None]
    if empty and stop:
        stop_matters(empty, reason=stop, by=by, at=at)
    elif empty:
        finish_matters(empty, kind=FactKind.DONE, by=by, at=at)


def _without_command(incident: Incident, *, by: User, at: datetime) -> None:
    row = IncidentSeat.objects.create(incident=incident, seat=Seat.COMMAND, user=None, since=at)
    open_matter(
        kind=IncidentMatter.COMMAND,
        subject=row,
        title=f"{incident.number} {incident.title}"[:120],
        unit=incident.unit,
        opened_at=at,
        by=by,
        at=at,
    )
    record("incident.without_command", incident, by=by, at=at)
