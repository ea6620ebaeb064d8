"""Waiting for what happens in its own time. How busy this machine is just now proves nothing, so
the limits are generous; whoever waits goes on as soon as it has happened."""

import time
from collections.abc import Callable

LIMIT = 90.0


def eventually(happened: Callable[[], object], seconds: float = LIMIT) -> bool:
    """Whether it happens within so many seconds; looked at once more at the end of them."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return bool(happened())
        time.sleep(0.02)
    return True
