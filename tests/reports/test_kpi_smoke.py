"""Every statement is one that PostgreSQL understands."""
import pytest
from django.db import connection
from django.utils import timezone

from apps.reports.enums import ScopeKind
from apps.reports.kpis import KPIS, Period, Scope
from apps.reports.queries.figures import figures, rows_page

pytestmark = pytest.mark.django_db


def test_all():
    period = Period.of_month(timezone.localdate())
    bad = []
    from django.db import transaction
    for kpi in KPIS.values():
        for kind in kpi.scopes:
            for ids in (None, [1, 2]):
                try:
                    with transaction.atomic():
                        figures([kpi], kind, period, ids if kind != ScopeKind.LANE else None, lanes=["a"] if ids and kind == ScopeKind.LANE else None)
                except Exception as error:
                    bad.append((kpi.code, kind, ids, str(error)[:600]))
        try:
            with transaction.atomic():
                rows_page(kpi, Scope(), period)
                rows_page(kpi, Scope(), period, ("a", 1))
                with connection.cursor() as c:
                    if kpi.yardstick:
                        c.execute(kpi.yardstick, kpi.given(period))
        except Exception as error:
            bad.append((kpi.code, "page/yard", None, str(error)[:600]))
    for kind in ScopeKind:
        try:
            with transaction.atomic():
                figures(list(KPIS.values()), kind, period)
        except Exception as error:
            bad.append(("all", kind, None, str(error)[:600]))
    for one in bad:
        print(*one)
    assert not bad
