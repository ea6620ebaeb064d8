"""An embedded PostgreSQL cluster: made, started as a direct child, given its roles."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launch.account import Account, borrow_a_name
from launch.child import Child
from launch.keys import write_private
from launch.ports import LOCAL
from launch.say import Trouble, tail
from launch.stopping import StopSignal

SAFE = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    # Every commit waits for its own log, and what is written back early saves a small house nothing: these
    # two need not look five times a second.
    "wal_writer_delay": "10s",
    "bgwriter_delay": "10s",
}
# What was to be stored does not stand in the log: no refused row, no statement with its values.
RETICENT = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# A test cluster is thrown away after a crash, so it need not survive one.
THROW_AWAY = {
    "max_connections": "300",
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Small tables and short queries: compiling them takes longer than running them.
    "jit": "off",
}


@dataclass
class Cluster:
    """One cluster below `home`; `account` is whom it runs as when we are root."""

    home: Path
    bin: Path
    account: Account | None
    port: int
    secrets: dict[str, str]
    settings: dict[str, str]
    log: Path

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def env(self) -> dict[str, str]:
        """Nothing of the person's environment reaches the server, nor a locale it may not know."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)}

    def create(self) -> bool:
        """initdb into a draft folder, renamed when whole. False when the cluster existed."""
        if (self.data / "PG_VERSION").is_file():
            return False
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.account:
            os.chown(draft, self.account.uid, self.account.gid)
        password = self.home / "first-password"
        write_private(
            password,
            self.secrets["POSTGRES_PASSWORD"] + "\n",
            self.account.uid if self.account else None,
        )
        try:
            self._initdb(draft, password)
        finally:
            password.unlink()
        rules = "host all all 127.0.0.1/32 scram-sha-256\n"
        (draft / "pg_hba.conf").write_text(rules)
        shutil.rmtree(self.data, ignore_errors=True)
        draft.rename(self.data)
        return True

    def _initdb(self, draft: Path, password: Path) -> None:
        argv = [
            *(str(self.bin / "initdb"), "-D", str(draft), "-U", "postgres"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("-c", "timezone=UTC", "-c", "log_timezone=UTC"),
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
        ]
        with self.log.open("ab") as out:
            try:
                made = subprocess.run(
                    argv,
                    env=self.env,
                    cwd=self.home,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    user=self.account.uid if self.account else None,
                    group=self.account.gid if self.account else None,
                    extra_groups=[] if self.account else None,
                    preexec_fn=borrow_a_name(),
                    check=False,
                )
            except subprocess.SubprocessError as failed:
                raise Trouble(
                    f"The user id {os.geteuid()} has no name on this machine, and this machine "
                    "lends none; PostgreSQL's initdb wants one. Add the id to /etc/passwd, or set "
                    "DATABASE_URL to a running server."
                ) from failed
        if made.returncode != 0:
            raise Trouble(f"initdb failed:\n{tail(self.log)}")

    def child(self) -> Child:
        """The server process, reachable by TCP on this machine alone.

        No Unix socket: their paths may not be longer than 107 characters.
        """
        chosen = {
            "port": str(self.port),
            "listen_addresses": LOCAL,
            "unix_socket_directories": "",
            **RETICENT,
            **self.settings,
        }
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        return Child(
            "PostgreSQL",
            [str(self.bin / "postgres"), "-D", str(self.data), *options],
            env=self.env,
            cwd=self.home,
            log=self.log,
            account=self.account,
            # Fast shutdown: sessions end, nothing committed is lost.
            stop_signal=signal.SIGINT,
            grace=30.0,
        )

    def clear_way(self, stop_signal: StopSignal) -> None:
        """End a server left over on this data, and forget a pid that now belongs to another program.

        Our lock says that nobody else may be running it.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.is_file():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
        patience = time.monotonic() + 30
        while pid > 0 and is_postgres(pid, self.data):
            os.kill(pid, signal.SIGINT if time.monotonic() < patience else signal.SIGKILL)
            stop_signal.check(0.2)
        pid_file.unlink(missing_ok=True)

    def wait_ready(self, child: Child, stop_signal: StopSignal, seconds: float = 60.0) -> None:
        """Until it takes connections. Its own pid file says so; no connection is tried."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not child.alive or child.process is None:
                break
            lines = _lines(self.data / "postmaster.pid")
            if (
                len(lines) > 7
                and lines[0] == str(child.process.pid)
                and lines[7].strip() == "ready"
            ):
                return
            stop_signal.check(0.02)
        raise Trouble(f"PostgreSQL did not start:\n{tail(self.log)}")

    def make_roles(self, checkout_root: Path, stop_signal: StopSignal) -> None:
        """The two roles and the database, by the same script that production uses."""
        env = {
            **self.env,
            "PGHOST": LOCAL,
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "PGPASSWORD": self.secrets["POSTGRES_PASSWORD"],
            "PSQLRC": os.devnull,
            "OWNER_PASSWORD": self.secrets["OWNER_PASSWORD"],
            "APP_PASSWORD": self.secrets["APP_PASSWORD"],
            "DATABASE_NAME": "yipiao",
        }
        script = checkout_root / "deploy" / "roles.sql"
        argv = [str(self.bin / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
        stop_signal.run(argv, env=env, cwd=checkout_root, log=self.log)

    def url(self, role: str) -> str:
        """The address for "owner" or "app"."""
        password = self.secrets[f"{role.upper()}_PASSWORD"]
        return f"postgresql://yipiao_{role}:{password}@{LOCAL}:{self.port}/yipiao"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().split("\n")
    except OSError:
        return []


def is_postgres(pid: int, data: Path) -> bool:
    """Is that process a PostgreSQL server of this data folder? Pids are given out again."""
    shown = (
        subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        if not Path("/proc/self/cmdline").exists()
        else None
    )
    if shown is not None:
        return str(data) in shown.stdout and "postgres" in shown.stdout
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"postgres") and os.fsencode(data) in words
