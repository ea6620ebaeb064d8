"""Several processes at the same work, and what befalls them: kill -9, a database that restarts, a broker
that forgets. What they do is theirs; used by tests/faults/clocks.py and by its control."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.faults.brokers import OwnBroker
from tests.faults.databases import OwnDatabase
from tests.faults.points import ambush

ROOT = Path(__file__).resolve().parents[2]
AIM = 0.6  # seconds
COMES_WITHIN = 900.0  # seconds, each few of them with new work
_IN_TRANSACTION = """
SELECT pid FROM pg_stat_activity
WHERE application_name = %s AND xact_start IS NOT NULL AND state <> 'idle'
"""


@dataclass(frozen=True)
class Plan:
    """How often what happens within ``span`` seconds or as long as it takes; whatever is late then has
    until ``deadline``. The kills take ``points`` (of tests/faults/points.py) by turns, and each waits
    until somebody is there; without any they fall at random."""

    kills: int
    restarts: int
    flushes: int
    span: float
    deadline: float
    points: Sequence[str] = ()
    seed: int = 1

    def blows(self) -> list[tuple[float, str]]:
        """When what strikes, in seconds from the start, ascending."""
        rand = random.Random(self.seed)
        names = ["kill"] * self.kills + ["restart"] * self.restarts + ["flush"] * self.flushes
        return sorted((rand.uniform(0.1 * self.span, self.span), name) for name in names)

    @property
    def feeds(self) -> int:
        """How often there has to be new work: before each blow, and before each kill once more."""
        return len(self.blows()) + self.kills * bool(self.points)


@dataclass(frozen=True)
class Struck:
    """What befell them; ``in_transaction`` of the killed were in the middle of one, ``points`` says
    of how many that were held there where."""

    kills: int
    in_transaction: int
    restarts: int
    flushes: int
    seconds: float
    is_done: bool
    points: Mapping[str, int]

    def line(self) -> str:
        where = ", ".join(f"{n} at {point}" for point, n in sorted(self.points.items()))
        return (
            f"{self.kills} kill -9 ({self.in_transaction} inside a transaction"
            f"{': ' if where else ''}{where}), "
            f"{self.restarts} restarts of PostgreSQL, {self.flushes} FLUSHALL in {self.seconds:.0f} s"
        )


class Herd:
    """One process for each command, started again when it was killed or ended by itself."""

    def __init__(
        self, commands: Sequence[Sequence[str]], env: Mapping[str, str], folder: Path
    ) -> None:
        self._commands, self._env, self._folder = commands, env, folder
        self._since = [0.0] * len(commands)
        self._processes = [self._start(slot) for slot in range(len(commands))]

    def _start(self, slot: int) -> "subprocess.Popen[bytes]":
        self._since[slot] = time.monotonic()
        with (self._folder / f"herd-{slot}.log").open("ab") as out:
            return subprocess.Popen(
                self._commands[slot],
                cwd=ROOT,
                env={**os.environ, **self._env, "PGAPPNAME": self.name(slot)},
                stdout=out,
                stderr=out,
            )

    @staticmethod
    def name(slot: int) -> str:
        return f"herd-{slot}"

    def oldest(self) -> int:
        """The one that has been at work for longest: one that is still loading loses nothing."""
        return min(range(len(self._since)), key=lambda slot: self._since[slot])

    def kill(self, slot: int) -> None:
        self._processes[slot].kill()
        self._processes[slot].wait()
        self._processes[slot] = self._start(slot)

    def slot(self, name: str) -> int:
        return int(name.removeprefix("herd-"))

    def restart_dead(self) -> None:
        for slot, process in enumerate(self._processes):
            if process.poll() is not None:
                self._processes[slot] = self._start(slot)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def last_words(self) -> str:
        logs = sorted(self._folder.glob("herd-*.log"))
        return "\n".join(path.read_text()[-1500:] for path in logs)


def _caught(database: OwnDatabase, name: str) -> bool:
    """Waits a moment for it to be in the middle of a transaction, where a kill hurts most."""
    return database.comes(_IN_TRANSACTION, name, within=AIM) is not None


def await_them(herd: Herd, is_up: Callable[[], bool], seconds: float = 90.0) -> None:
    """Until all have loaded: before that there is nothing to lose."""
    end = time.monotonic() + seconds
    while not is_up():
        if time.monotonic() > end:
            raise RuntimeError(f"they do not come up: {herd.last_words()}")
        time.sleep(0.1)


def kill_some(
    herd: Herd,
    plan: Plan,
    database: OwnDatabase,
    broker: OwnBroker,
    is_done: Callable[[], bool],
    feed: Callable[[], int] = lambda: 0,
    rest: Callable[[], int] = lambda: 0,
) -> Struck:
    """Everything of the plan, one after the other, and then time to make up for it. ``feed`` gives
    them something to do before each blow; what was not given by then, ``rest`` gives in the end."""
    began = time.monotonic()
    crashes = 0
    inside = 0
    points: Counter[str] = Counter()
    turns = cycle(plan.points)
    for when, name in plan.blows():
        time.sleep(max(0.0, began + when - time.monotonic()))
        herd.restart_dead()
        feed()
        if name == "flush":
            broker.flush()
        elif name == "restart":
            # By turns in order, and as if the machine had gone down.
            database.restart(signal.SIGQUIT if crashes % 2 else signal.SIGINT, away=0.5)
            crashes += 1
        elif plan.points:
            point = next(turns)
            _kill_at(herd, database, point, feed)
            points[point] += 1
        else:
            slot = herd.oldest()
            inside += _caught(database, herd.name(slot))
            herd.kill(slot)
    rest()
    end = time.monotonic() + plan.deadline
    while not (done := is_done()) and time.monotonic() < end:
        herd.restart_dead()
        time.sleep(0.3)
    inside += points.total()
    seconds = time.monotonic() - began
    return Struck(plan.kills, inside, plan.restarts, plan.flushes, seconds, done, points)


def _kill_at(herd: Herd, database: OwnDatabase, point: str, feed: Callable[[], object]) -> None:
    """Kills whoever comes to that point first. On a busy machine those that were killed before are
    still loading for long: then there is new work, and it is waited for again, until it has struck."""
    end = time.monotonic() + COMES_WITHIN
    while time.monotonic() < end:
        with ambush(database, point) as name:
            if name:
                herd.kill(herd.slot(name))
                return
        herd.restart_dead()
        feed()
    raise RuntimeError(f"nobody came to {point}: {herd.last_words()}")
