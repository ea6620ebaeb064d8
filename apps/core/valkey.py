"""Counting in Valkey where a page must not depend on it: asked with a short timeout, and left
alone for a while after it was silent."""

import logging
import time
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
# A request may be this much slower while Valkey hangs; one that is well answers within a few ms.
TIMEOUT_SECONDS = 0.1
# After Valkey failed, requests do not wait for it again for this long.
PAUSE_SECONDS = 5.0


class ValkeyStore:
    """What one process keeps: its connection, and until when it leaves Valkey alone."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self.timeout = timeout
        self.client: redis.Redis | None = None
        self.paused_until = 0.0

    def run(self, script: str, key: str, *arguments: object) -> Any | None:
        """What the Lua ``script`` gives for one ``key``; None while Valkey does not answer."""
        if time.monotonic() < self.paused_until:
            return None
        try:
            return self._connected().eval(script, 1, key, *map(str, arguments))
        except redis.RedisError:
            self.paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("the counter store does not answer; nothing is shared for now")
            return None

    def _connected(self) -> redis.Redis:
        if self.client is None:
            self.client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=self.timeout,
                socket_connect_timeout=self.timeout,
                retry=Retry(NoBackoff(), 0),
            )
        return self.client
