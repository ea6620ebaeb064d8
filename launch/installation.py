"""What bin/up runs, and the order in which it starts and ends."""

import http.client
import json
import os
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from launch import providers
from launch.child import Child, stop_all
from launch.django import Manage
from launch.forking import ROOM, Adopted, Forker, Request, adopt_orphans, collect_orphans
from launch.installing import prepare
from launch.keys import write_private
from launch.ports import LOCAL, free_port, listen
from launch.say import Trouble, say, step, tail
from launch.servers import Place, Servers, child_environment
from launch.stopping import StopSignal

# "Listen on all addresses" → where to reach it from here.
EVERYWHERE = {"0.0.0.0": LOCAL, "::": "::1"}  # noqa: S104 - the person chooses it with HOST


def address(host: str, port: int) -> str:
    """Of a server, as a browser takes it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


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
        self.listening: socket.socket | None = None
        self.url = ""
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
        self.servers.start(self.stop_signal)
        manage = Manage(checkout, child_environment(self.servers), self.stop_signal, log)
        manage.prepare_files()
        empty = self.place.stamp_file("demo-data")
        if not self.has_tables(manage):
            empty.write_text("wanted")
        manage.migrate()
        if empty.exists():
            per_day = os.environ.get("DEMO_ORDERS_PER_DAY")
            words = ["seed_demo", "--key-file", str(self.api_key)]
            manage.env.update(providers.mailbox(manage.env, self.place.private("outside")))
            words += ["--per-day", per_day] if per_day else []
            manage.run_if_there("Filling it with demo data", *words)
            empty.unlink()
        self.open_outside(manage)
        self.open_web(manage)
        self.open_workers(manage)
        self.open_streams(manage)
        self.tell("running")
        self.welcome(manage, time.monotonic() - begun)

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

    def open_outside(self, manage: Manage) -> None:
        """Where the demonstration's messages go, unless the person has named servers. After the
        demo data: what that says was told went out long ago."""
        ports = {name: free_port(self.servers.ports.get(name, 0)) for name in providers.PORTS}
        added = providers.environment(manage.env, self.place.private("outside"), ports)
        if not added:
            return
        for name, port in ports.items():
            self.servers.remember_port(name, port)
        manage.env.update(added)
        argv = [str(manage.checkout.python), *providers.words(ports)]
        child = self.child("outside", argv, manage.env)
        with step("Starting a mailbox for what the demonstration sends"):
            child.start()
            self.wait_healthy(child, LOCAL, ports["outside"])

    def open_web(self, manage: Manage) -> None:
        host = os.environ.get("HOST", LOCAL)
        given = os.environ.get("PORT") or "8000"
        if not given.isdecimal() or int(given) > 65535:
            raise Trouble(f"PORT is {given!r}; it has to be a number up to 65535.")
        wanted = int(given)
        self.listening = server = listen(host, wanted)
        port = server.getsockname()[1]
        if port != wanted:
            say(f"  Port {wanted} is taken; using {port}")
        shown = EVERYWHERE.get(host, host)
        # Links in messages lead here.
        manage.env.setdefault("SITE_URL", address(shown, port).rstrip("/"))
        self.open_preloader(manage)
        env = {**manage.env, "BIND": f"fd://{server.fileno()}"}
        env.setdefault("WEB_CONCURRENCY", str(min(4, (os.cpu_count() or 1) + 1)))
        argv = [str(manage.checkout.venv / "bin" / "gunicorn"), "-c", "config/gunicorn.py"]
        web = self.child("web", [str(manage.checkout.python), *argv], env)
        web.pass_fds = (server.fileno(),)
        with step("Starting the web server"):
            web.start()
            self.wait_healthy(web, shown, port)
        self.url = address(shown, port)

    def open_preloader(self, manage: Manage) -> None:
        """What all that follow import is in memory once: they are forked from a process that has loaded
        it. Where there is no such process each begins by itself, as in containers."""
        if not adopt_orphans():
            return
        fd = self.forker.descriptor
        argv = [str(manage.checkout.python), "-m", "config.preloader", str(fd), ROOM]
        self.preloader = child = self.child("preloader", argv, manage.env)
        child.pass_fds = (fd,)
        with step("Loading the product"):
            child.start()
            while child.alive and not self.has_loaded():
                self.stop_signal.check(0.05)

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
            self.stop_signal.check(0.5)

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
        self.streams_url = address(shown, port)

    def child(self, name: str, argv: list[str], env: dict[str, str]) -> Child:
        # The owner's address is for migrations and filling in; whoever serves has no use for it.
        served = {name: value for name, value in env.items() if name != "DATABASE_OWNER_URL"}
        made = Child(name, argv, served, self.place.checkout.root, self.place.log(name))
        made.fork = self.fork if self.preloader else None
        self.doors.append(made)
        return made

    def welcome(self, manage: Manage, seconds: float) -> None:
        say(f"\nReady after {seconds:.1f} s.\n")
        say(f"  Track a parcel   {self.url}")
        say(f"  Staff            {self.url}admin/")
        if manage.env.get("DEMO_MAILBOX"):
            say(f"  What it sends    {self.url}admin/demo-mailbox")
        say(f"  API              {self.url}api/schema/")
        say(f"  Live updates     {self.streams_url}api/v1/waybills/NUMBER/stream")
        write_private(self.metrics_key, self.servers.env["METRICS_KEY"])
        say(f"  Metrics          {self.url}metrics, its key in {self.metrics_key}")
        say(f"  Logs             {self.place.log('web').parent}")
        if manage.checkout.has_command("demo_signins"):
            self.show_signins(manage)
        say("\nCtrl-C ends everything.")

    def show_signins(self, manage: Manage) -> None:
        """On the screen only: passwords stand in no log."""
        with tempfile.TemporaryDirectory(dir=self.place.folder) as folder:
            shown = Path(folder) / "shown"
            Manage(manage.checkout, manage.env, self.stop_signal, shown).run("demo_signins")
            say(f"\n{shown.read_text().strip()}")
        if self.api_key.is_file():
            say(f"API key of 云裳服饰: in {self.api_key}")

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
