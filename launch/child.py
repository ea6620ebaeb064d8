"""One server process: started, watched, restarted, ended with everything it started itself."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from launch.account import Account, die_with_parent
from launch.forking import Process, Request
from launch.say import MAKE_ROOM, is_full, say, tail

LOG_LIMIT = 20 * 1024 * 1024
FIRST_PAUSE = 0.3
LONGEST_PAUSE = 20.0
CALM_AFTER = 60.0
PATIENCE = 8
PATIENT_WHEN_FULL = 6


@dataclass
class Child:
    """How to run one server, and the process while it runs. Times in seconds."""

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    log: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    pass_fds: tuple[int, ...] = ()
    # Forks it from a process that has loaded the same already; OSError where it cannot be had.
    fork: Callable[[Request], Process] | None = None
    process: Process | None = None
    started_at: float = 0.0
    log_begins: int = 0  # bytes of the log that earlier lives wrote
    failures: int = 0
    restart_at: float | None = field(default=None)
    ending: int | None = (
        None  # a descriptor that can be read when it has ended, where there are such
    )

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C at the terminal is not for the servers."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as out:
            self.log_begins = out.tell()
            self.process = self._begun(out)
        self.started_at = time.monotonic()
        self.restart_at = None
        self._watch_its_end()

    def _begun(self, out: BinaryIO) -> Process:
        if self.fork is not None:
            request = Request(
                self.name, self.argv, self.env, self.stop_signal, out.fileno(), self.pass_fds
            )
            with suppress(OSError):
                return self.fork(request)
        return subprocess.Popen(
            self.argv,
            env=self.env,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.pass_fds,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            preexec_fn=die_with_parent(self.stop_signal),  # noqa: PLW1509 - no threads here
        )

    def _watch_its_end(self) -> None:
        self._clear_result()
        if self.process is not None and sys.platform == "linux":
            with suppress(OSError):  # an old kernel, or it has ended and nobody is left to watch
                self.ending = os.pidfd_open(self.process.pid)

    def _clear_result(self) -> None:
        if self.ending is not None:
            os.close(self.ending)
        self.ending = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def restart_dead(self) -> bool:
        """Restart it with growing pauses when it died; False when it keeps dying."""
        if self.alive or self.process is None:
            return True
        now = time.monotonic()
        if self.restart_at is None:
            self.kill_group()
            if now - self.started_at > CALM_AFTER:
                self.failures = 0
            return self._pause(f"ended ({ended_how(self.process.returncode)})")
        if now >= self.restart_at:
            try:
                self.start()
            except (OSError, subprocess.SubprocessError) as refused:
                # No process or no memory to be had: that passes, too.
                return self._pause(f"cannot be started ({refused})")
        return True

    def _pause(self, what: str) -> bool:
        """Until the next try, longer each time; False when that was the last one."""
        self.failures += 1
        if self._found_no_room():
            # It cannot know better, and somebody will make room: nothing else is given up for that.
            self.failures = min(self.failures, PATIENT_WHEN_FULL)
            what += "; the disk is full"
        if self.failures > PATIENCE:
            return False
        pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.restart_at = time.monotonic() + pause
        say(f"  {self.name} {what}; again in {pause:.1f} s")
        return True

    def _found_no_room(self) -> bool:
        """Also when there is some again: what it could not write to its end is gone with it."""
        return is_full(self.cwd) or MAKE_ROOM in tail(self.log, after=self.log_begins)

    def ask_to_stop(self) -> None:
        """Send the stop signal; does not wait."""
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def finish(self) -> bool:
        """Wait for the end, then kill what is left; True when it ended by itself."""
        if self.process is None:
            return True
        try:
            self.process.wait(self.grace)
            clean = True
        except subprocess.TimeoutExpired:
            clean = False
        self.kill_group()
        self.process.wait()
        self._clear_result()
        return clean

    def kill_group(self) -> None:
        """What the server left behind in its process group goes as well."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def ended_how(code: int | None) -> str:
    """'exit code 3' or 'signal SIGKILL'."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def stop_all(children: list[Child]) -> None:
    """Each group in turn: the last started first, each told before any is waited for."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        if not child.finish():
            say(f"  {child.name} did not end within {child.grace:.0f} s and was killed")
