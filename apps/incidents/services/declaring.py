"""Declaring an incident, and extending its place and time. What follows for shipments is left to the worker."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.core.database import in_callers_transaction
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.incidents.enums import Effect, Level, NoticeKind, Seat
from apps.incidents.inputs import NewIncident, Where
from apps.incidents.models import Incident, Scope
from apps.incidents.queries.finding import Counted, add_concerned, count_concerned
from apps.incidents.queries.running import running_scopes, where_of
from apps.incidents.rules.scopes import checked_where
from apps.incidents.services.locking import lock_running
from apps.incidents.services.notifying import add_notice
from apps.incidents.services.seats import fill_seats
from apps.incidents.services.spreading import WORK
from apps.incidents.services.tasks import open_tasks
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.services import open_exception

MOST_HOURS = 720
# The number typed and the one counted now may differ by so much: shipments move on while somebody types.
TOLERANCE = 0.05


@transaction.atomic
def declare_incident(*, new: NewIncident, by: User, at: datetime) -> Incident:
    """Open an incident with its exception, seats, steps and clocks, first notice, and every shipment that it
    concerns. They are held, their promises moved and their parties told by the worker at once, each once.

    BadInput names the field for what cannot be; RuleBroken ``confirm_number`` asks for the number where all of the
    country is concerned.
    """
    _check(new, at)
    where = checked_where(new.where, at)
    counted = count_concerned(where, at=at)
    _check_everywhere(where, counted, new.confirmed)
    number = take_number(Incident.PREFIX, timezone.localdate(at))
    exception = open_exception(
        new=NewException(
            found_by=FoundBy.OWN_CHECK, kind=ExceptionKind.OTHER, what=new.title, title=new.title,
            happened_at=new.happened_at, known_at=new.known_at, unit=new.unit, is_serious=True,
            owner=new.seats.get(Seat.COMMAND),
        ),
        by=by,
        at=at,
    )  # fmt: skip
    incident = Incident.objects.create(
        number=number, title=_line(new.title, "title"), title_en=_line(new.title_en, "title_en"),
        kind=new.kind, level=new.level, version=new.version, exception=exception, unit=new.unit,
        effect=new.effect, extra_hours=new.extra_hours, is_blocked=new.is_blocked,
        happened_at=new.happened_at, known_at=new.known_at, declared_at=at, declared_by=by,
        created_by=by, work_since=at,
    )  # fmt: skip
    seats = fill_seats(incident, new.seats, by=by, at=at)
    open_tasks(incident, seats, by=by, at=at)
    add_notice(incident, NoticeKind.FIRST, new.text_zh, new.text_en, by=by, at=at)
    found = _add_scope(incident, where, counted, by=by, at=at)
    data = {
        "number": number,
        "shipments": found,
        "customers": counted.customers,
        "unit": new.unit.code,
        "people": sorted({user.pk for user in seats.values()} - {by.pk}),
    }
    record("incident.declared", incident, by=by, at=at, data=data)
    enqueue_on_commit(WORK)
    return incident


def _check(new: NewIncident, at: datetime) -> None:
    _line(new.title, "title")
    _line(new.title_en, "title_en")
    if new.known_at > at:
        raise BadInput(
            _("It cannot be known later than now."), code="times_out_of_order", field="known_at"
        )
    is_extended = new.effect == Effect.EXTENDED
    if is_extended and not 0 < new.extra_hours <= MOST_HOURS:
        raise BadInput(
            _("Promises are extended by 1 to %(most)d hours.") % {"most": MOST_HOURS},
            code="bad_hours",
            field="extra_hours",
        )
    if not is_extended and new.extra_hours:
        raise BadInput(
            _("Held promises get their new time once it is over; leave the hours empty."),
            code="bad_hours",
            field="extra_hours",
        )
    if new.level == Level.SPECIAL and Seat.ON_THE_SPOT not in new.seats:
        raise BadInput(
            _("A special incident needs somebody on the spot."),
            code="nobody_on_the_spot",
            field="on_the_spot",
        )


def _line(text: str, field: str) -> str:
    line = " ".join(text.split())
    if not line or len(line) > 120:
        raise BadInput(
            _("Say what happened, in 120 characters at most."), code="required", field=field
        )
    return line


def _check_everywhere(where: Where, counted: Counted, confirmed: int | None) -> None:
    if not where.everywhere:
        return
    off = counted.shipments * TOLERANCE
    if confirmed is None or abs(confirmed - counted.shipments) > off:
        raise RuleBroken(
            _(
                "This concerns all of the country: %(shipments)d shipments of %(customers)d customers. Type the"
                " number of shipments to go on."
            )
            % counted._asdict(),
            code="confirm_number",
            field="confirmed",
            rule="CMP-8",
        )


def _add_scope(
    incident: Incident, where: Where, counted: Counted, *, by: User, at: datetime
) -> int:
    last = incident.scopes.first()
    scope = Scope.objects.create(
        incident=incident, n=last.n + 1 if last else 1, cities=list(where.cities),
        units=list(where.units), carriers=list(where.carriers), legs=list(where.legs),
        is_everywhere=where.everywhere, starts_at=where.starts_at, ends_at=where.ends_at,
        shipments=counted.shipments, customers=counted.customers, at=at, by=by,
    )  # fmt: skip
    return add_concerned(where, incident_id=incident.pk, scope_id=scope.pk, at=at)


@transaction.atomic
def extend_scope(
    *, incident_id: int, where: Where, by: User, at: datetime, confirmed: int | None = None
) -> Scope:
    """Another version of its place and time, which says all of it. What is concerned now besides is added; whoever
    was told before is not told again. What a narrower version leaves out stays held until it is over."""
    incident = lock_running(incident_id)
    checked = checked_where(where, at)
    counted = count_concerned(checked, at=at)
    _check_everywhere(checked, counted, confirmed)
    found = _add_scope(incident, checked, counted, by=by, at=at)
    incident.work_since = incident.work_since or at
    incident.save(update_fields=["work_since"])
    data = {"shipments": found, "customers": counted.customers}
    record("incident.extended", incident, by=by, at=at, data=data)
    enqueue_on_commit(WORK)
    scope = incident.scopes.first()
    assert scope is not None  # noqa: S101  # just made
    return scope


@in_callers_transaction()
def add_later_arrivals(waybill_ids: Collection[int], *, by: User, at: datetime) -> int:
    """Shipments about which there is news, put into the running incidents that concern them now; how many were new.
    Nothing is asked of shipments while nothing runs; repeating adds nothing."""
    total = 0
    for scope in running_scopes():
        where = where_of(scope)
        if where.ends_at <= at:
            # It lasts longer than was expected, until somebody says that it is over.
            where = replace(where, ends_at=at)
        found = add_concerned(
            where, incident_id=scope.incident_id, scope_id=scope.pk, at=at, among=waybill_ids
        )
        if found:
            total += found
            incident = Incident.objects.select_for_update(no_key=True).get(pk=scope.incident_id)
            incident.work_since = incident.work_since or at
            incident.save(update_fields=["work_since"])
            record("incident.joined", incident, by=by, at=at, data={"shipments": found})
            enqueue_on_commit(WORK)
    return total
