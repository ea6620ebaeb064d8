"""What bin/up runs, and the order in which it starts and ends."""

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from launch import providers
from launch.child import Child, stop_all
from launch.django import Manage
from launch.forking import ROOM, Adopted, Forker, Request, adopt_orphans, collect_orphans
from launch.installing import prepare
from launch.ports import EVERYWHERE, LOCAL, address, free_port, listen
from launch.say import Trouble, say, step, tail
from launch.servers import Place, Servers, child_environment
from launch.stopping import StopSignal
from launch.welcome import welcome

# Seconds between two looks at the processes, where their ends are watched and where not.
CALM, HURRY = 10.0, 0.3


class Installation:
    """Everything that runs, and the order in which it starts and ends."""

    preloader: Child | None = None

    def __init__(self, place: Place, stop_signal: StopSignal) -> None:
        self.place = place
        self.stop_signal = stop_signal
        self.servers = Servers(place)
        self.doors: list[Child] = []
        self.forker = Forker()
        # Held as long as we run: each web server that is started anew gets the same one.
        self.listening = socket.socket()
        self.url = ""
        self.outside: dict[str, str] = {}
        self.streams_url = ""
        # Of the demonstration, readable by its owner alone.
        self.api_key = place.folder / "demo-api-key"
        # For a Prometheus: the key of its page.
        self.metrics_key = place.folder / "metrics-key"

    def open(self) -> None:
        """From nothing to an answer on /healthz."""
        begun = time.monotonic()
        self.tell("starting")
        checkout, log = self.place.checkout, self.place.log("setup")
        say("Yipiao 一票")
        prepare(checkout, "run", self.stop_signal, log)
        self.servers.choose(self.stop_signal)
        manage = self.manage(log)
        self.listen(manage.env)
        self.choose_outside(manage.env)
        empty = self.place.stamp_file("demo-data")
        with self.loading(manage):
            self.servers.start(self.stop_signal)
            if not self.has_tables(manage):
                empty.write_text("wanted")
        self.migrate(manage)
        if empty.exists():
            per_day = os.environ.get("DEMO_ORDERS_PER_DAY")
            words = ["seed_demo", "--key-file", str(self.api_key)]
            words += ["--per-day", per_day] if per_day else []
            manage.run_if_there("Filling it with demo data", *words)
            empty.unlink()
        self.open_outside(manage)
        self.open_web(manage)
        self.open_workers(manage)
        self.open_streams(manage)
        self.tell("running")
        welcome(self, manage, time.monotonic() - begun)

    def manage(self, log: Path) -> Manage:
        env = child_environment(self.servers)
        return Manage(self.place.checkout, env, self.stop_signal, log, self.doors, self.fork)

    def has_tables(self, manage: Manage) -> bool:
        """Was this database ever migrated? Asked of the database, whoever made it."""
        question = (
            "import os, psycopg2; c = psycopg2.connect(os.environ['DATABASE_OWNER_URL']).cursor(); "
            "c.execute(\"SELECT to_regclass('django_migrations') IS NULL\"); "
            "raise SystemExit(9 if c.fetchone()[0] else 0)"
        )
        argv = [str(manage.checkout.python), "-c", question]
        try:
            self.stop_signal.run(argv, env=manage.env, cwd=manage.checkout.root, log=manage.log)
        except Trouble as no:
            if no.code == 9:
                return False
            raise
        return True

    def listen(self, env: dict[str, str]) -> None:
        """Where it answers, which stands in the links of messages."""
        host = os.environ.get("HOST", LOCAL)
        given = os.environ.get("PORT") or "8000"
        if not given.isdecimal() or int(given) > 65535:
            raise Trouble(f"PORT is {given!r}; it has to be a number up to 65535.")
        wanted = int(given)
        self.listening.close()
        self.listening = server = listen(host, wanted)
        port = server.getsockname()[1]
        if port != wanted:
            say(f"  Port {wanted} is taken; using {port}")
        self.url = address(host, port)
        env.setdefault("SITE_URL", self.url.rstrip("/"))

    def choose_outside(self, env: dict[str, str]) -> None:
        """Where the demonstration's messages will go, unless the person has named servers."""
        ports = {name: free_port(self.servers.ports.get(name, 0)) for name in providers.PORTS}
        self.outside = providers.environment(env, self.place.private("outside"), ports)
        if self.outside:
            for name, port in ports.items():
                self.servers.remember_port(name, port)
            env.update(self.outside)

    @contextmanager
    def loading(self, manage: Manage) -> Iterator[None]:
        """While what is inside is done: what all that follow import is in memory once, and they are forked from
        the process that has loaded it. Where there is no such process each begins by itself, as in containers."""
        with ExitStack() as meanwhile:
            meanwhile.enter_context(manage.compiling_messages())
            if not adopt_orphans():
                yield
                return
            fd = self.forker.descriptor
            argv = [str(manage.checkout.python), "-m", "config.preloader", str(fd), ROOM]
            child = self.child("preloader", argv, manage.env)
            child.fork = None
            self.preloader = child
            child.pass_fds = (fd,)
            child.start()
            yield
            with step("Loading the product"):
                while child.alive and not self.has_loaded():
                    self.stop_signal.check(0.02)
                meanwhile.close()

    def migrate(self, manage: Manage) -> None:
        """The database brought up to date, and all else prepared meanwhile that needs none."""
        with manage.migrating(), manage.collecting_static():
            self.forker.load()

    def open_outside(self, manage: Manage) -> None:
        """After the demo data: what that says was told went out long ago."""
        if not self.outside:
            return
        ports = self.servers.ports
        argv = [str(manage.checkout.python), *providers.words(ports)]
        child = self.child("outside", argv, manage.env)
        with step("Starting a mailbox for what the demonstration sends"):
            child.start()
            self.wait_healthy(child, LOCAL, ports["outside"])

    def open_web(self, manage: Manage) -> None:
        fd, (host, port) = self.listening.fileno(), self.listening.getsockname()[:2]
        env = {**manage.env, "BIND": f"fd://{fd}"}
        env.setdefault("WEB_CONCURRENCY", str(min(4, (os.cpu_count() or 1) + 1)))
        argv = [str(manage.checkout.venv / "bin" / "gunicorn"), "-c", "config/gunicorn.py"]
        web = self.child("web", [str(manage.checkout.python), *argv], env)
        web.pass_fds = (fd,)
        with step("Starting the web server"):
            web.start()
            self.wait_healthy(web, EVERYWHERE.get(host, host), port)

    def has_loaded(self) -> bool:
        child = self.preloader
        if child is None or child.process is None or not child.alive:
            return False
        return self.forker.is_ready(child.process.pid)

    def fork(self, request: Request) -> Adopted:
        if not self.has_loaded():
            raise OSError("nobody has loaded the product")
        return self.forker.fork(request)

    def wait_healthy(self, child: Child, host: str, port: int) -> None:
        until = time.monotonic() + 90
        while time.monotonic() < until and child.alive:
            asking = http.client.HTTPConnection(host, port, timeout=30)
            try:
                asking.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
                if asking.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                asking.close()
            self.stop_signal.check(0.1)
        raise Trouble(f"{child.name} does not answer:\n{tail(child.log)}")

    def open_workers(self, manage: Manage) -> None:
        celery = [str(manage.checkout.python), "-m", "celery", "-A", "config"]
        quiet = ["-l", "WARNING"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        worker = [*celery, "worker", *quiet, *alone]
        schedule = self.place.folder / "beat-schedule"
        beat = [*celery, "beat", *quiet, "-s", str(schedule), "--pidfile="]
        standby = [str(manage.checkout.python), "manage.py", "standby"]
        workers = {"worker": worker, "beat": beat, "standby": standby}
        with step("Starting worker, beat and standby"):
            for name, argv in workers.items():
                child = self.child(name, argv, manage.env)
                # A message under way is let finish, or nobody would know whether it went out.
                child.grace = child.grace if name == "beat" else 35.0
                child.start()
            self.stop_signal.check()

    def open_streams(self, manage: Manage) -> None:
        """Live updates. The port of last time, so that listeners find it again."""
        host = os.environ.get("HOST", LOCAL)
        port = free_port(self.servers.ports.get("streams", 0))
        self.servers.remember_port("streams", port)
        where = ["--host", host, "--port", str(port)]
        argv = [str(manage.checkout.python), "manage.py", "serve_streams", *where]
        streams = self.child("streams", argv, manage.env)
        shown = EVERYWHERE.get(host, host)
        with step("Starting live updates"):
            streams.start()
            self.wait_healthy(streams, shown, port)
        self.streams_url = address(host, port)

    def child(self, name: str, argv: list[str], env: dict[str, str]) -> Child:
        # The owner's address is for migrations and filling in; whoever serves has no use for it.
        served = {name: value for name, value in env.items() if name != "DATABASE_OWNER_URL"}
        made = Child(name, argv, served, self.place.checkout.root, self.place.log(name))
        made.fork = self.fork
        self.doors.append(made)
        return made

    def watch(self) -> NoReturn:
        """Until told to stop; whoever dies is started again."""
        children = [*self.servers.children, *self.doors]
        while True:
            known = [child.ending for child in children if child.alive and child.ending is not None]
            # Whoever has ended is started in a while, and where no end can be watched it is asked for.
            self.stop_signal.check(CALM if len(known) == len(children) else HURRY, known)
            for child in list(children):
                if child.restart_dead():
                    continue
                if child is self.preloader:  # from now on each begins by itself
                    children.remove(child)
                    continue
                raise Trouble(
                    f"{child.name} keeps ending; everything stops. Its last words "
                    f"({child.log}):\n{tail(child.log)}"
                )
            collect_orphans([child.process.pid for child in children if child.process])

    def close(self) -> None:
        """Doors first, then the broker and the database, which are clean when they end."""
        begun = time.monotonic()
        self.tell("stopping")
        stop_all(self.doors[::-1])
        stop_all(self.servers.children[::-1])
        with suppress(OSError):
            (self.place.folder / "running.json").unlink(missing_ok=True)
        say(f"Everything has ended ({time.monotonic() - begun:.1f} s); nothing is lost.")

    def tell(self, phase: str) -> None:
        """For a second start to read; a full disk is no reason not to end what runs."""
        known = {
            "phase": phase,
            "url": self.url,
            "streams_url": self.streams_url,
            "front": str(os.getppid()),
        }
        draft = Path(f"{self.place.folder}/running.json.new")
        with suppress(OSError):
            draft.write_text(json.dumps(known))
            draft.replace(self.place.folder / "running.json")
