"""Finding late and stuck shipments without anybody looking (TRK-7)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from apps.core.database import write_columns
from apps.events.services import NewEvent, record_many
from apps.tracking.enums import LateKind, Status
from apps.tracking.lateness import Verdict, is_lost, judge, of_held, worse_of
from apps.tracking.models import LateShipment, ShipmentHold, ShipmentWatch, Waybill
from apps.tracking.promise import Progress
from apps.tracking.queries.standards import local_zone, silence_limits, standards_table
from apps.tracking.services.documents import expect_documents

if TYPE_CHECKING:
    from apps.accounts.models import User

# Both rows or neither, and never waiting: a batch of scans that holds a waybill is not waited
# for, and this sweeper holds nothing that a batch could wait for in a circle.
_CLAIM = """
SELECT s.waybill_id, statement_timestamp() FROM tracking_shipmentwatch s
JOIN tracking_waybill w ON w.id = s.waybill_id
WHERE s.due_at <= statement_timestamp() ORDER BY s.due_at LIMIT %s
FOR NO KEY UPDATE OF s, w SKIP LOCKED
"""


@dataclass(slots=True)
class Finding:
    """What one look at one waybill calls for."""

    waybill: Waybill
    verdict: Verdict | None  # None: concluded
    case: LateShipment | None


def find_late(*, limit: int = 500, by: "User") -> Counter[str]:
    """Look at up to ``limit`` shipments that are due, by the database's clock.

    Returns how many were ``looked`` at, ``found`` late, ``worsened`` and ``arrived``. Several
    sweepers at once share the work; a crash leaves the rest due.
    """
    done: Counter[str] = Counter()
    if not _is_anything_due():
        return done
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [limit])
            claimed = cursor.fetchall()
        if not claimed:
            return done
        now = claimed[0][1]
        findings = _look([pk for pk, _now in claimed], now)
        done["looked"] = len(findings)
        events = _open_and_worsen(findings, by, now, done)
        _settle(findings, by, now, done)
        record_many(events)
        _write_back(findings, now)
    return done


def _is_anything_due() -> bool:
    """Most sweeps find nothing: one row of one index answers them, without a join to plan."""
    return ShipmentWatch.objects.filter(due_at__lte=Now()).exists()


def _look(waybill_ids: list[int], now: datetime) -> list[Finding]:
    held = ShipmentHold.objects.filter(waybill=OuterRef("pk"), released_at__isnull=True)
    rows = Waybill.objects.filter(pk__in=waybill_ids).annotate(is_held=Exists(held))
    waybills: list[Any] = list(rows.order_by("pk"))
    cases = {
        case.waybill_id: case
        for case in LateShipment.objects.open().filter(waybill__in=waybill_ids).select_for_update()
    }
    table = standards_table(waybill.service_level for waybill in waybills)
    limits, zone = silence_limits(), local_zone()
    findings = []
    for waybill in waybills:
        verdict = None
        if waybill.concluded_at is None:
            day = timezone.localdate(waybill.issued_at)
            cities = (waybill.origin_city, waybill.destination_city)
            verdict = judge(
                progress_of(waybill),
                promised_at=waybill.promised_at,
                standards=table.of(waybill.service_level, *cities, day),
                now=now,
                zone=zone,
                silence=limits,
            )
            if waybill.is_held:
                verdict = of_held(verdict)
        findings.append(Finding(waybill, verdict, cases.get(waybill.pk)))
    return findings


def progress_of(waybill: Waybill) -> Progress:
    return Progress(
        status=waybill.status,
        reason=waybill.status_reason,
        requested_at=waybill.issued_at,
        status_at=waybill.status_at,
        picked_up_at=waybill.picked_up_at,
        last_event_at=waybill.last_event_at,
    )


def _kind(finding: Finding) -> LateKind | None:
    if finding.verdict is None:
        lost = is_lost(finding.waybill.status, finding.waybill.status_reason)
        return LateKind.LOST if lost else None
    return finding.verdict.kind


def _open_and_worsen(
    findings: list[Finding], by: "User", now: datetime, done: Counter[str]
) -> list[NewEvent]:
    events, fresh = [], []
    for finding in findings:
        kind, case, waybill = _kind(finding), finding.case, finding.waybill
        if kind is None:
            continue
        if case is None:
            fresh.append(
                LateShipment(
                    waybill=waybill,
                    kind=kind,
                    promised_at=waybill.promised_at,
                    found_at=now,
                    found_by=by,
                )
            )
        elif worse_of(case.kind, kind) == case.kind:
            continue
        else:
            case.kind = kind
            case.save(update_fields=["kind"])
            done["worsened"] += 1
        expected = finding.verdict.expected_at if finding.verdict else None
        events.append(_event("waybill.running_late", waybill, kind, expected, by, now))
    label = LateShipment._meta.label_lower
    events.extend(
        NewEvent("lateshipment.opened", label, str(case.pk), by.pk, now)
        for case in LateShipment.objects.bulk_create(fresh)
    )
    done["found"] += len(fresh)
    return events


def _event(
    kind: str, waybill: Waybill, why: str, expected: datetime | None, by: "User", now: datetime
) -> NewEvent:
    data = {"why": str(why), "promised": waybill.promised_at, "expected": expected}
    return NewEvent(kind, Waybill._meta.label_lower, str(waybill.pk), by.pk, now, data)


def _settle(findings: list[Finding], by: "User", now: datetime, done: Counter[str]) -> None:
    """Concluded shipments leave the watch; their case waits for its receipt and its closing."""
    concluded = [f.waybill for f in findings if f.verdict is None]
    late = {f.waybill.pk for f in findings if f.case is not None}
    arrived = [w for w in concluded if w.pk in late and w.status == Status.DELIVERED]
    done["arrived"] += len(arrived)
    expect_documents(concluded, by=by, at=now)


def _expected(finding: Finding, now: datetime) -> datetime | None:
    """What an agent found out and told goes before what the standards say."""
    announced = finding.case.expected_at if finding.case else None
    if announced and announced > now:
        return announced
    return finding.verdict.expected_at if finding.verdict else None


def _write_back(findings: list[Finding], now: datetime) -> None:
    over = [f.waybill.pk for f in findings if f.verdict is None]
    ShipmentWatch.objects.filter(pk__in=over).delete()
    watched = [f for f in findings if f.verdict]
    write_columns(
        [
            ShipmentWatch(waybill=f.waybill, due_at=f.verdict.look_again_at)
            for f in watched
            if f.verdict
        ],
        ["due_at"],
    )
    changed = [f.waybill for f in watched if _expected(f, now) != f.waybill.expected_at]
    for finding in watched:
        finding.waybill.expected_at = _expected(finding, now)
    write_columns(changed, ["expected_at"])
