"""What each kind of event is called when a person reads a timeline."""

from collections.abc import Mapping
from typing import Any

_labels: dict[str, Any] = {}


def name_kinds(labels: Mapping[str, Any]) -> None:
    """Apps name theirs as ``EVENT_KINDS`` in their ``enums``; the events app gathers them."""
    _labels.update(labels)


def known_kinds() -> list[str]:
    """Every kind that an app has named."""
    return list(_labels)


def label_of(kind: str) -> str:
    return str(_labels.get(kind, kind.replace(".", " · ").replace("_", " ")))
