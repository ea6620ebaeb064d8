"""A summary writes itself: figures of a frozen month with their differences, late shipments by cause, complaints and
what became of them, actions with their effect. For all customers of a month in a number of statements that does not
grow with them. Nobody's name stands in it and nothing of recoveries: it is for the customer (REP-3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from apps.complaints.enums import CaseClass, CaseState
from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.incidents.enums import IncidentState
from apps.incidents.models import Affected
from apps.quality.models import CorrectiveAction
from apps.reports.enums import ScopeKind
from apps.reports.kpis import KPIS, Period
from apps.reports.models import Figure, Freeze, Goal
from apps.reports.queries.figures import FigureRow, figures
from apps.reports.rules.summaries import as_text, difference, reaches
from apps.tracking.models import LateShipment

# What concerns the customer; what we measure of ourselves stays in the company, and what we recover from others.
SHOWN = (
    "picked_up", "on_time", "on_time_own", "in_72h", "loss", "damage", "complaint", "complaint_founded", "appeal",
    "first_word", "plan_reply", "feedback", "order_24h", "solution_time", "fcr", "csat", "promise_kept", "follow_up",
    "claim_time", "claim_pay_time", "claim_paid",
)  # fmt: skip
CASE_CLASSES = [CaseClass.COMPLAINT, CaseClass.LOSS, CaseClass.DAMAGE]
MOST_ROWS = 100


Values = dict[tuple[int, str], FigureRow]


def contents_of(
    customers: Sequence[Customer], freeze: Freeze, before: Freeze | None, at: datetime
) -> dict[int, dict[str, Any]]:
    """Customer → the content of its summary out of frozen figures, as of ``at``."""
    values = _values(freeze, [one.pk for one in customers])
    return _contents(customers, Period(freeze.first_day, freeze.until_day), values, before, at)


def content_anew(
    customer: Customer, period: Period, before: Freeze | None, at: datetime
) -> dict[str, Any]:
    """The content of one customer's summary out of its figures as they are at ``at``; nobody else's are computed."""
    shown = [KPIS[code] for code in SHOWN]
    rows = figures(shown, ScopeKind.CUSTOMER, period, [customer.pk], at=at)
    found = {(row.scope_id, row.kpi): row for row in rows}
    return _contents([customer], period, found, before, at)[customer.pk]


def _contents(
    customers: Sequence[Customer], period: Period, now: Values, before: Freeze | None, at: datetime
) -> dict[int, dict[str, Any]]:
    ids = [one.pk for one in customers]
    last = _values(before, ids) if before else {}
    goals = _goals(ids, period.first)
    late, cases = _late(ids, period), _cases(ids, period)
    actions, incidents = _actions(ids, period, at), _incidents(ids, period)
    return {
        customer.pk: {
            "customer": {"code": customer.code, "name": customer.name},
            "month": f"{period.first:%Y-%m}",
            "figures": [
                _figure(code, now[customer.pk, code], last.get((customer.pk, code)), goal)
                for code in SHOWN
                if (customer.pk, code) in now
                for goal in (_goal(goals, customer.pk, code),)
            ],
            "late": late[customer.pk],
            "cases": cases[customer.pk],
            "incidents": incidents[customer.pk],
            "actions": actions[customer.pk],
        }
        for customer in customers
    }


def row_of(figure: Figure) -> FigureRow:
    return FigureRow(
        figure.kpi, ScopeKind.CUSTOMER, figure.scope_id, figure.lane, figure.numerator,
        figure.denominator, figure.median, figure.p90, figure.mean, not figure.is_final,
    )  # fmt: skip


def _values(freeze: Freeze, ids: Sequence[int]) -> Values:
    rows = Figure.objects.filter(freeze=freeze, scope_id__in=ids, kpi__in=SHOWN)
    return {(row.scope_id, row.kpi): row_of(row) for row in rows if row.kpi in KPIS}


def _figure(code: str, now: FigureRow, last: FigureRow | None, goal: str | None) -> dict[str, Any]:
    value, before = as_text(now.value), as_text(last.value) if last else None
    return {
        "kpi": code,
        "version": KPIS[code].version,
        "num": now.numerator,
        "den": now.denominator,
        "value": value,
        "last": before,
        "diff": difference(value, before),
        "goal": goal,
        "reached": reaches(value, goal, better=KPIS[code].better),
        "provisional": now.provisional,
    }


def _goals(ids: Sequence[int], month: date) -> dict[tuple[str, int, str], Decimal | None]:
    """The goal that stood at the end of the month, of the customer or of the whole company."""
    whose = Q(scope_kind=ScopeKind.ALL) | Q(scope_kind=ScopeKind.CUSTOMER, scope_id__in=ids)
    rows = Goal.objects.filter(
        whose, lane="", kpi__in=SHOWN, since__lt=Period.of_month(month).until
    )
    return {(row.scope_kind, row.scope_id, row.kpi): row.value for row in rows.order_by("since")}


def _goal(
    goals: dict[tuple[str, int, str], Decimal | None], customer: int, code: str
) -> str | None:
    own = (ScopeKind.CUSTOMER, customer, code)
    found = goals.get(own, goals.get((ScopeKind.ALL, 0, code))) if own not in goals else goals[own]
    return None if found is None else str(found)


def _late(ids: Sequence[int], period: Period) -> dict[int, list[dict[str, Any]]]:
    rows = (
        LateShipment.objects.filter(
            waybill__customer__in=ids, found_at__gte=period.begins, found_at__lt=period.ends
        )
        .values("waybill__customer", "cause")
        .annotate(n=Count("waybill", distinct=True))
        .order_by("-n", "cause")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["waybill__customer"]].append({"cause": row["cause"], "n": row["n"]})
    return found


def _incidents(ids: Sequence[int], period: Period) -> dict[int, list[dict[str, Any]]]:
    """That concerned shipments of the customer and happened in the month, without false alarms."""
    rows = (
        Affected.objects.filter(
            customer__in=ids,
            incident__happened_at__gte=period.begins,
            incident__happened_at__lt=period.ends,
        )
        .exclude(incident__state=IncidentState.WITHDRAWN)
        .values_list("customer", "incident__number", "incident__title", "incident__happened_at")
        .annotate(n=Count("waybill", distinct=True))
        .order_by("incident__happened_at", "incident__number")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for customer, number, title, happened_at, n in rows:
        day = timezone.localdate(happened_at).isoformat()
        found[customer].append({"number": number, "day": day, "title": title, "n": n})
    return found


def _cases(ids: Sequence[int], period: Period) -> dict[int, list[dict[str, Any]]]:
    """Without what staff found by themselves, what was merged or cancelled; the newest ``MOST_ROWS``."""
    rows = (
        Case.objects.filter(
            customer__in=ids,
            case_class__in=CASE_CLASSES,
            created_at__gte=period.begins,
            created_at__lt=period.ends,
        )
        .exclude(state__in=[CaseState.MERGED, CaseState.CANCELLED])
        .values_list("customer", "number", "case_class", "created_at", "outcome", "cause__name")
        .order_by("created_at", "pk")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for customer, number, klass, created_at, outcome, cause in rows:
        if len(found[customer]) < MOST_ROWS:
            found[customer].append(
                {
                    "number": number,
                    "class": klass,
                    "day": timezone.localdate(created_at).isoformat(),
                    "outcome": outcome,
                    "cause": cause or "",
                }
            )
    return found


def _actions(ids: Sequence[int], period: Period, at: datetime) -> dict[int, list[dict[str, Any]]]:
    """Begun before the month's end and not over before it began, with the unit that answers for each."""
    rows = (
        CorrectiveAction.objects.filter(
            Q(done_at__isnull=True) | Q(done_at__gte=period.begins),
            exception__customer__in=ids,
            created_at__lt=period.ends,
            dropped_at__isnull=True,
        )
        .select_related("exception__responsible_unit", "exception__unit")
        .order_by("due_at", "pk")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        report = row.exception
        if report is None:  # it follows from an analysis of opinions, which is nobody's own
            continue
        actions = found[report.customer_id or 0]
        if len(actions) < MOST_ROWS:
            unit = report.responsible_unit or report.unit
            actions.append(
                {
                    "what": row.what,
                    "unit": unit.name if unit else "",
                    "due": timezone.localdate(row.due_at).isoformat(),
                    "state": _state(row, at),
                }
            )
    return found


def _state(row: CorrectiveAction, at: datetime) -> str:
    if row.done_at is None:
        return "open" if row.due_at > at else "late"
    if row.has_worked is None:
        return "done"
    return "worked" if row.has_worked else "failed"
