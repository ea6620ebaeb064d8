"""What time brings to handovers: they open, are offered by themselves, lapse, and are forgotten."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from apps.accounts.queries import system_user
from apps.accounts.services import pass_watch
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.events.services import record
from apps.shifts.enums import HandoverState, ItemState
from apps.shifts.models import Handover
from apps.shifts.models.handovers import LIVE
from apps.shifts.queries.handing_over import GRACE, back_at
from apps.shifts.services.handovers import charge_of, check_receiver, names_of, offer, open_due
from apps.shifts.services.swaps import expire_swaps
from apps.shifts.states import HANDOVER_MOVES
from apps.sla import services as sla

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
    record("handover.voided", handover, by=by, at=at, data=names_of(handover))


def _offer_by_itself(handover: Handover, at: datetime) -> None:
    """The giver has gone without a word; the list is offered as it is. Whoever cannot take it any more is named
    no longer."""
    receiver = handover.receiver
    if receiver is None:
        return
    try:
        check_receiver(handover, receiver, at)
    except RuleBroken:
        handover.receiver = None
        handover.save(update_fields=["receiver"])
        return
    offer(handover, receiver, "", by=system_user("clocks"), at=at)


def lapse(handover: Handover, at: datetime) -> None:
    """Nobody accepted in time. The director on duty has the watch until somebody does; where there is none it stays
    with the giver."""
    by = system_user("clocks")
    HANDOVER_MOVES.check(HandoverState(handover.state), HandoverState.LAPSED)
    charge = charge_of(handover, at)
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
    data = {**names_of(handover), "watch": handover.watch.display_name}
    data["people"] = sorted({handover.watch_id, handover.giver_id})
    record("handover.lapsed", handover, by=by, at=at, data=data)


def end_forgotten(*, at: datetime) -> int:
    """Lapsed ones whose giver is back: nothing is left to accept, and their clocks stop."""
    rows = Handover.objects.filter(
        state=HandoverState.LAPSED, until__lte=at, until__gt=at - timedelta(days=2)
    )
    reason = str(HandoverState.VOID.label)
    return sla.stop_matters(list(rows), reason=reason, by=system_user("clocks"), at=at)
