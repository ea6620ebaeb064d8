"""``python -m config.preloader DESCRIPTOR``: loads the product once and forks commands and servers on request.

bin/up starts it (``launch/forking.py``): loading takes longer than most commands, and what is loaded is in memory once
for web server, worker, beat, standby and live updates. It has no thread, no connection and no open
file, so what it forks begins as a process that was started by itself, with everything imported.
"""

import ctypes
import fcntl
import json
import os
import runpy
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Any

import environ

from apps.core.loading import collect_garbage_rarely, freeze_loaded

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
MOST_BYTES, MOST_FDS = 1 << 20, 16
PATIENCE = 10.0  # seconds, as in launch/forking.py
# What the servers import when they begin, besides the apps: of others, of ours.
LIBRARIES = (
    "kombu.transport.redis",
    "celery.bin.celery",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "celery.worker.components",
    "celery.worker.strategy",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "openpyxl",
    "xlsxwriter",
    "reportlab.platypus",
)
MODULES = (
    "config.beat",
    "config.serving",
    "apps.events.management.commands.standby",
    "apps.inquiries.management.commands.serve_streams",
)


@dataclass
class Request:
    """One server to be forked: what the launcher wrote, where it hears the pid, and its descriptors."""

    words: dict[str, Any]
    reply: socket.socket
    out: int
    fds: list[int]


def compile_libraries() -> int:
    """The pid of a process that imports them, so that their bytecode is there when ``load_servers`` does; 0 where it
    is there already."""
    first = find_spec(LIBRARIES[0])
    if sys.dont_write_bytecode or not first or Path(cache_from_source(str(first.origin))).is_file():
        return 0
    pid = os.fork()
    if pid == 0:
        try:
            for name in LIBRARIES:
                import_module(name)
        finally:
            os._exit(0)
    return pid


def load_apps() -> None:
    """What every command of Django needs."""
    # Nearly all of it stays, so that looking for garbage meanwhile takes a third of the time and finds none.
    collect_garbage_rarely()
    import django

    django.setup()
    _loaded()


def load_servers() -> None:
    """All else that any of the servers imports, but for the web server's look for static files, which are being
    collected meanwhile."""
    from config.celery import app
    from config.pages import load_pages

    load_pages()
    app.loader.import_default_modules()
    app.finalize(auto=True)
    for name in (*LIBRARIES, *MODULES):
        import_module(name)
    from django.conf import settings
    from django.utils import translation

    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    _loaded()


def _loaded() -> None:
    """Raises SystemExit where it cannot be forked."""
    freeze_loaded()
    if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
        raise SystemExit("Something begins a thread when it is imported: nothing can be forked.")


def serve(line: socket.socket) -> Request:
    """Fork one process for each request; returns in these alone. A request without words is to load what the
    servers need. Ends when the launcher has gone."""
    launcher = os.getppid()
    line.sendall(str(os.getpid()).encode())
    while True:
        flags = socket.MSG_CMSG_CLOEXEC
        text, fds, _flags, _address = socket.recv_fds(line, MOST_BYTES, MOST_FDS, flags)
        if not text:
            raise SystemExit(0)
        words = json.loads(text)
        if words is None:
            load_servers()
            for fd in fds:
                os.close(fd)
            continue
        request = Request(words, socket.socket(fileno=fds[0]), fds[1], fds[2:])
        # Twice, so that the launcher adopts what is left.
        between = os.fork()
        if between == 0:
            if os.fork() == 0:
                line.close()
                introduce(request, launcher)
                return request
            os._exit(0)
        os.waitpid(between, 0)
        request.reply.close()
        for fd in (request.out, *request.fds):
            os.close(fd)


def introduce(request: Request, launcher: int) -> None:
    """Once the launcher is our parent, tell it our pid; go on when it answers, otherwise end."""
    patience = time.monotonic() + PATIENCE
    while os.getppid() != launcher:
        if time.monotonic() > patience:
            os._exit(1)
        time.sleep(0.001)
    # As launch.account.die_with_parent does for what is not forked.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, request.words["stop_signal"], 0, 0, 0)
    try:
        request.reply.sendall(str(os.getpid()).encode())
        agreed = request.reply.recv(1)
    except OSError:
        agreed = b""
    request.reply.close()
    if not agreed or os.getppid() != launcher:
        os._exit(1)


def become(request: Request) -> None:
    """Go on as an interpreter does that was started with those words and that environment."""
    os.setsid()
    # What was set while the product was loaded stays; all that it read is the same for all of them.
    database = os.environ.get("DATABASE_URL")
    os.environ.update(request.words["env"])
    if os.environ.get("DATABASE_URL") != database:
        connect_as_told()
    place_descriptors(request)
    argv: list[str] = request.words["argv"]
    show_as(request.words["name"], argv)
    if argv[1] == "-m":
        sys.argv[:] = argv[2:]
        runpy.run_module(argv[2], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = argv[1:]
        runpy.run_path(argv[1], run_name="__main__")


def connect_as_told() -> None:
    """To the database that the environment names now: migrations are run by the owner of the tables."""
    from django.db import connections

    named = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    default = connections.settings["default"]
    default.update({name: named[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    default["OPTIONS"].update(named.get("OPTIONS", {}))


def place_descriptors(request: Request) -> None:
    """The log as standard output, and what was passed under the numbers it has in the launcher."""
    wanted: Sequence[int] = request.words["pass_fds"]
    # Out of each other's way first.
    above = max([64, *wanted]) + 1
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, above) for fd in request.fds]
    out = fcntl.fcntl(request.out, fcntl.F_DUPFD_CLOEXEC, above)
    for fd in (*request.fds, request.out):
        os.close(fd)
    for fd, number in zip([*moved, out, out], [*wanted, 1, 2], strict=True):
        os.dup2(fd, number)
    for fd in (*moved, out):
        os.close(fd)


def show_as(name: str, argv: Sequence[str]) -> None:
    """These words instead of ours in lists of processes."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
    fields = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()
    begins, ends = int(fields[45]), int(fields[46])
    room = ends - begins - 2
    if begins and room > 0:
        # Where the last byte of the arguments is not 0, the kernel shows the text up to its own 0.
        text = b" ".join(os.fsencode(word) for word in argv)[:room].ljust(room + 1, b"\0") + b"."
        ctypes.memmove(begins, text, len(text))


def main() -> None:
    line = socket.socket(fileno=int(sys.argv[1]))
    # openpyxl imports it where the tests have installed it, and it begins threads.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how an import is refused
    compiling = compile_libraries()
    load_apps()
    if compiling:
        os.waitpid(compiling, 0)
    become(serve(line))


if __name__ == "__main__":
    main()
