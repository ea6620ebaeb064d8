"""bin/up for real: every process of it is killed in turn, and each is back with the product."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from os import kill
from pathlib import Path

import pytest
import redis

from tests.launch.houses import (
    House,
    alive,
    children,
    copied,
    family,
    starters,
    wait_gone,
)
from tests.waiting import LIMIT, eventually

# How the masters are known by their command lines.
SIGNS = {
    "postgres": "/postgres -D ",
    "valkey": "valkey-server",
    "web": "gunicorn",
    "worker": " worker ",
    "beat": " beat ",
    "watch": "manage.py watch",
    "deliver": "manage.py deliver",
    "streams": "serve_streams",
}
WITH_WORKERS = ("postgres", "web", "worker")
# The three loops of every watch, and whoever looks for the next message.
AT_WORK = """
SELECT (SELECT count(*) = 3 FROM sla_watcher WHERE name <> 'calendars' AND seen_at > {since})
AND (SELECT max(refilled) > {since} FROM notifications_providerstate)
"""


@pytest.fixture
def house() -> Iterator[House]:
    with copied(starters()[0]) as there:
        yield there


def words_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Running:
    """The processes of a house that was started."""

    def __init__(self, house: House, front: "subprocess.Popen[bytes]") -> None:
        self.house = house
        (self.supervisor,) = children(front.pid)

    def masters(self) -> dict[str, int]:
        """Name → pid of what the supervisor started itself."""
        pids = alive(children(self.supervisor))
        return {
            name: pid for pid in pids for name, sign in SIGNS.items() if sign in f"{words_of(pid)} "
        }

    def all_back(self) -> bool:
        return self.masters().keys() == SIGNS.keys()

    def pushes(self) -> int:
        """How often something was put into the broker's queues; beat does so all the time."""
        port = self.house.told("ports.json")["valkey"]
        password = self.house.told("secrets.json")["VALKEY_PASSWORD"]
        with suppress(redis.RedisError), redis.Redis(port=port, password=password) as asked:
            return int(asked.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))
        return 0

    def has_a_worker(self) -> bool:
        """Does a worker take what is in the queue? It answers from its own pool of processes."""
        port = self.house.told("ports.json")["valkey"]
        password = self.house.told("secrets.json")["VALKEY_PASSWORD"]
        python = str(self.house.folder / ".yipiao" / "venv" / "bin" / "python")
        broker = f"redis://:{password}@127.0.0.1:{port}/0"
        argv = [python, "-m", "celery", "-b", broker, "inspect", "ping", "-t", "5"]
        return subprocess.run(argv, cwd="/", capture_output=True, check=False).returncode == 0

    def assert_it_works(self, after: str) -> None:
        """Pages, broker, database, live updates and everybody behind them."""
        now = ""

        def asked(sql: str) -> str:
            with suppress(subprocess.CalledProcessError):
                return self.house.query(sql)
            return ""

        def clock() -> str:
            nonlocal now
            now = now or asked("SELECT clock_timestamp()")
            return now

        streams = self.house.told("running.json")["streams_url"]
        looks: dict[str, Callable[[], bool]] = {
            "all processes": self.all_back,
            "pages": lambda: self.house.status(self.house.url) == 200,
            "database and broker": lambda: self.house.status(f"{self.house.url}readyz") == 200,
            "live updates": lambda: self.house.status(f"{streams}healthz") == 200,
            "watch and deliver": lambda: (
                bool(clock()) and asked(AT_WORK.format(since=f"'{now}'")) == "True"
            ),
            "worker": self.has_a_worker,
        }
        for what, is_well in looks.items():
            assert eventually(is_well), f"{after}: {what}\n{self.house.said()}"
        before = self.pushes()
        assert eventually(lambda: self.pushes() > before), f"{after}: beat\n{self.house.said()}"


def strike(running: Running, name: str) -> None:
    """Kill a master: all that it started goes with it, and another one is at work."""
    old = running.masters()[name]
    lost = family(old)
    kill(old, signal.SIGKILL)
    wait_gone(lost)
    assert eventually(lambda: running.masters().get(name, old) != old), running.house.said()
    running.assert_it_works(f"{name} was killed")


def strike_below(running: Running, name: str) -> None:
    """Kill the processes that a master started, one after the other; the master gets new ones."""
    master = running.masters()[name]
    for pid in sorted(children(master)):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
        wait_gone({pid})
    running.assert_it_works(f"what {name} had started was killed")
    assert running.masters()[name] == master


@pytest.mark.slow
def test_whoever_is_killed_comes_back(house: House) -> None:
    front = house.start()
    everybody: set[int] = set()
    try:
        house.wait_for("Ctrl-C ends everything", front)
        running = Running(house, front)
        running.assert_it_works("the start")
        for name in SIGNS:
            strike(running, name)
        for name in WITH_WORKERS:
            strike_below(running, name)
        everybody = family(front.pid)
        # The last who could start anybody again: the kernel ends what it leaves.
        kill(running.supervisor, signal.SIGKILL)
        assert front.wait(LIMIT) == 1
        wait_gone(everybody)
        assert "ended by signal 9" in house.said()
        assert house.told_in_logs() == []
    finally:
        everybody |= family(front.pid)
        front.kill()
        front.wait()
        wait_gone(everybody)
