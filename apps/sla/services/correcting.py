"""What was written down wrongly: when the time began to run, and when something was done."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import database_now, not_after
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import NewEvent, record_many
from apps.sla.enums import MET_BY, FactKind
from apps.sla.models import Clock, Fact, Matter
from apps.sla.services.matters import lock_matter
from apps.sla.services.recalculating import Locked, lock_clocks, recalculate


@transaction.atomic
def move_start(
    *,
    subject: models.Model,
    opened_at: datetime,
    reason: str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """The time began to run at another instant than was thought (CMP-4): every clock that counts from
    the opening is read again from there, those that are over too. What is not late any more loses
    its mark, what is late now gets it and is announced once if it still runs; ``clock.start_moved`` names
    both. A due time that a person fixed stays.

    BadInput ``start_after_end`` when the matter was over before. Returns whether anything moved.
    """
    matter = lock_matter(subject, key)
    now = database_now()
    was, begun = matter.opened_at, not_after(opened_at, now)
    if begun == was:
        return False
    _check_before_end(matter, begun)
    everything = lock_clocks([matter])
    concerned = everything.only(
        clock
        for clock in everything.clocks
        if clock.cycle == 1 and not clock.key and was in {clock.started_at, *clock.held_starts}
    )
    late = {clock.pk: clock.breached_at for clock in concerned.clocks}
    for clock in concerned.clocks:
        clock.held_starts = [begun if held == was else held for held in clock.held_starts]
        if clock.started_at == was:
            _start_at(clock, begun)
    if matter.policy_as_of == was:
        matter.policy_as_of = begun
    matter.opened_at = begun
    matter.save(update_fields=["opened_at", "policy_as_of"])
    recalculate([matter], concerned, by=by, now=now, reason=reason)
    data = {"from": was.isoformat(), "to": begun.isoformat(), "reason": reason[:200]}
    _record("clock.start_moved", matter, data, _judged(concerned, late), by, now)
    return True


@transaction.atomic
def correct_fact(
    *,
    subject: models.Model,
    kind: FactKind | str,
    done_at: datetime,
    reason: str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """It was done at another instant than was written down: both stay on record, the newer one
    counts, and the clocks that it meets are read again (CMP-4). Returns whether anything changed.

    RuleBroken ``not_done`` where nothing of the kind was written down.
    """
    matter = lock_matter(subject, key)
    now = database_now()
    moment = not_after(done_at, now)
    known = matter.facts.uncorrected().filter(kind=str(kind)).order_by("cycle", "at", "pk").first()
    if known is None:
        raise RuleBroken(_("This was not done yet."), code="not_done", field="kind")
    if known.at == moment:
        return False
    Fact.objects.create(
        matter=matter,
        cycle=known.cycle,
        kind=str(kind),
        at=moment,
        by_id=known.by_id,
        note=reason[:200],
        replaces=known,
    )
    metrics = [metric for metric, kinds in MET_BY.items() if str(kind) in kinds]
    found = lock_clocks([matter], Q(metric__in=metrics, key=0, is_dropped=False, cycle=known.cycle))
    late = {clock.pk: clock.breached_at for clock in found.clocks}
    recalculate([matter], found, by=by, now=now, reason=reason)
    data = {"from": known.at.isoformat(), "to": moment.isoformat(), "reason": reason[:200]}
    data["fact"] = str(kind)
    _record("clock.fact_corrected", matter, data, _judged(found, late), by, now)
    return True


def _check_before_end(matter: Matter, begun: datetime) -> None:
    first = matter.intervals.order_by("since").first()
    if first is not None and begun > first.since:
        raise BadInput(
            _("Something was waited for, or it was over, before that time."),
            code="start_after_end",
            field="known_at",
        )


def _start_at(clock: Clock, begun: datetime) -> None:
    fixed = clock.due_at if clock.is_fixed else None
    clock.started_at = min(begun, fixed) if fixed else begun
    if clock.is_dropped and clock.stopped_at:
        clock.stopped_at = max(clock.stopped_at, clock.started_at)


def _judged(locked: Locked, late: dict[int, datetime | None]) -> dict[str, list[str]]:
    """Which of these clocks are late now and were not, and the other way round."""
    return {
        "late_now": _metrics(c for c in locked.clocks if c.breached_at and not late[c.pk]),
        "cleared": _metrics(c for c in locked.clocks if late[c.pk] and not c.breached_at),
    }


def _metrics(clocks: Iterable[Clock]) -> list[str]:
    return sorted({clock.metric for clock in clocks})


def _record(
    kind: str,
    matter: Matter,
    data: dict[str, str],
    judged: dict[str, list[str]],
    by: User,
    now: datetime,
) -> None:
    about = {**data, **{name: metrics for name, metrics in judged.items() if metrics}}
    record_many([NewEvent(kind, matter.subject_type, matter.subject_id, by.pk, now, about)])
