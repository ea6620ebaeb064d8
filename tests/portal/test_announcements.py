"""What the public pages say of messages: announcements, and the way to be told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.queries import system_user
from apps.notifications.services import publish_announcement
from apps.portal import queries
from tests.factories.tracking import report, waybill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    queries._announcements.cache_clear()
    yield
    queries._announcements.cache_clear()


def announce(**changes: object) -> None:
    now = timezone.now()
    publish_announcement(
        {
            "title_zh": "暴雨",
            "title_en": "Heavy rain",
            "body_zh": "会晚一天<b>",
            "body_en": "A day later.",
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=1),
            **changes,
        },
        by=system_user("tests"),
        at=now,
    )


@pytest.mark.requirement("NTF-1")
def test_an_announcement_stands_on_the_first_page_in_both_languages(client: Client) -> None:
    announce()
    announce(title_zh="过去", starts_at=timezone.now() - timedelta(days=2),
             ends_at=timezone.now() - timedelta(days=1))  # fmt: skip
    shown = client.get("/").content.decode()
    assert "暴雨" in shown and "会晚一天&lt;b&gt;" in shown and "过去" not in shown
    assert "Heavy rain" in client.get("/?lang=en").content.decode()


def test_the_first_page_asks_once_a_minute(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get("/")
        client.get("/")


def test_the_first_page_stands_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(queries, "current_announcements", down)
    assert client.get("/").status_code == 200


@pytest.mark.requirement("TRK-9")
def test_a_shipment_under_way_can_be_followed(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    follow = f"/notify/follow/{shipment.number}"
    assert follow in client.get(f"/track/{shipment.number}").content.decode()
    assert client.get(follow).status_code == 200
    report(shipment, "delivered")
    assert follow not in client.get(f"/track/{shipment.number}").content.decode()
