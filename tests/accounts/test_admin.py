"""The desk's pages for users, units, roles, keys and sessions: who may, and what happens."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import ApiKey, RolePolicy, TotpDevice, Unit, User, UserRole, UserSession
from apps.accounts.services import start_session
from apps.events.models import Event
from tests.factories.accounts import (
    ServiceUserFactory,
    TotpDeviceFactory,
    UnitFactory,
    UserFactory,
    UserRoleFactory,
    api_key,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
LISTS = ["user", "unit", "userrole", "rolepolicy", "apikey", "usersession"]


@pytest.fixture
def it(client: Client, role_groups: None) -> User:
    return sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))


def url(what: str, *args: Any) -> str:
    return reverse(f"admin:accounts_{what}", args=args)


def make_row(n: int) -> None:
    user = UserFactory(roles=[Role.AGENT])
    start_session(user=user, session_key=f"k{n}", address="::1", browser="", two_factor=False)
    api_key("orders:read")


@pytest.mark.parametrize("name", LISTS)
def test_each_list_asks_the_same_number_of_queries(client: Client, it: User, name: str) -> None:
    counts = []
    for rows in (range(1), range(1, 3)):
        for n in rows:
            make_row(n)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(f"{name}_changelist")).status_code == 200
        counts.append(len(captured))
        assert not any("COUNT(*)" in query["sql"] for query in captured)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", [Role.AGENT, Role.FINANCE, Role.SALES])
def test_others_may_not_see_them(client: Client, role_groups: None, name: str, role: Role) -> None:
    sign_in(client, UserFactory(roles=[role]))
    assert client.get(url(f"{name}_changelist")).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_strangers_are_sent_to_the_way_in(client: Client, name: str) -> None:
    assert client.get(url(f"{name}_changelist")).status_code == 302


def test_a_user_is_created_through_the_service(client: Client, it: User) -> None:
    sent = {
        "username": "wang",
        "kind": "person",
        "display_name": "王丽",
        "email": "",
        "phone": "13800138000",
        "scope": "units",
        "language": "zh-hans",
        "roles-TOTAL_FORMS": 0,
        "roles-INITIAL_FORMS": 0,
    }
    assert client.post(url("user_add"), sent).status_code == 302
    user = User.objects.get(username="wang")
    assert Event.objects.filter(kind="user.created", subject_id=user.pk, by=it).exists()
    page = client.get(url("user_change", user.pk)).content.decode()
    assert (
        "password"
        not in page.lower().replace("issue-password", "").replace("admin:password_change", "")
        or user.password not in page
    )
    again = client.post(url("user_add"), sent)
    assert again.status_code == 200 and User.objects.filter(username="wang").count() == 1


def test_a_user_is_changed_through_the_service(client: Client, it: User) -> None:
    user = UserFactory()
    sent = {
        "display_name": "新名",
        "scope": "all",
        "language": "en",
        "email": "",
        "phone": "",
        "roles-TOTAL_FORMS": 0,
        "roles-INITIAL_FORMS": 0,
    }
    assert client.post(url("user_change", user.pk), sent).status_code == 302
    assert User.objects.get(pk=user.pk).display_name == "新名"
    assert Event.objects.filter(kind="user.changed", subject_id=user.pk, by=it).exists()


def test_a_refusal_is_said_and_changes_nothing(client: Client, it: User, boss: User) -> None:
    sent = {"display_name": "x", "scope": "all", "language": "en", "email": "", "phone": ""}
    sent |= {"roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0"}
    answer = client.post(url("user_change", boss.pk), sent)
    assert User.objects.get(pk=boss.pk).display_name == boss.display_name
    form = answer.context["adminform"].form
    assert form.non_field_errors() and form["display_name"].value() == "x", "as it was typed"


def test_units_are_made_and_moved_through_services(client: Client, it: User) -> None:
    parent = UnitFactory(code="HO")
    sent = {"code": "SH", "name": "上海", "kind": "branch", "parent": parent.pk, "city": "上海市"}
    assert client.post(url("unit_add"), sent).status_code == 302
    unit = Unit.objects.get(code="SH")
    assert unit.path == "HO/SH/"
    sent = {"name": "上海", "kind": "branch", "parent": "", "city": "", "is_active": "on"}
    assert client.post(url("unit_change", unit.pk), sent).status_code == 302
    unit.refresh_from_db()
    assert unit.path == "SH/"


def test_a_role_policy_is_changed_through_the_service(client: Client, it: User) -> None:
    policy = RolePolicy.objects.get(role=Role.SALES)
    assert client.post(url("rolepolicy_change", policy.pk), {}).status_code == 302
    policy.refresh_from_db()
    assert not policy.two_factor_required
    assert Event.objects.filter(kind="rolepolicy.changed", by=it).exists()


class TestActs:
    def act(self, client: Client, of: Any, name: str, /, **sent: Any) -> Any:
        return client.post(url(f"{of._meta.model_name}_act", of.pk, name), sent)

    def test_opening_an_act_changes_nothing(self, client: Client, it: User) -> None:
        user = UserFactory()
        for name in ("deactivate", "issue-password", "end-sessions", "reset-second-step"):
            assert client.get(url("user_act", user.pk, name)).status_code == 200
        fresh = User.objects.get(pk=user.pk)
        assert fresh.is_active and fresh.password == user.password

    def test_a_role_is_granted_and_ended(self, client: Client, it: User, unit: Unit) -> None:
        user = UserFactory()
        self.act(client, user, "grant-role", role="agent", unit=unit.pk)
        held = UserRole.objects.get(user=user)
        assert held.granted_by == it and held.holds_now
        self.act(client, user, "end-role", held=held.pk)
        held.refresh_from_db()
        assert held.ended_by == it and not held.holds_now

    def test_somebody_elses_role_cannot_be_ended_from_this_page(
        self, client: Client, it: User
    ) -> None:
        held, own = UserRoleFactory(), UserRoleFactory()
        assert self.act(client, own.user, "end-role", held=held.pk).status_code == 422
        held.refresh_from_db()
        assert held.holds_now

    def test_a_role_is_ended_from_the_list(self, client: Client, it: User) -> None:
        held, over = UserRoleFactory(), UserRoleFactory()
        self.act(client, over, "end")
        listed = client.get(url("userrole_changelist")).content.decode()
        assert f"{held.pk}/do/end/" in listed and f"{over.pk}/do/end/" not in listed
        self.act(client, held, "end")
        held.refresh_from_db()
        assert held.ended_by == it

    def test_oneself_is_refused_in_words(self, client: Client, it: User, unit: Unit) -> None:
        sent = {"role": "general_manager", "unit": unit.pk}
        refused = self.act(client, it, "grant-role", **sent)
        assert refused.status_code == 422 and refused.context["form"].errors
        assert not UserRole.objects.filter(user=it, role="general_manager").exists()

    def test_a_temporary_password_is_in_the_answer_and_nowhere_else(
        self, client: Client, it: User
    ) -> None:
        user = UserFactory()
        answer = self.act(client, user, "issue-password")
        assert "no-store" in answer["Cache-Control"]
        text = answer.content.decode().split('class="page-secret">')[1].split("<")[0]
        assert User.objects.get(pk=user.pk).check_password(text)
        assert text not in str(answer.cookies)

    def test_a_key_is_made_shown_once_and_revoked(self, client: Client, it: User) -> None:
        service = ServiceUserFactory()
        sent = {"user": service.pk, "name": "ERP", "scopes": ["orders:read"]}
        answer = client.post(url("apikey_add"), sent)
        key = ApiKey.objects.get(user=service)
        assert f"ypk_{key.prefix}_" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        page = client.get(url("apikey_change", key.pk)).content.decode()
        assert key.prefix in page and key.hash not in page
        self.act(client, key, "revoke")
        key.refresh_from_db()
        assert key.revoked_by == it

    def test_a_person_gets_no_key(self, client: Client, it: User) -> None:
        sent = {"user": UserFactory().pk, "name": "x", "scopes": ["orders:read"]}
        assert client.post(url("apikey_add"), sent).status_code == 422
        assert not ApiKey.objects.exists()

    def test_the_second_step_is_reset(self, client: Client, it: User) -> None:
        device = TotpDeviceFactory()
        self.act(client, device.user, "reset-second-step", reason="lost phone")
        assert not TotpDevice.objects.filter(pk=device.pk).exists()

    def test_a_user_is_deactivated_with_a_reason(self, client: Client, it: User) -> None:
        user = UserFactory()
        self.act(client, user, "deactivate")
        assert User.objects.get(pk=user.pk).is_active
        self.act(client, user, "deactivate", reason="left")
        assert not User.objects.get(pk=user.pk).is_active
        self.act(client, user, "reactivate")
        assert User.objects.get(pk=user.pk).is_active

    def test_a_session_is_ended_from_the_list(self, client: Client, it: User) -> None:
        session = start_session(
            user=UserFactory(), session_key="x", address="::1", browser="", two_factor=False
        )
        page = client.get(url("usersession_change", session.pk)).content.decode()
        assert session.session_key not in page.split() and "session_key" not in page
        assert f"{session.pk}/do/end/" in client.get(url("usersession_changelist")).content.decode()
        self.act(client, session, "end")
        assert UserSession.objects.get(pk=session.pk).ended_by == it

    @pytest.mark.parametrize(
        "name",
        ["grant-role", "issue-password", "deactivate", "end-sessions", "reset-second-step"],
    )
    def test_who_only_reads_may_press_nothing(
        self, client: Client, role_groups: None, name: str
    ) -> None:
        sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
        user = UserFactory()
        assert client.get(url("user_change", user.pk)).status_code == 200
        answer = self.act(client, user, name, reason="x")
        assert answer.status_code == 403
        assert User.objects.get(pk=user.pk).is_active

    def test_users_are_never_deleted(self, client: Client, it: User) -> None:
        assert client.post(url("user_delete", UserFactory().pk), {"post": "yes"}).status_code == 403
