"""What was done, and what is waited for: the facts that clocks are read from."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.models import Clock, Fact, Interval
from apps.sla.models.clock import OPEN
from apps.sla.queries.moments import database_now, not_after
from apps.sla.rules import MET_BY
from apps.sla.services.matters import check_open, lock_matter
from apps.sla.services.reckoning import lock_clocks, reckon


@transaction.atomic
def record_fact(
    *,
    subject: models.Model,
    kind: FactKind | str,
    by: User,
    at: datetime | None = None,
    note: str = "",
    key: str = "",
) -> bool:
    """Something was done, by whatever channel, at the instant it was done (``at``, aware; the
    database's present if not given, never the future). The first of a kind in each cycle meets the
    clocks it belongs to (``rules.MET_BY``); repeating it changes nothing, an earlier one that is
    known late moves the instant back. Returns whether it counted (CMP-2)."""
    matter = lock_matter(subject, key)
    now = database_now()
    moment = not_after(at, now)
    mine = matter.facts.standing().filter(kind=str(kind), cycle=matter.cycle)
    if mine.filter(at__lte=moment).exists():
        return False
    Fact.objects.create(
        matter=matter, cycle=matter.cycle, kind=str(kind), at=moment, by=by, note=note
    )
    if matter.state == MatterState.STOPPED:
        return True
    metrics = [metric for metric, kinds in MET_BY.items() if str(kind) in kinds]
    found = lock_clocks([matter], Q(metric__in=metrics, key=0, is_dropped=False))
    concerned = [clock for clock in found.clocks if _concerns(clock, matter.cycle, moment)]
    reckon([matter], found.only(concerned), by=by, now=now)
    return True


def _concerns(clock: Clock, cycle: int, moment: datetime) -> bool:
    """Running ones, and of those that ended the ones that a fact known late may put right; the
    others stand as they were read under the rules of their day."""
    if clock.is_open:
        return True
    if clock.met_at is None:
        return clock.cycle == cycle
    return moment < clock.met_at


@transaction.atomic
def begin_wait(
    *,
    subject: models.Model,
    kind: IntervalKind | str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """From now on something is waited for; whether that pauses a clock says its target. Waiting
    twice for the same changes nothing. Returns whether it began."""
    _check_kind(kind)
    matter = lock_matter(subject, key)
    check_open(matter)
    now = database_now()
    running = matter.intervals.filter(kind=str(kind), until__isnull=True)
    if running.exists():
        return False
    since = max(not_after(at, now), matter.opened_at)
    Interval.objects.create(matter=matter, kind=str(kind), since=since, since_by=by)
    reckon([matter], lock_clocks([matter], OPEN), by=by, now=now)
    return True


@transaction.atomic
def end_wait(
    *,
    subject: models.Model,
    kind: IntervalKind | str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """What was waited for has come; paused clocks run on with their due times moved by the working
    time waited. Returns False when nobody waited."""
    _check_kind(kind)
    matter = lock_matter(subject, key)
    now = database_now()
    wait = matter.intervals.filter(kind=str(kind), until__isnull=True).first()
    if wait is None:
        return False
    wait.until = max(not_after(at, now), wait.since)
    wait.until_by = by
    wait.save(update_fields=["until", "until_by"])
    reckon([matter], lock_clocks([matter], OPEN), by=by, now=now)
    return True


def _check_kind(kind: IntervalKind | str) -> None:
    if kind == IntervalKind.CLOSED:
        raise RuleBroken(
            _("A matter is closed and opened again by its own services."),
            code="not_a_wait",
            field="kind",
        )
