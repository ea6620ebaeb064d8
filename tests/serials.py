"""The serial behind a number that tells none (docs/adr/0016)."""

from datetime import datetime
from itertools import count

from apps.core.opaque import dated_number


def serial_of(number: str) -> int:
    """``CS20261125-48391527`` → 3 for the third of its day; the first few are tried."""
    start = number.partition("-")[0]
    day = datetime.strptime(start[2:], "%Y%m%d").date()
    return next(n for n in count(1) if dated_number(start[:2], day, n) == number)
