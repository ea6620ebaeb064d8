"""Shipments in trouble: the exception of each opens by itself, once, and has somebody chased (TRK-7).

A whole truckload is late or damaged at a time, so all of this is done in sets.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_numbers
from apps.complaints.enums import TROUBLE
from apps.complaints.models import Case
from apps.complaints.services.locking import write
from apps.core import cached_tables
from apps.core.database import in_callers_transaction
from apps.events.services import record, record_many
from apps.quality import rules
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.models import ChaseTask, ExceptionReport
from apps.quality.queries.shipments import freight_centres, question_about, whom_to_chase
from apps.quality.queries.team import leaders_to_notify
from apps.quality.services import clocks as exception_clocks
from apps.quality.services.chasing import CHASE_WITHIN, chase_event, draft_chase
from apps.quality.services.locking import lock_exception
from apps.quality.services.opening import draft, opening_event
from apps.quality.services.seriousness import leader_ids
from apps.tracking.models import LateShipment, Waybill


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """What was found of one shipment, by whom and when."""

    waybill_id: int
    kind: ExceptionKind
    happened_at: datetime
    known_at: datetime
    by: User
    at: datetime
    late: LateShipment | None = None


def follow_late_shipments(findings: Mapping[int, tuple[User, datetime]]) -> list[ExceptionReport]:
    """The exception of each late shipment: opened, or the one that is there takes it in; none where
    the late case is over already. ``told``: who found it late, and when. Calling it again changes
    nothing."""
    found = LateShipment.objects.filter(pk__in=findings, closed_at__isnull=True)
    return follow(
        [
            FoundProblem(
                late.waybill_id,
                rules.kind_of_late(late.kind),
                happened_at=min(late.promised_at or late.found_at, late.found_at),
                known_at=late.found_at,
                by=findings[late.pk][0],
                at=findings[late.pk][1],
                late=late,
            )
            for late in found
        ]
    )


def follow(found: Sequence[FoundProblem]) -> list[ExceptionReport]:
    """The exception of each shipment, in the order of their ids. Their rows are locked first, in that
    order as by every writer, so that two subscribers at once open one exception."""
    if not found:
        return []
    with in_callers_transaction():
        return _follow(sorted(found, key=lambda one: one.waybill_id))


def _follow(found: Sequence[FoundProblem]) -> list[ExceptionReport]:
    waybills = _lock([one.waybill_id for one in found])
    known = {
        report.waybill_id: report
        for report in ExceptionReport.objects.open().filter(waybill__in=waybills)
    }
    late = {
        case.waybill_id: case for case in LateShipment.objects.open().filter(waybill__in=waybills)
    }
    fresh: dict[int, FoundProblem] = {}
    for one in found:
        if one.waybill_id not in known:
            fresh.setdefault(one.waybill_id, one)
    # What one hand found at one instant, as a batch of scans or a sweep does, is opened together.
    by_hand: dict[tuple[int, datetime], list[FoundProblem]] = defaultdict(list)
    for one in fresh.values():
        by_hand[one.by.pk, one.at].append(one)
    for (_by, at), group in by_hand.items():
        mine = [(waybills[one.waybill_id], one) for one in group]
        for report in _open(mine, late, group[0].by, at):
            known[report.waybill_id] = report
    for one in found:
        if fresh.get(one.waybill_id) is not one:
            report = known[one.waybill_id] = lock_exception(known[one.waybill_id].pk, one.by)
            into = one.late or late.get(one.waybill_id)
            _take_in(report, one.kind, into, by=one.by, at=one.at)
    return [known[one.waybill_id] for one in found]


def _lock(waybill_ids: Sequence[int]) -> dict[int, Waybill]:
    rows = Waybill.objects.select_for_update(no_key=True, of=["self"]).select_related(
        "customer__unit", "customer__agent", "responsible_unit", "carrier"
    )
    return {row.pk: row for row in rows.filter(pk__in=waybill_ids).order_by("pk")}


def _open(
    found: Sequence[tuple[Waybill, FoundProblem]],
    late: dict[int, LateShipment],
    by: User,
    at: datetime,
) -> list[ExceptionReport]:
    if not found:
        return []
    cases: dict[int | None, Case] = {}
    concerned = Case.objects.live().filter(waybill__in=[waybill for waybill, _one in found])
    related = ("customer__unit", "customer__agent", "waybill", "unit")
    for case in concerned.filter(case_class__in=TROUBLE).select_related(*related).order_by("pk"):
        cases.setdefault(case.waybill_id, case)
    reports = [
        draft(_new(waybill, one, one.late or late.get(waybill.pk), cases, at), by=by, at=at)
        for waybill, one in found
    ]
    numbers = take_numbers(ExceptionReport.PREFIX, timezone.localdate(at), len(reports))
    for report, number in zip(reports, numbers, strict=True):
        report.number = number
    ExceptionReport.objects.bulk_create(reports)
    exception_clocks.start(reports, by=by, at=at)
    leaders = _Leaders(at)
    events = [opening_event(one, leaders.of(one), by=by, at=at) for one in reports]
    with cached_tables.checked_together(freight_centres):
        chases = [
            draft_chase(report, whom, question_about(waybill), at + CHASE_WITHIN, by=by)
            for report, (waybill, _one) in zip(reports, found, strict=True)
            for whom in whom_to_chase(waybill, report.unit)
        ]
    ChaseTask.objects.bulk_create(chases)
    exception_clocks.chases_set(chases, by=by, at=at)
    record_many([*events, *(chase_event(chase, by=by, at=at) for chase in chases)])
    return reports


def _new(
    waybill: Waybill,
    one: FoundProblem,
    late: LateShipment | None,
    cases: dict[int | None, Case],
    at: datetime,
) -> NewException:
    known_at = min(one.known_at, at)
    return NewException(
        found_by=FoundBy.OWN_CHECK,
        kind=one.kind,
        what=_("%(number)s: %(kind)s, found by the system.")
        % {"number": waybill.number, "kind": one.kind.label},
        happened_at=min(one.happened_at, known_at),
        known_at=known_at,
        waybill=waybill,
        case=cases.get(waybill.pk),
        late=late,
    )


class _Leaders:
    """Who hears of a serious exception, looked up once for each unit."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._found: dict[int, list[int]] = {}

    def of(self, report: ExceptionReport) -> list[int]:
        if not report.is_serious:
            return []
        unit = report.unit_id
        if unit not in self._found:
            self._found[unit] = [person.pk for person in leaders_to_notify(report, self._at)]
        return self._found[unit]


def _take_in(
    report: ExceptionReport,
    kind: ExceptionKind,
    late: LateShipment | None,
    *,
    by: User,
    at: datetime,
) -> None:
    worse = rules.worse_of(report.kind, kind)
    if worse != report.kind:
        was = report.kind
        known = report.is_serious
        serious = known or rules.seems_serious(worse, report.found_by, report.harm)
        write(report, at=at, kind=worse, is_serious=serious)
        exception_clocks.changed(report, by=by, at=at)
        data: dict[str, Any] = {"from": was, "to": str(worse), "revision": report.version}
        data["recipients"] = [] if known else leader_ids(report, at)
        record("exception.worsened", report, by=by, at=at, data=data)
    over = report.late is None or report.late.closed_at is not None
    if late is not None and over and report.late_id != late.pk:
        write(report, at=at, late=late)
        record("exception.late_linked", report, by=by, at=at, data={"revision": report.version})
