"""Roles: who may grant them, what they allow, when they begin and end."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role, UserKind
from apps.accounts.models import RolePolicy, Unit, User, UserRole
from apps.accounts.queries import requires_two_factor, system_user
from apps.accounts.services import change_role_policy, end_role, grant_role, sync_role_groups
from apps.core.errors import RuleBroken
from apps.events.models import Event
from config.roles import ROLE_PERMISSIONS
from tests.factories.accounts import ServiceUserFactory, UserFactory, UserRoleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]


def test_every_role_is_in_the_table_and_every_name_exists() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert sync_role_groups(ROLE_PERMISSIONS) == set()


def test_syncing_again_changes_nothing_and_repairs_what_was_changed_by_hand() -> None:
    sync_role_groups(ROLE_PERMISSIONS)
    group = Group.objects.get(name="role:finance")
    held = set(group.permissions.values_list("pk", flat=True))
    group.permissions.set(Permission.objects.filter(codename="grant_role"))
    sync_role_groups(ROLE_PERMISSIONS)
    assert set(group.permissions.values_list("pk", flat=True)) == held


def test_a_name_that_does_not_exist_yet_is_told_and_skipped() -> None:
    assert sync_role_groups({Role.AGENT: frozenset({"later.view_thing"})}) == {"later.view_thing"}


def test_a_role_allows_what_the_table_says_and_no_more(role_groups: None) -> None:
    agent = UserFactory(roles=[Role.AGENT])
    assert agent.has_perm("orders.confirm_workorder")
    assert not agent.has_perm("accounts.grant_role")
    assert not UserFactory().has_perm("orders.confirm_workorder")


def test_only_it_administrators_manage_users(role_groups: None) -> None:
    for role in Role:
        user = UserFactory(roles=[role])
        assert user.has_perm("accounts.manage_user") == (role == Role.IT_ADMIN), role


def test_a_role_ends_by_its_date_without_anyone_doing_anything(role_groups: None) -> None:
    user = UserFactory()
    now = timezone.now()
    UserRoleFactory(
        user=user, role=Role.AGENT, since=now - timedelta(days=2), until=now - timedelta(seconds=1)
    )
    assert not user.has_perm("orders.confirm_workorder")


def test_granting_and_ending_are_recorded_and_end_the_sessions(boss: User, unit: Unit) -> None:
    user = UserFactory()
    before = user.get_session_auth_hash()
    held = grant_role(user=user, role=Role.AGENT, unit=unit, by=boss)
    assert User.objects.get(pk=user.pk).get_session_auth_hash() != before
    end_role(held=held, by=boss)
    end_role(held=held, by=boss)
    kinds = list(
        Event.objects.filter(subject_id=user.pk, kind__startswith="user.role")
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert kinds == ["user.role_granted", "user.role_ended"]
    assert not User.objects.get(pk=user.pk).has_role(Role.AGENT)


def test_the_same_role_in_the_same_unit_is_held_once_at_a_time(boss: User, unit: Unit) -> None:
    user = UserFactory()
    held = grant_role(user=user, role=Role.AGENT, unit=unit, by=boss)
    with pytest.raises(RuleBroken) as refusal:
        grant_role(user=user, role=Role.AGENT, unit=unit, by=boss)
    assert refusal.value.code == "role_already_held"
    end_role(held=held, by=boss)
    grant_role(user=user, role=Role.AGENT, unit=unit, by=boss)


def test_nobody_grants_a_role_to_themselves(unit: Unit) -> None:
    admin = UserFactory(roles=[Role.IT_ADMIN])
    with pytest.raises(RuleBroken) as refusal:
        grant_role(user=admin, role=Role.GENERAL_MANAGER, unit=unit, by=admin)
    assert refusal.value.code == "not_yourself"


def test_nobody_grants_beyond_their_own_units(units: dict[str, Unit]) -> None:
    admin = UserFactory(scope=ObjectScope.UNITS, roles=[Role.IT_ADMIN], unit=units["sh"])
    grant_role(user=UserFactory(), role=Role.AGENT, unit=units["st"], by=admin)
    with pytest.raises(RuleBroken) as refusal:
        grant_role(user=UserFactory(), role=Role.AGENT, unit=units["bj"], by=admin)
    assert refusal.value.code == "foreign_unit"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (ServiceUserFactory, "person_only"),
        (lambda: system_user("sweeper"), "system_user"),
        (lambda: UserFactory(is_superuser=True), "superuser_only"),
    ],
)
def test_roles_are_for_people_below_the_granter(unit: Unit, make: Any, code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        grant_role(user=make(), role=Role.AGENT, unit=unit, by=UserFactory(roles=[Role.IT_ADMIN]))
    assert refusal.value.code == code


def test_a_role_must_end_after_it_begins(boss: User, unit: Unit) -> None:
    with pytest.raises(RuleBroken) as refusal:
        grant_role(user=UserFactory(), role=Role.AGENT, unit=unit, by=boss, until=timezone.now())
    assert refusal.value.code == "bad_period"


def test_two_factor_is_required_per_role(role_groups: None, boss: User) -> None:
    agent = UserFactory(roles=[Role.AGENT])
    assert requires_two_factor(agent)
    policy = RolePolicy.objects.get(role=Role.AGENT)
    change_role_policy(policy=policy, two_factor_required=False, by=boss)
    assert not requires_two_factor(agent)
    UserRoleFactory(user=agent, role=Role.FINANCE)
    assert requires_two_factor(User.objects.get(pk=agent.pk)), "the strictest role decides"


def test_a_role_without_a_policy_requires_two_factor() -> None:
    RolePolicy.objects.all().delete()
    assert requires_two_factor(UserFactory(roles=[Role.AGENT]))
    assert requires_two_factor(UserFactory(is_superuser=True))
    assert not requires_two_factor(UserFactory())


def test_the_database_knows_the_kinds(boss: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=boss.pk).update(kind="robot", is_superuser=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=boss.pk).update(kind=UserKind.SERVICE)
    with pytest.raises(IntegrityError), transaction.atomic():
        UserRole.objects.filter(pk=UserRoleFactory().pk).update(role="king")
