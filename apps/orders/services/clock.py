"""The sweeper of the 24-hour clock (ORD-5)."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.events.services import NewEvent, record_many
from apps.orders.enums import ClockStage
from apps.orders.models import WorkOrder
from apps.orders.rules import DUE_SOON

BATCH = 500


def escalate_overdue_orders(now: datetime, *, batch: int = BATCH) -> int:
    """Announce ``order.due_soon`` and ``order.overdue``, each once per order; return how many.

    Any number of sweepers may run: rows are claimed with SKIP LOCKED, the stage moves in the
    transaction that records the event, and an order confirmed in between is left alone.
    """
    by = system_user("sweeper")
    done = 0
    for stage, before in ((ClockStage.OVERDUE, now), (ClockStage.DUE_SOON, now + DUE_SOON)):
        while moved := _move_batch(stage, before, by=by, now=now, batch=batch):
            done += moved
    return done


@transaction.atomic
def _move_batch(stage: ClockStage, before: datetime, *, by: User, now: datetime, batch: int) -> int:
    waiting = WorkOrder.objects.unconfirmed().exclude(clock_stage=ClockStage.OVERDUE)
    if stage == ClockStage.DUE_SOON:
        waiting = waiting.filter(clock_stage=ClockStage.RUNNING)
    rows = list(
        waiting.filter(due_at__lte=before)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("due_at")
        .values_list("pk", "number", "owner_id", "due_at")[:batch]
    )
    WorkOrder.objects.filter(pk__in=[row[0] for row in rows]).update(clock_stage=stage)
    record_many(
        NewEvent(
            f"order.{stage}",
            WorkOrder._meta.label_lower,
            str(pk),
            by.pk,
            now,
            {"number": number, "owner": owner, "due_at": due_at.isoformat()},
        )
        for pk, number, owner, due_at in rows
    )
    return len(rows)
