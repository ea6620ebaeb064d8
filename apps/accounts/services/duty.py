"""Planning who is on duty and who is away."""

from datetime import datetime
from typing import TypeVar, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role, UserKind
from apps.accounts.models import Absence, DutyShift, Unit, User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

RULE = "CMP-9"
S = TypeVar("S", bound=DutyShift | Absence)


@transaction.atomic
def plan_shift(
    *,
    user: User,
    role: Role | str,
    unit: Unit,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime | None = None,
) -> DutyShift:
    """Put a person on the roster from ``starts_at`` until just before ``ends_at`` (aware).

    Raises RuleBroken when they do not hold the role there, or are on that duty already.
    """
    _check_span(starts_at, ends_at)
    _check_person(user)
    held = user.roles.running().filter(role=role).values_list("unit__path", flat=True)
    if not any(unit.path.startswith(path) for path in held):
        raise RuleBroken(
            _("%(user)s does not hold this role in %(unit)s.") % {"user": user, "unit": unit},
            code="role_not_held",
            field="user",
            rule=RULE,
        )
    try:
        with transaction.atomic():
            shift = DutyShift.objects.create(
                user=user, role=role, unit=unit, starts_at=starts_at, ends_at=ends_at, made_by=by
            )
    except IntegrityError as error:
        raise RuleBroken(
            _("%(user)s is on this duty already at that time.") % {"user": user},
            code="shift_overlaps",
            field="starts_at",
            rule=RULE,
        ) from error
    data = {"role": str(role), "unit": unit.code, "from": starts_at, "until": ends_at}
    record("user.shift_planned", user, by=by, at=at, data=data)
    return shift


@transaction.atomic
def plan_absence(
    *,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    stand_in: User | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Absence:
    """Note that a person is away and who takes what would go to them."""
    _check_span(starts_at, ends_at)
    _check_person(user)
    if stand_in is not None:
        _check_person(stand_in, field="stand_in")
        if stand_in.pk == user.pk:
            raise BadInput(
                _("Nobody stands in for themselves."), code="own_stand_in", field="stand_in"
            )
    try:
        with transaction.atomic():
            absence = Absence.objects.create(
                user=user,
                starts_at=starts_at,
                ends_at=ends_at,
                stand_in=stand_in,
                reason=reason.strip()[:120],
                made_by=by,
            )
    except IntegrityError as error:
        raise RuleBroken(
            _("%(user)s is noted as away at that time already.") % {"user": user},
            code="absence_overlaps",
            field="starts_at",
            rule=RULE,
        ) from error
    data = {
        "from": starts_at,
        "until": ends_at,
        "stand_in": stand_in.display_name if stand_in else "",
    }
    record("user.absence_planned", user, by=by, at=at, data=data)
    return absence


@transaction.atomic
def withdraw_shift(*, shift_id: int, by: User, at: datetime) -> DutyShift:
    """Take it off the roster; the row stays on record."""
    shift = DutyShift.objects.select_for_update(of=("self",)).get(pk=shift_id)
    return _withdraw(cast(DutyShift, shift), "user.shift_withdrawn", by=by, at=at)


@transaction.atomic
def withdraw_absence(*, absence_id: int, by: User, at: datetime) -> Absence:
    """The person is there after all."""
    absence = Absence.objects.select_for_update(of=("self",)).get(pk=absence_id)
    return _withdraw(cast(Absence, absence), "user.absence_withdrawn", by=by, at=at)


def _withdraw(span: S, kind: str, *, by: User, at: datetime) -> S:
    if span.withdrawn_at is not None:
        raise RuleBroken(_("This was withdrawn already."), code="nothing_changed")
    span.withdrawn_at, span.withdrawn_by = at, by
    span.save(update_fields=["withdrawn_at", "withdrawn_by"])
    data = {"from": span.starts_at, "until": span.ends_at}
    record(kind, span.user, by=by, at=at, data=data)
    return span


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise BadInput(
            _("The end must come after the beginning."), code="bad_period", field="ends_at"
        )


def _check_person(user: User, field: str = "user") -> None:
    if user.kind != UserKind.PERSON or not user.is_active:
        raise RuleBroken(
            _("Choose a colleague whose account is active."), code="person_only", field=field
        )
