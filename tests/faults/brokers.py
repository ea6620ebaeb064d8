"""Brokers that fail: a real one of our own that is flushed, killed or stopped, and two that hang."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import redis

from launch.binaries import valkey_server
from launch.checkout import Checkout
from launch.ports import free_port
from tests.waiting import LIMIT

ROOT = Path(__file__).resolve().parents[2]


class OwnBroker:
    """A real server on a port of its own, with its append-only file; it keeps the port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        binary = valkey_server(Checkout(ROOT))
        words = [str(binary), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        words += ["--appendonly", "yes", "--appendfsync", "everysec", "--dir", str(self.folder)]
        self._process = subprocess.Popen(
            words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            with suppress(redis.RedisError), self.client() as client:
                if client.ping():
                    return
            time.sleep(0.02)
        raise RuntimeError("the broker does not start")

    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=1)

    def flush(self) -> int:
        """FLUSHALL; how many keys were lost."""
        with self.client() as client:
            keys = int(client.dbsize())
            client.flushall()
        return keys

    def kill(self) -> None:
        """As kill -9, or as the machine going down."""
        if self._process is not None:
            # A stopped process dies of it as well.
            self._process.kill()
            self._process.wait()

    def purge(self) -> None:
        """Nothing is left of its file."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def stop(self) -> None:
        """It hangs: connections are open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)


class Hanging:
    """A broker's address where connections are taken and nothing is ever said."""

    def __init__(self, server: socket.socket) -> None:
        self.port = int(server.getsockname()[1])
        self.visitors = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@contextmanager
def silent_broker() -> Iterator[Hanging]:
    """It accepts, reads nothing and answers nothing; ``visitors`` counts who came."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        server.settimeout(0.1)
        there, ended = Hanging(server), threading.Event()

        def take() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    visitor, _address = server.accept()
                    stack.callback(visitor.close)
                    there.visitors += 1

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        try:
            yield there
        finally:
            ended.set()
            taker.join()


@contextmanager
def crowded_broker() -> Iterator[Hanging]:
    """Its queue of connections is full, so that not even connecting succeeds."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _n in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        with socket.socket() as another, suppress(TimeoutError):
            another.settimeout(0.3)
            another.connect(server.getsockname())
            raise RuntimeError("there is still room in the queue")
        yield Hanging(server)
