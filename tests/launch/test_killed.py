"""bin/up for real: every process of it is killed in turn, and each is back with the product."""

import signal
from collections.abc import Iterator
from contextlib import suppress
from os import kill

import pytest

from tests.launch.installations import Installation, children, copied, family, starters, wait_gone
from tests.launch.running import SIGNS, Running
from tests.waiting import LIMIT, eventually

WITH_WORKERS = ("postgres", "web", "worker")


@pytest.fixture
def installation() -> Iterator[Installation]:
    with copied(starters()[0]) as there:
        yield there


def kill_master(running: Running, name: str) -> None:
    """Kill a master: all that it started goes with it, and another one is at work."""
    old = running.masters()[name]
    lost = family(old)
    kill(old, signal.SIGKILL)
    wait_gone(lost)
    assert eventually(lambda: running.masters().get(name, old) != old), (
        running.installation.output()
    )
    running.assert_it_works(f"{name} was killed")


def kill_below(running: Running, name: str) -> None:
    """Kill the processes that a master started, one after the other; the master gets new ones."""
    master = running.masters()[name]
    for pid in sorted(children(master)):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
        wait_gone({pid})
    running.assert_it_works(f"what {name} had started was killed")
    assert running.masters()[name] == master


@pytest.mark.slow
def test_whoever_is_killed_comes_back(installation: Installation) -> None:
    front = installation.start()
    everybody: set[int] = set()
    try:
        installation.wait_for("Ctrl-C ends everything", front)
        running = Running(installation, front)
        running.assert_it_works("the start")
        for name in SIGNS:
            kill_master(running, name)
        for name in WITH_WORKERS:
            kill_below(running, name)
        everybody = family(front.pid)
        # The last who could start anybody again: the kernel ends what it leaves.
        kill(running.supervisor, signal.SIGKILL)
        assert front.wait(LIMIT) == 1
        wait_gone(everybody)
        assert "ended by signal 9" in installation.output()
        assert installation.passwords_in_logs() == []
    finally:
        everybody |= family(front.pid)
        front.kill()
        front.wait()
        wait_gone(everybody)
