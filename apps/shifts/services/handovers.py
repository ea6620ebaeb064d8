"""Ownership stays, the watch passes: a handover is opened, offered, and accepted by name."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import DutyShift, User
from apps.accounts.queries import system_user
from apps.accounts.services import pass_watch
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import local
from apps.events.services import NewEvent, record, record_many
from apps.shifts.enums import MATTER, HandoverState, ItemState, ShiftMatter
from apps.shifts.models import Handover, HandoverItem
from apps.shifts.queries.handing_over import (
    GRACE,
    back_at,
    candidates,
    ending_shifts,
    moved_kinds,
    proposed,
)
from apps.shifts.queries.taking_over import in_charge, may_take_over
from apps.shifts.states import HANDOVER_MOVES
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric


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
    data = {**names_of(handover), "items": handover.items.count(), "people": [shift.user_id]}
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
    check_receiver(handover, receiver, at)
    for item in handover.items.all():
        item.word = (words or {}).get(item.pk, item.word).strip()[:500]
        item.state = ItemState.KEPT if item.pk in kept else ItemState.LISTED
        item.save(update_fields=["word", "state"])
    offer(handover, receiver, note.strip()[:1000], by=by, at=at)
    return handover


def offer(handover: Handover, receiver: User, note: str, *, by: User, at: datetime) -> None:
    add_items(handover)
    handover.state, handover.receiver, handover.note = HandoverState.OFFERED, receiver, note
    handover.offered_at, handover.offered_by = at, by
    handover.save(update_fields=["state", "receiver", "note", "offered_at", "offered_by"])
    sla.change_matter(subject=handover, owner=receiver, by=by, at=at)
    data = {**names_of(handover), "items": handover.items.count(), "people": [receiver.pk]}
    record("handover.offered", handover, by=by, at=at, data=data)


def check_receiver(handover: Handover, receiver: User, at: datetime) -> None:
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
    check_receiver(handover, by, at)
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
    data = {**names_of(handover), "items": handover.items.count(), "returned": len(back)}
    record("handover.accepted", handover, by=by, at=at, data=data)
    _tell_returned(handover, back, by=by, at=at)
    return handover


@transaction.atomic
def take_handover(*, handover_id: int, by: User, at: datetime) -> Handover:
    """``by`` accepts the whole list: it was offered to them, or nobody took it in time and they may take it over.
    Raises Handover.DoesNotExist for one that they may not see, RuleBroken in words."""
    handover = lock_handover(handover_id)
    state = HandoverState(handover.state)
    if state == HandoverState.ACCEPTED and handover.accepted_at is not None:
        raise RuleBroken(
            _("%(name)s took it at %(time)s.")
            % {"name": handover.receiver, "time": local(handover.accepted_at)},
            code="taken_already",
        )
    if state == HandoverState.LAPSED and by.pk != handover.receiver_id:
        check_receiver(handover, by, at)
        handover.receiver = by
        handover.offered_at, handover.offered_by = (
            handover.offered_at or at,
            handover.offered_by or by,
        )
        handover.save(update_fields=["receiver", "offered_at", "offered_by"])
        sla.change_matter(subject=handover, owner=by, by=by, at=at)
    elif by.pk != handover.receiver_id and not Handover.objects.visible_to(by).filter(
        pk=handover.pk
    ):
        raise Handover.DoesNotExist
    return accept_handover(handover_id=handover_id, by=by, at=at)


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
        charge = charge_of(handover, at) or handover.giver
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


def charge_of(handover: Handover, at: datetime) -> User | None:
    shift = handover.shift
    return in_charge(shift.role, shift.unit, at, besides={handover.giver_id})


def lock_handover(handover_id: int) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",))
    return rows.select_related("shift__unit", "giver", "receiver").get(pk=handover_id)


def names_of(handover: Handover) -> dict[str, object]:
    receiver = handover.receiver
    return {
        "giver": handover.giver.display_name,
        "receiver": receiver.display_name if receiver else "",
        "until": handover.ends_at,
    }
