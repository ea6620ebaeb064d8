"""Output for the person at the terminal, who may close it at any moment."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Trouble(Exception):
    """Ends the launch; the text tells the person what happened and what to do."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code  # exit code of the command that failed, if one did


def say(text: str = "", *, end: str = "\n") -> None:
    """Print at once; a terminal that is gone is no reason to fail."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except (OSError, ValueError):
        pass
    except UnicodeEncodeError:
        say(text.encode("ascii", "replace").decode(), end=end)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Name what is being done, then how many seconds it took."""
    say(f"  {text} … ", end="")
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        say("not done")
        raise
    say(f"{time.monotonic() - begun:.1f} s")


FULL = "No space left on device"
MAKE_ROOM = "The disk is full. Make room on it and start again; what was stored is kept."


def is_full(folder: Path) -> bool:
    """Then a log does not even say that it is."""
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_blocks > 0 and room.f_bavail * room.f_frsize < 64 * 1024


def tail(log: Path, lines: int = 15, *, after: int = 0) -> str:
    """The last lines of a log (after that many bytes), indented; empty when there is none."""
    try:
        text = log.read_bytes()[after:].decode(errors="replace")
    except OSError:
        return ""
    last = [f"    {line}" for line in text.splitlines()[-lines:]]
    if FULL in text or is_full(log.parent):
        last.append(MAKE_ROOM)
    return "\n".join(last)
