"""The tree of units, and what of it a user sees."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import Unit, User
from apps.accounts.services import change_unit, create_unit
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory, UserRoleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]


def test_a_unit_knows_its_way_from_the_root(units: dict[str, Unit]) -> None:
    assert units["st"].path == "HO/SH/SH-01/"
    assert units["st"].depth == 2
    assert Event.objects.filter(kind="unit.created", subject_id=units["st"].pk).exists()


def test_moving_a_unit_moves_all_below_it(units: dict[str, Unit], boss: User) -> None:
    change_unit(unit=units["sh"], parent=units["bj"], by=boss)
    units["st"].refresh_from_db()
    assert units["st"].path == "HO/BJ/SH/SH-01/"


@pytest.mark.parametrize("where", ["sh", "st"])
def test_a_unit_cannot_be_part_of_itself(units: dict[str, Unit], boss: User, where: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        change_unit(unit=units["sh"], parent=units[where], by=boss)
    assert refusal.value.code == "unit_circle"


def test_a_change_that_changes_nothing_is_not_recorded(units: dict[str, Unit], boss: User) -> None:
    change_unit(unit=units["sh"], name=units["sh"].name, by=boss)
    assert not Event.objects.filter(kind="unit.changed").exists()


@pytest.mark.parametrize("code", ["a/b", "A%", "É", "-A", ""])
def test_a_code_that_would_break_paths_is_refused(db: Any, boss: User, code: str) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        create_unit(code=code, name="x", kind="branch", by=boss)


def test_the_database_refuses_a_path_that_contradicts_the_parent(units: dict[str, Unit]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=units["st"].pk).update(path="SH-01/")


def test_own_units_are_the_roles_units_and_all_below(units: dict[str, Unit]) -> None:
    user = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT], unit=units["sh"])
    assert user.visible_unit_ids() == {units["sh"].pk, units["st"].pk}


def test_two_roles_see_both_and_the_query_is_one(
    units: dict[str, Unit], django_assert_num_queries: Any
) -> None:
    user = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT], unit=units["bj"])
    UserRoleFactory(user=user, role=Role.DISPATCHER, unit=units["st"])
    user = User.objects.get(pk=user.pk)
    assert len(user.current_roles) == 2
    with django_assert_num_queries(1):
        assert user.visible_unit_ids() == {units["bj"].pk, units["st"].pk}
        user.visible_unit_ids()


def test_a_similar_code_is_another_unit(units: dict[str, Unit], boss: User) -> None:
    create_unit(code="SH2", name="上海二部", kind="branch", parent=units["head"], by=boss)
    user = UserFactory(scope=ObjectScope.UNITS, roles=[Role.AGENT], unit=units["sh"])
    assert user.visible_unit_ids() == {units["sh"].pk, units["st"].pk}


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"scope": ObjectScope.ALL}, None),
        ({"scope": ObjectScope.UNITS}, set()),
        ({"scope": ObjectScope.CUSTOMERS}, set()),
        ({"scope": ObjectScope.UNITS, "is_superuser": True}, None),
        ({"scope": ObjectScope.ALL, "is_active": False}, set()),
    ],
)
def test_scope_decides(db: Any, fields: dict[str, Any], seen: set[int] | None) -> None:
    assert UserFactory(**fields).visible_unit_ids() == seen


def test_a_role_that_has_ended_or_not_begun_shows_nothing(units: dict[str, Unit]) -> None:
    now = timezone.now()
    user = UserFactory(scope=ObjectScope.UNITS)
    UserRoleFactory(
        user=user, unit=units["sh"], since=now - timedelta(days=2), until=now - timedelta(days=1)
    )
    UserRoleFactory(user=user, unit=units["bj"], since=now + timedelta(days=1))
    assert user.visible_unit_ids() == set()
    assert not user.has_role(Role.AGENT)
