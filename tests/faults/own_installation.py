"""The product as bin/up runs it, in a place of its own and without the demonstration.

``python -m tests.faults.own_installation NAME READING`` is its supervisor: the real one, which also writes
down the pids of what it started. ``running_installation`` starts it and gives a handle to kill by.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import psutil

from launch.checkout import Checkout
from launch.forking import collect_orphans
from launch.installation import Installation
from launch.servers import Place
from launch.stopping import Stopped, StopSignal

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN = 600.0
# It has servers of its own.
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "TEST_DATABASE_NAME")


class OwnInstallation(Installation):
    """Opened with an empty database, and telling who is who."""

    def open(self) -> None:
        self.servers.choose(self.stop_signal)
        manage = self.manage(self.place.log("setup"))
        self.listen(manage.env)
        with self.loading(manage):
            self.servers.start(self.stop_signal)
        self.migrate(manage)
        self.open_web(manage)
        self.open_workers(manage)
        self.open_streams(manage)
        self._write("env", {**self.servers.env, "URL": self.url})

    def watch(self) -> NoReturn:
        while True:
            self.stop_signal.check(0.1)
            every = [*self.servers.children, *self.doors]
            for child in every:
                if not child.restart_dead():
                    raise RuntimeError(f"{child.name} keeps ending")
            collect_orphans([one.process.pid for one in every if one.process])
            self._write("pids", {one.name.lower(): one.process.pid for one in every if one.process})

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        draft = self.place.folder / f"{name}.new"
        draft.write_text(json.dumps(content))
        draft.replace(self.place.folder / f"{name}.json")


class Running:
    """Someone else's house, by the pids that its supervisor wrote down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env: dict[str, str] = self._read("env")

    @property
    def url(self) -> str:
        return self.env["URL"].rstrip("/")

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        return found

    def pid(self, name: str) -> int:
        return int(self._read("pids")[name])

    def one_web_worker(self) -> int:
        """The pid of a child of the web server's master; it may have to fork one first."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(psutil.Error):
                if below := psutil.Process(self.pid("web")).children():
                    return below[0].pid
            time.sleep(0.1)
        raise RuntimeError("the web server has no worker")

    def last_words(self) -> str:
        logs = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"== {path.name}\n{path.read_text()[-800:]}" for path in logs)


@contextmanager
def running_installation(name: str, env: Mapping[str, str]) -> Iterator[Running]:
    """It is gone with everything it knew when the context ends."""
    place = Place.of(Checkout(ROOT), name, durable=True)
    place.clear()
    reading, pulling = os.pipe()
    log = place.log("supervisor")
    clean = {key: value for key, value in os.environ.items() if key not in SERVERS}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.own_installation", name, str(reading)],
            cwd=ROOT,
            env={**clean, "PORT": "0", **env},
            pass_fds=(reading,),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    os.close(reading)
    try:
        end = time.monotonic() + UP_WITHIN
        while not ((place.folder / "pids.json").exists() and (place.folder / "env.json").exists()):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the house does not come up: {log.read_text()[-3000:]}")
            time.sleep(0.2)
        yield Running(place.folder)
    finally:
        with suppress(BrokenPipeError):
            os.write(pulling, b".")
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(pulling)
        place.clear()
        shutil.rmtree(place.folder, ignore_errors=True)


def main() -> int:
    stop_signal = StopSignal(int(sys.argv[2]))
    stop_signal.listen_to_signals()
    installation = OwnInstallation(Place.of(Checkout(ROOT), sys.argv[1], durable=True), stop_signal)
    try:
        installation.open()
        installation.watch()
    except Stopped:
        return 0
    finally:
        installation.close()


if __name__ == "__main__":
    raise SystemExit(main())
