"""Locks that the kernel lets go of when their holder dies; no stale pid files."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from launch.say import say


def try_lock(path: Path) -> int | None:
    """An open descriptor that holds the lock, or None when another process has it."""
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held


@contextmanager
def locked(
    path: Path, *, waiting: str = "", pause: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Wait for the lock (a file, or a folder that exists) and hold it.

    `pause` takes seconds and may raise to give up waiting.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    held = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if waiting:
                    say(f"  {waiting}")
                    waiting = ""
                pause(0.1)
        yield
    finally:
        os.close(held)
