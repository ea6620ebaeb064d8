"""A shipment on its way, and plain files."""

from datetime import timedelta

import pytest
from django.conf import settings as installation
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.tracking.models import Waybill
from apps.tracking.services import ingest
from tests.factories.tracking import event, waybill


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """Pages name their files as they are, so that no test needs collected ones."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **installation.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["yipiao_language"] = "en"
    return client


@pytest.fixture
def under_way(db: None) -> Waybill:
    """Picked up in Shanghai, passed Jinan, expected in Beijing tomorrow."""
    now = timezone.now()
    made = waybill(promised_at=now + timedelta(hours=30), expected_at=now + timedelta(hours=24))
    ingest(
        [
            event(made, "picked_up", 20, city="上海", place="上海徐汇营业部"),
            event(made, "departed", 18, city="上海", place="上海转运中心"),
            event(
                made,
                "arrived",
                3,
                city="济南",
                place="济南转运中心",
                text="快件已到达，派件员 李小红 13900139002，收件人王小明 <script>alert(1)</script>",
            ),
        ],
        source="tests",
        by=system_user("tests"),
        at=now,
    )
    made.refresh_from_db()
    return made
