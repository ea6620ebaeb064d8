"""Which function is notified of which event. Floors above subscribe in their ``subscribers.py``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any], None]
BatchHandler = Callable[[list[Any]], None]
TOGETHER = 500  # events that a subscriber of many is given at once, unless it wants fewer


@dataclass(frozen=True)
class Subscription:
    """``handler`` takes the Events of one turn; with ``many`` all at once, else one by one."""

    name: str
    kind: str  # "waybill.status_changed", or "waybill.*" for every kind of one noun
    handler: BatchHandler
    many: bool
    source: Any  # the function as it was registered
    most: int = TOGETHER
    turn: str = ""  # those of one turn are given their events together, in one call


_by_name: dict[str, Subscription] = {}


def subscribe(kind: str, *, name: str) -> Callable[[Handler], Handler]:
    """Register a handler of one Event. It must be idempotent: after a crash it is called again."""

    def register(handler: Handler) -> Handler:
        def one_by_one(events: list[Any]) -> None:
            for event in events:
                handler(event)

        _register(Subscription(name, kind, one_by_one, False, handler))
        return handler

    return register


def subscribe_many(
    kind: str, *, name: str, most: int = TOGETHER, turn: str = ""
) -> Callable[[BatchHandler], BatchHandler]:
    """Register a handler of up to ``most`` Events at once, in the order in which they were recorded.
    A handler of several kinds that reads the same rows for them has one ``turn`` for all.

    It must be idempotent, and do nothing but write to the database: when it raises, what it wrote
    is undone and it is called again with fewer events, down to each one by itself.
    """

    def register(handler: BatchHandler) -> BatchHandler:
        _register(Subscription(name, kind, handler, True, handler, most, turn))
        return handler

    return register


def _register(new: Subscription) -> None:
    known = _by_name.get(new.name)
    if known and known.source.__qualname__ != new.source.__qualname__:
        raise ValueError(f"two subscribers are named {new.name!r}")
    others = [one for one in _by_name.values() if new.turn and one.turn == new.turn]
    if any(one.source.__qualname__ != new.source.__qualname__ for one in others):
        raise ValueError(f"those that share the turn {new.turn!r} are one function")
    _by_name[new.name] = new


def names_for(kind: str) -> Sequence[str]:
    noun = kind.partition(".")[0]
    return [s.name for s in _by_name.values() if s.kind in (kind, f"{noun}.*", "*")]


def find(name: str) -> Subscription | None:
    return _by_name.get(name)


def unregister(name: str) -> None:
    """Take a subscription back (tests add their own)."""
    _by_name.pop(name, None)
