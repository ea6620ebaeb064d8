"""Alerts about unusual access, and what the safety officer says of them (COD-6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import record
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.services import open_exception
from apps.safety.enums import AlertKind, AlertState
from apps.safety.models import AlertRule, SecurityAlert
from apps.safety.queries import access as queries
from apps.safety.rules.access import Unusual, unusual
from apps.safety.states import ALERT_MOVES

if TYPE_CHECKING:
    from apps.quality.models import ExceptionReport

LABEL = SecurityAlert._meta.label_lower


@transaction.atomic
def judge_events(events: Sequence[Event]) -> list[SecurityAlert]:
    """What the rules in force say of these events; may be called twice with the same. Returns the alerts
    that are new. While one is open, more of the same by the same person belongs to it."""
    fresh = [event for event in events if queries.reading(event) is not None]
    limits = queries.limits()
    if not fresh or not limits:
        return []
    longest = max(limit.within for limit in limits.values())
    people = {event.by_id for event in fresh}
    first, last = min(event.at for event in fresh), max(event.at for event in fresh)
    found = list(
        unusual(
            queries.happened(fresh, longest),
            {event.pk for event in fresh},
            limits,
            queries.known(people, first - longest, last),
        )
    )
    what = {event.pk: event for event in fresh}
    return [alert for one in found if (alert := _raise(one, what[one.event]))]


def _raise(one: Unusual, event: Event) -> SecurityAlert | None:
    """The alert, if it is a new one."""
    # Two relays may judge at once: the person's row makes them take turns.
    User.objects.select_for_update().get(pk=one.person)
    same = SecurityAlert.objects.select_for_update().filter(kind=one.kind, person=one.person)
    if same.filter(last_event__gte=one.event).exists():
        return None
    open_one = same.filter(state=AlertState.OPEN).first()
    if open_one is not None:
        open_one.count = max(open_one.count + 1, one.count)
        open_one.last_event = one.event
        open_one.last_event_at = max(one.last_at, open_one.last_event_at)
        open_one.save(update_fields=["count", "last_event", "last_event_at"])
        return None
    alert = SecurityAlert.objects.create(
        kind=one.kind,
        person_id=one.person,
        count=one.count,
        what=_sentence(event),
        since=one.since,
        last_event_at=one.last_at,
        last_event=one.event,
    )
    data = {"rule": str(one.kind), "person": str(alert.person)}
    if reason := _reason(event):
        data["what"] = reason
    record("securityalert.raised", alert, by=system_user("sweeper"), data=data)
    return alert


def _sentence(event: Event) -> str:
    """The event in short, without anything personal: its kind, what it is about, the reason given."""
    return f"{event.kind} {event.subject_type} {event.subject_id} {_reason(event)}".strip()[:300]


def _reason(event: Event) -> str:
    return str(event.data.get("reason") or event.data.get("why") or event.data.get("role") or "")[
        :200
    ]


@transaction.atomic
def find_harmless(alert: SecurityAlert, *, because: str, by: User, at: datetime) -> SecurityAlert:
    """There was a good reason, and here it is. Nobody says so of their own access."""
    row = _locked(alert, by)
    ALERT_MOVES.check(AlertState(row.state), AlertState.HARMLESS)
    reason = because.strip()
    if len(reason) < 5:
        raise BadInput(
            _("Say why it is harmless, so that another can follow it."),
            code="too_short",
            field="because",
        )
    row.state, row.answer, row.answered_by, row.answered_at = AlertState.HARMLESS, reason, by, at
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    record("securityalert.harmless", row, by=by, at=at, data={"reason": reason[:200]})
    return row


@transaction.atomic
def investigate_alert(
    alert: SecurityAlert, *, remark: str, by: User, at: datetime
) -> "ExceptionReport":
    """Open a serious exception about it: it has an investigation, corrective actions and a deadline."""
    row = _locked(alert, by)
    ALERT_MOVES.check(AlertState(row.state), AlertState.INVESTIGATED)
    label = AlertKind(row.kind).label
    tidy = remark.strip()
    report = open_exception(
        new=NewException(
            found_by=FoundBy.OWN_CHECK,
            kind=ExceptionKind.BREACH,
            title=_("Security: %(what)s") % {"what": label},
            what="\n".join(line for line in (f"{label} · {row.person} × {row.count}", queries.in_words(row), tidy) if line),
            who=str(row.person),
            happened_at=min(row.since, at),
            known_at=at - timedelta(microseconds=1) if at > row.since else at,
            known_by=by,
            is_serious=True,
        ),
        by=by,
        at=at,
    )  # fmt: skip
    row.state, row.answer, row.exception = AlertState.INVESTIGATED, tidy or row.answer, report
    row.answered_by, row.answered_at = by, at
    row.save(update_fields=["state", "answer", "exception", "answered_by", "answered_at"])
    data = {"exception": report.number, "reason": tidy[:200]}
    record("securityalert.investigated", row, by=by, at=at, data=data)
    return report


@transaction.atomic
def save_rule(row: AlertRule, *, by: User, at: datetime) -> AlertRule:
    """Change when access is unusual; who changed which rule stays on record."""
    row.full_clean()
    row.save()
    data = {
        "rule": row.kind,
        "most": row.most,
        "minutes": row.minutes,
        "in_force": row.is_active,
        "hours": f"{row.from_hour}–{row.to_hour}",
    }
    record("alertrule.changed", row, by=by, at=at, data=data)
    return row


def _locked(alert: SecurityAlert, by: User) -> SecurityAlert:
    row = (
        SecurityAlert.objects.select_for_update(of=("self",))
        .select_related("person")
        .get(pk=alert.pk)
    )
    own = by.staff_number and by.staff_number == row.person.staff_number
    if row.person_id == by.pk or own:
        raise RuleBroken(
            _("This alert is about your own access: somebody else judges it."), code="own_access"
        )
    return row
