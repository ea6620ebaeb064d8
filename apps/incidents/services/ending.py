"""Stable, over, closed; or a false alarm."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.events.services import record
from apps.incidents.enums import (
    DEPARTMENTS,
    DEPARTMENTS_NEEDED,
    IncidentState,
    Level,
    NoticeKind,
    Seat,
)
from apps.incidents.models import Incident
from apps.incidents.services.announcing import end_public_notices
from apps.incidents.services.locking import lock_incident
from apps.incidents.services.notifying import add_notice, notify_all_recipients
from apps.incidents.services.seats import end_seats
from apps.incidents.services.spreading import WORK
from apps.incidents.services.tasks import drop_tasks
from apps.incidents.states import INCIDENT_MOVES
from apps.quality.enums import ExceptionState, MeetingState

# The exception was decided and its corrective actions are set, or it was checked that none is needed.
ACTIONS_SET = (ExceptionState.ACTING, ExceptionState.CHECKED, ExceptionState.CLOSED)


def _move(incident: Incident, to: IncidentState, moment: str, *, by: User, at: datetime) -> None:
    INCIDENT_MOVES.check(IncidentState(incident.state), to)
    incident.state = to
    setattr(incident, f"{moment}_at", at)
    setattr(incident, f"{moment}_by", by)


@transaction.atomic
def mark_stable(*, incident_id: int, by: User, at: datetime) -> Incident:
    """It gets no worse. RuleBroken ``no_commander``; of a special one ``group_incomplete`` without three departments
    of the head office and somebody on the spot."""
    incident = lock_incident(incident_id)
    _move(incident, IncidentState.STABLE, "stable", by=by, at=at)
    seats = set(
        incident.seats.filter(until=None, user__isnull=False).values_list("seat", flat=True)
    )
    if Seat.COMMAND not in seats:
        raise RuleBroken(
            _("Nobody has the command. Give it to somebody first."),
            code="no_commander",
            field="seat",
            rule="CMP-8",
        )
    departments = seats & set(DEPARTMENTS)
    if incident.level == Level.SPECIAL and (
        len(departments) < DEPARTMENTS_NEEDED or Seat.ON_THE_SPOT not in seats
    ):
        raise RuleBroken(
            _("A special incident needs three departments of the head office and somebody on the spot."),
            code="group_incomplete",
            field="seat",
            rule="CMP-8",
        )  # fmt: skip
    incident.save(update_fields=["state", "stable_at", "stable_by"])
    record("incident.stable", incident, by=by, at=at)
    return incident


@transaction.atomic
def end_incident(
    *, incident_id: int, by: User, at: datetime, text_zh: str = "", text_en: str = ""
) -> Incident:
    """It is over: the worker lets go of every shipment, and held promises get their new time. With a text whoever was
    told of it is told that too. What the site says of it is taken off."""
    incident = lock_incident(incident_id)
    _move(incident, IncidentState.OVER, "over", by=by, at=at)
    ended = _let_go(incident, NoticeKind.OVER, text_zh, text_en, by=by, at=at)
    incident.save(update_fields=["state", "over_at", "over_by", "work_since"])
    data = {"shipments": incident.affected.count(), **ended}
    record("incident.over", incident, by=by, at=at, data=data)
    return incident


@transaction.atomic
def withdraw_incident(
    *, incident_id: int, reason: str, text_zh: str, text_en: str, by: User, at: datetime
) -> Incident:
    """A false alarm, undone in one act: the worker lets go of every shipment and what was promised before counts
    again; whoever was told is told, and the site says it no more. Its exception stays, to be decided."""
    incident = lock_incident(incident_id)
    reason = required_text(reason, least=1, message=_("Say why."))
    _move(incident, IncidentState.WITHDRAWN, "withdrawn", by=by, at=at)
    incident.reason = reason
    ended = _let_go(incident, NoticeKind.WITHDRAWN, text_zh, text_en, by=by, at=at, must_tell=True)
    incident.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "reason", "work_since"])
    data = {"reason": reason, "shipments": incident.affected.count(), **ended}
    record("incident.withdrawn", incident, by=by, at=at, data=data)
    return incident


def _let_go(
    incident: Incident,
    kind: NoticeKind,
    text_zh: str,
    text_en: str,
    *,
    by: User,
    at: datetime,
    must_tell: bool = False,
) -> dict[str, int]:
    """What its event says besides: how many public notices were taken off the site, if any."""
    if must_tell or text_zh.strip() or text_en.strip():
        notice = add_notice(incident, kind, text_zh, text_en, by=by, at=at)
        notify_all_recipients(notice, by=by, at=at)
    drop_tasks(incident, "incident over", by=by, at=at)
    end_seats(incident, by=by, at=at)
    incident.work_since = incident.work_since or at
    enqueue_on_commit(WORK)
    return _taken_off(incident, by=by, at=at)


def _taken_off(incident: Incident, *, by: User, at: datetime) -> dict[str, int]:
    ended = end_public_notices(incident, by=by, at=at)
    return {"taken_off": ended} if ended else {}


@transaction.atomic
def close_incident(*, incident_id: int, by: User, at: datetime) -> Incident:
    """RuleBroken ``not_yet`` names what is missing: promises released, steps done, the exception's corrective actions
    set, and of a special incident its review in a meeting."""
    incident = lock_incident(incident_id)
    _move(incident, IncidentState.CLOSED, "closed", by=by, at=at)
    missing = missing_before_closing(incident)
    if missing:
        raise RuleBroken(" ".join(missing), code="not_yet", field="state", rule="CMP-8")
    incident.save(update_fields=["state", "closed_at", "closed_by"])
    data = {"number": incident.number, **_taken_off(incident, by=by, at=at)}
    record("incident.closed", incident, by=by, at=at, data=data)
    return incident


def missing_before_closing(incident: Incident) -> list[str]:
    """What is missing, in words."""
    found = []
    if incident.affected.filter(released_at=None).exists():
        found.append(_("Shipments are still held; wait until all of them are released."))
    step = incident.tasks.filter(done_at=None, dropped_at=None).first()
    if step is not None:
        found.append(_("“%(what)s” is not done yet.") % {"what": step.what})
    exception = incident.exception
    if exception.state not in ACTIONS_SET:
        found.append(
            _("Exception %(number)s has no corrective actions yet.") % {"number": exception.number}
        )
    held = exception.reviews.filter(meeting__state=MeetingState.HELD)
    if incident.level == Level.SPECIAL and not held.exists():
        found.append(_("It was not reviewed in a meeting yet."))
    return found
