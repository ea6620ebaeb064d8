"""Children and the stop_signal, with real processes."""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launch import child as child_module
from launch.child import Child, ended_how, stop_all
from launch.say import Trouble
from launch.stopping import STOP_SIGNALS, Stopped, StopSignal
from tests.launch.mounts import fill, small_disk
from tests.waiting import LIMIT, eventually

# The test runner has threads; the supervisor has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

SLEEPER = "import time; time.sleep(60)"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    made: list[Child] = []

    def build(code: str, **more: float) -> Child:
        log = tmp_path / "child.log"
        argv = [sys.executable, "-c", code]
        built = Child("child", argv, dict(os.environ), tmp_path, log, **more)  # type: ignore[arg-type]  # only numbers are passed
        made.append(built)
        return built

    yield build
    for one in made:
        one.kill_group()
        if one.process:
            one.process.wait()


@pytest.fixture
def stop_signal() -> Iterator[tuple[StopSignal, int]]:
    reading, pulling = os.pipe()
    yield StopSignal(reading), pulling
    os.close(reading)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_stopping_is_polite_first(make: Callable[..., Child]) -> None:
    child = make(
        "import os, signal, sys, time\n"
        # Not with print: the signal may come before the other print is through.
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), sys.exit(0)))\n"
        "os.write(1, b'up\\n'); time.sleep(60)"
    )
    child.start()
    assert eventually(lambda: "up" in child.log.read_text())
    stop_all([child])
    assert child.log.read_text() == "up\nbye\n"


def test_what_does_not_stop_is_killed_with_what_it_started(make: Callable[..., Child]) -> None:
    child = make(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"other = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])\n"
        "print(other.pid, flush=True); time.sleep(60)",
        grace=0.3,
    )
    child.start()
    assert eventually(lambda: child.log.read_text().endswith("\n"))
    grandchild = int(child.log.read_text())
    stop_all([child])
    assert not child.alive
    # Whoever adopts orphans here has to collect it first.
    assert eventually(lambda: gone(grandchild) or is_zombie(grandchild))


def is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_a_dead_child_is_started_again(make: Callable[..., Child]) -> None:
    child = make(SLEEPER)
    child.start()
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    assert child.restart_dead()
    assert eventually(lambda: child.restart_dead() and child.alive)
    assert child.process.pid != first


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is asked for")
def test_whoever_waits_sees_at_once_that_a_child_has_ended(
    make: Callable[..., Child], stop_signal: tuple[StopSignal, int]
) -> None:
    child = make(SLEEPER)
    child.start()
    assert child.process is not None and child.ending is not None
    assert select.select([child.ending], [], [], 0)[0] == [], "it lives"
    threading.Timer(0.2, child.process.kill).start()
    began = time.monotonic()
    stop_signal[0].check(LIMIT, [child.ending])
    assert time.monotonic() - began < LIMIT / 2 and not child.alive
    before = child.ending
    assert eventually(lambda: child.restart_dead() and child.alive)
    assert child.ending is not None and select.select([child.ending], [], [], 0)[0] == []
    stop_all([child])
    assert child.ending is None
    with pytest.raises(OSError):
        os.fstat(before)


def test_a_signal_ends_the_wait_as_well(stop_signal: tuple[StopSignal, int]) -> None:
    waiting, _pulling = stop_signal
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    waiting.listen_to_signals()
    try:
        threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGTERM]).start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            waiting.check(LIMIT)
        assert time.monotonic() - began < LIMIT / 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_pauses_grow_and_then_it_gives_up(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(child_module, "LONGEST_PAUSE", 0.002)
    monkeypatch.setattr(child_module, "PATIENCE", 2)
    child = make("raise SystemExit(3)")
    child.start()
    assert eventually(lambda: not child.restart_dead())
    assert child.failures == 3


def test_what_cannot_be_started_again_just_now_is_tried_once_more(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.001)
    child = make(SLEEPER)
    child.start()
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    child.cwd = tmp_path / "away"
    assert eventually(lambda: child.restart_dead() and child.failures > 1)
    child.cwd.mkdir()
    assert eventually(lambda: child.restart_dead() and child.alive)


def test_while_the_disk_is_full_nothing_is_given_up(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(child_module, "LONGEST_PAUSE", 0.002)
    child = make("raise SystemExit(3)")
    with small_disk(tmp_path / "disk", "1m"):
        child.log = tmp_path / "disk" / "child.log"
        fill(tmp_path / "disk" / "filler")
        child.start()
        tried = set()
        while len(tried) < 12:
            assert child.restart_dead(), "it is tried again and again"
            tried.add(child.process and child.process.pid)
        (tmp_path / "disk" / "filler").unlink()
        assert eventually(lambda: not child.restart_dead())


def test_who_frees_what_it_could_not_write_is_not_given_up_either(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PostgreSQL removes a half-written file before it ends: there is room, and never enough."""
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(child_module, "LONGEST_PAUSE", 0.002)
    roomy = tmp_path / "roomy"
    child = make(
        f"import os; raise SystemExit(3 if os.path.exists({str(roomy)!r}) else 'FATAL: No space left on device')"
    )
    child.start()
    tried = set()
    while len(tried) < 12:
        assert child.restart_dead(), "it is tried again and again"
        tried.add(child.process and child.process.pid)
    roomy.touch()
    assert eventually(lambda: not child.restart_dead())


def test_how_it_ended_is_told_in_words() -> None:
    assert ended_how(3) == "exit code 3"
    assert ended_how(-signal.SIGKILL) == "signal SIGKILL"


def test_a_byte_or_the_end_of_the_pipe_means_stop(stop_signal: tuple[StopSignal, int]) -> None:
    held, pulling = stop_signal
    assert not held.is_requested()
    os.close(pulling)
    assert held.is_requested()
    with pytest.raises(Stopped):
        held.check()


def test_a_failing_command_tells_its_last_words(
    stop_signal: tuple[StopSignal, int], tmp_path: Path
) -> None:
    held, pulling = stop_signal
    argv = [sys.executable, "-c", "print('what went wrong'); raise SystemExit(7)"]
    with pytest.raises(Trouble, match="what went wrong") as caught:
        held.run(argv, env=dict(os.environ), cwd=tmp_path, log=tmp_path / "log")
    assert caught.value.code == 7
    os.close(pulling)


def test_stopping_ends_the_command_under_way(
    stop_signal: tuple[StopSignal, int], tmp_path: Path
) -> None:
    held, pulling = stop_signal
    code = f"import os, time; print(os.getpid(), flush=True); {SLEEPER}"
    os.write(pulling, b".")
    with pytest.raises(Stopped):
        held.run(
            [sys.executable, "-c", code], env=dict(os.environ), cwd=tmp_path, log=tmp_path / "log"
        )
    words = (tmp_path / "log").read_text().split()
    assert not words or gone(int(words[0]))
    os.close(pulling)
