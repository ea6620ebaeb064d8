"""PostgreSQL and Valkey for one place (`up` or a test slot), or those the environment names."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from launch.account import Account, reachable, server_account
from launch.binaries import postgres_bin, valkey_server
from launch.checkout import Checkout, identity
from launch.child import Child
from launch.keys import local_secrets
from launch.outside import check_broker, check_database
from launch.ports import LOCAL, free_port
from launch.postgres import SAFE, THROW_AWAY, Cluster
from launch.say import Trouble, say, step
from launch.stopping import StopSignal
from launch.valkey import Broker

FAR_HOMES = Path("/var/lib/yipiao")


@dataclass
class Place:
    """The state of one installation inside the checkout."""

    checkout: Checkout
    folder: Path
    identity: str
    durable: bool

    @classmethod
    def of(cls, checkout: Checkout, *names: str, durable: bool) -> "Place":
        known = identity(checkout)
        return cls(checkout, checkout.place(*names), known, durable)

    def private(self, name: str) -> Path:
        """A folder of it that no other user may open, made if missing."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        return self.private("logs") / f"{name}.log"

    @property
    def far_home(self) -> Path:
        """Where the servers' files go when the account cannot walk into the checkout."""
        names = self.folder.relative_to(self.checkout.state).parts
        return FAR_HOMES / "-".join((self.identity, *names))

    def home(self, account: Account | None) -> Path:
        """Where PostgreSQL's files are: here, unless root's own folders hide this from it."""
        if reachable(self.folder, account):
            return self.folder
        far = self.far_home
        if not far.is_dir():
            far.mkdir(parents=True)
            far.chmod(0o711)
        return far

    def clear(self) -> None:
        """Delete what this installation knows: database, queue, uploads, secrets."""
        for name in ("postgres", "postgres.new", "valkey", "media", "seals", "outside", "stamps"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for path in self.folder.iterdir():
            if path.is_file() and path.name != "lock":
                path.unlink()
        if self.far_home.is_dir():
            shutil.rmtree(self.far_home)

    def stamp_file(self, name: str) -> Path:
        return self.private("stamps") / name


@dataclass
class Servers:
    """The two servers of a place: addresses for the product, children to watch."""

    place: Place
    children: list[Child] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    cluster: Cluster | None = None
    broker: Broker | None = None

    def choose(self, stop_signal: StopSignal) -> None:
        """Where they will be: fills `env`. What the environment names is not ours to start."""
        secrets_file = self.place.folder / "secrets.json"
        known = secrets_file.is_file()
        secrets = local_secrets(secrets_file)
        self.ports = self._ports()
        for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "METRICS_KEY"):
            self.env[name] = os.environ.get(name) or secrets[name]
        if os.environ.get("DATABASE_URL"):
            self.env["DATABASE_URL"] = os.environ["DATABASE_URL"]
            owner = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
            self.env["DATABASE_OWNER_URL"] = owner
        else:
            self.cluster = cluster = self._cluster(secrets, known=known)
            cluster.clear_way(stop_signal)
            cluster.port = self.ports["postgres"] = free_port(self.ports.get("postgres", 0))
            self.env["DATABASE_URL"] = cluster.url("app")
            self.env["DATABASE_OWNER_URL"] = cluster.url("owner")
            self.env["PG_BIN"] = str(cluster.bin)
        if os.environ.get("REDIS_URL"):
            self.env["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            self.broker = self._broker(secrets)
            self.env["REDIS_URL"] = self.broker.url
        self._write_ports()

    def start(self, stop_signal: StopSignal) -> None:
        """Start those that are ours, in `children` then; ask the others."""
        if not self.env:
            self.choose(stop_signal)
        if self.cluster is not None:
            self._start_postgres(self.cluster, stop_signal)
        else:
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                if os.environ.get(name):
                    check_database(name, self.env[name], self.place.checkout.python)
            say("  PostgreSQL: the one that DATABASE_URL names")
        if self.broker is not None:
            self._start_valkey(self.broker, stop_signal)
        else:
            check_broker("REDIS_URL", self.env["REDIS_URL"], self.place.checkout.python)
            say("  Broker: the one that REDIS_URL names")

    def remember_port(self, name: str, port: int) -> None:
        """Remember where one more server listens."""
        self.ports[name] = port
        self._write_ports()

    def _write_ports(self) -> None:
        (self.place.folder / "ports.json").write_text(json.dumps(self.ports))

    def _ports(self) -> dict[str, int]:
        """The ports of last time, so that a client's bookmark keeps working."""
        try:
            ports: dict[str, int] = json.loads((self.place.folder / "ports.json").read_text())
        except (OSError, ValueError):
            ports = {}
        return ports

    def _cluster(self, secrets: dict[str, str], *, known: bool) -> Cluster:
        account = server_account()
        home = self.place.home(account)
        cluster = Cluster(
            home=home,
            bin=postgres_bin(self.place.checkout, home, account),
            account=account,
            port=0,
            secrets=secrets,
            settings=SAFE if self.place.durable else THROW_AWAY,
            log=self.place.log("postgres"),
        )
        if not known and cluster.data.exists():
            if self.place.durable:
                raise Trouble(
                    f"There is a database in {cluster.data}, but its secrets.json is gone. Put it "
                    "back into .yipiao/up, or begin anew with bin/up --fresh (deletes the database)."
                )
            shutil.rmtree(cluster.data)
        return cluster

    def _start_postgres(self, cluster: Cluster, stop_signal: StopSignal) -> None:
        if not (cluster.data / "PG_VERSION").is_file():
            with step("Making a PostgreSQL cluster"):
                cluster.create()
        with step("Starting PostgreSQL"):
            child = cluster.child()
            self.children.append(child)
            child.start()
            cluster.wait_ready(child, stop_signal)
            cluster.make_roles(self.place.checkout.root, stop_signal)

    def _broker(self, secrets: dict[str, str]) -> Broker:
        self.ports["valkey"] = free_port(self.ports.get("valkey", 0))
        return Broker(
            home=self.place.folder,
            binary=valkey_server(self.place.checkout),
            port=self.ports["valkey"],
            password=secrets["VALKEY_PASSWORD"],
            log=self.place.log("valkey"),
            durable=self.place.durable,
        )

    def _start_valkey(self, broker: Broker, stop_signal: StopSignal) -> None:
        with step("Starting Valkey"):
            child = broker.child()
            self.children.append(child)
            child.start()
            broker.wait_ready(child, stop_signal)


def child_environment(servers: Servers) -> dict[str, str]:
    """For the product's processes: the person's environment and the servers' addresses."""
    root = servers.place.checkout.root
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME",)}
    env.update(servers.env)
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPATH"] = str(root)
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    env["PATH"] = f"{servers.place.checkout.venv / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    # Each thread of a process would keep a heap of its own, and what it once needed with it.
    env.setdefault("MALLOC_ARENA_MAX", "2")
    env.setdefault("STREAMS_HERE", "off")  # no proxy stands in front of web and streams
    env.setdefault("STATIC_ROOT", str(servers.place.checkout.state / "static"))
    env.setdefault("MEDIA_ROOT", str(servers.place.private("media")))
    env.setdefault("SEALS_DIR", str(servers.place.private("seals")))
    if env.get("ALLOWED_HOSTS"):
        # The launcher itself asks /healthz by these names.
        env["ALLOWED_HOSTS"] += ",127.0.0.1,localhost"
    return env


__all__ = ["LOCAL", "Place", "Servers", "child_environment"]
