"""Many sign-ins at once: few are checked at a time, and everybody else is served meanwhile."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import sign_in
from apps.core.errors import RuleBroken
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tracking import waybill
from tests.waiting import LIMIT, eventually

pytestmark = pytest.mark.requirement("STF-3")
LOGIN = "/admin/login/"
CROWD = 10


class Slow(MD5PasswordHasher):
    """A check of a password goes on until it is let go, and is counted meanwhile."""

    lock = threading.Lock()
    go_on = threading.Event()
    under_way = most = hashed = 0

    def encode(self, password: str, salt: str, iterations: Any = None) -> str:
        cls = type(self)
        with cls.lock:
            cls.under_way += 1
            cls.hashed += 1
            cls.most = max(cls.most, cls.under_way)
        cls.go_on.wait(LIMIT)
        with cls.lock:
            cls.under_way -= 1
        return str(super().encode(password, salt))


@pytest.fixture
def slow(settings: Any) -> Iterator[type[Slow]]:
    settings.PASSWORD_HASHERS = [f"{__name__}.Slow"]
    settings.SIGN_INS_AT_ONCE = 2
    Slow.under_way = Slow.most = Slow.hashed = 0
    Slow.go_on.clear()
    yield Slow
    Slow.go_on.set()


def attempt(name: str) -> int:
    try:
        answer = Client().post(LOGIN, {"username": name, "password": "wrong-password"})
        return answer.status_code
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_tracking_page_is_answered_while_a_crowd_signs_in(client: Client, slow: Any) -> None:
    parcel = waybill()
    with ThreadPoolExecutor(CROWD) as crowd:
        waiting = [crowd.submit(attempt, f"nobody-{n}") for n in range(CROWD)]
        # All that may not be checked now are told so, and hold nobody up.
        assert eventually(lambda: sum(one.done() for one in waiting) == CROWD - 2)
        assert slow.under_way == 2
        assert client.get(f"/track/{parcel.number}").status_code == 200
        assert slow.under_way == 2
        slow.go_on.set()
    answers = sorted(one.result() for one in waiting)
    assert answers == [200, 200] + [429] * (CROWD - 2)
    assert (slow.most, slow.hashed) == (2, 2)
    # Their places are free again.
    assert attempt("nobody-else") == 200


@pytest.mark.django_db(transaction=True)
def test_who_finds_the_door_busy_keeps_the_name_and_is_told_what_to_do(slow: Any) -> None:
    with ThreadPoolExecutor(2) as crowd:
        waiting = [crowd.submit(attempt, f"nobody-{n}") for n in range(2)]
        assert eventually(lambda: slow.under_way == 2)
        answer = Client().post(
            LOGIN, {"username": "wang", "password": "x"}, headers={"Accept-Language": "en"}
        )
        assert (answer.status_code, answer["Retry-After"]) == (429, "3")
        assert 'value="wang"' in answer.content.decode()
        assert "send it again in a moment" in answer.content.decode()
        slow.go_on.set()
        assert [one.result() for one in waiting] == [200, 200]


@pytest.mark.django_db
def test_an_unknown_name_costs_one_check_like_a_known_one(client: Client, slow: Any) -> None:
    slow.go_on.set()
    UserFactory(username="wang", password=PASSWORD)
    costs = []
    for name in ("wang", "nobody"):
        before = slow.hashed
        client.post(LOGIN, {"username": name, "password": "wrong-password"})
        costs.append(slow.hashed - before)
    assert costs[0] == costs[1] == 1


@pytest.mark.django_db
def test_an_address_that_guesses_names_is_stopped_before_anything_is_checked(
    rf: Any, slow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.go_on.set()
    monkeypatch.setattr(sign_in, "MINUTE_LIMIT", 3)
    now = timezone.now()

    def guess(name: str, at: Any) -> User | None:
        request = rf.post(LOGIN, REMOTE_ADDR="198.51.100.7")
        return sign_in.check_password(
            request=request, username=name, password="x", address="198.51.100.7", at=at
        )

    for n in range(3):
        assert guess(f"nobody-{n}", now) is None
    checked = slow.hashed
    with pytest.raises(RuleBroken) as refused:
        guess("nobody-3", now)
    assert (refused.value.code, slow.hashed) == ("address_busy", checked)
    assert guess("nobody-4", now + timedelta(minutes=2)) is None
