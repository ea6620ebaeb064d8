"""How often one address may ask for numbers that do not exist, so that nobody walks through them.

Known numbers cost nothing: an office looks up its own parcels all day. First it is looked up; what
was not found is counted in one atomic script per address, and only then answered, unless there were
too many: however many are asked in one request or at the same moment, no more than the limit learn
that a number is unknown. From then on every answer to that address stops for the rest of the
window, hit or miss. Numbers are shuffled and checked anyway (TRK-10); this is the second fence.

The count is shared by all workers and lives in Valkey; each worker learns that an address is
stopped from the address's next miss, so that a hit asks nobody. Unlike the count of guesses at a
phone this fence stands open while Valkey is away: following a parcel must not depend on it. Then
each worker counts for itself.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings

from apps.core.crypto import blind_index
from apps.core.valkey import ValkeyStore

WINDOW_SECONDS = 600
MOST_REMEMBERED = 10_000
# A request that goes beyond the limit ends the window for everybody behind that address: nothing
# smaller may be tried afterwards. Gives whether to answer, the count, and the seconds left.
_COUNT = """
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
local most = tonumber(ARGV[3])
local fits = n + tonumber(ARGV[1]) <= most
local count = fits and n + tonumber(ARGV[1]) or most
if n == 0 then redis.call('SET', KEYS[1], count, 'EX', ARGV[2])
else redis.call('SET', KEYS[1], count, 'KEEPTTL') end
return {fits and 1 or 0, count, redis.call('TTL', KEYS[1])}
"""


@dataclass(slots=True)
class _Window:
    """One address's misses, while this worker counts by itself; ``ends`` on the steady clock."""

    ends: float
    count: int = 0


class _MissLimiter(ValkeyStore):
    """What one worker knows besides: who is stopped, and its own count while Valkey is away."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped_until: dict[str, float] = {}
        self.own: dict[str, _Window] = {}
        self.lock = threading.Lock()

    def count(self, address: str, misses: int) -> int:
        """Seconds for which not to answer; 0 when these misses may be told."""
        fits, count, seconds = self._shared(address, misses) or self._alone(address, misses)
        if count >= most_misses():
            self._stop(address, seconds)
        return 0 if fits else max(seconds, 1)

    def _shared(self, address: str, misses: int) -> tuple[bool, int, int] | None:
        counted = self.run(_COUNT, _key(address), misses, WINDOW_SECONDS, most_misses())
        if counted is None:
            return None
        fits, count, seconds = counted
        return bool(fits), count, seconds

    def _alone(self, address: str, misses: int) -> tuple[bool, int, int]:
        """The same, as far as one worker can."""
        now = time.monotonic()
        with self.lock:
            window = self.own.get(address)
            if window is None or window.ends <= now:
                if len(self.own) >= MOST_REMEMBERED:
                    self.own.clear()
                window = self.own[address] = _Window(now + WINDOW_SECONDS)
            fits = window.count + misses <= most_misses()
            window.count = window.count + misses if fits else most_misses()
            return fits, window.count, int(window.ends - now) + 1

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


_limiter = _MissLimiter()


def _key(address: str) -> str:
    return f"portal:misses:{blind_index(address, 'portal.address')}"


def most_misses() -> int:
    """Unknown numbers that one address may ask for within a window."""
    return int(getattr(settings, "PUBLIC_MISSES_PER_WINDOW", 60))


def seconds_stopped(address: str) -> int:
    return _limiter.stops(address)


def count_misses(address: str, misses: int) -> int:
    """Count before answering. 0: answer; otherwise the seconds to wait, and nothing may be told of
    what was asked, neither hit nor miss."""
    return _limiter.count(address, misses) if misses > 0 else 0
