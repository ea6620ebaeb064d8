"""Who wants to hear of what. Floors above subscribe in their ``subscribers.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any], None]


@dataclass(frozen=True)
class Subscription:
    name: str
    kind: str  # "waybill.status_changed", or "waybill.*" for every kind of one noun
    handler: Handler


_by_name: dict[str, Subscription] = {}


def subscribe(kind: str, *, name: str) -> Callable[[Handler], Handler]:
    """Register a handler of one Event. It must be idempotent: after a crash it is called again."""

    def keep(handler: Handler) -> Handler:
        known = _by_name.get(name)
        if known and known.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"two subscribers are named {name!r}")
        _by_name[name] = Subscription(name, kind, handler)
        return handler

    return keep


def names_for(kind: str) -> list[str]:
    noun = kind.partition(".")[0]
    return [s.name for s in _by_name.values() if s.kind in (kind, f"{noun}.*", "*")]


def find(name: str) -> Subscription | None:
    return _by_name.get(name)


def forget(name: str) -> None:
    """Take a subscription back (tests add their own)."""
    _by_name.pop(name, None)
