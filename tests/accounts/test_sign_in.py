"""The way in, as a browser walks it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import totp
from apps.accounts.enums import Role
from apps.accounts.models import RecoveryCode, RolePolicy, TotpDevice, Unit, User, UserSession
from apps.accounts.queries import system_user
from apps.accounts.services import (
    change_role_policy,
    issue_temporary_password,
    renew_recovery_codes,
    reset_two_factor,
    sign_in,
    verify_second_factor,
)
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import (
    PASSWORD,
    TOTP_KEY,
    ServiceUserFactory,
    TotpDeviceFactory,
    UserFactory,
    superuser,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
LOGIN, DESK = "/admin/login/", "/admin/"


def code_now(offset: int = 0) -> str:
    return totp.code_at(TOTP_KEY, totp.step_at(timezone.now()) + offset)


def give_password(client: Client, user: User, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"username": user.username, "password": password, **extra})


def test_without_a_role_name_and_password_are_enough(client: Client) -> None:
    user = UserFactory(password=PASSWORD, language="en")
    answer = give_password(client, user, next="/admin/account/")
    assert answer.url == "/admin/account/"
    assert answer.cookies["yipiao_language"].value == "en"
    assert client.get(DESK).status_code == 200
    session = UserSession.objects.get(user=user)
    assert not session.two_factor and session.ended_at is None
    assert Event.objects.filter(kind="user.signed_in", subject_id=user.pk).exists()


def test_the_name_may_be_typed_in_capitals(client: Client) -> None:
    UserFactory(username="wang", password=PASSWORD)
    assert client.post(LOGIN, {"username": " WANG", "password": PASSWORD}).status_code == 302


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client) -> None:
    answer = give_password(client, UserFactory(password=PASSWORD), "wrong")
    assert answer.status_code == 200
    assert "sign_in" not in client.session
    assert client.get(DESK).status_code == 302


@pytest.mark.parametrize(
    "make",
    [
        lambda: UserFactory(password=PASSWORD, is_active=False),
        lambda: ServiceUserFactory(password=PASSWORD),
        lambda: system_user("sweeper"),
    ],
)
def test_only_active_people_come_in(client: Client, make: Any) -> None:
    assert give_password(client, make()).status_code == 200
    assert client.get(DESK).status_code == 302


def test_an_address_elsewhere_is_not_followed(client: Client) -> None:
    answer = give_password(client, UserFactory(password=PASSWORD), next="https://evil.example/")
    assert answer.url == DESK


def test_with_a_device_the_code_is_asked_and_until_then_nobody_is_signed_in(client: Client) -> None:
    user = UserFactory(password=PASSWORD)
    TotpDeviceFactory(user=user)
    answer = give_password(client, user)
    assert answer.url == reverse("admin:sign_in_code")
    assert client.get(DESK).status_code == 302
    assert client.get(answer.url).status_code == 200
    assert client.post(answer.url, {"code": "000000x"}).status_code == 200
    assert client.get(DESK).status_code == 302


def test_the_right_code_opens_the_desk_under_a_new_session_key(client: Client) -> None:
    user = UserFactory(password=PASSWORD, roles=[Role.AGENT])
    TotpDeviceFactory(user=user)
    give_password(client, user)
    before = client.session.session_key
    answer = client.post(reverse("admin:sign_in_code"), {"code": code_now()})
    assert answer.url == DESK
    assert client.session.session_key != before
    assert client.get(DESK).status_code == 200
    assert UserSession.objects.get(user=user).two_factor


def test_a_role_that_requires_it_leads_to_enrolment_before_anything_else(client: Client) -> None:
    user = UserFactory(password=PASSWORD, roles=[Role.AGENT])
    assert give_password(client, user).url == reverse("admin:sign_in_enrol")
    assert client.get(DESK).status_code == 302
    page = client.get(reverse("admin:sign_in_enrol"))
    device = TotpDevice.objects.get(user=user)
    assert not device.confirmed
    assert device.key[:4] in page.content.decode()
    assert b"<svg" in page.content and b"<script>" not in page.content
    wrong = client.post(reverse("admin:sign_in_enrol"), {"code": "12345"})
    assert wrong.status_code == 200 and TotpDevice.objects.get(user=user).key == device.key
    code = totp.code_at(device.key, totp.step_at(timezone.now()))
    shown = client.post(reverse("admin:sign_in_enrol"), {"code": code})
    assert shown.content.decode().count("<li><code>") == 10
    assert client.get(DESK).status_code == 302
    assert client.post(reverse("admin:sign_in_continue")).url == DESK
    assert client.get(DESK).status_code == 200


def test_enrolment_cannot_replace_the_device_one_has_to_prove(client: Client) -> None:
    user = UserFactory(password=PASSWORD, roles=[Role.AGENT])
    TotpDeviceFactory(user=user)
    give_password(client, user)
    assert client.get(reverse("admin:sign_in_enrol")).url == reverse("admin:sign_in_code")
    assert TotpDevice.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_asked_by_default(client: Client, role: Role) -> None:
    user = UserFactory(password=PASSWORD, roles=[role])
    assert give_password(client, user).url == reverse("admin:sign_in_enrol")


def test_a_requirement_made_later_stops_a_session_without_the_second_step(
    client: Client, boss: User, role_groups: None
) -> None:
    policy = RolePolicy.objects.get(role=Role.AGENT)
    change_role_policy(policy=policy, two_factor_required=False, by=boss)
    user = UserFactory(password=PASSWORD, roles=[Role.AGENT])
    give_password(client, user)
    assert client.get(DESK).status_code == 200
    change_role_policy(policy=policy, two_factor_required=True, by=boss)
    assert client.get(DESK).status_code == 302
    assert client.get(LOGIN).status_code == 200, "no loop between the desk and the way in"


def test_a_superuser_is_always_asked(client: Client) -> None:
    user = superuser(password=PASSWORD)
    assert give_password(client, user).url == reverse("admin:sign_in_enrol")


def test_a_new_house_gets_its_first_person(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/operations.md says; everybody else is made by them."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="first", verbosity=0)
    first = User.objects.get(username="first")
    assert first.is_superuser
    assert give_password(client, first).url == reverse("admin:sign_in_enrol")


def test_a_forced_session_without_the_second_step_opens_nothing(client: Client) -> None:
    client.force_login(UserFactory(roles=[Role.AGENT]))
    assert client.get(DESK).status_code == 302


def test_a_code_is_good_once() -> None:
    device = TotpDeviceFactory()
    verify_second_factor(user=device.user, code=code_now())
    with pytest.raises(BadInput):
        verify_second_factor(user=device.user, code=code_now())


def test_a_recovery_code_is_good_once_however_it_is_typed() -> None:
    device = TotpDeviceFactory()
    codes = renew_recovery_codes(user=device.user, by=device.user)
    assert len(set(codes)) == 10
    stored = set(RecoveryCode.objects.values_list("hash", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    verify_second_factor(user=device.user, code=codes[0].replace("-", " ").upper())
    with pytest.raises(BadInput):
        verify_second_factor(user=device.user, code=codes[0])
    event = Event.objects.get(kind="user.recovery_code_used")
    assert event.data == {"left": 9}


def test_new_recovery_codes_make_the_old_ones_worthless() -> None:
    device = TotpDeviceFactory()
    old = renew_recovery_codes(user=device.user, by=device.user)
    renew_recovery_codes(user=device.user, by=device.user)
    with pytest.raises(BadInput):
        verify_second_factor(user=device.user, code=old[0])


def test_another_users_recovery_code_opens_nothing() -> None:
    one, two = TotpDeviceFactory(), TotpDeviceFactory()
    codes = renew_recovery_codes(user=one.user, by=one.user)
    with pytest.raises(BadInput):
        verify_second_factor(user=two.user, code=codes[0])


def test_wrong_codes_make_one_wait_even_for_the_right_one() -> None:
    device = TotpDeviceFactory()
    for _n in range(3):
        with pytest.raises(RuleBroken):
            verify_second_factor(user=device.user, code="000000")
        TotpDevice.objects.filter(pk=device.pk).update(
            throttling_failure_timestamp=timezone.now() - timedelta(days=1)
        )
    with pytest.raises(BadInput):
        verify_second_factor(user=device.user, code="000000")
    with pytest.raises(RuleBroken) as refusal:
        verify_second_factor(user=device.user, code=code_now())
    assert refusal.value.code == "wait"
    assert TotpDevice.objects.get(pk=device.pk).throttling_failure_count == 4


def test_a_sign_in_left_lying_ends(client: Client) -> None:
    user = UserFactory(password=PASSWORD)
    TotpDeviceFactory(user=user)
    give_password(client, user)
    session = client.session
    session["sign_in"] = {**session["sign_in"], "started": 0}
    session.save()
    answer = client.post(reverse("admin:sign_in_code"), {"code": code_now()})
    assert answer.url == LOGIN
    assert client.get(DESK).status_code == 302


def test_a_sign_in_under_way_ends_with_the_password_it_began_with(
    client: Client, boss: User
) -> None:
    user = UserFactory(password=PASSWORD)
    TotpDeviceFactory(user=user)
    give_password(client, user)
    issue_temporary_password(user=user, by=boss)
    assert client.post(reverse("admin:sign_in_code"), {"code": code_now()}).url == LOGIN


def test_a_temporary_password_is_replaced_on_the_way_in(client: Client, boss: User) -> None:
    user = UserFactory()
    given = issue_temporary_password(user=user, by=boss)
    assert give_password(client, user, given).url == reverse("admin:sign_in_password")
    assert client.get(DESK).status_code == 302
    page = reverse("admin:sign_in_password")
    assert client.get(page).status_code == 200
    for new, again in [("short", "short"), (given, given), ("a" * 20, "b" * 20)]:
        assert client.post(page, {"new": new, "again": again}).status_code == 200
    own = "ein-ganz-eigener-satz"
    assert client.post(page, {"new": own, "again": own}).url == DESK
    assert client.get(DESK).status_code == 200
    assert not User.objects.get(pk=user.pk).password_is_temporary


def test_the_password_page_is_not_a_way_past_the_second_step(client: Client, boss: User) -> None:
    user = UserFactory(roles=[Role.AGENT])
    given = issue_temporary_password(user=user, by=boss)
    give_password(client, user, given)
    page = reverse("admin:sign_in_password")
    own = "ein-ganz-eigener-satz"
    assert client.post(page, {"new": own, "again": own}).url == reverse("admin:sign_in_enrol")


def test_a_reset_second_factor_is_set_up_anew(client: Client, boss: User) -> None:
    user = UserFactory(password=PASSWORD, roles=[Role.AGENT])
    TotpDeviceFactory(user=user)
    renew_recovery_codes(user=user, by=user)
    reset_two_factor(user=user, by=boss, reason="lost phone")
    assert not RecoveryCode.objects.filter(user=user).exists()
    assert give_password(client, user).url == reverse("admin:sign_in_enrol")
    with pytest.raises(RuleBroken):
        reset_two_factor(user=boss, by=boss, reason="x")


class TestThrottling:
    def test_one_address_is_refused_after_five_wrong_passwords(self, client: Client) -> None:
        user = UserFactory(password=PASSWORD)
        for _n in range(5):
            answer = give_password(client, user, "wrong")
        assert answer.status_code == 429
        assert "15" in answer.content.decode() and answer["Retry-After"] == "900"
        assert give_password(client, user).status_code == 429, "the right one, too"
        elsewhere = Client(REMOTE_ADDR="198.51.100.9")
        assert give_password(elsewhere, user).status_code == 302

    def test_an_unknown_name_is_treated_alike(self, client: Client) -> None:
        for _n in range(5):
            answer = client.post(LOGIN, {"username": "nobody", "password": "x"})
        assert answer.status_code == 429

    def test_many_addresses_close_the_account_but_for_places_it_was_opened_from(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sign_in, "ACCOUNT_LIMIT", 4)
        user = UserFactory(password=PASSWORD)
        home = Client(REMOTE_ADDR="203.0.113.7")
        assert give_password(home, user).status_code == 302
        for n in range(4):
            give_password(Client(REMOTE_ADDR=f"198.51.100.{n}"), user, "wrong")
        stranger = Client(REMOTE_ADDR="198.51.100.99")
        assert give_password(stranger, user).status_code == 429
        assert give_password(home, user).status_code == 302

    def test_one_address_trying_many_accounts_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch, client: Client
    ) -> None:
        monkeypatch.setattr(sign_in, "ADDRESS_LIMIT", 4)
        for _n in range(4):
            give_password(client, UserFactory(password=PASSWORD), "wrong")
        assert give_password(client, UserFactory(password=PASSWORD)).status_code == 429

    def test_an_ipv6_network_counts_as_one_address(self) -> None:
        user = UserFactory(password=PASSWORD)
        for n in range(5):
            answer = give_password(Client(REMOTE_ADDR=f"2001:db8::{n + 1}"), user, "wrong")
        assert answer.status_code == 429


def test_the_unit_of_a_role_does_not_matter_to_the_way_in(unit: Unit, client: Client) -> None:
    user = UserFactory(password=PASSWORD, roles=[Role.SALES], unit=unit)
    assert give_password(client, user).url == reverse("admin:sign_in_enrol")
