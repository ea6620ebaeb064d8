"""What a summary's page shows beside what is signed: what is known by now, what changed since one's last look, and what
stays in the company (REP-3)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.models import User
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import requests_of
from apps.claims.models import Recovery
from apps.complaints.models import Case
from apps.quality.models import CorrectiveAction
from apps.reports.enums import ScopeKind, SummaryState
from apps.reports.kpis import KPIS, Period
from apps.reports.models import Summary, SummaryLook
from apps.reports.queries import summary_words as words
from apps.reports.queries.figures import figures
from apps.reports.rules.summaries import SUMMARY, Change, as_text, changes


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure as it was frozen; ``now`` is what it is today, where that is otherwise."""

    code: str
    name: str
    value: str
    counted: str
    last: str
    diff: str
    goal: str
    reached: bool | None
    provisional: bool
    now: str
    rows: str  # the address of the list behind it


def figure_lines(row: Summary) -> list[FigureLine]:
    frozen = row.content["figures"]
    kpis = [KPIS[one["kpi"]] for one in frozen if one["kpi"] in KPIS]
    period = Period.of_month(row.month)
    today = {one.kpi: one for one in figures(kpis, ScopeKind.CUSTOMER, period, [row.customer_id])}
    lines = []
    for one in frozen:
        code, live = one["kpi"], today.get(one["kpi"])
        value = as_text(live.value) if live else None
        counted = (live.numerator, live.denominator) if live else (0, 0)
        is_other = code in KPIS and (counted != (one["num"], one["den"]) or value != one["value"])
        lines.append(
            FigureLine(
                code=code,
                name=words.kpi_name(code),
                value=words.value_words(code, one["value"]),
                counted=words.counted_words(code, one["num"], one["den"]),
                last=words.value_words(code, one["last"]),
                diff=words.diff_words(code, one["diff"]),
                goal=words.value_words(code, one["goal"]),
                reached=one["reached"],
                provisional=one["provisional"],
                rows=_rows_address(row, code),
                now=f"{words.value_words(code, value)} ({words.counted_words(code, *counted)})" if is_other else "",
            )
        )  # fmt: skip
    return lines


def _rows_address(row: Summary, code: str) -> str:
    """The figure's list of the customer and month; none for a KPI that is no longer counted."""
    if code not in KPIS:
        return ""
    period = Period.of_month(row.month)
    asked = {
        "kpi": code,
        "kind": ScopeKind.CUSTOMER.value,
        "key": row.customer.code,
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
    }
    return f"{reverse('admin:reports_figure_list')}?{urlencode(asked)}"


def changes_since_look(row: Summary, user: User) -> list[Change]:
    """What is signed now otherwise than in the last round in which this person looked; nothing without one. A round's
    content is that of its request."""
    if row.state == SummaryState.DRAFT or row.round == 1:
        return []
    look = (
        SummaryLook.objects.filter(summary=row, user=user, round__lt=row.round)
        .order_by("-round")
        .first()
    )
    if look is None:
        return []
    asked = list(requests_of(SUMMARY, row).order_by("pk"))
    # A round without a request was changed before it was signed.
    before = [one for one in asked if one.asked_at <= look.at]
    if not asked or not before or before[-1].pk == asked[-1].pk:
        return []
    return changes(_words(before[-1]), _words(asked[-1]))


def _words(request: ApprovalRequest) -> list[tuple[str, str]]:
    return words.words_of(json.loads(request.content))


@dataclass(frozen=True, slots=True)
class Inside:
    """For colleagues only: who handled the complaints, who owns the actions, what of claims is recovered."""

    cases: dict[str, tuple[int, str]]  # number → the row, its owner
    actions: list[CorrectiveAction]
    recoveries: list[Recovery]


def inside_of(row: Summary) -> Inside:
    numbers = [one["number"] for one in row.content["cases"]]
    cases = Case.objects.filter(number__in=numbers).select_related("owner")
    period = Period.of_month(row.month)
    actions = (
        CorrectiveAction.objects.filter(
            exception__customer=row.customer_id, created_at__lt=period.ends, dropped_at__isnull=True
        )
        .exclude(done_at__lt=period.begins)
        .select_related("owner", "exception")
        .order_by("due_at", "pk")[:100]
    )
    recoveries = (
        Recovery.objects.filter(
            claim__customer=row.customer_id,
            claim__filed_at__gte=period.begins,
            claim__filed_at__lt=period.ends,
        )
        .select_related("claim")
        .order_by("pk")[:100]
    )
    by_number = {one.number: (one.pk, str(one.owner or "—")) for one in cases}
    return Inside(by_number, list(actions), list(recoveries))


def page_facts(row: Summary, user: User) -> dict[str, Any]:
    inside = inside_of(row)
    facts = row.content
    return {
        "figures": figure_lines(row),
        "changes": changes_since_look(row, user),
        "late": [words.late_words(one).rsplit(": ", 1) for one in facts["late"]],
        "cases": [
            (*inside.cases.get(one["number"], (None, "—")), one["number"], words.case_words(one))
            for one in facts["cases"]
        ],
        "incidents": [words.incident_words(one) for one in facts["incidents"]],
        "actions": [words.action_words(one) for one in facts["actions"]],
        "inside": inside,
    }
