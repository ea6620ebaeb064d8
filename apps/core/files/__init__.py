"""A file on its way in, and what of it can be stored. Pure.

``pictures`` (drawn anew), ``scans`` (PDF, JPEG and PNG as they are) and ``attachments`` (any of them, and
Office documents and plain text) say what a file really is. The rows that name stored files stay with
what they belong to: ``CaseFile``, ``ChatFile`` and ``Evidence`` are append-only parts of an entry that is
never deleted, ``ProofPhoto`` goes with its proof of delivery, ``Attachment`` with its mail, and contracts,
letters, agreements, intake files and event batches are records of their own that hold one file each.
"""

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
