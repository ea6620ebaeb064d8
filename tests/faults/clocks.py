"""Clocks run out while their watchers are killed: every step is told, once.

Two workers, beat and standby as bin/up runs them, two of the four an hour off; a database and a
broker of their own, so that these can fail as well. The control does the same work as plain
Celery ETA tasks. Used small by the tests and large by benchmarks/clock_faults.py.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import Celery

from apps.accounts.enums import Role
from apps.accounts.models import Unit
from apps.complaints.enums import CaseMatter
from apps.sla.enums import Metric
from apps.sla.services import NewMatter, open_matters
from tests.factories.accounts import UnitFactory
from tests.factories.sla import COMPLAINT, machine, publish, staff, step, target
from tests.faults import eta
from tests.faults.brokers import OwnBroker
from tests.faults.databases import OwnDatabase, own_database
from tests.faults.herd import Herd, Plan, Struck, await_them, kill_some

# Each process, and by how many seconds its clock is wrong.
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")
WORKER = ("celery", "-A", "config", "worker", "-l", "CRITICAL", *ALONE)
HERD = ((0, WORKER), (3600, WORKER), (-3600, ("standby",)))
BEAT = ("celery", "-A", "config", "beat", "-l", "CRITICAL", "--pidfile=", "-s")
ETA_WORKERS = 3
STEPS = 3  # of each clock: a warning, the due instant, one after it
TOLD = "('clock.warned', 'clock.overdue', 'clock.escalated')"
CHUNK = 2_000
QUIET = 8.0  # seconds; a worker is back within them
_ETA_FIRED = "SELECT count(DISTINCT (clock, step)) FROM eta_fired"

# Before each blow a share of them: a few are due already, the rest runs out at random within seconds,
# so that there is work whenever it falls. When none are left those that have run out do so once more,
# at other instants, so that it never ends before the last blow.
_RUN_OUT = """
UPDATE sla_clock c SET schedule = s.schedule, next_at = s.schedule[1], position = 0, breached_at = NULL,
    due_at = s.schedule[2], started_at = s.schedule[2] - interval '2 hours'
FROM (SELECT id, ARRAY[since, since + gap, since + 2 * gap] AS schedule
      FROM (SELECT id, statement_timestamp() + make_interval(secs => 2 * (random() - 0.2)) AS since,
                make_interval(secs => random()) AS gap
            FROM sla_clock
            WHERE metric = 'plan_reply' AND (next_at > statement_timestamp() + interval '10 minutes'
                OR next_at IS NULL AND %s)
            ORDER BY next_at IS NULL, id LIMIT %s) AS chosen) AS s
WHERE c.id = s.id
"""
_PENDING = """
SELECT (SELECT count(*) FROM sla_clock WHERE metric = 'plan_reply' AND next_at IS NOT NULL)
     + (SELECT count(*) FROM events_dispatch WHERE subscriber LIKE 'notifications.clock%')
"""
_SEEN = """
SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE application_name LIKE 'herd-%'
"""
# Of what should be there once: how many there are, and how many of them are one too many.
_COUNTS = {
    "steps": "SELECT count(DISTINCT (f.clock_id, f.step_id, f.due_at)), count(*)"
    " FROM sla_firedstep f JOIN sla_clock c ON c.id = f.clock_id"
    " WHERE c.metric = 'plan_reply' AND NOT is_silent",
    "events": "SELECT count(DISTINCT (data->>'clock', data->>'step', data->>'at')), count(*)"
    f" FROM events_event WHERE kind IN {TOLD}",
    "messages": "SELECT count(DISTINCT (e.data->>'clock', e.data->>'step', e.data->>'at')), count(*)"
    " FROM notifications_delivery d JOIN events_event e ON e.id = d.event_id"
    f" WHERE e.kind IN {TOLD}",
}


@dataclass(frozen=True)
class Report:
    """Per kind of record how many are missing and how many are there twice."""

    what: str
    expected: int
    lost: dict[str, int]
    doubled: dict[str, int]
    struck: Struck

    @property
    def is_whole(self) -> bool:
        return not any(self.lost.values()) and not any(self.doubled.values())

    def lines(self) -> list[str]:
        found = [f"{self.what}: {self.expected:,} steps; {self.struck.line()}"]
        for kind, lost in self.lost.items():
            found.append(f"    {kind:10}{lost:>7} lost{self.doubled[kind]:>7} doubled")
        return found


class _Feed:
    """Lets clocks run out, and counts how many did."""

    def __init__(self, database: OwnDatabase, share: int) -> None:
        self._database, self._share = database, share
        self.given = 0

    def some(self) -> int:
        return self._let(True, self._share)

    def rest(self) -> int:
        return self._let(False, None)

    def _let(self, *values: object) -> int:
        now = self._database.run(_RUN_OUT, *values)
        self.given += now
        return now


def run(count: int, plan: Plan) -> Report:
    """``count`` clocks of three steps each under the real processes."""
    _fill(count)
    with _place() as (database, broker, folder):
        skewed = [sys.executable, "-m", "tests.faults.skewed"]
        commands = [[*skewed, str(skew), *words] for skew, words in HERD]
        commands.append([sys.executable, "-m", *BEAT, str(folder / "beat")])
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database.url,
            "REDIS_URL": broker.url,
            "LOG_LEVEL": "CRITICAL",
        }
        herd = Herd(commands, env, folder)
        feed = _Feed(database, max(1, count // plan.feeds))
        try:
            # A worker opens no connection before there is something to do.
            await_them(herd, lambda: database.number(_SEEN) >= 2)
            struck = kill_some(
                herd,
                plan,
                database,
                broker,
                lambda: database.number(_PENDING) == 0,
                feed.some,
                feed.rest,
            )
        finally:
            herd.end()
        if not struck.is_done:
            print(herd.last_words())  # noqa: T201  # or nobody would know why
        found = {kind: database.rows(statement)[0] for kind, statement in _COUNTS.items()}
        expected = feed.given * STEPS
        return Report(
            "two workers, beat and standby, two of them an hour off",
            expected,
            {kind: expected - int(str(one)) for kind, (one, _all) in found.items()},
            {kind: int(str(every)) - int(str(one)) for kind, (one, every) in found.items()},
            struck,
        )


def run_control(count: int, plan: Plan) -> Report:
    """The same number of steps at the same instants as plain ETA tasks, held by broker and workers."""
    with _place(copy=False) as (database, broker, folder):
        database.run("CREATE TABLE eta_fired (clock integer, step integer)")
        database.run("CREATE TABLE eta_up (name text)")
        commands = [
            [
                *(sys.executable, "-m", "celery", "-A", "tests.faults.eta", "worker", "-P", "solo"),
                *("-l", "ERROR", "-n", f"eta{slot}", "--without-gossip", "--without-mingle"),
            ]
            for slot in range(ETA_WORKERS)
        ]
        herd = Herd(commands, {"ETA_BROKER": broker.url, "ETA_DATABASE": database.url}, folder)
        try:
            await_them(herd, lambda: database.number("SELECT count(*) FROM eta_up") == ETA_WORKERS)
            _enqueue(eta.app, broker, count, plan)
            total = count * STEPS
            struck = kill_some(herd, plan, database, broker, _Standstill(database, total))
        finally:
            herd.end()
        one = database.number(_ETA_FIRED)
        every = database.number("SELECT count(*) FROM eta_fired")
        return Report(
            "the control, plain Celery ETA tasks",
            total,
            {"steps": total - one},
            {"steps": every - one},
            struck,
        )


class _Standstill:
    """Whether all tasks have run, or none for so long that none will: what a killed worker held comes
    back after an hour, what was flushed never."""

    def __init__(self, database: OwnDatabase, total: int) -> None:
        self._database, self._total = database, total
        self._seen, self._since = -1, 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        fired = self._database.number(_ETA_FIRED)
        if fired != self._seen:
            self._seen, self._since = fired, now
        return fired == self._total or now - self._since > QUIET


def _enqueue(app: Celery, broker: OwnBroker, count: int, plan: Plan) -> None:
    now = datetime.now(UTC)
    with app.connection_for_write(url=broker.url) as connection:
        for clock in range(count):
            for number in range(STEPS):
                share = (clock / count) * 0.7 + number * 0.1
                at = now + timedelta(seconds=plan.span * share)
                app.send_task("fire", (clock, number), eta=at, connection=connection)


@contextmanager
def _place(*, copy: bool = True) -> Iterator[tuple[OwnDatabase, OwnBroker, Path]]:
    with (
        tempfile.TemporaryDirectory(prefix="clocks-") as name,
        own_database(copy=copy) as database,
    ):
        folder = Path(name)
        data = folder / "broker"
        data.mkdir()
        broker = OwnBroker(data)
        broker.start()
        try:
            yield database, broker, folder
        finally:
            broker.kill()


def _fill(count: int) -> None:
    head: Unit = UnitFactory()
    agents = [staff(Role.AGENT, head) for _ in range(20)]
    staff(Role.DIRECTOR, head)
    publish(
        target(
            Metric.PLAN_REPLY,
            timedelta(hours=2),
            step("warn", timedelta(minutes=-30)),
            step("again", timedelta(minutes=30)),
        )
    )
    for first in range(0, count, CHUNK):
        rows = [
            NewMatter(
                kind=CaseMatter.CASE,
                # Any row can be timed, and the clocks do not look at it.
                subject=Unit(pk=1_000_000 + n),
                title=f"CS20261125-{n:05d}",
                attributes=COMPLAINT,
                owner=agents[n % len(agents)],
                unit=head,
            )
            for n in range(first, min(first + CHUNK, count))
        ]
        open_matters(rows, by=machine())
