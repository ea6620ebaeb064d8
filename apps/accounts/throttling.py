"""How many requests a key may make in a minute: counted in Valkey, for all processes together.

While Valkey does not answer nobody is stopped: following parcels must not depend on it.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.throttling import BaseThrottle

from apps.accounts.models import ApiKey

log = logging.getLogger(__name__)
WINDOW_SECONDS = 60
# A request may be this much slower while Valkey hangs, and then none for so many seconds.
PATIENCE_SECONDS, REST_SECONDS = 0.1, 5.0
_COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('TTL', KEYS[1])}
"""


@dataclass(frozen=True)
class Allowance:
    """What a key has left in the window under way, of ``most``; ``seconds`` until the next."""

    most: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes them."""
        return {
            "RateLimit-Policy": f'"minute";q={self.most};w={WINDOW_SECONDS}',
            "RateLimit": f'"minute";r={self.left};t={self.seconds}',
        }


class _Counter:
    """What one process keeps: its connections, and until when it leaves Valkey alone."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._rest_until = 0.0

    def count(self, name: str) -> tuple[int, int] | None:
        if time.monotonic() < self._rest_until:
            return None
        try:
            count, seconds = self._store().eval(_COUNT, 1, name, str(WINDOW_SECONDS))
        except redis.RedisError:
            self._rest_until = time.monotonic() + REST_SECONDS
            log.warning("requests are not counted: the counter store does not answer")
            return None
        return int(count), max(1, int(seconds))

    def _store(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=PATIENCE_SECONDS,
                socket_connect_timeout=PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self._client


_counter = _Counter()


class KeyThrottle(BaseThrottle):
    """Notes the allowance on the request, whence ``HouseView`` writes it into the answer."""

    _wait: float | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        key, most = request.auth, settings.API_REQUESTS_PER_MINUTE
        if not most or not isinstance(key, ApiKey):
            return True
        counted = _counter.count(f"api:requests:{key.prefix}")
        if counted is None:
            return True
        count, seconds = counted
        request.allowance = Allowance(most, max(0, most - count), seconds)
        self._wait = seconds
        return bool(count <= most)

    def wait(self) -> float | None:
        return self._wait
