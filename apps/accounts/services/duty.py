"""Planning who is on duty and who is away."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role, UserKind
from apps.accounts.models import Absence, DutyShift, Unit, User, UserRole
from apps.accounts.services.off_shift import end_off_shift_for
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import NewEvent, record, record_many

RULE = "CMP-9"
S = TypeVar("S", bound=DutyShift | Absence)


class NewShift(NamedTuple):
    """A person on a duty, from ``starts_at`` until just before ``ends_at`` (aware)."""

    user: User
    role: Role | str
    unit: Unit
    starts_at: datetime
    ends_at: datetime


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
    """Put a person on the roster. Raises RuleBroken when they do not hold the role there, or are on
    that duty already."""
    return plan_shifts([NewShift(user, role, unit, starts_at, ends_at)], by=by, at=at)[0]


@transaction.atomic
def plan_shifts(
    rows: Sequence[NewShift], *, by: User, at: datetime | None = None
) -> list[DutyShift]:
    """``plan_shift`` for a whole roster, all or nothing, in a number of statements that does not grow
    with it."""
    for row in rows:
        _check_span(row.starts_at, row.ends_at)
        _check_person(row.user)
    _check_roles(rows)
    end_off_shift_for(rows, by=by, at=at)
    with refused_as(
        RuleBroken(
            _("%(user)s is on this duty already at that time.")
            % {"user": "、".join(sorted({str(row.user) for row in rows}))},
            code="shift_overlaps",
            field="starts_at",
            rule=RULE,
        )
    ):
        shifts = DutyShift.objects.bulk_create(
            DutyShift(**row._asdict(), made_by=by) for row in rows
        )
    record_many(
        NewEvent(
            "user.shift_planned",
            User._meta.label_lower,
            str(row.user.pk),
            by.pk,
            at,
            {
                "role": str(row.role),
                "unit": row.unit.code,
                "from": row.starts_at,
                "until": row.ends_at,
            },
        )
        for row in rows
    )
    return shifts


def _check_roles(rows: Sequence[NewShift]) -> None:
    held = UserRole.objects.running().filter(user__in={row.user.pk for row in rows})
    paths = set(held.values_list("user", "role", "unit__path"))
    for row in rows:
        if not any(
            user == row.user.pk and role == row.role and row.unit.path.startswith(path)
            for user, role, path in paths
        ):
            raise RuleBroken(
                _("%(user)s does not hold this role in %(unit)s.")
                % {"user": row.user, "unit": row.unit},
                code="role_not_held",
                field="user",
                rule=RULE,
            )


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
    with refused_as(
        RuleBroken(
            _("%(user)s is noted as away at that time already.") % {"user": user},
            code="absence_overlaps",
            field="starts_at",
            rule=RULE,
        )
    ):
        absence = Absence.objects.create(
            user=user,
            starts_at=starts_at,
            ends_at=ends_at,
            stand_in=stand_in,
            reason=reason.strip()[:120],
            made_by=by,
        )
    data = {
        "from": starts_at,
        "until": ends_at,
        "stand_in": stand_in.display_name if stand_in else "",
    }
    record("user.absence_planned", user, by=by, at=at, data=data)
    return absence


@transaction.atomic
def withdraw_shift(*, shift_id: int, by: User, at: datetime) -> DutyShift:
    """Take it off the roster; the row stays on record. Of one that has begun, what is past stays on duty.
    Raises RuleBroken for one that is over: the past is fixed."""
    shift = DutyShift.objects.select_for_update(of=("self",)).get(pk=shift_id)
    return withdraw_locked_shift(cast(DutyShift, shift), by=by, at=at)


def withdraw_locked_shift(shift: DutyShift, *, by: User, at: datetime) -> DutyShift:
    """``withdraw_shift`` of a row that the caller holds locked."""
    if shift.ends_at <= at:
        raise RuleBroken(
            _("This shift is over. Who was on duty stays on record as it was."),
            code="past",
            field="starts_at",
            rule=RULE,
        )
    withdrawn = _withdraw(shift, "user.shift_withdrawn", by=by, at=at)
    if shift.starts_at < at:
        DutyShift.objects.create(
            user=shift.user, role=shift.role, unit=shift.unit, starts_at=shift.starts_at,
            ends_at=at, made_by=by,
        )  # fmt: skip
    return withdrawn


@transaction.atomic
def withdraw_absence(*, absence_id: int, by: User, at: datetime) -> Absence:
    """The person is there after all."""
    absence = cast(Absence, Absence.objects.select_for_update(of=("self",)).get(pk=absence_id))
    if absence.ends_at <= at:
        raise RuleBroken(_("This is over. It stays on record as it was."), code="past", rule=RULE)
    return _withdraw(absence, "user.absence_withdrawn", by=by, at=at)


@transaction.atomic
def split_shift(
    *, shift_id: int, since: datetime, taker: User, by: User, at: datetime
) -> DutyShift:
    """From ``since`` on the shift is ``taker``'s, before it stays whose it was: one row goes off the roster and
    one or two take its place. Returns the taker's. RuleBroken where ``since`` is past or not within the shift, the
    taker does not hold the role, or is on that duty already."""
    shift = cast(
        DutyShift,
        DutyShift.objects.select_for_update(of=("self",))
        .select_related("user", "unit")
        .get(pk=shift_id),
    )
    if shift.withdrawn_at is not None:
        raise RuleBroken(_("This shift was taken off the roster."), code="withdrawn", rule=RULE)
    if since < at or not shift.starts_at <= since < shift.ends_at:
        raise RuleBroken(
            _("The change lies ahead and within the shift."),
            code="past",
            field="starts_at",
            rule=RULE,
        )
    _withdraw(shift, "user.shift_withdrawn", by=by, at=at)
    rest = NewShift(taker, shift.role, shift.unit, since, shift.ends_at)
    first_part = NewShift(shift.user, shift.role, shift.unit, shift.starts_at, since)
    parts = [rest] if since == shift.starts_at else [rest, first_part]
    return plan_shifts(parts, by=by, at=at)[0]


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
