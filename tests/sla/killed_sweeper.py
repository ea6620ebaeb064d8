"""A real sweeper that is killed in the middle: ``python -m tests.sla.killed_sweeper``.

It has told everything and marked nothing when it says so; then it never comes back.
"""

import sys
import time
from typing import Any

import django


def main() -> None:
    django.setup()
    from apps.sla.services import sweeping

    def hold(clocks: list[Any], now: object) -> None:
        sys.stdout.write(f"{len(clocks)}\n")
        sys.stdout.flush()
        time.sleep(60)

    sweeping._advance = hold  # type: ignore[assignment]
    sweeping.sweep()


if __name__ == "__main__":
    main()
