"""Sessions: listed, seen, ended at once."""

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role, SessionEnd
from apps.accounts.models import Unit, User, UserSession
from apps.accounts.services import (
    deactivate_user,
    end_session,
    end_user_sessions,
    grant_role,
    issue_temporary_password,
    reset_two_factor,
)
from apps.events.models import Event
from tests.factories.accounts import PASSWORD, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
DESK = "/admin/account/"


def enter(user: User) -> Client:
    client = Client()
    client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert client.get(DESK).status_code == 200
    return client


@pytest.fixture
def user(db: Any) -> User:
    return UserFactory(password=PASSWORD)


def test_one_session_ends_and_the_other_goes_on(user: User, boss: User) -> None:
    here, there = enter(user), enter(user)
    session = UserSession.objects.get(session_key=there.session.session_key)
    end_session(session=session, by=boss, reason=SessionEnd.REVOKED)
    end_session(session=session, by=boss, reason=SessionEnd.REVOKED)
    assert there.get(DESK).status_code == 302
    assert here.get(DESK).status_code == 200
    assert Event.objects.filter(kind="user.session_ended").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda user, by, **_: deactivate_user(user=user, by=by, reason="left"),
        lambda user, by, unit: grant_role(user=user, role=Role.AGENT, unit=unit, by=by),
        lambda user, by, **_: issue_temporary_password(user=user, by=by),
        lambda user, by, **_: reset_two_factor(user=user, by=by, reason="lost"),
        lambda user, by, **_: end_user_sessions(user=user, by=by, reason=SessionEnd.REVOKED),
    ],
)
def test_all_sessions_end_at_once(user: User, boss: User, unit: Unit, change: Any) -> None:
    here, there = enter(user), enter(user)
    change(user, boss, unit=unit)
    for client in (here, there):
        assert client.get(DESK).status_code == 302
    assert not UserSession.objects.open().filter(user=user).exists()
    assert not Session.objects.filter(session_key=here.session.session_key).exists()


def test_a_session_that_is_not_listed_ends_too(user: User, boss: User) -> None:
    client = Client()
    sign_in(client, user)
    assert client.get(DESK).status_code == 200
    end_user_sessions(user=user, by=boss, reason=SessionEnd.REVOKED)
    assert client.get(DESK).status_code == 302


def test_signing_out_ends_the_session(user: User) -> None:
    client = enter(user)
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.post(reverse("admin:logout")).status_code == 302
    assert client.get(DESK).status_code == 302
    assert UserSession.objects.get(user=user).end_reason == SessionEnd.SIGNED_OUT


def test_activity_is_noted_at_most_once_a_minute(
    user: User, django_assert_max_num_queries: Any
) -> None:
    client = enter(user)
    before = UserSession.objects.get(user=user).seen_at
    client.get(DESK)
    assert UserSession.objects.get(user=user).seen_at == before
    session = client.session
    asked = int(time.time())
    session["seen_at"] = asked - 61
    session.save()
    client.get(DESK)
    assert UserSession.objects.get(user=user).seen_at >= before
    assert client.session["seen_at"] >= asked


def test_without_a_cookie_the_middleware_asks_the_database_nothing(
    rf: Any, django_assert_num_queries: Any
) -> None:
    from django.http import HttpResponse

    from apps.accounts.middleware import StaffSessionMiddleware

    with django_assert_num_queries(0):
        answer = StaffSessionMiddleware(lambda _request: HttpResponse())(rf.get("/"))
    assert not hasattr(answer, "_csp_replace")


def test_only_the_desk_may_evaluate(user: User) -> None:
    assert "unsafe-eval" in Client().get("/admin/login/")["Content-Security-Policy"]


class TestOwnAccount:
    def test_the_page_lists_the_sessions_and_asks_the_same_number_of_queries(
        self, user: User, django_assert_max_num_queries: Any
    ) -> None:
        client = enter(user)
        counts = []
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for extra in (0, 2):
            for _n in range(extra):
                enter(user)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(reverse("admin:account")).status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_changing_the_password_keeps_this_session_and_ends_the_others(self, user: User) -> None:
        here, there = enter(user), enter(user)
        new = "ein-ganz-eigener-satz"
        sent = {"password-current": PASSWORD, "password-new": new, "password-again": new}
        assert here.post(reverse("admin:account_password"), sent).status_code == 302
        assert here.get(DESK).status_code == 200
        assert there.get(DESK).status_code == 302
        open_now = UserSession.objects.open().get(user=user)
        assert open_now.session_key == here.session.session_key
        assert User.objects.get(pk=user.pk).check_password(new)

    @pytest.mark.parametrize(
        ("current", "new", "again"),
        [
            ("wrong", "ein-ganz-eigener-satz", "ein-ganz-eigener-satz"),
            (PASSWORD, "short", "short"),
            (PASSWORD, "ein-ganz-eigener-satz", "ein-anderer-satz-hier"),
        ],
    )
    def test_an_unfit_change_is_refused_in_place(
        self, user: User, current: str, new: str, again: str
    ) -> None:
        client = enter(user)
        sent = {"password-current": current, "password-new": new, "password-again": again}
        assert client.post(reverse("admin:account_password"), sent).status_code == 400
        assert User.objects.get(pk=user.pk).check_password(PASSWORD)

    def test_one_ends_ones_own_sessions_only(self, user: User) -> None:
        here, there = enter(user), enter(user)
        other = UserFactory(password=PASSWORD)
        theirs = enter(other)
        foreign = UserSession.objects.get(user=other)
        here.post(reverse("admin:account_end_session", args=[foreign.pk]))
        assert theirs.get(DESK).status_code == 200
        own = UserSession.objects.get(session_key=there.session.session_key)
        here.post(reverse("admin:account_end_session", args=[own.pk]))
        assert there.get(DESK).status_code == 302

    def test_ending_all_others_keeps_this_one(self, user: User) -> None:
        here, there = enter(user), enter(user)
        here.post(reverse("admin:account_end_sessions"))
        assert here.get(DESK).status_code == 200
        assert there.get(DESK).status_code == 302

    def test_the_language_is_kept_and_set(self, user: User) -> None:
        client = enter(user)
        answer = client.post(reverse("admin:account_language"), {"language": "en"})
        assert answer.cookies["yipiao_language"].value == "en"
        assert User.objects.get(pk=user.pk).language == "en"
        assert client.post(reverse("admin:account_language"), {"language": "xx"}).status_code == 400

    def test_a_secret_is_shown_only_after_the_password(self, user: User) -> None:
        client = enter(user)
        page = reverse("admin:account_two_factor")
        assert client.get(page).url == reverse("admin:account")
        start = reverse("admin:account_two_factor_start")
        assert client.post(start, {"device-current": "wrong"}).status_code == 400
        assert client.post(start, {"device-current": PASSWORD}).url == page
        assert client.get(page).status_code == 200

    def test_recovery_codes_are_renewed_after_the_password(self, user: User) -> None:
        client = enter(user)
        page = reverse("admin:account_codes")
        assert client.post(page, {"codes-current": "wrong"}).status_code == 400
        shown = client.post(page, {"codes-current": PASSWORD})
        assert shown.content.decode().count("<li><code>") == 10

    @pytest.mark.parametrize(
        "name",
        ["account", "account_password", "account_two_factor", "account_codes", "account_language"],
    )
    def test_strangers_are_sent_to_the_way_in(self, client: Client, name: str) -> None:
        answer = client.post(reverse(f"admin:{name}"))
        assert answer.status_code == 302 and answer.url.startswith("/admin/login/")
