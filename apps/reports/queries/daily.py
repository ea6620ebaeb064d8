"""The lines of a unit's day, as they are known now; and of earlier days what was learned since they were closed (REP-2).

A unit's report is about itself and every unit below it. Days are local, half-open.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from apps.accounts.enums import UnitKind
from apps.accounts.models import Unit
from apps.claims.enums import PaymentState
from apps.claims.models import Claim, ClaimPayment
from apps.complaints.enums import CaseState
from apps.complaints.models import Case
from apps.core.money import format_money
from apps.hotline.queries.board import policy_of, rates_by_hour
from apps.hotline.rules.rate import Counts
from apps.incidents.enums import IncidentState
from apps.incidents.models import Incident
from apps.quality.enums import ExceptionState
from apps.quality.models import ExceptionReport
from apps.reports.enums import DailyState, ScopeKind
from apps.reports.kpis import KPIS, Period
from apps.reports.models import DailyReport
from apps.reports.queries.figures import figures
from apps.reports.rules.daily import ON_TIME, LineKey, came_in_later, card, known_of, line
from apps.shifts.enums import GapEnd
from apps.shifts.models import Gap, Handover
from apps.sla.enums import Metric
from apps.sla.models import Clock
from apps.tracking.enums import LateKind
from apps.tracking.models import LateShipment

K = LineKey
# Units that have a report of their own.
REPORTING = (UnitKind.HEAD_OFFICE, UnitKind.BRANCH)
MOST_ROWS = 100
# So many closed days before are read anew; an exception that was hidden for longer is on the page of exceptions.
LATER_DAYS = 3
Lines = list[dict[str, Any]]


def lines_of(unit: Unit, day: date) -> Lines:
    """What is known of the day now."""
    ids = list(Unit.objects.within([unit.path]).values_list("pk", flat=True))
    period = Period.of_day(day)
    return [
        *_shipments(ids, period),
        *_late(ids, period),
        *_exceptions(ids, period),
        _cases(ids, period),
        *_clocks(ids, period),
        _hotline(ids, day),
        *_incidents_and_claims(ids, period),
        *_duty(ids, period),
    ]


def content_of(report: DailyReport) -> dict[str, Any]:
    """What closing would write: the lines, and what came in later of the days before."""
    return {"lines": lines_of(report.unit, report.day), "later": later_of(report)}


def later_of(report: DailyReport) -> Lines:
    """Of the last closed days before: what is otherwise than it was reported last."""
    since = report.day - timedelta(days=LATER_DAYS)
    closed = DailyReport.objects.filter(
        unit=report.unit, state=DailyState.CLOSED, day__gte=since, day__lt=report.day
    ).order_by("day")
    reported = [(f"{one.day:%Y-%m-%d}", one.content) for one in closed]
    if not reported:
        return []
    now = {day: lines_of(report.unit, date.fromisoformat(day)) for day, _content in reported}
    return came_in_later(known_of(reported), now)


def card_of(report: DailyReport) -> list[str]:
    lines = report.content["lines"] if report.content else lines_of(report.unit, report.day)
    return card(lines)


def _within(name: str, period: Period) -> Q:
    return Q(**{f"{name}__gte": period.begins, f"{name}__lt": period.ends})


def _shipments(ids: Collection[int], period: Period) -> Lines:
    codes = ["picked_up", "on_time"]
    rows = figures([KPIS[one] for one in codes if one in KPIS], ScopeKind.UNIT, period, list(ids))
    part, whole = dict.fromkeys(codes, 0), dict.fromkeys(codes, 0)
    for row in rows:
        part[row.kpi] += row.numerator
        whole[row.kpi] += row.denominator
    return [
        line(K.VOLUME, whole["picked_up"]),
        line(K.ON_TIME, part["on_time"], of=whole["on_time"], goal=ON_TIME),
    ]


def _late(ids: Collection[int], period: Period) -> Lines:
    """Found that day, by the unit that has the shipment."""
    found = dict(
        LateShipment.objects.filter(_within("found_at", period), waybill__responsible_unit__in=ids)
        .values_list("kind")
        .annotate(n=Count("pk"))
    )
    stuck = found.pop(LateKind.STUCK, 0)
    return [line(K.LATE, sum(found.values())), line(K.STUCK, stuck)]


def _exceptions(ids: Collection[int], period: Period) -> Lines:
    """Put right on the spot, by the day on which they were; serious, by the day on which they happened, so that one
    that was hidden shows as what came in later."""
    rows = ExceptionReport.objects.filter(unit__in=ids)
    minor = (
        rows.filter(_within("closed_at", period), state=ExceptionState.CLOSED)
        .exclude(put_right_line="")
        .order_by("closed_at", "pk")
        .values_list("pk", "number", "put_right_line")[:MOST_ROWS]
    )
    serious = (
        rows.filter(_within("happened_at", period), is_serious=True)
        .order_by("happened_at", "pk")
        .values_list("pk", "number", "title")[:MOST_ROWS]
    )
    label = ExceptionReport._meta.label_lower
    return [
        line(
            key, len(found), rows=[(f"{number} {title}", label, pk) for pk, number, title in found]
        )
        for key, found in ((K.PUT_RIGHT, list(minor)), (K.SERIOUS, list(serious)))
    ]


def _cases(ids: Collection[int], period: Period) -> dict[str, Any]:
    found = (
        Case.objects.filter(_within("created_at", period), unit__in=ids)
        .exclude(state__in=[CaseState.MERGED, CaseState.CANCELLED])
        .values_list("case_class")
        .annotate(n=Count("pk"))
        .order_by("-n", "case_class")
    )
    parts = list(found)
    return line(K.CASES, sum(n for _klass, n in parts), parts=parts)


def _clocks(ids: Collection[int], period: Period) -> Lines:
    """Missed that day, whatever was done since."""
    missed = (
        Clock.objects.filter(_within("breached_at", period), unit__in=ids, is_dropped=False)
        .order_by("breached_at", "pk")
        .values_list("metric", "matter__title", "matter__subject_type", "matter__subject_id")
    )
    own = {Metric.PROMISE: K.PROMISES, Metric.FOLLOW_UP: K.FOLLOW_UPS}
    found: dict[LineKey, list[tuple[str, str, int]]] = {
        K.CLOCKS: [],
        K.PROMISES: [],
        K.FOLLOW_UPS: [],
    }
    for metric, title, kind, pk in missed:
        text = f"{Metric(metric).value}:{title}"
        found[own.get(Metric(metric), K.CLOCKS)].append((text, kind, int(pk)))
    return [line(key, len(rows), rows=rows[:MOST_ROWS]) for key, rows in found.items()]


def _hotline(ids: Collection[int], day: date) -> dict[str, Any]:
    hours = rates_by_hour(day, ids)
    total = sum(hours.values(), Counts())
    return line(
        K.HOTLINE,
        total.answered,
        of=total.counted,
        goal=int(policy_of(day).goal * 100),
        parts=[(f"{hour:02d}:00 {one.answered}/{one.counted}", one.counted - one.answered) for hour, one in sorted(hours.items())],
    )  # fmt: skip


def _incidents_and_claims(ids: Collection[int], period: Period) -> Lines:
    """Declared that day, without false alarms; claims whose money went out that day, with the sum."""
    incidents = list(
        Incident.objects.filter(_within("declared_at", period), unit__in=ids)
        .exclude(state=IncidentState.WITHDRAWN)
        .order_by("declared_at", "pk")
        .values_list("pk", "number", "title")[:MOST_ROWS]
    )
    paid = list(
        ClaimPayment.objects.filter(
            _within("paid_at", period), claim__unit__in=ids, state=PaymentState.PAID
        )
        .order_by("paid_at", "pk")
        .values_list("claim", "claim__number", "amount")[:MOST_ROWS]
    )
    kind, claim = Incident._meta.label_lower, Claim._meta.label_lower
    total = sum((amount for _pk, _number, amount in paid), Decimal(0))
    return [
        line(K.INCIDENTS, len(incidents), rows=[(f"{n} {title}", kind, pk) for pk, n, title in incidents]),
        line(
            K.CLAIMS,
            len(paid),
            parts=[(format_money(total), int(total * 100))] if paid else [],
            rows=[(f"{n} {format_money(amount)}", claim, pk) for pk, n, amount in paid],
        ),
    ]  # fmt: skip


def _duty(ids: Collection[int], period: Period) -> Lines:
    gaps = list(
        Gap.objects.filter(_within("starts_at", period), unit__in=ids, closed_as=GapEnd.PASSED)
        .annotate(name=F("unit__name"))
        .order_by("starts_at", "pk")[:MOST_ROWS]
    )
    hours = sum(one.missing * int((one.ends_at - one.starts_at).total_seconds()) for one in gaps)
    lapsed = list(
        Handover.objects.filter(_within("lapsed_at", period), shift__unit__in=ids)
        .select_related("giver")
        .order_by("lapsed_at", "pk")[:MOST_ROWS]
    )
    here = timezone.localtime
    return [
        line(K.GAPS, -(-hours // 3600), rows=[
            (f"{one.name} {here(one.starts_at):%H:%M}–{here(one.ends_at):%H:%M}", "shifts.gap", one.pk)
            for one in gaps
        ]),
        line(K.HANDOVERS, len(lapsed), rows=[(str(one.giver), "shifts.handover", one.pk) for one in lapsed]),
    ]  # fmt: skip


def to_prepare(day: date) -> list[Unit]:
    """Units without a report of the day. Locked: two who prepare stand in line."""
    rows = Unit.objects.filter(is_active=True, kind__in=REPORTING).order_by("pk")
    found = list(rows.select_for_update(of=("self",)))
    had = set(DailyReport.objects.filter(day=day).values_list("unit", flat=True))
    return [unit for unit in found if unit.pk not in had]


def yesterday(at: datetime) -> date:
    return timezone.localdate(at) - timedelta(days=1)
