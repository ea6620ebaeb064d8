"""A file on its way in, and what can be kept of one. Pure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came; ``name`` as the sender calls it."""

    content: bytes
    name: str


class HoldableFile(Protocol):
    """Judged already: its door accepts it, and its name is fit to be shown."""

    @property
    def content(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
