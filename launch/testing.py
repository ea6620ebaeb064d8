"""bin/test: pytest against a throw-away database and broker of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from launch import packages
from launch.account import die_with_parent
from launch.checkout import Checkout
from launch.child import stop_all
from launch.django import Manage
from launch.front import start_supervisor
from launch.installing import prepare
from launch.locks import try_lock
from launch.say import Trouble, say
from launch.servers import Place, Servers, child_environment
from launch.stamps import digest_of_files
from launch.stopping import Stopped, StopSignal, handle_stop_signals

SLOTS = 8
# Folders of an app that neither a migration nor a model imports.
SHAPELESS = {
    "admin",
    "api",
    "demo",
    "forms",
    "management",
    "queries",
    "services",
    "templatetags",
    "views",
}
RUN_MARK = f"{os.getpid()}-{time.time_ns()}"
SLOW = "--slow"
SLOW_MARK = "mark.slow"
MOST_WORKERS = 7  # each has a database of its own on the broker (tests/settings.py)
ALONE = ("-n", "--numprocesses", "--pdb", "--trace", "-p no:xdist", "--collect-only", "--co")


def free_slot(checkout: Checkout) -> tuple[Place, int]:
    """A place that no other test run is using: each slot has a cluster and ports of its own."""
    while True:
        for number in range(1, SLOTS + 1):
            place = Place.of(checkout, "test", str(number), durable=False)
            lock = try_lock(place.folder / "lock")
            if lock is not None:
                return place, lock
        say("  Eight test runs are under way in this folder; waiting …")
        time.sleep(5)


def front(words: list[str]) -> int:
    """Starts the servers, then pytest in this terminal (so that --pdb works)."""
    place, lock = free_slot(Checkout.here())
    reading, writing = os.pipe()
    supervisor, pulling = start_supervisor(
        "supervise-test", lock, str(writing), str(place.folder), pass_fds=(writing,)
    )
    os.close(writing)
    run = TestRun(place)
    run.listen_to_signals()
    try:
        with os.fdopen(reading) as reply:
            answer = reply.read()
        if not answer:
            return supervisor.wait() or 1
        return run.pytest(words, json.loads(answer))
    finally:
        os.close(pulling)
        supervisor.wait()


@dataclass
class TestRun:
    """One run of pytest, and the signals that are meant for it."""

    __test__ = False

    place: Place
    process: "subprocess.Popen[bytes] | None" = None
    interrupted: bool = False

    def listen_to_signals(self) -> None:
        handle_stop_signals(self._pass_on)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        """Pytest sums up on SIGINT. At a terminal Ctrl-C reaches it without us."""
        self.interrupted = True
        if self.process is None:
            raise KeyboardInterrupt
        if not (number == signal.SIGINT and sys.stdin.isatty()):
            self.process.send_signal(signal.SIGINT)

    def pytest(self, words: list[str], env: dict[str, str]) -> int:
        """Exit code of pytest; 130 when interrupted."""
        if self.interrupted:
            return 130
        checkout = self.place.checkout
        words = [*extra_words(words), *(word for word in words if word != SLOW)]
        say(f"  pytest {' '.join(words)}\n")
        self.process = subprocess.Popen(
            [str(checkout.python), "-m", "pytest", *words],
            env=env,
            cwd=checkout.root,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads here
        )
        result = self.process.wait()
        return 130 if self.interrupted else result


def extra_words(words: list[str]) -> list[str]:
    """What bin/test adds to the person's arguments: which tests, and who shares the work."""
    return [*chosen(words), *shared(words)]


def chosen(words: list[str]) -> list[str]:
    """Everything but the slow ones, or with --slow these alone. What a person names is run whole."""
    named = any(Path(word.split("::")[0]).exists() for word in words if not word.startswith("-"))
    if SLOW in words:
        return ["-m", "slow", *([] if named else slow_files(Checkout.here().root))]
    return [] if named or any(word.startswith("-m") for word in words) else ["-m", "not slow"]


def slow_files(root: Path) -> list[str]:
    """Those that say so of a test: each process would otherwise load all the others as well."""
    found = (path for path in root.glob("tests/**/test_*.py") if SLOW_MARK in path.read_text())
    return sorted(str(path.relative_to(root)) for path in found)


def shared(words: list[str]) -> list[str]:
    """A process for each processor, a few tests at a time, so that all are busy to the end. The slow
    ones mostly wait for what they have killed to come back: two for each, one test at a time."""
    if any(word.startswith(ALONE) for word in words):
        return []
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    wanted, at_once = (2 * processors, "1") if SLOW in words else (processors, "4")
    return ["-n", str(min(max(wanted, 2), MOST_WORKERS)), "--maxschedchunk", at_once]


def schema_digest(checkout: Checkout) -> str:
    """Of everything that may shape a test database: migrations, and what they and models import."""
    root = checkout.root
    apps = (*root.glob("apps/**/*.py"), *root.glob("apps/*/seed/*"))
    shaping = [one for one in apps if SHAPELESS.isdisjoint(one.relative_to(root).parts)]
    # Roles become groups after each migration.
    shaping += root.glob("apps/accounts/services/**/*.py")
    return digest_of_files([*shaping, *root.glob("config/*.py"), root / "requirements.txt"])


def supervise(words: list[str]) -> int:
    """Parent of the test servers; tells the front their addresses, then waits for its end."""
    stop_signal = StopSignal(int(words[0]))
    stop_signal.listen_to_signals()
    checkout = Checkout.here()
    slot = Path(words[2]).name
    servers = Servers(Place.of(checkout, "test", slot, durable=False))
    log = servers.place.log("setup")
    try:
        prepare(checkout, "dev", stop_signal, log)
        packages.provide(stop_signal, log, for_tests=True)
        servers.start(stop_signal)
        env = test_environment(servers)
        Manage(checkout, env, stop_signal, log).prepare_files()
        with os.fdopen(int(words[1]), "w") as telling:
            telling.write(json.dumps(env))
        while True:
            stop_signal.check(60)
    except Stopped:
        return 0
    except Trouble as trouble:
        say(f"\n{trouble}")
        return 1
    finally:
        kill_marked(RUN_MARK)
        stop_all(servers.children[::-1])
        # Outside the checkout nobody would ever tidy it up.
        shutil.rmtree(servers.place.far_home, ignore_errors=True)


def test_environment(servers: Servers) -> dict[str, str]:
    """The owner's role: it makes test databases and may step down to the application's role."""
    env = child_environment(servers)
    env["DATABASE_URL"] = env["DATABASE_OWNER_URL"]
    env.update(packages.browser_environment())
    env["YIPIAO_TEST_RUN"] = RUN_MARK
    return env


def kill_marked(mark: str) -> None:
    """End what a killed test run left: test processes, browsers (Linux).

    They carry the mark in their environment; they may be children of nobody by now.
    """
    sought = f"YIPIAO_TEST_RUN={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if sought in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
