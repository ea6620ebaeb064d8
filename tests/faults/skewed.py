"""A process whose clock is wrong: ``python -m tests.faults.skewed SECONDS standby``, or
``… SECONDS celery -A config worker``.

``time.time`` and ``datetime.now`` are off by so many seconds before anything else is loaded; what
the machine measures (monotonic) and what the database says stay right.
"""

import datetime
import sys
import time
from typing import Any

_real = datetime.datetime
_time, _time_ns = time.time, time.time_ns


class _AnyMoment(type):
    """Moments made elsewhere (by the database's driver) are moments here as well."""

    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, _real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _real)


def set_off(seconds: float) -> None:
    """From now on everybody in this process is that much ahead (negative: behind)."""
    time.time = lambda: _time() + seconds
    time.time_ns = lambda: _time_ns() + int(seconds * 1_000_000_000)

    class Skewed(_real, metaclass=_AnyMoment):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _real.fromtimestamp(time.time(), tz)

        @classmethod
        def today(cls) -> Any:
            return _real.fromtimestamp(time.time())

        @classmethod
        def utcnow(cls) -> Any:
            return _real.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    datetime.datetime = Skewed  # type: ignore[misc]


def main() -> None:
    set_off(float(sys.argv[1]))
    if sys.argv[2] == "celery":
        from celery.__main__ import main as celery

        sys.argv[:] = sys.argv[2:]
        celery()
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[2:]])


if __name__ == "__main__":
    main()
