"""What every benchmark shares: a server of our own, a load of our own, medians and a table.

Ratios are measured in turn (A B A B …) in one run, so that a busy machine slows both sides alike.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int

    def memory_mb(self) -> float:
        """Proportional memory of the master and its workers: shared pages count once."""
        parent = psutil.Process(self.process.pid)
        family = [parent, *parent.children(recursive=True)]
        return sum(one.memory_full_info().pss for one in family) / 1024 / 1024

    def cpu_seconds(self) -> float:
        """Processor time that the master and its workers have taken so far."""
        parent = psutil.Process(self.process.pid)
        taken = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
        return sum(one.user + one.system for one in taken)


def database_seconds() -> float:
    """Processor time that the sessions open in our database have taken so far; nothing where PostgreSQL is
    on another machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = [pid for (pid,) in cursor.fetchall()]
    taken = [psutil.Process(pid).cpu_times() for pid in pids if psutil.pid_exists(pid)]
    return sum(one.user + one.system for one in taken)


@contextmanager
def gunicorn(*, workers: int = 2, env: dict[str, str] | None = None) -> Iterator[Server]:
    """The production server on a free port of the loopback, ended with its workers afterwards."""
    port = _free_port()
    command = [
        sys.executable,
        *("-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--worker-class", "sync", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})})
    try:
        _wait_until_open(port, process)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"gunicorn ended at once with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("gunicorn did not open its port")


@dataclass(frozen=True)
class Request:
    """One kind of request; ``expect`` must occur in the body, so that no error page is timed. With
    ``body``, which gives another one each time, it is a POST."""

    name: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    expect: bytes = b""
    body: Callable[[], bytes] | None = None

    def message(self, port: int) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        body = self.body() if self.body else b""
        method, length = ("POST", f"Content-Length: {len(body)}\r\n") if body else ("GET", "")
        return (
            f"{method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{head}{length}"
            "Connection: close\r\n\r\n"
        ).encode() + body


def requests_per_second(
    port: int, request: Request, *, seconds: float = 2.0, clients: int = 4
) -> float:
    """Answers per second to ``clients`` threads that ask for ``seconds``; a wrong answer raises.

    A sync worker closes each connection after its answer, so each request opens its own, on both
    sides of a ratio alike. Plain sockets, because an HTTP library would cost more than the server.
    """
    counts = [0] * clients
    failures: list[str] = []
    began = time.perf_counter()
    end = began + seconds

    def ask(slot: int) -> None:
        while time.perf_counter() < end and not failures:
            answer = exchange(port, request.message(port))
            if not answer.startswith(b"HTTP/1.1 20") or request.expect not in answer:
                failures.append(f"{request.name}: {answer[:400]!r}")
                return
            counts[slot] += 1

    threads = [threading.Thread(target=ask, args=(slot,)) for slot in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(failures[0])
    return sum(counts) / (time.perf_counter() - began)


def exchange(port: int, message: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 60) as wire:
        wire.sendall(message)
        parts = []
        while part := wire.recv(65536):
            parts.append(part)
    return b"".join(parts)


@dataclass(frozen=True)
class Result:
    """``ratio`` is at least ``limit``, ``value`` at most ``most``, where they are given."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    limit: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        small = self.most is None or self.value <= self.most
        return small and (self.limit is None or self.ratio is None or self.ratio >= self.limit)

    @property
    def bound(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:,.0f}"
        return "" if self.limit is None else f"{self.limit:.0%}"


def in_turn(measures: Sequence[Callable[[], float]], *, rounds: int = 5) -> list[float]:
    """The median of each measure, taken A B C A B C …; the first round warms up."""
    taken: list[list[float]] = [[] for _ in measures]
    for turn in range(rounds + 1):
        for slot, measure in enumerate(measures):
            value = measure()
            if turn:
                taken[slot].append(value)
    return [statistics.median(values) for values in taken]


def report(title: str, results: Sequence[Result], *, notes: Sequence[str] = ()) -> int:
    """Print the table; 0 when every ratio keeps its limit, else 1: the exit code."""
    print(f"\n{title}")
    print(f"{'':34}{'measured':>12} {'unit':10}{'ratio':>8}{'limit':>8}")
    for result in results:
        ratio = "" if result.ratio is None else f"{result.ratio:.0%}"
        limit = result.bound
        verdict = ("  kept" if result.is_met else "  MISSED") if limit else ""
        print(
            f"{result.name:34}{result.value:>12,.0f} {result.unit:10}{ratio:>8}{limit:>8}{verdict}"
        )
    for note in notes:
        print(note, flush=True)
    sys.stdout.flush()
    return 0 if all(result.is_met for result in results) else 1
