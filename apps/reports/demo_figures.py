"""Figures in the demonstration: last month as it was frozen, and goals of five KPIs."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.reports import services
from apps.reports.enums import ScopeKind
from apps.reports.kpis import Period

GOALS = (
    ("on_time", "95"),
    ("in_72h", "85"),
    ("answer_rate", "98"),
    ("csat", "90"),
    ("first_word", "98"),
)


def make_figures(*, seed: int, now: datetime) -> None:
    """Nothing of it is left to chance, so ``seed`` changes nothing. The goals were set a year ago."""
    boss = User.objects.get(username="linzhuren")
    year_ago = now - timedelta(days=365)
    for kpi, value in GOALS:
        services.set_goal(
            kpi=kpi, value=Decimal(value), since=timezone.localdate(year_ago).replace(day=1),
            by=boss, at=year_ago,
        )  # fmt: skip
    month = Period.of_month(timezone.localdate(now)).before
    for kind in ScopeKind:
        services.freeze_figures(month, kind, by=system_user("reports"), at=now)
