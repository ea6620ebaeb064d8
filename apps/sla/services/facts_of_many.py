"""One fact of many matters at once: a number of statements that does not grow with them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.sla.enums import FactKind, MatterState
from apps.sla.models import Fact, Matter
from apps.sla.queries.moments import database_now, not_after
from apps.sla.rules import MET_BY
from apps.sla.services.reckoning import lock_clocks, reckon


@transaction.atomic
def record_fact_of_many(
    subjects: Sequence[models.Model],
    *,
    kind: FactKind | str,
    by: User,
    at: datetime | None = None,
) -> int:
    """``record_fact`` for subjects of one model whose open matters have no such fact in this cycle;
    the others are passed over. Returns how many it was recorded of."""
    if not subjects:
        return 0
    matters = _lock(subjects)
    known = Fact.objects.standing().filter(matter__in=matters, kind=str(kind))
    done = set(known.values_list("matter_id", "cycle"))
    matters = [matter for matter in matters if (matter.pk, matter.cycle) not in done]
    now = database_now()
    moment = not_after(at, now)
    Fact.objects.bulk_create(
        Fact(matter=matter, cycle=matter.cycle, kind=str(kind), at=moment, by=by)
        for matter in matters
    )
    metrics = [metric for metric, kinds in MET_BY.items() if str(kind) in kinds]
    locked = lock_clocks(matters, Q(metric__in=metrics, key=0, is_dropped=False))
    running = [clock for clock in locked.clocks if clock.is_open]
    reckon(matters, locked.only(running), by=by, now=now)
    return len(matters)


def _lock(subjects: Sequence[models.Model]) -> list[Matter]:
    rows = Matter.objects.select_for_update().filter(
        subject_type=subjects[0]._meta.label_lower,
        subject_id__in=[str(subject.pk) for subject in subjects],
        key="",
        state=MatterState.OPEN,
    )
    return list(rows.order_by("pk"))
