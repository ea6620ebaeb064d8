from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.test import Client

from apps.core import request_counts
from apps.core.valkey import ValkeyStore
from config import metrics

KEY = "key-of-prometheus"


@pytest.fixture
def page(
    settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """The text of the page, read anew each time."""
    settings.METRICS_KEY = KEY
    monkeypatch.setattr(metrics, "CACHED_SECONDS", -1.0)
    monkeypatch.setattr(request_counts, "_store", ValkeyStore(1.0))
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.delete(request_counts.KEY)

    def read() -> str:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
        assert answer.status_code == 200
        text: str = answer.content.decode()
        return text

    metrics.clear()
    yield read
    metrics.clear()
