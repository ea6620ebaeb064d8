"""Parts of the demonstration that apps bring themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from apps.core.discovery import modules_named


class Part(Protocol):
    """Adds to the week that has been made. The same seed makes the same."""

    def __call__(self, *, seed: int, now: datetime) -> None: ...


def further_parts() -> Sequence[Part]:
    """``PARTS`` of each app's ``demo``, a position and a function each, in the order of the positions."""
    found = [part for _config, demo in modules_named("demo") for part in getattr(demo, "PARTS", ())]
    return [make for _position, make in sorted(found, key=lambda part: part[0])]
