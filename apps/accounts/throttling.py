"""How many requests a key may make in a minute: counted in Valkey, for all processes together.

While Valkey does not answer nobody is stopped: following parcels must not depend on it.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from apps.accounts.models import ApiKey
from apps.core.valkey import ValkeyStore

WINDOW_SECONDS = 60
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


_counter = ValkeyStore()


class KeyThrottle(BaseThrottle):
    """Notes the allowance on the request, whence ``ApiView`` writes it into the answer."""

    _wait: float | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        key, most = request.auth, settings.API_REQUESTS_PER_MINUTE
        if not most or not isinstance(key, ApiKey):
            return True
        counted = _counter.run(_COUNT, f"api:requests:{key.prefix}", WINDOW_SECONDS)
        if counted is None:
            return True
        count, seconds = int(counted[0]), max(1, int(counted[1]))
        request.allowance = Allowance(most, max(0, most - count), seconds)
        self._wait = seconds
        return bool(count <= most)

    def wait(self) -> float | None:
        return self._wait
