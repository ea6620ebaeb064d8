"""A form sent after its session ended comes back filled in, to the one who typed it."""

from typing import Any

import pytest
from django.conf import settings as units
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.held import COOKIE, NAME
from apps.accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN, HELD = "/admin/login/", "/admin/account/held/"
FORM = "/admin/complaints/case/intake/"


@pytest.fixture
def agent() -> User:
    user: User = UserFactory(password=PASSWORD)
    return user


def enter(client: Client, user: User, **more: Any) -> Any:
    return client.post(LOGIN, {"username": user.username, "password": PASSWORD, **more})


def send(client: Client, **headers: str) -> Any:
    typed = {"description": "纸箱破了", "tags": ["a", "b"], "password": "hidden", "x_code": "1"}
    photo = SimpleUploadedFile("box.jpg", b"x")
    sent = {"referer": f"http://testserver{FORM}?draft=1", **headers}
    return client.post(FORM, {**typed, "files": photo}, headers=sent)


def lapse(client: Client) -> None:
    """As when the session ran out: the row is gone, the other cookies stay."""
    client.session.flush()
    client.cookies.pop(units.SESSION_COOKIE_NAME, None)


def test_it_comes_back_once_with_what_was_typed(client: Client, agent: User) -> None:
    enter(client, agent)
    lapse(client)
    answer = send(client)
    assert answer.status_code == 302 and answer.url.startswith(LOGIN)
    back = client.get(answer.url).context["next"]
    assert back == f"{FORM}?draft=1#held"
    stored = str(client.session[NAME])
    assert "纸箱" not in stored and "u7eb8" not in stored, "encrypted"
    assert enter(client, agent, next=back).url == back
    held = client.get(HELD).json()
    assert held == {
        "path": FORM,
        "fields": [["description", "纸箱破了"], ["tags", "a"], ["tags", "b"]],
        "files": ["box.jpg"],
    }
    assert client.get(HELD).json() == {}


def test_a_late_answer_to_the_ended_session_takes_nothing_away(client: Client, agent: User) -> None:
    enter(client, agent)
    ended = client.cookies[units.SESSION_COOKIE_NAME].value
    Session.objects.all().delete()
    send(client)
    behind = Client()
    behind.cookies[units.SESSION_COOKIE_NAME] = ended
    bell = behind.get("/admin/notifications/delivery/bell/")
    assert bell.status_code == 302 and units.SESSION_COOKIE_NAME not in bell.cookies
    # The same browser: whatever the late answer says of the cookie goes for its session.
    client.cookies.update(bell.cookies)
    enter(client, agent)
    assert client.get(HELD).json()["path"] == FORM


def test_signing_out_takes_the_cookie_away(client: Client, agent: User) -> None:
    enter(client, agent)
    gone = client.post("/admin/logout/").cookies[units.SESSION_COOKIE_NAME]
    assert gone["max-age"] == 0 and not gone.value


def test_nobody_else_gets_it(client: Client, agent: User) -> None:
    enter(client, agent)
    lapse(client)
    send(client)
    enter(client, UserFactory(password=PASSWORD))
    assert client.get(HELD).json() == {}


@pytest.mark.parametrize(
    "headers", [{"referer": "https://evil.example/admin/"}, {"X-CSRFToken": "t"}]
)
def test_calls_of_scripts_and_forms_from_elsewhere_are_not_kept(
    client: Client, agent: User, headers: dict[str, str]
) -> None:
    enter(client, agent)
    lapse(client)
    answer = send(client, **headers)
    assert answer.status_code == 302
    assert NAME not in client.session


def test_a_forged_cookie_keeps_nothing(client: Client, agent: User) -> None:
    client.cookies[COOKIE] = f"{agent.pk}:forged"
    assert send(client).status_code == 302
    assert NAME not in client.session


def test_while_the_session_lasts_nothing_is_held(client: Client, agent: User) -> None:
    enter(client, agent)
    assert send(client).status_code == 404, "no role; the view answers"
    assert NAME not in client.session


def test_a_time_is_read_back_while_it_is_typed(client: Client, agent: User) -> None:
    enter(client, agent)
    client.cookies["yipiao_language"] = "en"
    asked = client.get(reverse("desk:moment"), {"text": "in 30 minutes"}).json()
    assert asked["meant"].endswith(("in 30 minutes", "in 29 minutes"))
    assert "problem" in client.get(reverse("desk:moment"), {"text": "soon"}).json()
