"""Filling what is uncovered: planning a person, asking for volunteers, taking a gap."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit, User
from apps.accounts.services import plan_shift, withdraw_locked_shift
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.shifts.models import Gap
from apps.shifts.queries.covering import zone
from apps.shifts.queries.taking_over import may_take_over
from apps.shifts.rules.days import day_span, span_on
from apps.shifts.services.gaps import lock_needs, refresh_gaps

HALF_HOUR, LONGEST = timedelta(minutes=30), timedelta(days=1)


@transaction.atomic
def plan_person(
    *,
    user: User,
    role: Role | str,
    unit: Unit,
    day: date,
    begins: str,
    ends: str,
    by: User,
    at: datetime,
) -> DutyShift:
    """Put ``user`` on the roster on ``day`` from ``begins`` to ``ends`` ("20:00", "08:00": the next morning).
    Refused for a shift that has begun, somebody away, and whoever does not hold the role."""
    lock_needs()
    span = span_on(day, *day_span(begins, ends), zone())
    if span.starts_at < at:
        raise BadInput(
            _("This shift would begin in the past. Who was on duty stays as it was."),
            code="past",
            field="day",
        )
    _check(user, span.starts_at, role=str(role), unit=unit, field="user")
    shift = plan_shift(
        user=user,
        role=role,
        unit=unit,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        by=by,
        at=at,
    )
    refresh_gaps(at=at, by=by)
    return shift


@transaction.atomic
def move_shift(*, shift_id: int, start: int, end: int, by: User, at: datetime) -> DutyShift:
    """Begin and end of a shift that is still to come, later or earlier by so many half hours. Refused for one
    that has begun or would begin in the past, that nothing would be left of, that would last over a day, and for
    somebody away then or on that duty already."""
    lock_needs()
    locked = DutyShift.objects.select_for_update(of=("self",)).select_related("user", "unit")
    shift = cast(DutyShift, locked.get(pk=shift_id))
    if not start and not end:
        raise RuleBroken(_("The shift is where it was."), code="nothing_changed")
    starts_at, ends_at = shift.starts_at + HALF_HOUR * start, shift.ends_at + HALF_HOUR * end
    if min(shift.starts_at, starts_at) < at:
        raise BadInput(
            _("This shift would begin in the past. Who was on duty stays as it was."),
            code="past",
            field="start",
        )
    if ends_at - starts_at > LONGEST:
        raise BadInput(_("A shift lasts a day at most."), code="too_long", field="end")
    withdraw_locked_shift(shift, by=by, at=at)
    _check(shift.user, starts_at, role=shift.role, unit=shift.unit, field="shift")
    moved = plan_shift(
        user=shift.user, role=shift.role, unit=shift.unit, starts_at=starts_at, ends_at=ends_at,
        by=by, at=at,
    )  # fmt: skip
    refresh_gaps(at=at, by=by)
    return moved


@transaction.atomic
def ask_volunteers(*, gap_id: int, users: Sequence[User], by: User, at: datetime) -> Gap:
    """Ask these colleagues by message to take the gap; whoever takes it first has it."""
    gap = _open_gap(gap_id, at)
    if not users:
        raise BadInput(_("Choose whom to ask."), code="nobody", field="users")
    for user in users:
        _check(user, gap.starts_at, role=gap.role, unit=gap.unit, field="users")
    people = sorted({user.pk for user in users})
    names = "、".join(user.display_name for user in users)
    record("gap.asked", gap, by=by, at=at, data={"people": people, "names": names})
    return gap


@transaction.atomic
def take_gap(*, gap_id: int, by: User, at: datetime) -> DutyShift:
    """``by`` works it, from its beginning or from now on. The first who takes it has it; whoever comes later is
    told so."""
    lock_needs()
    gap = _open_gap(gap_id, at)
    _check(by, max(gap.starts_at, at), role=gap.role, unit=gap.unit)
    shift = plan_shift(
        user=by, role=gap.role, unit=gap.unit, starts_at=max(gap.starts_at, at), ends_at=gap.ends_at,
        by=by, at=at,
    )  # fmt: skip
    refresh_gaps(at=at, by=by)
    return shift


def _open_gap(gap_id: int, at: datetime) -> Gap:
    gap: Gap = Gap.objects.select_for_update(of=("self",)).select_related("unit").get(pk=gap_id)
    if gap.closed_at is not None or gap.ends_at <= at:
        raise RuleBroken(
            _("This gap is closed: somebody was faster, or it is over."), code="closed"
        )
    return gap


def _check(user: User, at: datetime, *, role: str, unit: Unit, field: str | None = None) -> None:
    if why := may_take_over(user, at, role=role, unit=unit):
        raise RuleBroken(why, code="may_not", field=field)
