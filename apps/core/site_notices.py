"""What an app has announced on the public site, taken off it again and looked at. The floor that publishes says how
in its module ``on_site``; floors below ask it here and do not know it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, cast

from apps.core.discovery import modules_named


@dataclass(frozen=True, slots=True)
class SiteNotice:
    """One notice on the site; ``ends_at`` is None where it stays until it is taken off."""

    starts_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: Any


class Publisher(Protocol):
    def end(self, event_ids: Collection[int], *, reason: str, by: Any, at: datetime) -> int:
        """Take off what these events put there, in the caller's transaction; how many stood there."""

    def found(self, event_ids: Collection[int]) -> dict[int, SiteNotice]:
        """By event, what came onto the site; one statement."""


@cache
def publisher() -> Publisher:
    [(_config, module)] = modules_named("on_site")
    return cast("Publisher", module)
