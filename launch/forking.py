"""The launcher's side of the process that has loaded the product and forks the others (Linux).

``config/preloader.py`` is the other side. What it forks becomes a child of the launcher, which has made
itself the one that adopts orphans below it: each server is watched, killed and started again by itself,
and outlives the process it was forked from.
"""

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from launch.account import LIBC

PR_SET_CHILD_SUBREAPER = 36
# Seconds that a fork may take on a busy machine; after them the server is started the plain way.
PATIENCE = 10.0
LOADING = 60.0  # seconds that loading may take
# Room for the longest command line that the forked process shows as its own.
ROOM = "-" * 300


class Process(Protocol):
    """What of ``subprocess.Popen`` is used of a server's process."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class Adopted:
    """A process that another one forked and that is now a child of ours."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Seconds to wait at most; then ``subprocess.TimeoutExpired`` as elsewhere."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() >= end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.02)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass
class Request:
    """What is to run, as ``subprocess.Popen`` takes it."""

    name: str
    argv: list[str]
    env: dict[str, str]
    stop_signal: int
    out: int  # descriptor of its log
    pass_fds: tuple[int, ...]


class Forker:
    """The line to the preloading process, whichever process that is at the time."""

    def __init__(self) -> None:
        # One message is one request. Both ends stay open here, so that a process started anew has the same.
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(PATIENCE)
        self._loading: socket.socket | None = None  # ends when all has been loaded
        self.ready_pid = 0  # of the process that last said that it is ready

    @property
    def descriptor(self) -> int:
        """The end of the preloading process."""
        return self._theirs.fileno()

    def is_ready(self, pid: int) -> bool:
        """Does that process fork?"""
        while select.select([self._ours], [], [], 0)[0]:
            self.ready_pid = int(self._ours.recv(100))
        return self.ready_pid == pid

    def load(self) -> None:
        """Have it load all that the servers import; requests wait for that."""
        self._loading, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._loading.settimeout(LOADING)
        with reply, suppress(OSError):  # what is asked of it next finds that it has gone
            socket.send_fds(self._ours, [b"null"], [reply.fileno()])

    def fork(self, request: Request) -> Adopted:
        """Raises OSError when nothing was forked; what comes late ends by itself."""
        if self._loading is not None:
            with self._loading as loading:
                self._loading = None
                loading.recv(1)
        here, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with here:
            with reply:
                words = {
                    "name": request.name,
                    "argv": request.argv,
                    "env": request.env,
                    "stop_signal": int(request.stop_signal),
                    "pass_fds": request.pass_fds,
                }
                fds = [reply.fileno(), request.out, *request.pass_fds]
                socket.send_fds(self._ours, [json.dumps(words).encode()], fds)
            here.settimeout(PATIENCE)
            answer = here.recv(100)
            if not answer:
                raise OSError("the preloading process has forked nothing")
            here.sendall(b".")
            return Adopted(int(answer))


def adopt_orphans() -> bool:
    """From now on whoever loses a parent below this process becomes its child. False where no kernel
    does that."""
    return LIBC is not None and LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def collect_orphans(known: Collection[int]) -> None:
    """What ended below a server that was killed waits for its new parent to ask. ``known`` are asked for
    elsewhere."""
    with suppress(ChildProcessError):
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in known:
                return
            os.waitpid(ended.si_pid, 0)
