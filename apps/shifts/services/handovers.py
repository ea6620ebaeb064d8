"""Ownership stays, the watch passes: a handover opens by itself, is offered, accepted by name, or lapses."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from apps.accounts.models import DutyShift, User
from apps.accounts.queries import system_user
from apps.accounts.services import pass_watch
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import now
from apps.events.services import NewEvent, record, record_many
from apps.shifts.enums import MATTER, HandoverState, ItemState, ShiftMatter
from apps.shifts.models import Handover, HandoverItem
from apps.shifts.models.handovers import LIVE
from apps.shifts.queries.handing_over import (
    GRACE,
    back_at,
    candidates,
    ending_shifts,
    moved_kinds,
    proposed,
)
from apps.shifts.queries.taking_over import in_charge, may_take_over
from apps.shifts.services.swaps import expire_swaps
from apps.shifts.states import HANDOVER_MOVES
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric

WORK = "apps.shifts.tasks.work_handovers"
log = logging.getLogger(__name__)


def work_handovers(*, at: datetime | None = None) -> int:
    """What time brings: handovers open, are offered by themselves when the shift ends, lapse; swaps expire.
    Each in a transaction of its own; one that fails is logged and holds up no other."""
    at = at or now()
    done = open_due(at=at) + expire_swaps(at=at)
    done += _each(_to_void(), _void, at)
    done += _each(_to_offer(at), _offer_by_itself, at)
    done += _each(_to_lapse(at), lapse, at)
    return done


def _each(due: "list[int]", act: Callable[[Handover, datetime], None], at: datetime) -> int:
    done = 0
    for pk in due:
        try:
            with transaction.atomic():
                rows = Handover.objects.select_for_update(of=("self",), skip_locked=True)
                handover = (
                    rows.select_related("shift__unit", "giver", "receiver").filter(pk=pk).first()
                )
                if handover is not None and handover.state in LIVE:
                    act(handover, at)
                    done += 1
        except Exception:
            log.exception("handover %s cannot be worked on", pk)
    return done


def open_due(*, at: datetime) -> int:
    """Handovers of shifts that end within half an hour; how many. Twice at once is once."""
    done = 0
    for shift in list(ending_shifts(at)):
        with transaction.atomic():
            done += open_handover(shift, at=at) is not None
    return done


@transaction.atomic
def open_handover(shift: DutyShift, *, at: datetime, tell: bool = True) -> Handover | None:
    """The list of what runs out until the giver is back, with whoever is on duty next proposed; None where the
    shift was taken off the roster or has its handover already, or where there is nothing to hand over and nobody to
    hand it to. ``tell=False`` is for what is taken over from the past."""
    row = DutyShift.objects.select_for_update(of=("self",)).get(pk=shift.pk)
    if row.withdrawn_at is not None or Handover.objects.filter(shift=row).exists():
        return None
    by = system_user("clocks")
    handover = Handover.objects.create(
        shift=shift, giver=shift.user, watch=shift.user, receiver=proposed(shift),
        ends_at=shift.ends_at, until=back_at(shift.user_id, shift.ends_at), opened_at=at,
    )  # fmt: skip
    add_items(handover)
    if handover.receiver is None and not handover.items.exists():
        handover.state = HandoverState.VOID
        handover.save(update_fields=["state"])
        return None
    sla.open_matter(
        kind=ShiftMatter.SHIFT_HANDOVER, subject=handover, title=str(shift.unit), unit=shift.unit,
        owner_id=shift.user_id, opened_at=at, by=by, at=at, tell=tell,
        dues={Metric.ACTION: max(shift.ends_at + GRACE, at)},
    )  # fmt: skip
    data = {**_names(handover), "items": handover.items.count(), "people": [shift.user_id]}
    record("handover.opened", handover, by=by, at=at, data=data)
    return handover


def add_items(handover: Handover) -> None:
    """Those that came up since; what is listed stays as it is."""
    HandoverItem.objects.bulk_create(candidates(handover), ignore_conflicts=True)


@transaction.atomic
def offer_handover(
    *,
    handover_id: int,
    receiver: User,
    by: User,
    at: datetime,
    note: str = "",
    words: Mapping[int, str] | None = None,
    kept: "frozenset[int] | set[int]" = frozenset(),
) -> Handover:
    """Offer the list to ``receiver``: ``words`` and ``kept`` by the items' numbers; what came up since it was opened
    is added. The giver may, or whoever plans the roster. Refused: the giver as receiver, somebody away, and whoever
    may not take it over."""
    handover = lock_handover(handover_id)
    if by.pk != handover.giver_id and not by.has_perm("accounts.manage_dutyshift"):
        raise RuleBroken(_("This is not your shift."), code="not_yours")
    HANDOVER_MOVES.check(HandoverState(handover.state), HandoverState.OFFERED)
    _check_receiver(handover, receiver, at)
    for item in handover.items.all():
        item.word = (words or {}).get(item.pk, item.word).strip()[:500]
        item.state = ItemState.KEPT if item.pk in kept else ItemState.LISTED
        item.save(update_fields=["word", "state"])
    _offer(handover, receiver, note.strip()[:1000], by=by, at=at)
    return handover


def _offer(handover: Handover, receiver: User, note: str, *, by: User, at: datetime) -> None:
    add_items(handover)
    handover.state, handover.receiver, handover.note = HandoverState.OFFERED, receiver, note
    handover.offered_at, handover.offered_by = at, by
    handover.save(update_fields=["state", "receiver", "note", "offered_at", "offered_by"])
    sla.change_matter(subject=handover, owner=receiver, by=by, at=at)
    data = {**_names(handover), "items": handover.items.count(), "people": [receiver.pk]}
    record("handover.offered", handover, by=by, at=at, data=data)


def _check_receiver(handover: Handover, receiver: User, at: datetime) -> None:
    if receiver.pk == handover.giver_id:
        raise BadInput(_("Nobody hands over to themselves."), code="oneself", field="receiver")
    shift = handover.shift
    when = max(at, handover.ends_at)
    for moment in (at, when):
        if why := may_take_over(receiver, moment, role=shift.role, unit=shift.unit):
            raise RuleBroken(why, code="may_not", field="receiver")


@transaction.atomic
def accept_handover(
    *, handover_id: int, by: User, at: datetime, returned: Mapping[int, str] | None = None
) -> Handover:
    """The receiver has the watch from the end of the shift (from now on, if that is past) until the giver is back.
    ``returned`` are items that go back, by number, each with why; so does by itself what its floor does not
    move. The first acceptance counts, another one is refused."""
    handover = lock_handover(handover_id)
    if by.pk != handover.receiver_id:
        raise RuleBroken(_("It was not offered to you."), code="not_offered")
    HANDOVER_MOVES.check(HandoverState(handover.state), HandoverState.ACCEPTED)
    if handover.offered_at is None:
        raise RuleBroken(_("It was not offered yet."), code="not_offered")
    _check_receiver(handover, by, at)
    answers = {pk: why.strip()[:200] for pk, why in (returned or {}).items()}
    if any(not why for why in answers.values()):
        raise BadInput(_("Say why each item goes back."), code="reason_missing", field="returned")
    back = _settle_items(handover, answers, by=by, at=at)
    _begin_watch(handover, by, at)
    handover.state, handover.watch = HandoverState.ACCEPTED, by
    handover.accepted_at, handover.accepted_by = at, by
    handover.save(update_fields=["state", "watch", "accepted_at", "accepted_by", "until"])
    sla.record_fact(subject=handover, kind=FactKind.DONE, by=by, at=at)
    sla.close_matter(subject=handover, by=by, at=at)
    data = {**_names(handover), "items": handover.items.count(), "returned": len(back)}
    record("handover.accepted", handover, by=by, at=at, data=data)
    _tell_returned(handover, back, by=by, at=at)
    return handover


def _begin_watch(handover: Handover, receiver: User, at: datetime) -> None:
    since = max(at, handover.ends_at)
    handover.until = back_at(handover.giver_id, handover.ends_at)
    pass_watch(
        giver=handover.giver,
        receiver=receiver,
        since=since,
        until=handover.until,
        by=receiver,
        at=at,
    )


def _settle_items(
    handover: Handover, answers: Mapping[int, str], *, by: User, at: datetime
) -> list[HandoverItem]:
    """Pass on, keep or return each; returns those that go back. What goes back is with whoever is in charge now,
    as the giver leaves."""
    items = list(handover.items.all())
    if unknown := set(answers) - {item.pk for item in items if item.state != ItemState.KEPT}:
        raise BadInput(
            _("These items are not on the list: %(ids)s") % {"ids": sorted(unknown)},
            code="no_item",
            field="returned",
        )
    back = []
    for item in items:
        if item.state == ItemState.KEPT:
            item.watch = handover.giver
            continue
        item.why = answers.get(item.pk, "") or _moved(item, handover, by, at)
        item.state = ItemState.RETURNED if item.why else ItemState.PASSED
        item.watch = by
        if item.why:
            back.append(item)
    if back:
        charge = _in_charge(handover, at) or handover.giver
        for item in back:
            item.watch = charge
    HandoverItem.objects.bulk_update(items, ["why", "state", "watch"])
    return back


def _moved(item: HandoverItem, handover: Handover, to: User, at: datetime) -> str:
    """Move it by its floor's own service; why that cannot be, in words, else nothing."""
    moved = moved_kinds().get(item.kind)
    if item.kind == MATTER or moved is None:
        return ""
    if item.subject_id not in {thing.subject_id for thing in moved.of(handover.giver_id)}:
        return ""  # it was settled meanwhile
    try:
        with transaction.atomic():
            moved.hand(item.subject_id, giver=handover.giver, to=to, note=item.word, at=at)
    except RuleBroken as refusal:
        return str(refusal)[:200]
    return ""


def _tell_returned(handover: Handover, back: list[HandoverItem], *, by: User, at: datetime) -> None:
    record_many(
        NewEvent(
            "handover.returned", Handover._meta.label_lower, str(handover.pk), by.pk, at,
            {
                "item": item.title, "reason": item.why, "watch": item.watch.display_name,
                "people": sorted({handover.giver_id, item.watch_id}),
            },
        )
        for item in back
    )  # fmt: skip


def _to_void() -> list[int]:
    rows = Handover.objects.filter(state__in=LIVE, shift__withdrawn_at__isnull=False)
    return list(rows.values_list("pk", flat=True))


def _to_offer(at: datetime) -> list[int]:
    rows = Handover.objects.filter(
        state=HandoverState.OPEN, ends_at__lte=at, receiver__isnull=False
    )
    return list(rows.values_list("pk", flat=True))


def _to_lapse(at: datetime) -> list[int]:
    last = Greatest("ends_at", Coalesce("offered_at", F("ends_at")))
    rows = Handover.objects.alias(last=last).filter(Q(state__in=LIVE), last__lte=at - GRACE)
    return list(rows.values_list("pk", flat=True))


def _void(handover: Handover, at: datetime) -> None:
    by = system_user("clocks")
    HANDOVER_MOVES.check(HandoverState(handover.state), HandoverState.VOID)
    handover.state = HandoverState.VOID
    handover.save(update_fields=["state"])
    sla.stop_matter(subject=handover, reason=str(HandoverState.VOID.label), by=by, at=at)
    record("handover.voided", handover, by=by, at=at, data=_names(handover))


def _offer_by_itself(handover: Handover, at: datetime) -> None:
    """The giver has gone without a word; the list is offered as it is. Whoever cannot take it any more is named
    no longer."""
    receiver = handover.receiver
    if receiver is None:
        return
    try:
        _check_receiver(handover, receiver, at)
    except RuleBroken:
        handover.receiver = None
        handover.save(update_fields=["receiver"])
        return
    _offer(handover, receiver, "", by=system_user("clocks"), at=at)


def lapse(handover: Handover, at: datetime) -> None:
    """Nobody accepted in time. The director on duty has the watch until somebody does; where there is none it stays
    with the giver."""
    by = system_user("clocks")
    HANDOVER_MOVES.check(HandoverState(handover.state), HandoverState.LAPSED)
    charge = _in_charge(handover, at)
    handover.state, handover.lapsed_at = HandoverState.LAPSED, at
    handover.watch = charge or handover.giver
    handover.save(update_fields=["state", "lapsed_at", "watch"])
    handover.items.exclude(state=ItemState.KEPT).update(watch=handover.watch)
    until = back_at(handover.giver_id, handover.ends_at)
    if charge is not None and at < until:
        pass_watch(
            giver=handover.giver,
            receiver=charge,
            since=at,
            until=until,
            by=by,
            at=at,
            own_only=True,
        )
    data = {**_names(handover), "watch": handover.watch.display_name}
    data["people"] = sorted({handover.watch_id, handover.giver_id})
    record("handover.lapsed", handover, by=by, at=at, data=data)


def _in_charge(handover: Handover, at: datetime) -> User | None:
    shift = handover.shift
    return in_charge(shift.role, shift.unit, at, besides={handover.giver_id})


def end_forgotten(*, at: datetime) -> int:
    """Lapsed ones whose giver is back: nothing is left to accept, and their clocks stop."""
    rows = Handover.objects.filter(
        state=HandoverState.LAPSED, until__lte=at, until__gt=at - timedelta(days=2)
    )
    reason = str(HandoverState.VOID.label)
    return sla.stop_matters(list(rows), reason=reason, by=system_user("clocks"), at=at)


def lock_handover(handover_id: int) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",))
    return rows.select_related("shift__unit", "giver", "receiver").get(pk=handover_id)


def _names(handover: Handover) -> dict[str, object]:
    receiver = handover.receiver
    return {
        "giver": handover.giver.display_name,
        "receiver": receiver.display_name if receiver else "",
        "until": handover.ends_at,
    }
