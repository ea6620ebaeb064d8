"""Colleagues' accounts from a spreadsheet (STF-3): with one role, and no password."""

import pytest

from apps.accounts.enums import Role
from apps.accounts.jobs import USERS
from apps.accounts.models import User
from apps.backoffice.enums import RowOutcome
from apps.backoffice.models import ImportFile
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.imports import take_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
HEAD = ["登录名", "姓名", "电子邮箱", "手机", "可见范围", "角色", "单位"]


def row(**changes: str) -> list[str]:
    usual = dict(
        zip(HEAD, ["LiSi", "李四", "lisi@example.com", "13800000002", "", "", ""], strict=True)
    )
    return [(usual | changes)[name] for name in HEAD]


def take(by: User, *rows: list[str]) -> ImportFile:
    return take_in(USERS.name, write_xlsx(HEAD, rows), by=by)


@pytest.fixture
def it() -> User:
    user: User = UserFactory(roles=[Role.IT_ADMIN])
    return user


def test_an_account_with_its_role_and_without_a_password(it: User) -> None:
    unit = UnitFactory(code="SHA")
    file = take(it, row(角色=str(Role.AGENT.label), 单位="sha"), row(登录名="wangwu", 手机=""))
    assert file.rows_taken == 2
    made = User.objects.get(username="lisi")
    assert (made.display_name, made.phone) == ("李四", "+8613800000002")
    assert not made.has_usable_password()
    held = made.roles.get()
    assert (held.role, held.unit, held.granted_by) == (Role.AGENT, unit, it)
    assert Event.objects.filter(kind="user.role_granted", by=it).count() == 1


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"登录名": ""}, "登录名"),
        ({"登录名": "李四"}, "登录名"),
        ({"姓名": ""}, "姓名"),
        ({"电子邮箱": "不是邮箱"}, "电子邮箱"),
        ({"手机": "12"}, "手机"),
        ({"可见范围": "全世界"}, "可见范围"),
        ({"角色": "国王", "单位": "SHA"}, "角色"),
        ({"角色": "agent"}, "单位"),
        ({"单位": "月球"}, "单位"),
    ],
)
def test_a_row_that_is_wrong_names_its_column(
    it: User, changes: dict[str, str], column: str
) -> None:
    UnitFactory(code="SHA")
    file = take(it, row(**changes), row(登录名="wangwu"))
    assert (file.rows_taken, file.rows_refused) == (1, 1)
    message = file.rows.get(outcome=RowOutcome.REFUSED).message
    assert message.startswith(column), message
    assert User.objects.filter(username="wangwu").exists()


def test_a_name_that_is_there_already_is_left_as_it_is(it: User) -> None:
    known = UserFactory(username="lisi", display_name="李四光")
    file = take(it, row())
    known.refresh_from_db()
    assert file.rows_known == 1 and known.display_name == "李四光"


def test_who_may_not_grant_roles_imports_none(it: User) -> None:
    UnitFactory(code="SHA")
    clerk: User = UserFactory()
    from django.contrib.auth.models import Permission

    clerk.user_permissions.add(Permission.objects.get(codename="manage_user"))
    clerk = User.objects.get(pk=clerk.pk)
    file = take(clerk, row(角色="agent", 单位="SHA"), row(登录名="wangwu"))
    assert file.rows.get(number=2).code == "not_permitted" and file.rows_taken == 1
