"""Gaps follow from roster, absences and needs; nobody opens or closes one by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.events.services import NewEvent, record_many
from apps.shifts.enums import GapEnd, ShiftMatter
from apps.shifts.models import Gap, Need
from apps.shifts.queries.covering import AHEAD, uncovered
from apps.shifts.rules.intervals import Missing
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.services import NewMatter

REFRESH = "apps.shifts.tasks.refresh_gaps"


def lock_needs() -> list[Need]:
    """Whoever makes or closes gaps holds all needs first, so that two who do agree on the order."""
    rows = Need.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    return list(rows.order_by("pk"))


@dataclass
class Changes:
    """What became of the open gaps of all needs."""

    ended: dict[GapEnd, list[Gap]] = field(default_factory=dict)
    changed: list[Gap] = field(default_factory=list)
    moved: list[Gap] = field(default_factory=list)
    found: list[Gap] = field(default_factory=list)

    def end(self, gap: Gap, how: GapEnd) -> None:
        self.ended.setdefault(how, []).append(gap)


@transaction.atomic
def refresh_gaps(*, at: datetime, by: User | None = None) -> int:
    """Read the gaps of the next 14 days anew: new ones are found, filled ones closed, what has come is closed as
    passed; returns how many changed. What is past stays as it was. ``by`` is who filled them."""
    by = by or system_user("clocks")
    needs = lock_needs()
    found = uncovered(needs, at, at + AHEAD) if needs else {}
    changes = Changes()
    standing: dict[int, list[Gap]] = {}
    for gap in Gap.objects.filter(closed_at__isnull=True).select_related("unit"):
        standing.setdefault(gap.need_id, []).append(gap)
    for need in needs:
        _compare(need, standing.get(need.pk, []), found[need.pk], changes, at)
    _write(changes, by=by, at=at)
    return sum(map(len, changes.ended.values())) + len(changes.changed) + len(changes.found)


def _compare(
    need: Need, old: Sequence[Gap], new: Iterable[Missing], changes: Changes, at: datetime
) -> None:
    left = list(new)
    for gap in old:
        if gap.ends_at <= at:
            changes.end(gap, GapEnd.PASSED)
            continue
        same = next((one for one in left if _is_same(gap, one, at)), None)
        if same is not None:
            left.remove(same)
            _follow(gap, same, changes, at)
        elif gap.starts_at < at:
            # What has passed was uncovered; the rest is another's, or differs from now on.
            gap.ends_at = at
            changes.changed.append(gap)
            changes.end(gap, GapEnd.FILLED)
        else:
            is_over = need.until is not None and need.until < at.date()
            changes.end(gap, GapEnd.DROPPED if is_over else GapEnd.FILLED)
    changes.found += [
        Gap(
            need=need, unit=need.unit, role=need.role, starts_at=one.starts_at, ends_at=one.ends_at,
            missing=one.heads, found_at=at,
        )
        for one in left
    ]  # fmt: skip


def _is_same(gap: Gap, one: Missing, at: datetime) -> bool:
    """A gap that runs already is the same while as many are missing; one to come, while it is still there."""
    if gap.starts_at < at:
        return one.starts_at == at and one.heads == gap.missing
    return one.starts_at < gap.ends_at and gap.starts_at < one.ends_at


def _follow(gap: Gap, one: Missing, changes: Changes, at: datetime) -> None:
    begins = gap.starts_at if gap.starts_at < at else one.starts_at
    before = (gap.starts_at, gap.ends_at, gap.missing)
    if before == (begins, one.ends_at, one.heads):
        return
    if begins != gap.starts_at:
        changes.moved.append(gap)
    gap.starts_at, gap.ends_at, gap.missing = begins, one.ends_at, one.heads
    changes.changed.append(gap)


def _write(changes: Changes, *, by: User, at: datetime) -> None:
    for how, gaps in changes.ended.items():
        for gap in gaps:
            gap.closed_at, gap.closed_by, gap.closed_as = at, by, how
        Gap.objects.bulk_update(gaps, ["closed_at", "closed_by", "closed_as", "ends_at"])
    Gap.objects.bulk_update(changes.changed, ["starts_at", "ends_at", "missing"])
    Gap.objects.bulk_create(changes.found)
    filled = changes.ended.get(GapEnd.FILLED, [])
    sla.finish_matters(filled, kind=FactKind.DONE, by=by, at=at)
    for how in (GapEnd.PASSED, GapEnd.DROPPED):
        sla.stop_matters(changes.ended.get(how, []), reason=str(how.label), by=by, at=at)
    for gap in changes.moved:
        sla.set_due(
            subject=gap, metric=Metric.ACTION, due_at=gap.starts_at, reason=str(gap), by=by, at=at
        )
    _time(changes.found, by=by, at=at)
    _tell(changes, by=by, at=at)


def _time(gaps: Sequence[Gap], *, by: User, at: datetime) -> None:
    """Each is to be filled before it begins; the policy warns 7 days, 48, 24 and 2 hours before."""
    if gaps:
        rows = [
            NewMatter(
                kind=ShiftMatter.COVERAGE_GAP, subject=gap, title=str(gap), unit=gap.unit, opened_at=at,
                dues={Metric.ACTION: max(gap.starts_at, at)},
            )
            for gap in gaps
        ]  # fmt: skip
        sla.open_matters(rows, by=by, at=at)


def _tell(changes: Changes, *, by: User, at: datetime) -> None:
    news = [("gap.found", gap) for gap in changes.found]
    news += [(f"gap.{how.value}", gap) for how, gaps in changes.ended.items() for gap in gaps]
    record_many(
        NewEvent(
            kind, Gap._meta.label_lower, str(gap.pk), by.pk, at,
            {"from": gap.starts_at, "until": gap.ends_at, "heads": gap.missing},
        )
        for kind, gap in news
    )  # fmt: skip
