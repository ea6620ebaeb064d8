"""Goals of figures."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import refused_as
from apps.core.errors import BadInput
from apps.events.services import record
from apps.reports.enums import ScopeKind
from apps.reports.kpis import KPIS
from apps.reports.models import Goal

MOST = Decimal(1_000_000)


def set_goal(
    *,
    kpi: str,
    value: Decimal | None,
    since: date,
    by: User,
    at: datetime,
    scope_kind: ScopeKind = ScopeKind.ALL,
    scope_id: int = 0,
    lane: str = "",
) -> Goal:
    """What a KPI is to reach from a day on; without a value no goal any more. A month that is over keeps its goal.
    Raises BadInput for an unknown KPI, a value that is none, a month that is over, a day that has a goal already."""
    if kpi not in KPIS:
        raise BadInput(_("There is no such figure."), code="unknown", field="kpi")
    if value is not None and not (value.is_finite() and 0 <= value <= MOST):
        raise BadInput(_("A goal is a number from 0 on."), code="value", field="value")
    if since < timezone.localdate(at).replace(day=1):
        raise BadInput(
            _("A month that is over keeps its goal; choose a day of this month or later."),
            code="over",
            field="since",
        )
    row = Goal(
        kpi=kpi, scope_kind=scope_kind, scope_id=scope_id, lane=lane, value=value, since=since,
        at=at, by=by,
    )  # fmt: skip
    with transaction.atomic():
        with refused_as(
            BadInput(
                _("A goal begins on this day already; choose another day."),
                code="taken",
                field="since",
            )
        ):
            row.save(force_insert=True)
        record("goal.set", row, by=by, at=at, data={"value": None if value is None else str(value)})
    return row
