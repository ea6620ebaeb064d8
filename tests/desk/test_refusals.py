"""What is refused or breaks on the staff side keeps the desk's frame and a way back."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path, reverse

from apps.accounts.enums import Role
from apps.core.api.handlers import server_error
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as everywhere
from tests.factories.accounts import UserFactory, sign_in

__all__ = ["handler400", "handler403", "handler404", "handler500"]
pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> None:
    raise RuntimeError("broken on purpose")


urlpatterns = [path("admin/broken", broken), *everywhere]


@pytest.fixture
def desk(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK]))
    client.cookies["yipiao_language"] = "en"
    return client


def framed(answer: Any) -> str:
    shown: str = answer.content.decode()
    for part in ('id="nav-sidebar"', reverse("admin:index"), "My desk", reverse("desk:search")):
        assert part in shown, part
    assert "unsafe-eval" in answer["Content-Security-Policy"], "the frame's menus work"
    assert "Need help? Call us" not in shown, "the customers' page"
    return shown


def test_what_is_not_there(desk: Client) -> None:
    answer = desk.get(
        reverse("desk:shipment", args=["YP000"]),
        headers={"referer": "http://testserver/admin/desk/team"},
    )
    assert answer.status_code == 404
    assert 'href="http://testserver/admin/desk/team"' in framed(answer)


def test_what_is_not_open_to_them_and_no_way_back_to_strangers(desk: Client) -> None:
    answer = desk.get(reverse("desk:team"), headers={"referer": "https://evil.example/admin/"})
    assert answer.status_code == 403
    assert "evil.example" not in framed(answer)


def test_a_form_that_was_open_too_long(desk: Client) -> None:
    answer = desk.post(reverse("admin:notifications_delivery_mine"))
    assert answer.status_code == 403
    assert "send it once more" in framed(answer)


def test_what_is_too_large(desk: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    desk.handler.enforce_csrf_checks = False
    answer = desk.post(reverse("admin:account_language"), {"language": "x" * 500})
    assert answer.status_code == 413
    assert "too large" in framed(answer)


def test_what_breaks(desk: Client) -> None:
    answer = desk.get("/admin/broken")
    assert answer.status_code == 500
    assert "broke on our side" in framed(answer)


def test_even_its_frame_may_break(rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain page, which asks no database."""
    request = rf.get("/admin/")
    monkeypatch.setattr("django.contrib.admin.site.has_permission", broken)
    request.user = object()
    answer = server_error(request)
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()


def test_strangers_get_the_page_for_everybody(client: Client) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert 'id="nav-sidebar"' not in answer.content.decode()
