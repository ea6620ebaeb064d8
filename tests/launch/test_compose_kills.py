"""The commands of docker-compose.yml as processes: killed with -9 and started again, as its restart
policy does; each comes back, keeps what it had, and leaves nobody behind."""

import os
import platform
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from launch.ports import free_port
from tests.launch.databases import owner_url
from tests.launch.installations import alive, children, family, wait_gone
from tests.launch.stores import Broker, Postgres, own_folder
from tests.launch.test_compose import ROOT, SERVICES, command, filled, here, run
from tests.waiting import eventually

# The test runner has threads; the launcher, whose PostgreSQL is used, has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
LOOK = 0.3  # seconds between two; each starts a program
# What those without a port leave behind is looked at: as if it were as old as it may not be.
AGES = {
    "standby": "UPDATE events_taskrun SET ran_at = ran_at - interval '1 minute'",
}


class Service:
    """One service: its command and its health check, with this machine's ports and folders."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.port = str(free_port())
        # Another database number, so that no task of another test is taken.
        broker = re.sub(r"/(\d+)$", lambda found: f"/{int(found[1]) + 8}", settings.REDIS_URL)
        self.env = here(
            name,
            DATABASE_URL=owner_url(),
            REDIS_URL=broker,
            HOSTNAME=platform.node(),
            BIND=f"127.0.0.1:{self.port}",
            WEB_CONCURRENCY="2",
        )
        # The image sets no such thing.
        del self.env["PYTHONPATH"]
        self.process: subprocess.Popen[bytes] | None = None

    def _ours(self, words: list[str]) -> list[str]:
        changes = {"8000": self.port, "8001": self.port, "/srv/beat": str(self.folder)}
        made = []
        for word in map(filled, words):
            for theirs, own in changes.items():
                word = word.replace(theirs, own)
            made.append(word)
        return made

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> int:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._ours(command(self.name)), cwd=ROOT, env=self.env, stdout=out, stderr=out
            )
        return self.process.pid

    def is_healthy(self) -> bool:
        kind, *words = self._ours(SERVICES[self.name]["healthcheck"]["test"])
        return run(["sh", "-c", *words] if kind == "CMD-SHELL" else words, self.env).returncode == 0

    def restart_dead(self) -> None:
        """What ``restart: unless-stopped`` means."""
        if self.process is not None and self.process.poll() is not None:
            self.start()

    def comes_up(self) -> bool:
        def up() -> bool:
            self.restart_dead()
            return self.is_healthy()

        return eventually(up, every=LOOK)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def age(self) -> None:
        if self.name in AGES:
            with connection.cursor() as cursor:
                cursor.execute(AGES[self.name])
        for path in self.folder.glob("schedule*"):
            os.utime(path, times=(path.stat().st_mtime - 600,) * 2)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    made = Service(request.param, tmp_path)
    try:
        yield made
    finally:
        made.end()


NAMES = ("web", "worker", "beat", "standby", "streams")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("service", NAMES, indirect=True)
def test_a_killed_service_comes_back_and_leaves_nobody_behind(service: Service) -> None:
    if service.name in AGES:
        assert not service.is_healthy()
    first = service.start()
    assert service.comes_up(), service.log.read_text()
    everybody = family(first)
    service.kill()
    service.start()
    wait_gone(everybody)
    assert service.process and service.process.poll() is None, "nobody held what it needs"
    assert service.comes_up(), service.log.read_text()

    everybody = family(service.process.pid)
    service.kill()
    wait_gone(everybody)
    service.age()
    assert not service.is_healthy(), "its check sees that it is gone"
    service.start()
    assert service.comes_up(), service.log.read_text()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("service", ("web",), indirect=True)
def test_what_a_service_forked_is_replaced(service: Service) -> None:
    master = service.start()
    assert service.comes_up(), service.log.read_text()
    lost = children(master)
    for pid in lost:
        os.kill(pid, signal.SIGKILL)
    wait_gone(lost)
    assert eventually(lambda: len(alive(children(master))) >= len(lost)), service.log.read_text()
    assert eventually(service.is_healthy, every=LOOK), service.log.read_text()


@pytest.fixture
def folder() -> Iterator[Path]:
    with own_folder() as made:
        yield made


@pytest.mark.slow
def test_a_killed_database_comes_back_with_what_was_committed(folder: Path) -> None:
    server = Postgres(folder)
    try:
        assert server.comes_up(lambda: server.ask("SELECT 1") == 1)
        server.ask("CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        assert server.comes_up(lambda: server.ask("SELECT answer FROM kept") == 42)
    finally:
        server.kill()


@pytest.mark.slow
def test_a_killed_broker_comes_back_with_its_queue(folder: Path) -> None:
    server = Broker(folder)
    try:
        assert server.comes_up(lambda: bool(server.ask("PING")))
        server.ask("LPUSH", "celery", "a call")
        # What was accepted is on disk within a second.
        server.ask("WAITAOF", "1", "0", "0")
        server.kill()
        assert server.comes_up(lambda: server.ask("LLEN", "celery") == 1)
    finally:
        server.kill()
