"""Waiting for what happens in its own time. How busy this machine is just now proves nothing, so
the limits are generous; whoever waits goes on as soon as it has happened."""

import time
from collections.abc import Callable

LIMIT = 90.0


def eventually(
    happened: Callable[[], object], seconds: float = LIMIT, *, every: float = 0.02
) -> bool:
    """Whether it happens within so many seconds; looked at once more at the end of them. Where a look
    is work for the machine, it is better asked less often."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return bool(happened())
        time.sleep(every)
    return True
