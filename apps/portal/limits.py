"""How often one address may ask for numbers that do not exist, so that nobody walks through them.

Known numbers cost nothing: an office looks up its own parcels all day. Unknown ones are counted
in one atomic script per address, and when too many were asked for, every answer to that address
stops for the rest of the window, hit or miss. Numbers are shuffled and checked anyway (TRK-10);
this is the second fence.

The count is shared by all workers and lives in Valkey; each worker learns that an address is
stopped from the address's next miss, so that a hit asks nobody. Unlike the count of guesses at a
phone this fence stands open while Valkey is away: following a parcel must not depend on it.
"""

import logging
import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.core.crypto import blind_index

log = logging.getLogger(__name__)
WINDOW_SECONDS = 600
# A look-up may be this much slower while Valkey hangs; one that is well answers within a few ms.
PATIENCE_SECONDS = 0.1
# After Valkey failed, requests do not wait for it again for this long.
REST_SECONDS = 5.0
MOST_REMEMBERED = 10_000
_COUNT = """
local n = redis.call('INCRBY', KEYS[1], ARGV[1])
if n == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return {n, redis.call('TTL', KEYS[1])}
"""


class _Fence:
    """What one worker knows: its connections, when to leave Valkey alone, who is stopped."""

    def __init__(self) -> None:
        self.client: redis.Redis | None = None
        self.rest_until = 0.0
        self.stopped_until: dict[str, float] = {}

    def count(self, address: str, misses: int) -> None:
        if time.monotonic() < self.rest_until:
            return
        try:
            count, seconds = self._store().eval(
                _COUNT, 1, _key(address), str(misses), str(WINDOW_SECONDS)
            )
        except redis.RedisError:
            self.rest_until = time.monotonic() + REST_SECONDS
            log.warning("misses are not counted: the counter store does not answer", exc_info=True)
            return
        if count >= most_misses():
            self._stop(address, seconds)

    def stops(self, address: str) -> int:
        """Seconds for which the address is stopped; 0 for the many who are not."""
        until = self.stopped_until.get(address)
        if until is None:
            return 0
        left = int(until - time.monotonic()) + 1
        if left < 1:
            self.stopped_until.pop(address, None)
        return max(left, 0)

    def _stop(self, address: str, seconds: int) -> None:
        if len(self.stopped_until) >= MOST_REMEMBERED:
            self.stopped_until.clear()
        self.stopped_until[address] = time.monotonic() + seconds

    def _store(self) -> redis.Redis:
        if self.client is None:
            self.client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=PATIENCE_SECONDS,
                socket_connect_timeout=PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self.client


_fence = _Fence()


def _key(address: str) -> str:
    return f"portal:misses:{blind_index(address, 'portal.address')}"


def most_misses() -> int:
    """Unknown numbers that one address may ask for within a window."""
    return int(getattr(settings, "PUBLIC_MISSES_PER_WINDOW", 60))


def seconds_stopped(address: str) -> int:
    return _fence.stops(address)


def count_misses(address: str, misses: int) -> None:
    if misses > 0:
        _fence.count(address, misses)
