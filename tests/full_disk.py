"""A media folder on a disk that is really full, and can be given room again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

SIZE = 4 * 1024 * 1024
PAGE = 4_096


class Disk:
    """``files`` are those that the product left; the one that takes all the room is not among them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ballast = root / "ballast"

    def fill(self, *, but: int = 0) -> None:
        """Until nothing more goes in, apart from ``but`` bytes."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as out:
            while True:
                out.write(b"x" * PAGE)
        if but:
            os.truncate(self._ballast, self._ballast.stat().st_size - but)

    def make_room(self) -> None:
        self._ballast.unlink()

    @property
    def files(self) -> list[Path]:
        found = (path for path in self.root.rglob("*") if path.is_file())
        return sorted(path for path in found if path != self._ballast)


@contextmanager
def small_disk(at: Path) -> Iterator[Disk]:
    """A file system of its own with four megabytes; skips where none can be mounted."""
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(at)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no tmpfs may be mounted here: run as root with CAP_SYS_ADMIN for this test")
    try:
        yield Disk(at)
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)
