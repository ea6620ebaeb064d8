"""PostgreSQL and the broker as docker-compose.yml starts them, as processes with a folder and a port
of their own."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import redis

from launch.account import server_account
from launch.binaries import postgres_bin, valkey_server
from launch.checkout import Checkout
from launch.ports import free_port
from launch.postgres import SAFE, Cluster
from tests.launch.test_compose import GIVEN, ROOT, SERVICES, filled
from tests.waiting import eventually


class Store:
    """A server that is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.account = server_account()
        self.argv, self.env = self.prepare()

    def prepare(self) -> tuple[list[str], dict[str, str]]:
        raise NotImplementedError

    def start(self) -> None:
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd=self.folder,
                stdout=out,
                stderr=out,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def comes_up(self, is_well: Callable[[], bool]) -> bool:
        """Started again for as long as it ends, as the restart policy says."""

        def up() -> bool:
            if self.process is None or self.process.poll() is not None:
                self.start()
            return is_well()

        return eventually(up)


class Postgres(Store):
    def cluster(self) -> Cluster:
        binaries = postgres_bin(Checkout(ROOT), self.folder, self.account)
        secrets = {"POSTGRES_PASSWORD": GIVEN["POSTGRES_PASSWORD"]}
        log = self.folder / "initdb.log"
        made = Cluster(self.folder, binaries, self.account, self.port, secrets, SAFE, log)
        made.create()
        return made

    def prepare(self) -> tuple[list[str], dict[str, str]]:
        cluster = self.cluster()
        server, *options = map(filled, SERVICES["postgres"]["command"])
        assert server == "postgres"
        ours = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        here_only = [word for name, value in ours.items() for word in ("-c", f"{name}={value}")]
        env = {**cluster.env, "PGDATA": str(cluster.data), "PGPORT": str(self.port)}
        return [str(cluster.bin / server), *options, *here_only], env

    @property
    def url(self) -> str:
        password = GIVEN["POSTGRES_PASSWORD"]
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def ask(self, sql: str) -> object:
        """The first value; None when nobody answers."""
        try:
            with closing(psycopg2.connect(self.url)) as there:
                there.autocommit = True
                with there.cursor() as cursor:
                    cursor.execute(sql)
                    row = cursor.fetchone() if cursor.description else None
                    return row[0] if row else None
        except psycopg2.OperationalError:
            return None


class LocalPostgres(Postgres):
    """As bin/up and bin/test start it."""

    def prepare(self) -> tuple[list[str], dict[str, str]]:
        child = self.cluster().child()
        return child.argv, child.env


class Broker(Store):
    def prepare(self) -> tuple[list[str], dict[str, str]]:
        # Folded over two lines in the file; compose splits it as a shell would.
        server, *options = shlex.split(filled(SERVICES["redis"]["command"]))
        assert server == "redis-server"
        mine = ["--bind", "127.0.0.1", "--port", str(self.port)]
        return [str(valkey_server(Checkout(ROOT))), *options, *mine], {"PATH": os.defpath}

    def ask(self, *words: str) -> object:
        try:
            with redis.Redis(port=self.port, password=GIVEN["REDIS_PASSWORD"]) as client:
                return client.execute_command(*words)
        except redis.RedisError:
            return None


@contextmanager
def own_folder() -> Iterator[Path]:
    """Outside pytest's own, which the server's account may not be allowed to enter."""
    made = Path(tempfile.mkdtemp(prefix="compose-"))
    account = server_account()
    if account:
        os.chown(made, account.uid, account.gid)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
