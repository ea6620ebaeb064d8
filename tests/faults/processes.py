"""The product's own processes as in production, on the test's database and a broker that fails."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.launch.databases import owner_url
from tests.waiting import LIMIT, eventually

ROOT = Path(__file__).resolve().parents[2]
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def command(name: str, folder: Path) -> list[str]:
    """What ``bin/up`` runs under that name."""
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    return {
        "worker": [*celery, "worker", "-l", "WARNING", *ALONE],
        "beat": [*celery, "beat", "-l", "WARNING", "-s", str(folder / "beat"), "--pidfile="],
        "standby": [sys.executable, "manage.py", "standby"],
    }[name]


class Supervised:
    """Processes that are started again when they end, as docker-compose.yml and bin/up do it."""

    def __init__(self, folder: Path, names: list[str], env: Mapping[str, str]) -> None:
        self.folder, self.env = folder, dict(env)
        self.restarts = dict.fromkeys(names, 0)
        self._processes = {name: self._start(name) for name in names}
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as out:
            return subprocess.Popen(
                command(name, self.folder),
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=out,
            )

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            for name, process in self._processes.items():
                if process.poll() is not None:
                    self.restarts[name] += 1
                    self._processes[name] = self._start(name)

    def stop(self) -> None:
        """They are asked to, then made to."""
        self._ended.set()
        self._watcher.join()
        for process in self._processes.values():
            process.terminate()
        end = time.monotonic() + 20
        for process in self._processes.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def last_words(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]


@contextmanager
def running(folder: Path, names: list[str], env: Mapping[str, str]) -> Iterator[Supervised]:
    whole = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": owner_url(),
        "LOG_LEVEL": "WARNING",
        **env,
    }
    installation = Supervised(folder, names, whole)
    try:
        yield installation
    finally:
        installation.stop()


@contextmanager
def web(broker_url: str, env: Mapping[str, str], *, workers: int = 1) -> Iterator[int]:
    """The web server as in production on a free port, with that broker; the port."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = int(listening.getsockname()[1])
    whole = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": owner_url(),
        "REDIS_URL": broker_url,
        # Handed over, so that nobody can take the port in between.
        "BIND": f"fd://{listening.fileno()}",
        "WEB_CONCURRENCY": str(workers),
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "LOG_LEVEL": "CRITICAL",
        **env,
    }
    words = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--log-level", "error"]
    fds = (listening.fileno(),)
    process = subprocess.Popen(words, cwd=ROOT, env=whole, pass_fds=fds)
    try:
        _wait_until_up(port, process)
        yield port
    finally:
        listening.close()
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(port: int, process: "subprocess.Popen[bytes]") -> None:
    def is_up() -> bool:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        try:
            wire.request("GET", "/healthz")
            return wire.getresponse().status == 200
        except OSError:
            return False
        finally:
            wire.close()

    if not eventually(lambda: process.poll() is not None or is_up()) or process.poll() is not None:
        raise RuntimeError("the web server does not start")
