"""Plans in versions, their review, drills and what they find."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.incidents import services
from apps.incidents.enums import Seat
from apps.incidents.inputs import NewStep
from apps.incidents.models import Drill, PlanVersion
from apps.quality.enums import ExceptionState, FoundBy
from apps.sla.models import Clock
from tests.factories import incidents as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]


def held(drill: Drill, by: Any, **fields: Any) -> Drill:
    given = {"people": [by], "minutes": [10, 40], "findings": [], **fields}
    return services.hold_drill(drill_id=drill.pk, by=by, at=timezone.now(), **given)


def clock_of(kind: str, pk: int) -> Clock:
    found: Clock = Clock.objects.filter(kind=kind, matter__subject_id=str(pk)).latest("pk")
    return found


def test_another_version_counts_and_the_old_one_stays() -> None:
    unit, boss = f.unit_with_manager()
    plan = f.plan(unit, boss)
    first = plan.versions.get()
    steps = [NewStep(Seat.COMMAND, "绕行", 20)]
    services.write_plan(
        values={}, unit=unit, plan=plan, text_zh="绕行。", text_en="Detour.", steps=steps,
        drill_months=3, update_minutes=60, by=boss, at=timezone.now(),
    )  # fmt: skip
    plan.refresh_from_db()
    assert plan.current.n == 2 and PlanVersion.objects.get(current_of=plan).n == 2
    assert [step.what for step in first.steps.all()] == [step.what for step in f.STEPS]
    assert plan.drills.count() == 1, "the one that is due stays due"
    incident = f.declared(unit, boss, version=first)
    assert incident.tasks.count() == len(f.STEPS) + 1
    assert incident.tasks.get(n=1).owner == boss, "nobody has that seat but the commander"


def test_reviewed_again_and_again() -> None:
    unit, boss = f.unit_with_manager()
    plan = f.plan(unit, boss)
    first = clock_of("plan_review", plan.pk)
    later = services.review_plan(plan_id=plan.pk, by=boss, at=timezone.now())
    second = clock_of("plan_review", plan.pk)
    assert second.pk != first.pk and second.due_at > first.due_at
    assert later.reviewed_by == boss


def test_a_drill_is_held_and_its_findings_are_exceptions() -> None:
    unit, boss = f.unit_with_manager()
    drill = f.plan(unit, boss).drills.get()
    due = clock_of("drill", drill.pk).due_at
    assert timezone.localdate(due) == drill.due_on + timedelta(days=1), "at the end of that day"
    held(drill, boss, findings=["防滑链不足", " ", "电话没人接"])
    findings = drill.findings.select_related("exception")
    assert [one.what for one in findings] == ["防滑链不足", "电话没人接"]
    assert {(one.exception.found_by, one.exception.state) for one in findings} == {
        (FoundBy.OWN_CHECK, ExceptionState.OPEN)
    }
    assert Drill.objects.filter(held_at=None).count() == 1, "the next one is planned"
    with pytest.raises(RuleBroken) as refused:
        held(drill, boss)
    assert refused.value.code == "held_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Drill.objects.create(plan=drill.plan, due_on=drill.due_on)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"people": []}, "people"), ({"minutes": [10]}, "minutes")],
)
def test_a_drill_that_says_too_little(fields: dict[str, Any], field: str) -> None:
    unit, boss = f.unit_with_manager()
    with pytest.raises(BadInput) as refused:
        held(f.plan(unit, boss).drills.get(), boss, **fields)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "field", "row"),
    [
        ({"steps": []}, "steps", None),
        ({"steps": [f.STEPS[0], NewStep(Seat.COMMAND, " ", 5)]}, "steps", 2),
        ({"steps": [NewStep(Seat.COMMAND, "绕行", 0)]}, "steps", 1),
        ({"text_en": " "}, "text_en", None),
    ],
)
def test_a_plan_that_says_too_little(fields: dict[str, Any], field: str, row: int | None) -> None:
    unit, boss = f.unit_with_manager()
    with pytest.raises(BadInput) as refused:
        f.plan(unit, boss, **fields)
    assert (refused.value.field, refused.value.row) == (field, row)


def test_a_code_is_taken_once() -> None:
    unit, boss = f.unit_with_manager()
    f.plan(unit, boss)
    with pytest.raises(BadInput) as refused:
        f.plan(unit, UserFactory())
    assert refused.value.field == "code"
