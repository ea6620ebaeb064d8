"""Remembers what a step was last done for, so that a warm start can skip it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of_files(files: Iterable[Path]) -> str:
    """Changes when any of the files changes, comes or goes."""
    seen = hashlib.sha256()
    for path in sorted(set(files)):
        if path.is_file() and "__pycache__" not in path.parts:
            seen.update(str(path).encode())
            seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


class Stamp:
    """A file that holds the digest of what was last done successfully."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        self.digest = digest

    @property
    def fresh(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.digest

    def set(self) -> None:
        self.path.write_text(self.digest)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
