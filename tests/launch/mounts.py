"""A small disk of its own, in memory, where this machine lets us have one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str, *options: str) -> Iterator[None]:
    """What is in ``folder`` (made if missing) is on a file system of that ``size``; skips the test
    where mounting is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system of its own")
    folder.mkdir(parents=True, exist_ok=True)
    chosen = ",".join([f"size={size}", "mode=0755", *options])
    argv = ["mount", "-t", "tmpfs", "-o", chosen, "tmpfs", str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this machine does not mount a file system in memory: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path, *, leave: int = 0) -> None:
    """Write until there is no room but for so many bytes."""
    with path.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(65536))
        except OSError:
            size = out.tell()
    if leave:
        os.truncate(path, max(0, size - leave))
