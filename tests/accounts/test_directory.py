"""Sign-in through the company's directory: admitted, mapped, moved, gone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services, states
from apps.accounts.directory.claims import Person, read_groups, read_person
from apps.accounts.enums import IdentityState, Role
from apps.accounts.models import (
    DirectoryGroup,
    DirectoryIdentity,
    DirectoryLogout,
    Unit,
    User,
    UserRole,
    UserSession,
)
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.accounts.directories import _directory as _directory
from tests.accounts.directories import come, company, log_out, newcomer
from tests.doubles.directory import Directory
from tests.factories.accounts import (
    PASSWORD,
    TotpDeviceFactory,
    UnitFactory,
    UserFactory,
    sign_in,
    superuser,
)

__all__ = ["company"]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
IDENTITIES = "/admin/accounts/directoryidentity/"
GROUPS = "/admin/accounts/directorygroup/"


@pytest.fixture
def it(role_groups: None) -> User:
    return UserFactory(roles=[Role.IT_ADMIN])


def mapped(company: Directory, it: User, unit: Unit, group: str = "cs", **claims: Any) -> str:
    """Somebody whose group brings the role of an agent, and lets the directory ask for two factors."""
    services.map_group(group=group, role=Role.AGENT, unit=unit, by=it)
    return newcomer(company, groups=[group], amr=["pwd", "mfa"], **claims)


def act_on(row: Any, name: str) -> str:
    return reverse(f"admin:accounts_{row._meta.model_name}_act", args=[row.pk, name])


def roles(user: User) -> set[tuple[str, str]]:
    return {(held.role, held.unit.code) for held in UserRole.objects.current().filter(user=user)}


def identity(sub: str) -> DirectoryIdentity:
    return DirectoryIdentity.objects.get(subject=sub)


def test_without_a_directory_there_is_no_door(client: Client) -> None:
    assert "/login/directory/" not in client.get("/admin/login/").content.decode()
    for door in ("/admin/login/directory/", "/admin/login/directory/back/"):
        assert client.get(door).status_code == 404
    assert log_out(client, "x").status_code == 404


def test_a_stranger_waits_and_a_leader_lets_them_in(
    client: Client, company: Directory, role_groups: None
) -> None:
    assert "/login/directory/" in client.get("/admin/login/").content.decode()
    sub = newcomer(company, groups=["门店A", "全体员工"], email="li@example.com")
    waits = come(client, sub)
    assert waits.status_code == 403 and "门店A" in waits.content.decode()
    assert not User.objects.filter(display_name="李梅").exists()
    assert Event.objects.filter(kind="directoryidentity.waiting").count() == 1
    come(client, sub)
    assert Event.objects.filter(kind="directoryidentity.waiting").count() == 1

    unit = UnitFactory()
    leader = UserFactory(roles=[Role.DIRECTOR], unit=unit, scope="units")
    desk = Client()
    sign_in(desk, leader)
    listed = desk.get(IDENTITIES).content.decode()
    assert "李梅" in listed and "门店A" in listed
    one = reverse("admin:accounts_directoryidentity_change", args=[identity(sub).pk])
    shown = desk.get(one).content.decode()
    assert "全体员工" in shown and "li@example.com" in shown and identity(sub).subject not in shown
    act = act_on(identity(sub), "admit")
    elsewhere = UnitFactory(name="别处")
    offered = desk.get(act).content.decode()
    assert unit.name in offered and "别处" not in offered
    assert 'value="agent"' in offered and 'value="finance"' not in offered
    refused = desk.post(act, {"role": Role.AGENT, "unit": elsewhere.pk})
    assert refused.status_code == 422 and identity(sub).user is None
    assert desk.post(act, {"role": Role.FINANCE, "unit": unit.pk}).status_code == 422
    assert identity(sub).state == IdentityState.WAITING
    assert desk.post(act, {"role": Role.AGENT, "unit": unit.pk}).status_code == 302

    user = identity(sub).user
    assert user is not None and user.email == "li@example.com" and not user.has_usable_password()
    assert roles(user) == {("agent", unit.code)}
    assert identity(sub).decided_by == leader
    # A role of theirs asks for a second factor, and the directory's is not trusted: ours is set up.
    assert come(client, sub).url == "/admin/login/enrol/"
    # What a leader gave stays, whatever the groups say.
    company.put(sub, groups=[])
    come(client, sub)
    assert roles(user) == {("agent", unit.code)}


def test_whoever_is_not_admitted_stays_out(client: Client, company: Directory, it: User) -> None:
    sub = newcomer(company)
    come(client, sub)
    services.refuse_identity(identity=identity(sub), reason="不是本公司员工", by=it)
    services.map_group(group="cs", role=Role.AGENT, unit=UnitFactory(), by=it)
    company.put(sub, groups=["cs"])
    assert come(client, sub).status_code == 403
    assert identity(sub).user is None
    services.admit_identity(identity=identity(sub), role=Role.AGENT, unit=UnitFactory(), by=it)
    assert identity(sub).state == IdentityState.ADMITTED


def test_a_mapped_group_lets_in_at_once_and_the_directorys_factor_counts_by_setting(
    client: Client, company: Directory, it: User, settings: Any
) -> None:
    unit = UnitFactory()
    sub = mapped(company, it, unit)
    settings.OIDC = {**settings.OIDC, "trusted_amr": ["mfa"]}
    answer = come(client, sub, then="/admin/account/")
    assert answer.url == "/admin/account/", answer.content.decode()[:500]
    page = client.get("/admin/account/")
    assert page.status_code == 200 and 'id="password"' not in page.content.decode()
    user = identity(sub).user
    assert user is not None and roles(user) == {("agent", unit.code)}
    session = UserSession.objects.get(user=user)
    assert session.two_factor and session.ended_at is None
    # Money asks for a code of ours, so they can set up a phone without a password.
    assert client.post("/admin/account/two-factor/start/", {}).url.endswith("/two-factor/")


def test_without_that_setting_ours_is_asked(client: Client, company: Directory, it: User) -> None:
    sub = mapped(company, it, UnitFactory())
    assert come(client, sub).url == "/admin/login/enrol/"
    user = identity(sub).user
    assert user is not None
    TotpDeviceFactory(user=user)
    assert come(client, sub).url == "/admin/login/code/"
    assert client.get("/admin/").status_code == 302


def test_an_account_of_the_same_name_is_nobody_elses(
    client: Client, company: Directory, it: User
) -> None:
    """A name in the directory opens no account that was here before; a person links the two."""
    there = UserFactory(username="zhangwei", password=PASSWORD, roles=[Role.FINANCE])
    services.map_group(group="cs", role=Role.AGENT, unit=UnitFactory(), by=it)
    sub = newcomer(company, preferred_username="ZhangWei", groups=["cs"])
    assert come(client, sub).status_code == 403
    with pytest.raises(RuleBroken) as refused:
        services.admit_identity(identity=identity(sub), role=Role.AGENT, unit=UnitFactory(), by=it)
    assert refused.value.code == "username_taken"
    desk = Client()
    sign_in(desk, it)
    act = act_on(identity(sub), "link")
    assert "name" in desk.post(act, {"username": "nobody"}).content.decode()
    assert desk.post(act, {"username": "zhangwei"}).status_code == 302
    assert identity(sub).user == there
    assert {role for role, _unit in roles(there)} == {"finance", "agent"}


@pytest.mark.parametrize("who", ["superuser", "oneself", "linked", "inactive", "service"])
def test_who_is_not_linked(company: Directory, it: User, client: Client, who: str) -> None:
    sub, other = newcomer(company), newcomer(company)
    come(client, sub)
    come(client, other)
    target: User = {
        "superuser": superuser,
        "oneself": lambda: it,
        "linked": UserFactory,
        "inactive": lambda: UserFactory(is_active=False),
        "service": lambda: UserFactory(kind="service"),
    }[who]()
    if who == "linked":
        services.link_identity(identity=identity(other), user=target, by=it)
    with pytest.raises(RuleBroken):
        services.link_identity(identity=identity(sub), user=target, by=it)
    assert identity(sub).user is None


def test_moved_there_is_moved_here(client: Client, company: Directory, it: User) -> None:
    shanghai, beijing = UnitFactory(), UnitFactory()
    services.map_group(group="cs-bj", role=Role.AGENT, unit=beijing, by=it)
    sub = mapped(company, it, shanghai, "cs-sh")
    come(client, sub)
    user = identity(sub).user
    assert user is not None
    by_hand = services.grant_role(user=user, role=Role.DISPATCHER, unit=shanghai, by=it)
    company.put(sub, groups=["cs-bj"], name="李小梅")
    come(client, sub)
    assert roles(user) == {("agent", beijing.code), ("dispatcher", shanghai.code)}
    by_hand.refresh_from_db()
    assert by_hand.until is None
    moved = Event.objects.filter(kind="directoryidentity.remapped").latest("pk")
    assert moved.data["ended"] == [f"agent {shanghai.code}"]
    assert moved.data["began"] == [f"agent {beijing.code}"]
    user.refresh_from_db()
    assert user.display_name == "李小梅"


def test_whoever_is_in_no_group_any_more_waits_again(
    client: Client, company: Directory, it: User
) -> None:
    sub = mapped(company, it, UnitFactory())
    come(client, sub)
    company.put(sub, groups=[])
    assert come(client, sub).status_code == 403
    user = identity(sub).user
    assert user is not None and roles(user) == set()
    assert identity(sub).state == IdentityState.WAITING
    company.put(sub, groups=["cs"])
    assert come(client, sub).status_code == 302
    assert identity(sub).state == IdentityState.ADMITTED


def test_a_mapping_that_is_over_brings_nothing(
    client: Client, company: Directory, it: User
) -> None:
    sub = mapped(company, it, UnitFactory())
    mapping = DirectoryGroup.objects.get(group="cs")
    services.end_mapping(mapping=mapping, by=it)
    services.end_mapping(mapping=mapping, by=it)
    assert Event.objects.filter(kind="directorygroup.ended").count() == 1
    assert come(client, sub).status_code == 403
    services.map_group(group="cs", role=Role.AGENT, unit=mapping.unit, by=it)
    assert come(client, sub).status_code == 302


def test_what_is_mapped_wrongly_is_refused_in_words(
    client: Client, company: Directory, it: User
) -> None:
    unit = UnitFactory()
    services.map_group(group="cs", role=Role.AGENT, unit=unit, by=it)
    with pytest.raises(RuleBroken) as twice:
        services.map_group(group="cs", role=Role.AGENT, unit=unit, by=it)
    assert (twice.value.code, twice.value.field) == ("group_already_mapped", "group")
    with pytest.raises(BadInput):
        services.map_group(group="  ", role=Role.AGENT, unit=unit, by=it)
    narrow = UserFactory(roles=[Role.IT_ADMIN], scope="units")
    with pytest.raises(RuleBroken) as foreign:
        services.map_group(group="x", role=Role.AGENT, unit=unit, by=narrow)
    assert foreign.value.code == "foreign_unit"
    # Nobody gives themselves a role by way of the directory.
    sub = newcomer(company, groups=["bosses"])
    come(client, sub)
    services.link_identity(identity=identity(sub), user=narrow, by=it)
    with pytest.raises(RuleBroken) as own:
        services.map_group(group="bosses", role=Role.FINANCE, unit=unit, by=narrow)
    assert own.value.code == "not_yourself"


def test_a_deactivated_account_is_not_opened_by_the_directory(
    client: Client, company: Directory, it: User
) -> None:
    sub = mapped(company, it, UnitFactory())
    come(client, sub)
    user = identity(sub).user
    assert user is not None
    services.deactivate_user(user=user, by=it, reason="离职")
    assert come(client, sub).status_code == 403
    assert client.get("/admin/").status_code == 302


# --- leaving ---------------------------------------------------------------------------------


@pytest.fixture
def inside(client: Client, company: Directory, it: User, settings: Any) -> str:
    """Somebody who is signed in here; the key of them there."""
    settings.OIDC = {**settings.OIDC, "trusted_amr": ["mfa"]}
    sub = mapped(company, it, UnitFactory(), sid="there-1")
    come(client, sub)
    assert client.get("/admin/account/").status_code == 200
    return sub


def test_a_logout_of_the_directory_ends_sessions_at_once(
    client: Client, company: Directory, inside: str
) -> None:
    token = company.logout_token(inside, client="yipiao")
    assert log_out(Client(), token).status_code == 200
    assert client.get("/admin/account/").status_code == 302
    session = UserSession.objects.get(user=identity(inside).user)
    assert session.end_reason == "directory" and session.ended_by is not None
    assert session.ended_by.username == "system:directory"
    assert identity(inside).next_at is None and identity(inside).refresh_token == ""


def test_a_logout_counts_once(client: Client, company: Directory, inside: str) -> None:
    token = company.logout_token(inside, client="yipiao")
    assert log_out(Client(), token).status_code == 200
    come(client, inside)
    again = log_out(Client(), token)
    assert again.status_code == 400 and "already" in again.json()["error_description"]
    assert client.get("/admin/account/").status_code == 200
    services.purge_logouts(at=timezone.now())
    assert DirectoryLogout.objects.count() == 1
    services.purge_logouts(at=timezone.now() + timedelta(days=3))
    assert DirectoryLogout.objects.count() == 0


def test_a_logout_may_name_one_session_there(
    client: Client, company: Directory, inside: str
) -> None:
    other = Client()
    company.put(inside, sid="there-2")
    come(other, inside)
    assert (
        log_out(Client(), company.logout_token(client="yipiao", sid="there-2")).status_code == 200
    )
    assert other.get("/admin/account/").status_code == 302
    assert client.get("/admin/account/").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"}, {"aud": ["yipiao", "another"]}, {"iss": "https://elsewhere.example"},
        {"exp": 1}, {"iat": 1}, {"iat": None}, {"jti": None}, {"events": None}, {"events": {}},
        {"events": {"x": {}}}, {"nonce": "n"}, {"sub": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_logout_token_that_is_none_ends_nothing(
    client: Client, company: Directory, inside: str, wrong: dict[str, Any]
) -> None:
    token = company.logout_token(**{"client": "yipiao", "sub": inside, **wrong})
    answer = log_out(Client(), token)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
    assert client.get("/admin/account/").status_code == 200


def test_a_logout_token_of_a_strange_key_ends_nothing(
    client: Client, company: Directory, inside: str
) -> None:
    company.signs_with = company.strange_key
    assert log_out(Client(), company.logout_token(inside, client="yipiao")).status_code == 400
    for text in ("", "x.y.z", "x" * 20_000):
        assert log_out(Client(), text).status_code == 400
    assert client.get("/admin/account/").status_code == 200


def look() -> int:
    """Their turn has come."""
    asked = DirectoryIdentity.objects.filter(next_at__isnull=False)
    asked.update(next_at=timezone.now() - timedelta(seconds=1))
    return services.check_signed_in()


def test_who_is_signed_in_is_looked_at_again(
    client: Client, company: Directory, inside: str, it: User
) -> None:
    """Without logout tokens: moved there, moved here; gone there, signed out here."""
    elsewhere = UnitFactory()
    services.map_group(group="cs-2", role=Role.AGENT, unit=elsewhere, by=it)
    assert services.check_signed_in() == 0  # not their turn yet
    assert look() == 1
    assert client.get("/admin/account/").status_code == 200
    user = identity(inside).user
    assert user is not None
    company.put(inside, groups=["cs-2"])
    assert look() == 1
    assert roles(user) == {("agent", elsewhere.code)}
    come(client, inside)
    company.remove(inside)
    assert look() == 1
    assert client.get("/admin/account/").status_code == 302
    assert identity(inside).next_at is None


def test_while_the_directory_is_silent_nobody_is_thrown_out(
    client: Client, company: Directory, inside: str
) -> None:
    company.answers = (503, b"")
    assert look() == 1
    assert client.get("/admin/account/").status_code == 200
    company.mend()
    assert look() == 1
    assert client.get("/admin/account/").status_code == 200


def test_whoever_signed_out_is_not_asked_about_for_ever(
    client: Client, company: Directory, inside: str
) -> None:
    client.post("/admin/logout/")
    services.check_signed_in(at=timezone.now() + timedelta(minutes=20))
    assert identity(inside).next_at is None and identity(inside).refresh_token == ""


# --- rules -----------------------------------------------------------------------------------


def test_every_move_of_somebody_of_the_directory() -> None:
    legal = {
        ("waiting", "admitted"), ("waiting", "refused"), ("admitted", "waiting"),
        ("refused", "admitted"),
    }  # fmt: skip
    for start in IdentityState.values:
        for end in IdentityState.values:
            assert states.IDENTITY_MOVES.allows(start, end) == ((start, end) in legal)


def test_what_the_directory_says_is_read_with_care() -> None:
    config = {
        "issuer": "i", "username_claim": "preferred_username", "staff_number_claim": "no",
        "groups_claim": "groups", "trusted_amr": ["otp"], "trusted_acr": ["high"],
    }  # fmt: skip
    poor = read_person({"sub": "42", "preferred_username": "李梅", "groups": 7}, config)
    assert poor.username.startswith("d") and poor.display_name == poor.username
    assert poor.groups == () and not poor.second_factor and poor.staff_number == ""
    rich = read_person(
        {
            "sub": "42", "preferred_username": "Li.Mei", "name": "李\x00梅" * 60, "no": "yp-7",
            "email": "li@example.com", "email_verified": False, "groups": ["b", "a", "b", 3, ""],
            "acr": "high", "amr": "otp",
        },
        config,
    )  # fmt: skip
    assert (rich.username, rich.staff_number, rich.email) == ("li.mei", "YP-7", "")
    assert rich.groups == ("a", "b") and rich.second_factor and "\x00" not in rich.display_name
    assert len(rich.display_name) <= 80 and read_groups("one") == ("one",)
    assert read_person({"sub": "1", "email": "no mail"}, config).email == ""


def test_who_may_not_open_the_pages(client: Client, role_groups: None) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    for door in (IDENTITIES, GROUPS, f"{GROUPS}add/"):
        assert client.get(door).status_code == 403
    leader = UserFactory(roles=[Role.DIRECTOR])
    row = DirectoryIdentity.objects.create(
        issuer="i", subject="s", username="x", display_name="x", seen_at=timezone.now()
    )
    sign_in(client, leader)
    assert client.get(IDENTITIES).status_code == 200
    assert client.get(GROUPS).status_code == 403
    assert client.get(act_on(row, "link")).status_code == 403


def test_the_lists_ask_alike_for_one_and_for_three(
    client: Client, it: User, django_assert_num_queries: Any
) -> None:
    sign_in(client, it)

    def asked(address: str) -> int:
        with_rows = connection.queries_log
        with_rows.clear()
        connection.force_debug_cursor = True
        try:
            assert client.get(address).status_code == 200
            return len(with_rows)
        finally:
            connection.force_debug_cursor = False

    def more(count: int) -> None:
        for _n in range(count):
            user = UserFactory()
            DirectoryIdentity.objects.create(
                issuer="i", subject=user.username, username=user.username, display_name="甲",
                seen_at=timezone.now(), user=user,
            )  # fmt: skip
            services.map_group(group=user.username, role=Role.AGENT, unit=UnitFactory(), by=it)

    more(1)
    client.get(IDENTITIES), client.get(GROUPS)
    first = asked(IDENTITIES), asked(GROUPS)
    more(2)
    assert (asked(IDENTITIES), asked(GROUPS)) == first


def test_groups_are_mapped_on_a_page(client: Client, it: User) -> None:
    sign_in(client, it)
    unit = UnitFactory()
    typed = {"group": "客服一部", "role": Role.AGENT, "unit": unit.pk}
    assert client.post(f"{GROUPS}add/", typed).status_code == 302
    assert client.post(f"{GROUPS}add/", typed).status_code == 200  # refused beside its field
    mapping = DirectoryGroup.objects.get(group="客服一部")
    assert "客服一部" in client.get(GROUPS).content.decode()
    assert client.post(act_on(mapping, "end")).status_code == 302
    mapping.refresh_from_db()
    assert mapping.ended_by == it


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_person(role_groups: None) -> None:
    it = UserFactory(roles=[Role.IT_ADMIN])
    services.map_group(group="cs", role=Role.AGENT, unit=UnitFactory(), by=it)
    person = Person("https://i.example", "42", "limei", "李梅", groups=("cs",))

    def once(_n: int) -> int:
        try:
            return services.follow_directory(person=person, signs_in=True).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(once, range(20)))) == 1
    assert User.objects.filter(username="limei").count() == 1
    assert UserRole.objects.filter(user__username="limei").count() == 1
    assert Event.objects.filter(kind="directoryidentity.admitted").count() == 1
