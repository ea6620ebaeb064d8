from typing import Any

import pytest
from django.contrib.auth.models import Group

from apps.accounts.models import Unit, User
from apps.accounts.queries import system_user
from apps.accounts.services import create_unit, sync_role_groups
from config.roles import ROLE_PERMISSIONS
from tests.factories.accounts import UnitFactory, superuser


@pytest.fixture
def boss(db: Any) -> User:
    return superuser()


@pytest.fixture
def unit(db: Any) -> Unit:
    return UnitFactory()


@pytest.fixture
def units(db: Any) -> dict[str, Unit]:
    """Head office with two branches, one of which has a station."""
    by = system_user("tests")
    head = create_unit(code="HO", name="总部", kind="head_office", by=by)
    sh = create_unit(code="SH", name="上海分公司", kind="branch", parent=head, by=by)
    bj = create_unit(code="BJ", name="北京分公司", kind="branch", parent=head, by=by)
    st = create_unit(code="SH-01", name="浦东站", kind="station", parent=sh, by=by)
    return {"head": head, "sh": sh, "bj": bj, "st": st}


@pytest.fixture
def role_groups(db: Any) -> None:
    """The groups, as after every migration, whatever an earlier test left."""
    if Group.objects.filter(name__startswith="role:").count() != len(ROLE_PERMISSIONS):
        sync_role_groups(ROLE_PERMISSIONS)


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """The slowness of the real one is its point, and not what is tested here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
