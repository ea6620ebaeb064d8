"""How long to wait before trying again. Pure."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

JITTER = 0.2


def wait_before(
    attempt: int,
    waits: Sequence[int],
    *,
    asked: float | None = None,
    rand: Callable[[], float] = random.random,
) -> timedelta | None:
    """The pause after attempt number ``attempt`` (from 1); None when that was the last one.

    ``waits`` are seconds. A fifth more or less, so that what failed together does not come back
    together. ``asked`` (Retry-After) is never undercut, up to a day.
    """
    if attempt > len(waits):
        return None
    seconds = waits[attempt - 1] * (1 - JITTER + 2 * JITTER * rand())
    if asked is not None:
        seconds = max(seconds, min(asked, 86_400.0))
    return timedelta(seconds=seconds)


def pause_after(failures: int) -> timedelta | None:
    """How long a provider is left alone after so many failures in a row: none before the fifth,
    then a second, doubling to a minute."""
    if failures < 5:
        return None
    return timedelta(seconds=min(2 ** min(failures - 5, 6), 60))
