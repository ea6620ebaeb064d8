"""Creating, changing and deactivating users; the system's own users."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.enums import SYSTEM_NAMES, ObjectScope, Role, UserKind
from apps.accounts.models import User
from apps.accounts.queries import public_user, system_user
from apps.accounts.services import (
    change_user,
    create_api_key,
    create_user,
    deactivate_user,
    reactivate_user,
)
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import ServiceUserFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]


def test_a_user_is_created_in_small_letters_and_recorded_without_personal_data(boss: User) -> None:
    user = create_user(
        username=" Wang.Li ", display_name="王丽", email="w@x.cn", phone="13800138000", by=boss
    )
    assert user.username == "wang.li"
    assert not user.has_usable_password()
    event = Event.objects.get(kind="user.created", subject_id=user.pk)
    assert event.by_id == boss.pk
    assert "138" not in str(event.data) and "x.cn" not in str(event.data)


def test_the_phone_is_not_in_clear_in_the_database(boss: User) -> None:
    from django.db import connection

    user = create_user(username="a", display_name="a", phone="13800138000", by=boss)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        assert "13800138000" not in cursor.fetchone()[0]
    assert User.objects.get(pk=user.pk).phone.endswith("13800138000")


@pytest.mark.parametrize("username", ["", "王丽", "a b", "system:x", "-a", "a" * 61])
def test_an_unfit_name_is_refused(boss: User, username: str) -> None:
    with pytest.raises(BadInput):
        create_user(username=username, display_name="x", by=boss)


def test_a_taken_name_is_refused_whatever_its_case(boss: User) -> None:
    create_user(username="wang", display_name="x", by=boss)
    with pytest.raises(BadInput) as refusal:
        create_user(username="WANG", display_name="y", by=boss)
    assert refusal.value.code == "username_taken"
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(username="Wang")


def test_system_users_are_made_once_and_cannot_be_changed_or_sign_in(boss: User) -> None:
    one, two = system_user("sweeper"), system_user("sweeper")
    assert one.pk == two.pk and one.kind == UserKind.SYSTEM
    assert public_user().pk != one.pk
    assert not one.is_staff and not one.has_usable_password()
    assert one.visible_unit_ids() is None
    with pytest.raises(RuleBroken):
        change_user(user=one, display_name="x", by=boss)


def test_a_rolled_back_system_user_is_not_remembered() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        system_user("rolled_back")
        raise ZeroDivisionError
    assert User.objects.filter(pk=system_user("rolled_back").pk).exists()


def test_a_change_records_what_changed_and_hides_personal_values(boss: User) -> None:
    user = UserFactory()
    change_user(user=user, display_name="新名", email="new@x.cn", by=boss)
    event = Event.objects.get(kind="user.changed")
    assert event.data == {"display_name": "新名", "email": "changed"}


def test_nobody_widens_their_own_scope() -> None:
    admin = UserFactory(scope=ObjectScope.UNITS, roles=[Role.IT_ADMIN])
    with pytest.raises(RuleBroken) as refusal:
        change_user(user=admin, scope=ObjectScope.ALL, by=admin)
    assert refusal.value.code == "not_yourself"


def test_deactivating_revokes_keys_and_reactivating_does_not_give_them_back(boss: User) -> None:
    service = ServiceUserFactory()
    key, _text = create_api_key(user=service, name="k", scopes=["orders:read"], by=boss)
    deactivate_user(user=service, by=boss, reason="contract over")
    deactivate_user(user=service, by=boss, reason="again")
    key.refresh_from_db()
    assert key.revoked_at is not None and key.revoked_by_id == boss.pk
    reactivate_user(user=service, by=boss)
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert Event.objects.filter(kind="user.deactivated").count() == 1


def test_nobody_deactivates_themselves(boss: User) -> None:
    with pytest.raises(RuleBroken):
        deactivate_user(user=boss, by=boss, reason="x")


def test_only_superusers_change_superusers(boss: User) -> None:
    with pytest.raises(RuleBroken) as refusal:
        change_user(user=boss, display_name="x", by=UserFactory(roles=[Role.IT_ADMIN]))
    assert refusal.value.code == "superuser_only"


def test_whatever_acts_by_itself_has_a_name_in_both_languages() -> None:
    named = re.compile(r"""system(?:_user)?\(\s*"([a-z_]+)"\s*\)""")
    used = {name for path in Path("apps").rglob("*.py") for name in named.findall(path.read_text())}
    assert {"clocks", "cod", "sweeper"} <= used
    assert used - set(SYSTEM_NAMES) == set()
