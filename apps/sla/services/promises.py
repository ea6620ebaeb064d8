"""Due times that people set: what was promised to somebody, and a target's time fixed by hand."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import database_now, not_after
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import NewEvent, record_many
from apps.sla.enums import Metric
from apps.sla.models import Clock, Matter
from apps.sla.models.clock import OPEN
from apps.sla.queries.calendars import ALWAYS_CODE, hours_by_code
from apps.sla.queries.rules import targets_of
from apps.sla.rules import TargetRule
from apps.sla.services.following import aim_at, fix_due, new_clock
from apps.sla.services.locking import Locked, lock_clocks
from apps.sla.services.matters import check_open, lock_matter, lock_pair
from apps.sla.services.recalculating import recalculate


@transaction.atomic
def promise(
    *,
    subject: models.Model,
    due_at: datetime,
    label: str,
    by: User,
    at: datetime | None = None,
    owner: User | None = None,
    metric: Metric | str = Metric.PROMISE,
    key: str = "",
) -> Clock:
    """ "I call back by 15:20": a clock of its own with that due instant, which nothing pauses.
    ``label`` says what was promised, without personal data; ``owner`` who keeps it (the matter's if
    not given). The policy's target for promises, if it has one, lends its steps."""
    matter = lock_matter(subject, key)
    check_open(matter)
    now = database_now()
    if due_at <= now:
        raise BadInput(
            _("A promise is about the future: choose a later time."),
            code="promise_in_the_past",
            field="due_at",
        )
    last = matter.clocks.aggregate(last=Max("key"))["last"] or 0
    rule = _target(matter, metric)
    clock = new_clock(
        matter, str(metric), rule, not_after(at, now), always=hours_by_code(ALWAYS_CODE).id
    )
    clock.key = last + 1
    clock.label = label[:120]
    clock.owner_id = owner.pk if owner else matter.owner_id
    fix_due(clock, due_at)
    recalculate([matter], fresh=[clock], by=by, now=now)
    _record("clock.promised", clock, matter, by, now, {"due_at": due_at.isoformat()})
    return clock


@transaction.atomic
def keep_promise(*, clock_id: int, by: User, at: datetime | None = None) -> Clock:
    """What was promised is done, at ``at`` (the database's present if not given)."""
    matter, locked, now = _own(clock_id)
    clock = locked.clocks[0]
    clock.met_at = max(not_after(at, now), clock.started_at)
    clock.met_by_id = by.pk
    recalculate([matter], locked, by=by, now=now)
    _record("clock.promise_kept", clock, matter, by, now, {})
    return clock


@transaction.atomic
def drop_promise(*, clock_id: int, reason: str, by: User, at: datetime | None = None) -> Clock:
    """It need not be kept any more; why stays on record."""
    matter, locked, now = _own(clock_id)
    clock = locked.clocks[0]
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    clock.is_dropped = True
    clock.stopped_at = max(not_after(at, now), clock.started_at)
    clock.stopped_by_id = by.pk
    recalculate([matter], locked, by=by, now=now)
    _record("clock.promise_dropped", clock, matter, by, now, {"reason": reason.strip()[:200]})
    return clock


@transaction.atomic
def carry_promises(
    *, subject: models.Model, to: models.Model, by: User, at: datetime | None = None
) -> list[Clock]:
    """What was promised about ``subject`` and is not settled is owed about ``to`` from now on, by the
    same people and at the same instant: the clock itself moves, so that one that is overdue stays so
    and nobody is notified twice of the same. Call it before ``subject``'s own clocks end.

    RuleBroken ``matter_not_open`` when ``to`` is over. Returns the clocks that moved.
    """
    source, target = lock_pair(subject, to)
    check_open(target)
    now = database_now()
    locked = lock_clocks([source], models.Q(OPEN, key__gt=0))
    if not locked.clocks:
        return []
    last = target.clocks.aggregate(last=Max("key"))["last"] or 0
    for key, clock in enumerate(locked.clocks, start=last + 1):
        clock.matter, clock.cycle, clock.key = target, target.cycle, key
        clock.unit_id = target.unit_id
        aim_at(clock, _target(target, clock.metric))
    Clock.objects.bulk_update(locked.clocks, ["matter", "cycle", "key"])
    recalculate([target], locked, by=by, now=now)
    for clock in locked.clocks:
        due = clock.due_at.isoformat() if clock.due_at else ""
        _record("clock.promise_carried", clock, target, by, now, {"due_at": due})
    return list(locked.clocks)


@transaction.atomic
def set_due(
    *,
    subject: models.Model,
    metric: Metric | str,
    due_at: datetime,
    reason: str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> Clock:
    """Fix the due instant of a metric by hand: no pause and no policy moves it from now on. Where
    the metric has no clock in this cycle one is started. The reason stands in the event."""
    matter = lock_matter(subject, key)
    check_open(matter)
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    now = database_now()
    everything = lock_clocks([matter])
    running = [c for c in everything.clocks if c.metric == metric and not c.key and c.is_open]
    fresh = []
    if running:
        clock = running[-1]
    else:
        _check_not_done(matter, everything, metric)
        begun = matter.opened_at if matter.cycle == 1 else not_after(at, now)
        rule = _target(matter, metric)
        clock = new_clock(matter, str(metric), rule, begun, always=hours_by_code(ALWAYS_CODE).id)
        fresh = [clock]
    if due_at < clock.started_at:
        raise BadInput(
            _("This is before the clock started."), code="due_before_start", field="due_at"
        )
    fix_due(clock, due_at)
    locked = everything.only([] if fresh else [clock])
    recalculate([matter], locked, fresh, by=by, now=now, reason=reason.strip()[:200])
    return clock


def _check_not_done(matter: Matter, locked: Locked, metric: Metric | str) -> None:
    if any(c.metric == metric and not c.key and c.cycle == matter.cycle for c in locked.clocks):
        raise RuleBroken(
            _("“%(metric)s” is done or stopped: there is no due time to set any more.")
            % {"metric": Metric(metric).label},
            code="clock_ended",
            field="metric",
        )


def _target(matter: Matter, metric: Metric | str) -> TargetRule | None:
    rules = targets_of([matter.version_id]).get(matter.version_id or 0, ())
    return next((rule for rule in rules if rule.metric == metric), None)


def _own(clock_id: int) -> tuple[Matter, Locked, datetime]:
    """A promise's clock and its matter, both locked, the matter first; refused unless it runs."""
    matter = Matter.objects.select_for_update().get(clocks=clock_id)
    locked = lock_clocks([matter], models.Q(pk=clock_id))
    clock = locked.clocks[0]
    if not clock.key or not clock.is_open:
        raise RuleBroken(
            _("This promise is settled already.") if clock.key else _("This is not a promise."),
            code="promise_settled" if clock.key else "not_a_promise",
        )
    return matter, locked, database_now()


def _record(
    kind: str, clock: Clock, matter: Matter, by: User, now: datetime, data: dict[str, str]
) -> None:
    about = {"clock": clock.pk, "label": clock.label, "owner": clock.owner_id}
    record_many([NewEvent(kind, matter.subject_type, matter.subject_id, by.pk, now, about | data)])
