"""A shift, or the rest of it, becomes another's: asked, taken, confirmed, and done in one act with the roster."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import DutyShift, User
from apps.accounts.queries import system_user
from apps.accounts.services import split_shift
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.shifts.enums import SwapState
from apps.shifts.models import Handover, Swap
from apps.shifts.models.swaps import LIVE
from apps.shifts.queries.taking_over import may_take_over
from apps.shifts.services.gaps import lock_needs, refresh_gaps
from apps.shifts.states import SWAP_MOVES


@transaction.atomic
def ask_swap(
    *,
    shift_id: int,
    by: User,
    at: datetime,
    starts_at: datetime | None = None,
    to_user: User | None = None,
    note: str = "",
) -> Swap:
    """``by`` asks ``to_user``, or everybody who may, to work their shift from ``starts_at`` on (None: all that is
    left of it). Refused: another's shift, oneself, somebody who may not, and what is past."""
    shift = (
        DutyShift.objects.select_for_update(of=("self",)).select_related("unit").get(pk=shift_id)
    )
    since = starts_at or max(shift.starts_at, at)
    _check_shift(shift, since, by=by, at=at)
    if to_user is not None:
        if to_user.pk == by.pk:
            raise BadInput(_("Nobody swaps with themselves."), code="oneself", field="to_user")
        _check_person(to_user, shift, since, field="to_user")
    with refused_as(
        RuleBroken(_("A swap of this shift is asked for already."), code="asked_already")
    ):
        swap = Swap.objects.create(
            shift=shift, starts_at=since, to_user=to_user, note=note.strip()[:200], asked_at=at,
            asked_by=by,
        )  # fmt: skip
    data = {"from": since, "until": shift.ends_at, "note": swap.note}
    data["people"] = [to_user.pk] if to_user else []
    record("swap.asked", swap, by=by, at=at, data=data)
    return swap


@transaction.atomic
def take_swap(*, swap_id: int, by: User, at: datetime) -> Swap:
    """``by`` will work it, once it is confirmed. The first who takes it has it."""
    swap = _locked(swap_id)
    SWAP_MOVES.check(SwapState(swap.state), SwapState.TAKEN)
    if swap.asked_by_id == by.pk:
        raise RuleBroken(_("Nobody swaps with themselves."), code="oneself")
    if swap.to_user_id not in (None, by.pk):
        raise RuleBroken(_("Another colleague was asked."), code="not_asked")
    _check_time(swap, at)
    _check_person(by, swap.shift, swap.starts_at)
    swap.state, swap.taken_at, swap.taken_by = SwapState.TAKEN, at, by
    swap.save(update_fields=["state", "taken_at", "taken_by"])
    _record("taken", swap, by=by, at=at)
    return swap


@transaction.atomic
def confirm_swap(*, swap_id: int, by: User, at: datetime) -> Swap:
    """Done: the shift is split, all together or not at all. Neither of the two confirms it themselves."""
    lock_needs()
    swap = _locked(swap_id)
    SWAP_MOVES.check(SwapState(swap.state), SwapState.DONE)
    taker = swap.taken_by
    if taker is None or by.pk in (taker.pk, swap.asked_by_id):
        raise RuleBroken(
            _("Another than the two who swap confirms it."), code="own_swap", field="state"
        )
    _check_time(swap, at)
    _check_person(taker, swap.shift, swap.starts_at)
    _check_handover(swap.shift)
    swap.new_shift = split_shift(
        shift_id=swap.shift_id, since=swap.starts_at, taker=taker, by=by, at=at
    )
    swap.state, swap.ended_at, swap.ended_by = SwapState.DONE, at, by
    swap.save(update_fields=["state", "ended_at", "ended_by", "new_shift"])
    _record("done", swap, by=by, at=at)
    refresh_gaps(at=at, by=by)
    return swap


@transaction.atomic
def refuse_swap(*, swap_id: int, reason: str, by: User, at: datetime) -> Swap:
    """Whoever plans refuses it, whoever was asked declines it, or whoever asked takes it back."""
    swap = _locked(swap_id)
    theirs = by.pk in (swap.asked_by_id, swap.to_user_id, swap.taken_by_id)
    if not theirs and not by.has_perm("shifts.decide_swap"):
        raise RuleBroken(_("This swap is not yours to refuse."), code="not_yours")
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    _end(swap, SwapState.REFUSED, reason.strip()[:200], by=by, at=at)
    return swap


def expire_swaps(*, at: datetime) -> int:
    """Those that nobody took or confirmed before they would have begun; how many."""
    by, n = system_user("clocks"), 0
    due = Swap.objects.filter(state__in=LIVE, starts_at__lte=at).values_list("pk", flat=True)
    for pk in list(due):
        with transaction.atomic():
            swap = _locked(pk)
            if swap.state in LIVE:
                _end(swap, SwapState.EXPIRED, "", by=by, at=at)
                n += 1
    return n


def _locked(swap_id: int) -> Swap:
    rows = Swap.objects.select_for_update(of=("self",)).select_related(
        "shift__unit", "asked_by", "taken_by"
    )
    return rows.get(pk=swap_id)


def _check_shift(shift: DutyShift, since: datetime, *, by: User, at: datetime) -> None:
    if shift.user_id != by.pk:
        raise RuleBroken(_("This is not your shift."), code="not_yours", field="shift")
    if shift.withdrawn_at is not None or shift.ends_at <= at:
        raise RuleBroken(
            _("This shift is over, or was taken off the roster."), code="past", field="shift"
        )
    if since < at or not shift.starts_at <= since < shift.ends_at:
        raise BadInput(
            _("Choose a time that lies ahead and within the shift."), code="past", field="starts_at"
        )
    _check_handover(shift)


def _check_handover(shift: DutyShift) -> None:
    if Handover.objects.filter(shift=shift).exists():
        raise RuleBroken(_("This shift is being handed over already."), code="handed_over")


def _check_time(swap: Swap, at: datetime) -> None:
    if swap.starts_at <= at or swap.shift.withdrawn_at is not None:
        raise RuleBroken(
            _("It is too late: the time has begun, or the shift is off the roster."), code="past"
        )


def _check_person(
    user: User, shift: DutyShift, since: datetime, *, field: str | None = None
) -> None:
    if why := may_take_over(user, since, role=shift.role, unit=shift.unit):
        raise RuleBroken(why, code="may_not", field=field)


def _end(swap: Swap, state: SwapState, why: str, *, by: User, at: datetime) -> None:
    SWAP_MOVES.check(SwapState(swap.state), state)
    swap.state, swap.ended_at, swap.ended_by, swap.why = state, at, by, why
    swap.save(update_fields=["state", "ended_at", "ended_by", "why"])
    _record(state.value, swap, by=by, at=at)


def _record(what: str, swap: Swap, *, by: User, at: datetime) -> None:
    people = {pk for pk in (swap.asked_by_id, swap.taken_by_id) if pk is not None} - {by.pk}
    data = {
        "from": swap.starts_at, "until": swap.shift.ends_at, "reason": swap.why,
        "taker": swap.taken_by.display_name if swap.taken_by else "", "people": sorted(people),
    }  # fmt: skip
    record(f"swap.{what}", swap, by=by, at=at, data=data)
