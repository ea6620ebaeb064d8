"""A copy of the project, started with bin/up for real."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from apps.desk.demo.people import PASSWORD
from launch.checkout import Checkout
from launch.ports import free_port
from tests.waiting import LIMIT

ROOT = Checkout.here().root
INSTALLERS = (
    "YIPIAO_TEST",
    "PIP_",
    "UV_",
    "SSL_",
    "HTTP",
    "http",
    "NO_PROXY",
    "no_proxy",
    "REQUESTS_",
)
PATIENCE = 600.0


@dataclass(frozen=True)
class Starter:
    """Who starts it, and with which Python."""

    name: str
    python: str
    uid: int | None = None


def starters() -> list[Starter]:
    """Ourselves; and, when we are root, a user without rights or a home."""
    known = [Starter("self", sys.executable)]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for python in ("python3.13", "python3.12", "python3.11", "/usr/bin/python3"):
            found = shutil.which(python)
            if found and usable(found, nobody.pw_uid):
                return [*known, Starter("nobody", found, nobody.pw_uid)]
    return known


def usable(python: str, uid: int) -> bool:
    question = [python, "-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"]
    try:
        asked = subprocess.run(question, user=uid, cwd="/", capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


@dataclass
class Installation:
    """A copy of the project that is started and ended."""

    folder: Path
    starter: Starter
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def env(self) -> dict[str, str]:
        environment = {
            name: text for name, text in os.environ.items() if name.startswith(INSTALLERS)
        }
        home = "/nonexistent" if self.starter.uid else os.environ.get("HOME", "/")
        return {
            **environment,
            "PATH": os.environ["PATH"],
            "HOME": home,
            "PORT": str(self.port),
            "PYTHON": self.starter.python,
            "WEB_CONCURRENCY": "2",
            # Less of it; that the whole demonstration is as it should be, tests/desk says.
            "DEMO_ORDERS_PER_DAY": "2",
        }

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        out = (self.folder.parent / "out.txt").open("wb")
        with out:
            return subprocess.Popen(
                [str(self.folder / "bin" / "up"), *words],
                env=self.env(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user=self.starter.uid,
                group=self.starter.uid,
                extra_groups=[] if self.starter.uid else None,
            )

    def refusal(self, *words: str, **env: str) -> str:
        """What a start says that ends by itself, with exit code 1 and without a traceback."""
        done = subprocess.run(
            [str(self.folder / words[0]), *words[1:]],
            env={**self.env(), **env},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout

    @property
    def state(self) -> Path:
        return self.folder / ".yipiao" / "up"

    def reported(self, name: str) -> dict[str, Any]:
        """What the running one keeps in a file of its state."""
        known: dict[str, Any] = json.loads((self.state / name).read_text())
        return known

    def status(self, url: str) -> int:
        """Of the answer; 0 when there is none."""
        try:
            with urllib.request.urlopen(url, timeout=LIMIT) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def passwords_in_logs(self) -> list[str]:
        """Names of the logs that hold a secret: a password, a key, a sign-in."""
        known = [*self.reported("secrets.json").values(), PASSWORD]
        known.append((self.state / "demo-api-key").read_text().strip())
        # A line of the key's list carries its name first.
        secrets = {secret.rpartition(":")[2] for secret in known}
        logs = list(self.folder.glob(".yipiao/**/logs/*"))
        assert {"setup.log", "postgres.log", "web.log"} <= {path.name for path in logs}
        texts = {path.name: path.read_text(errors="replace") for path in logs if path.is_file()}
        return [name for name, text in texts.items() for one in secrets if one in text]

    def output(self) -> str:
        return (self.folder.parent / "out.txt").read_text()

    def wait_for(self, words: str, front: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + PATIENCE
        while words not in self.output():
            assert front.poll() is None, self.output()
            assert time.monotonic() < until, self.output()
            time.sleep(0.1)

    def query(self, sql: str) -> str:
        """Ask the running database; the first thing that it answers."""
        secrets, port = self.reported("secrets.json"), self.reported("ports.json")["postgres"]
        address = f"postgresql://yipiao_owner:{secrets['OWNER_PASSWORD']}@127.0.0.1:{port}/yipiao"
        with closing(psycopg2.connect(address, connect_timeout=int(LIMIT))) as asked:
            asked.autocommit = True
            with asked.cursor() as cursor:
                cursor.execute(sql)
                return str(cursor.fetchone()[0])


def children(pid: int) -> set[int]:
    """What the process started itself."""
    found: set[int] = set()
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found |= {int(word) for word in listed.read_text().split()}
    return found


def family(pid: int) -> set[int]:
    """The process and all below it."""
    return {pid}.union(*(family(child) for child in children(pid)))


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and not is_zombie(pid)}


def is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def wait_gone(pids: set[int]) -> None:
    until = time.monotonic() + LIMIT
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.1)
    left = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in alive(pids)]
    assert left == []


@contextmanager
def copied(starter: Starter) -> Iterator[Installation]:
    """What git would clone, in a folder whose name has a space and Chinese letters."""
    # Not pytest's own folder: another user may not walk into that one.
    base = Path(tempfile.mkdtemp(prefix="yipiao-"))
    base.chmod(0o755)
    folder = base / "一票 copy"
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if starter.uid:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, starter.uid, starter.uid)
    try:
        yield Installation(folder, starter, free_port())
    finally:
        shutil.rmtree(base)
