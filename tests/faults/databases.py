"""A PostgreSQL cluster of one's own that may be restarted, with a copy of the test's database."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2

from launch.account import server_account
from launch.binaries import postgres_bin
from launch.checkout import Checkout
from launch.child import Child
from launch.ports import free_port
from launch.postgres import SAFE, Cluster
from launch.stopping import StopSignal
from tests.launch.databases import owner_url

ROOT = Path(__file__).resolve().parents[2]
NAME = "yipiao_faults"


class OwnDatabase:
    """One server with one database; it keeps its port. Durable as in production."""

    def __init__(self, folder: Path, reading: int) -> None:
        account = server_account()
        self._stop_signal = StopSignal(reading)
        self._cluster = Cluster(
            home=folder,
            bin=postgres_bin(Checkout(ROOT), folder, account),
            account=account,
            port=free_port(),
            secrets={"POSTGRES_PASSWORD": secrets.token_urlsafe(16)},
            settings=SAFE,
            log=folder / "postgres.log",
        )
        self._cluster.create()
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return self._url(NAME)

    def _url(self, name: str) -> str:
        cluster = self._cluster
        password = cluster.secrets["POSTGRES_PASSWORD"]
        return f"postgresql://postgres:{password}@127.0.0.1:{cluster.port}/{name}"

    def start(self) -> None:
        self._child = self._cluster.child()
        self._child.start()
        self._cluster.wait_ready(self._child, self._stop_signal)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every session; SIGQUIT is a crash, after which the log is replayed."""
        if self._child is not None and self._child.process is not None:
            with suppress(ProcessLookupError):
                self._child.process.send_signal(how)
            self._child.finish()

    def restart(self, how: signal.Signals = signal.SIGINT, away: float = 0.0) -> None:
        self.stop(how)
        time.sleep(away)
        self.start()

    def make(self, *, copy: bool) -> None:
        self.run(f"CREATE DATABASE {NAME} TEMPLATE template0", name="postgres")
        if copy:
            self._copy_of_ours()

    def _copy_of_ours(self) -> None:
        """Everything of the database that this process works on, committed until now."""
        tools = self._cluster.bin
        quiet = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        with subprocess.Popen(
            [str(tools / "pg_dump"), "--no-owner", "--no-privileges", owner_url()],
            stdout=subprocess.PIPE,
        ) as dump:
            load = [str(tools / "psql"), "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.url]
            subprocess.run(
                load, stdin=dump.stdout, stdout=subprocess.DEVNULL, env=quiet, check=True
            )
        assert dump.returncode == 0

    def run(self, statement: str, *values: object, name: str = NAME) -> int:
        """How many rows it touched."""
        with self._connected(name) as cursor:
            cursor.execute(statement, values or None)
            return int(cursor.rowcount)

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self._connected(NAME) as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def comes(self, statement: str, *values: object, within: float) -> tuple[object, ...] | None:
        """The first row as soon as there is one. Asked again and again by one connection: connecting
        takes longer than the answer, from those that are waited for."""
        end = time.monotonic() + within
        with self._connected(NAME) as cursor:
            while time.monotonic() < end:
                cursor.execute(statement, values or None)
                if found := cursor.fetchone():
                    return tuple(found)
                time.sleep(0.005)
        return None

    def number(self, statement: str, *values: object) -> int:
        return int(str(self.rows(statement, *values)[0][0]))

    @contextmanager
    def _connected(self, name: str) -> Iterator[psycopg2.extensions.cursor]:
        connection = psycopg2.connect(self._url(name), connect_timeout=5)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


@contextmanager
def own_database(*, copy: bool = True) -> Iterator[OwnDatabase]:
    """Started, with a ``copy`` of ours or empty; gone afterwards. Outside the checkout, which the
    server's account may not be allowed to enter."""
    folder = Path(tempfile.mkdtemp(prefix="faults-database-"))
    folder.chmod(0o711)
    reading, writing = os.pipe()
    try:
        database = OwnDatabase(folder, reading)
        try:
            database.start()
            database.make(copy=copy)
            yield database
        finally:
            database.stop(signal.SIGQUIT)
    finally:
        os.close(reading)
        os.close(writing)
        shutil.rmtree(folder, ignore_errors=True)
