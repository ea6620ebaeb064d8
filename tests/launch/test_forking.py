"""Servers forked from a process that has loaded the product, with real processes (Linux)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launch import forking
from launch.account import LIBC
from launch.child import Child, stop_all
from launch.forking import (
    PR_SET_CHILD_SUBREAPER,
    ROOM,
    Adopted,
    Forker,
    Request,
    adopt_orphans,
    collect_orphans,
)
from tests.waiting import eventually

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each server begins by itself"),
    # The test runner has threads; the supervisor has none.
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]
# As config.preloader, but with nothing loaded: what it forks is there at once.
EMPTY = """
import socket, sys
from config.preloader import become, serve
become(serve(socket.socket(fileno=int(sys.argv[1]))))
"""
SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(60)\n"


@pytest.fixture(autouse=True)
def adopting() -> Iterator[None]:
    assert adopt_orphans()
    yield
    assert LIBC is not None
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def preloading(*words: str) -> Iterator[tuple[Forker, "subprocess.Popen[bytes]"]]:
    forker = Forker()
    argv = [sys.executable, *words, str(forker.descriptor), ROOM]
    with subprocess.Popen(argv, pass_fds=(forker.descriptor,)) as process:
        assert eventually(lambda: forker.is_ready(process.pid))
        yield forker, process
        process.kill()


@pytest.fixture
def preloader() -> Iterator[tuple[Forker, "subprocess.Popen[bytes]"]]:
    yield from preloading("-c", EMPTY)


@pytest.fixture
def make(
    tmp_path: Path, preloader: tuple[Forker, "subprocess.Popen[bytes]"]
) -> Iterator[Callable[..., Child]]:
    made: list[Child] = []

    def build(code: str, **more: str) -> Child:
        script = tmp_path / f"{len(made)}.py"
        script.write_text(code)
        argv, env = [sys.executable, str(script), "--its", "words"], {**os.environ, **more}
        child = Child("child", argv, env, tmp_path, tmp_path / "child.log")
        child.fork = preloader[0].fork
        made.append(child)
        return child

    yield build
    for child in made:
        child.kill_group()
        if child.process:
            child.process.wait()


def words_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def test_it_begins_as_a_process_started_by_itself(make: Callable[..., Child]) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    child = make(
        "import json, os, sys, time\n"
        "found = [sys.argv[1:], os.environ['ITS'], os.getsid(0) == os.getpid(), __name__]\n"
        f"found.append(os.readlink('/proc/self/fd/{listening.fileno()}'))\n"
        "print(json.dumps(found), flush=True); time.sleep(60)\n",
        ITS="own",
    )
    child.pass_fds = (listening.fileno(),)
    child.start()
    assert isinstance(child.process, Adopted)
    pid = child.process.pid
    assert eventually(lambda: child.log.read_text().endswith("\n"))
    inode = os.fstat(listening.fileno()).st_ino
    listening.close()
    found = [["--its", "words"], "own", True, "__main__", f"socket:[{inode}]"]
    assert json.loads(child.log.read_text()) == found
    assert parent_of(pid) == os.getpid()
    assert words_of(pid) == " ".join(child.argv)
    assert Path(f"/proc/{pid}/comm").read_text() == "child\n"
    stop_all([child])
    assert child.process.returncode == -signal.SIGTERM


def test_its_exit_code_is_known(make: Callable[..., Child]) -> None:
    child = make("raise SystemExit(3)")
    child.start()
    assert child.process is not None
    assert child.process.wait(30) == 3
    assert not child.alive


def test_it_is_killed_and_started_again_by_itself(make: Callable[..., Child]) -> None:
    child = make(SLEEPER)
    child.start()
    assert isinstance(child.process, Adopted)
    first = child.process
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(0.05)
    first.kill()
    assert first.wait(30) == -signal.SIGKILL
    assert eventually(lambda: child.restart_dead() and child.alive)
    assert isinstance(child.process, Adopted) and child.process.pid != first.pid


def test_it_outlives_whoever_forked_it_and_the_next_begins_by_itself(
    make: Callable[..., Child], preloader: tuple[Forker, "subprocess.Popen[bytes]"]
) -> None:
    forker, process = preloader
    child = make(SLEEPER)

    def fork(request: Request) -> Adopted:  # as bin/up's
        if process.poll() is not None:
            raise OSError
        return forker.fork(request)

    child.fork = fork
    child.start()
    assert isinstance(child.process, Adopted)
    process.kill()
    process.wait()
    assert eventually(lambda: "up" in child.log.read_text()) and child.alive
    child.process.kill()
    child.process.wait()
    assert eventually(lambda: child.restart_dead() and child.alive)
    assert not isinstance(child.process, Adopted)


def test_what_is_forked_too_late_ends(
    make: Callable[..., Child],
    preloader: tuple[Forker, "subprocess.Popen[bytes]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The launcher has started another one by then."""
    monkeypatch.setattr(forking, "PATIENCE", 0.2)
    _forker, process = preloader
    child = make("import os\nprint(os.getpid(), flush=True)\nimport time\ntime.sleep(60)\n")
    process.send_signal(signal.SIGSTOP)
    child.start()
    assert child.process is not None and not isinstance(child.process, Adopted)
    process.send_signal(signal.SIGCONT)
    second = make("print('second', flush=True)")
    monkeypatch.setattr(forking, "PATIENCE", 30.0)
    second.start()
    assert second.process is not None and second.process.wait(30) == 0
    assert eventually(lambda: child.log.read_text().endswith("second\n"))
    assert child.log.read_text().split() == [str(child.process.pid), "second"]


def test_orphans_are_collected(tmp_path: Path) -> None:
    code = "import os, time\nif os.fork() == 0:\n    time.sleep(0.3)\n    os._exit(0)\nprint(1)"
    known = subprocess.Popen([sys.executable, "-c", "pass"])
    parent = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert parent.stdout == b"1\n"
    mine = Path(f"/proc/self/task/{os.getpid()}/children")
    assert eventually(lambda: os.waitid(os.P_PID, known.pid, os.WEXITED | os.WNOWAIT))

    def collected() -> bool:
        known.poll()
        collect_orphans([])
        left = [pid for pid in mine.read_text().split() if "python" in comm(int(pid))]
        return left == []

    assert eventually(collected)
    assert known.wait() == 0


def comm(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def test_the_product_is_loaded_without_a_thread_or_a_connection(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import json, os, sys, threading\n"
        "fds = [os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')[:-1]]\n"
        "loaded = {'apps.orders.admin', 'celery.apps.worker', 'config.urls'} <= sys.modules.keys()\n"
        "from django.db import connections\n"
        "default = connections['default'].settings_dict\n"
        "told = [default['USER'], default['PORT'], default['NAME']]\n"
        "print(json.dumps([loaded, threading.active_count(), fds, told]))\n"
    )
    # Migrations are run as the owner of the tables, the rest as somebody else.
    told = {"DATABASE_URL": "postgresql://owner:secret@127.0.0.1:9/elsewhere"}
    out = tmp_path / "log"
    for forker, _process in preloading("-m", "config.preloader"):
        with out.open("ab") as log:
            argv = [sys.executable, str(script)]
            forker.load()
            request = Request("script", argv, {**os.environ, **told}, 15, log.fileno(), ())
            began = time.monotonic()
            assert forker.fork(request).wait(60) == 0
        assert time.monotonic() - began < 60
    loaded, threads, fds, named = json.loads(out.read_text())
    assert loaded and threads == 1 and named == ["owner", 9, "elsewhere"]
    assert [fd for fd in fds if fd.startswith(("socket:", "anon_inode:"))] == []
