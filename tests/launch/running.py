"""What runs in a house that was started, and whether all of it works."""

import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg2
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from tests.launch.installations import Installation, alive, children
from tests.waiting import eventually

# How the masters are known by their command lines.
SIGNS = {
    "postgres": "/postgres -D ",
    "valkey": "valkey-server",
    "web": "gunicorn",
    "worker": " worker ",
    "beat": " beat ",
    "standby": "manage.py standby",
    "streams": "serve_streams",
    "preloader": "config.preloader",
}
LOOK = 0.2  # seconds between two of them; each is a connection or more
# As if nobody had done for a minute what beat calls for twice in one, and what time brings to chats
# every some seconds: both are done at once, not in their turn.
AGE = """
UPDATE events_taskrun SET ran_at = ran_at - interval '1 minute'
WHERE name IN ('apps.tracking.tasks.find_late', 'apps.chat.tasks.maintain_chats') RETURNING clock_timestamp()
"""
# Who stands by, whoever did what beat calls for regularly, and what time brings to chats.
AT_WORK = """
SELECT count(*) = 3 FROM events_taskrun WHERE ran_at > {since}
AND name IN ('standby', 'apps.tracking.tasks.find_late', 'apps.chat.tasks.maintain_chats')
"""


def words_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Running:
    """The processes of a house that was started."""

    def __init__(self, installation: Installation, front: "subprocess.Popen[bytes]") -> None:
        self.installation = installation
        (self.supervisor,) = children(front.pid)

    def masters(self) -> dict[str, int]:
        """Name → pid of what the supervisor started itself."""
        pids = alive(children(self.supervisor))
        return {
            name: pid for pid in pids for name, sign in SIGNS.items() if sign in f"{words_of(pid)} "
        }

    def all_back(self) -> bool:
        return self.masters().keys() == SIGNS.keys()

    def pushes(self) -> int:
        """How often something was put into the broker's queues; beat does so for whatever is due."""
        port = self.installation.reported("ports.json")["valkey"]
        password = self.installation.reported("secrets.json")["VALKEY_PASSWORD"]
        with suppress(redis.RedisError), redis.Redis(port=port, password=password) as asked:
            return int(asked.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))
        return 0

    def has_a_worker(self) -> bool:
        """Does a worker hear what it is told? Asked by its name it is not waited for once it answers."""
        port = self.installation.reported("ports.json")["valkey"]
        password = self.installation.reported("secrets.json")["VALKEY_PASSWORD"]
        broker = f"redis://:{password}@127.0.0.1:{port}/0"
        name = f"celery@{socket.gethostname()}"
        app = Celery(broker=broker, set_as_current=False)
        # A connection of its own: what was connected before may have been killed since.
        with suppress(OperationalError, redis.RedisError), app.connection_for_write() as fresh:
            return bool(app.control.ping([name], timeout=10, connection=fresh))
        return False

    def assert_it_works(self, after: str) -> None:
        """Pages, broker, database, live updates and everybody behind them."""
        now = ""

        def asked(sql: str) -> str:
            with suppress(psycopg2.Error):
                return self.installation.query(sql)
            return ""

        def clock() -> str:
            nonlocal now
            now = now or asked(AGE)
            return now

        streams = self.installation.reported("running.json")["streams_url"]
        looks: dict[str, Callable[[], bool]] = {
            "all processes": self.all_back,
            "pages": lambda: self.installation.status(self.installation.url) == 200,
            "database and broker": lambda: (
                self.installation.status(f"{self.installation.url}readyz") == 200
            ),
            "live updates": lambda: self.installation.status(f"{streams}healthz") == 200,
            "a moment": lambda: bool(clock()),
            "worker": self.has_a_worker,
            "standby and what is regular": lambda: (
                asked(AT_WORK.format(since=f"'{now}'")) == "True"
            ),
        }
        for what, is_well in looks.items():
            assert eventually(is_well, every=LOOK), f"{after}: {what}\n{self.installation.output()}"
        before = self.pushes()
        asked(AGE)
        assert eventually(lambda: self.pushes() > before, every=LOOK), (
            f"{after}: beat\n{self.installation.output()}"
        )
