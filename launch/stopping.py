"""When to stop: the pipe between front and supervisor, on which a byte or its end means stop, and signals."""

import os
import select
import signal
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType

from launch.say import Trouble, tail

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person wants it to end, or the front is gone."""


def handle_stop_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    """Also where a background shell handed SIGINT down as ignored; but nohup keeps its meaning."""
    for number in STOP_SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, handler)


class StopSignal:
    """The supervisor's end of the pipe. However the front dies, the kernel closes the other end."""

    def __init__(self, reading: int) -> None:
        self.reading = reading
        self._requested = False
        # A signal interrupts no wait; a byte here does.
        self._signal_reading, self._signal_writing = os.pipe()

    def listen_to_signals(self) -> None:
        """A signal sent to the supervisor itself counts as well."""

        def note(_number: int, _frame: FrameType | None) -> None:
            self._requested = True
            os.write(self._signal_writing, b".")

        handle_stop_signals(note)

    def is_requested(self, seconds: float = 0.0, also: Collection[int] = ()) -> bool:
        """Has the stop been asked for? Waits that long for it, or until one of the descriptors
        ``also`` can be read."""
        if not self._requested:
            ready, _, _ = select.select(
                [self.reading, self._signal_reading, *also], [], [], seconds
            )
            self._requested = self._requested or self.reading in ready
        return self._requested

    def check(self, seconds: float = 0.0, also: Collection[int] = ()) -> None:
        """Wait that long, or for one of ``also``; raises `Stopped` when asked to stop."""
        if self.is_requested(seconds, also):
            raise Stopped

    def run(self, argv: list[str], *, env: dict[str, str], cwd: Path, log: Path) -> None:
        """Run one command to its end, its words in the log; `Trouble` when it fails."""
        with log.open("ab") as out:
            begun = out.tell()
            command = subprocess.Popen(
                argv,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                while command.poll() is None:
                    self.check(0.05)
            finally:
                if command.poll() is None:
                    end_group(command)
        if command.returncode != 0:
            raise Trouble(
                f"{Path(argv[0]).name} {' '.join(argv[1:4])} failed; its last words "
                f"(all of them in {log}):\n{tail(log, after=begun)}",
                command.returncode,
            )


def end_group(process: subprocess.Popen[bytes], grace: float = 5.0) -> None:
    """End a command and what it started: politely, then for certain."""
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            process.kill()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        break
