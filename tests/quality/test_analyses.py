"""The quarterly analysis of surveys, suggestions and praise ends in corrective actions (SOP, CMP-4)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import RuleBroken
from apps.quality import services
from apps.quality.models import CorrectiveAction, QuarterlyAnalysis
from apps.quality.queries.opinions import opinions_of, to_analyse
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from apps.surveys.rules import quarter_of
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, case, who

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]


def last_quarter() -> date:
    return quarter_of(quarter_of(timezone.localdate()) - timedelta(days=1))


def written(**more: Any) -> QuarterlyAnalysis:
    values = {
        "quarter": last_quarter(), "findings": "派送前没有电话", "what": "派送前发短信", "owner": UserFactory(),
        "due_at": timezone.now() + timedelta(days=20), **who(), **more,
    }  # fmt: skip
    return services.write_analysis(**values)


def test_it_keeps_findings_figures_and_an_action_with_a_clock() -> None:
    row = written()
    action = row.actions.get()
    clock = Clock.objects.get(matter__subject_id=str(action.pk), metric=Metric.ACTION)
    assert clock.due_at == action.due_at and clock.owner == action.owner
    assert row.figures == opinions_of(row.quarter) and row.written_by is not None
    services.finish_action(action_id=action.pk, result="已上线", **who())
    with pytest.raises(RuleBroken):
        services.drop_action(action_id=action.pk, reason="x", **who())
    services.check_action(action_id=action.pk, worked=True, note="抽查有效", **who())
    clock.refresh_from_db()
    assert clock.state == ClockState.MET


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"findings": " "}, "required", "findings"),
        ({"what": ""}, "required", "what"),
        ({"due_at": timezone.now() - timedelta(days=1)}, "past", "due_at"),
        ({"due_at": None}, "required", "due_at"),
        ({"quarter": quarter_of(timezone.localdate())}, "not_over", "quarter"),
        ({"quarter": date(2025, 2, 1)}, "bad_quarter", "quarter"),
    ],
)
def test_what_is_missing_is_refused_and_nothing_is_kept(
    changed: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as caught:
        written(**changed)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not QuarterlyAnalysis.objects.exists() and not CorrectiveAction.objects.exists()


def test_one_quarter_is_analysed_once() -> None:
    assert last_quarter() in to_analyse(timezone.localdate())
    written()
    assert last_quarter() not in to_analyse(timezone.localdate())
    with pytest.raises(RuleBroken) as caught:
        written()
    assert caught.value.code == "analysed"


def test_the_last_action_stays() -> None:
    row = written()
    first = row.actions.get()
    with pytest.raises(RuleBroken) as caught:
        services.drop_action(action_id=first.pk, reason="不需要", **who())
    assert caught.value.code == "last_action"
    more = {"what": "培训", "owner": UserFactory(), "due_at": timezone.now() + timedelta(days=3)}
    services.add_analysis_action(analysis_id=row.pk, **more, **who())
    services.drop_action(action_id=first.pk, reason="不需要", **who())
    assert row.actions.filter(dropped_at__isnull=True).count() == 1


def test_the_database_wants_an_action_and_one_source() -> None:
    user = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyAnalysis.objects.create(
            quarter=last_quarter(), findings="x", written_at=timezone.now(), written_by=user, created_by=user
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    action = written().actions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=action.pk).update(analysis=None)


def test_suggestions_and_praise_of_the_quarter_are_counted() -> None:
    quarter = quarter_of(timezone.localdate())
    for kind in ("suggestion", "suggestion", "praise", "complaint"):
        case(case_class=kind)
    assert opinions_of(quarter)["cases"] == [["praise", "", 1], ["suggestion", "", 2]]


def test_its_pages(client: Client) -> None:
    team = Team()
    sign_in(client, team.agent)
    assert client.get("/admin/quality/quarterlyanalysis/add/").status_code == 403
    sign_in(client, team.qc)
    page = client.get("/admin/quality/quarterlyanalysis/add/").content.decode()
    assert last_quarter().isoformat() in page
    row = written(owner=team.agent)
    shown = client.get(f"/admin/quality/quarterlyanalysis/{row.pk}/change/").content.decode()
    assert "派送前没有电话" in shown and "派送前发短信" in shown
    assert row.name in client.get("/admin/quality/quarterlyanalysis/").content.decode()
    action = row.actions.get()
    # From the message about its clock to the page; the owner ends it there.
    sign_in(client, team.agent)
    opened = client.get(f"/admin/desk/open/quality.correctiveaction/{action.pk}")
    assert opened["Location"] == f"/admin/quality/quarterlyanalysis/{row.pk}/change/"
    act = reverse("admin:quality_quarterlyanalysis_act", args=[row.pk, "finish", action.pk])
    assert client.post(act, {"result": "已上线"}).status_code == 302
    action.refresh_from_db()
    assert action.done_by == team.agent
    sign_in(client, team.person(Role.FINANCE))
    assert client.get(f"/admin/quality/quarterlyanalysis/{row.pk}/change/").status_code == 403


def test_the_list_takes_as_many_statements_for_three_as_for_one(client: Client) -> None:
    sign_in(client, Team().qc)

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/quality/quarterlyanalysis/").status_code == 200
        return len(caught)

    quarter = last_quarter()
    for n in range(3):
        written(quarter=quarter)
        quarter = quarter_of(quarter - timedelta(days=1))
        if n == 0:
            statements()
            one = statements()
    assert QuarterlyAnalysis.objects.count() == 3
    assert statements() == one
