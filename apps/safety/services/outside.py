"""Where seals are kept besides the database: a directory that is only ever appended to.

A file a month, a line a seal. Each call opens it with O_APPEND and returns once the disk has it. Put the
directory on another machine or on a disk that the database's administrators cannot write
(docs/operations.md, "Seals").
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from apps.safety.rules.seals import FACTS, Sealed

_LINE = (*FACTS, "hash")
TAIL = 256 * 1024  # bytes that hold the last lines of a file


class Directory:
    """The outside copy in ``SEALS_DIR``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        return str(self.folder)[-200:]

    def last(self) -> Sealed | None:
        """The last seal that is written down whole."""
        for file in reversed(self._files()):
            with file.open("rb") as content:
                content.seek(max(0, file.stat().st_size - TAIL))
                found = [seal for line in content if (seal := _read(line)) is not None]
            if found:
                return found[-1]
        return None

    def append(self, seals: Sequence[Sealed]) -> None:
        """Write them down, in their order, and wait for the disk. What a killed process left of a line is
        closed first: it stays, and readers pass over it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for month in sorted({seal.at[:7] for seal in seals}):
            lines = [_line(seal) for seal in seals if seal.at.startswith(month)]
            self._write(self.folder / f"seals-{month}.jsonl", "".join(lines).encode())

    def read(self, number: int) -> dict[int, Sealed]:
        """The seals from ``number`` on, as they are written down; what is no line of ours is left out.
        Months are read from the newest back, until one begins before ``number``."""
        found: dict[int, Sealed] = {}
        for file in reversed(self._files()):
            lines = list(_lines(file))
            # What was written first counts: a line that was added later cannot take its place.
            found |= {seal.number: seal for seal in reversed(lines) if seal.number >= number}
            if lines and lines[0].number < number:
                break
        return found

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("seals-????-??.jsonl"))

    def _write(self, path: Path, content: bytes) -> None:
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                content = b"\n" + content
            while content:
                content = content[os.write(handle, content) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync(path.parent)


def outside() -> Directory:
    return Directory(Path(settings.SEALS_DIR))


def _line(seal: Sealed) -> str:
    return json.dumps({name: getattr(seal, name) for name in _LINE}, ensure_ascii=False) + "\n"


def _lines(file: Path) -> Iterator[Sealed]:
    with file.open("rb") as content:
        yield from (seal for line in content if (seal := _read(line)) is not None)


def _read(line: bytes) -> Sealed | None:
    """None for what is no whole line of ours."""
    try:
        values = json.loads(line)
        return Sealed(**{name: values[name] for name in _LINE})
    except (ValueError, KeyError, TypeError):
        return None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
