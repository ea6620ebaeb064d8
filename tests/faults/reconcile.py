"""What was answered beside what is there, after every process of the house was killed in turn.

Used small by the tests and large by benchmarks/reconcile.py. The house is the real one, as bin/up
runs it; the providers are doubles in this process.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg2
import redis

from tests.faults.acting import Answers, Visitor, World, act_all, open_case
from tests.faults.outage import environment
from tests.faults.own_installation import ROOT, Running, running_installation
from tests.faults.storm import Outside, outside

KILLED = (
    "web worker",
    "web",
    "worker",
    "beat",
    "standby",
    "streams",
    "valkey",
    "postgresql",
)
BLOWS = (*KILLED, "flush", "hang")
HANGS = 4.0  # seconds that the broker answers nothing
BACK_WITHIN = 60.0
QUIET_WITHIN = 300.0
KINDS = ("reports", "orders", "scans", "messages", "chats")
# What the house still has to do by itself.
PENDING = (
    "SELECT count(*) FROM events_dispatch",
    "SELECT count(*) FROM notifications_delivery WHERE channel IN ('sms', 'email')"
    " AND state IN ('queued', 'held', 'sending') AND digest_key = ''",
)
SENT = ("accepted", "delivered", "read")


@dataclass(frozen=True)
class Messages:
    """Text messages and mails; ``lost``: said to be sent, and the provider has none; ``twice``: and
    nothing on record says that it might be."""

    all: int
    lost: int
    twice: int
    unclear: int


@dataclass(frozen=True)
class Report:
    answers: Answers
    lost: dict[str, int]
    doubled: dict[str, int]
    half: dict[str, int]
    messages: Messages
    away: dict[str, float]  # seconds until each was back at work, the longest of its blows
    seconds: float

    @property
    def is_whole(self) -> bool:
        nothing = not any((*self.lost.values(), *self.doubled.values(), *self.half.values()))
        messages = (
            not self.messages.lost and not self.messages.twice and not self.answers.unanswered
        )
        # The acts are all allowed: what is refused was not tried.
        return (
            nothing
            and messages
            and not any(self.answers.refused.values())
            and max(self.away.values()) <= BACK_WITHIN
        )

    def lines(self) -> list[str]:
        found = [f"{'act':12}{'done':>7}{'refused':>9}{'no answer':>11}{'lost':>6}{'doubled':>9}"]
        for kind in KINDS:
            numbers = [
                len(group.get(kind, []))
                for group in (self.answers.done, self.answers.refused, self.answers.unanswered)
            ]
            found.append(
                f"{kind:12}{numbers[0]:>7}{numbers[1]:>9}{numbers[2]:>11}"
                f"{self.lost[kind]:>6}{self.doubled[kind]:>9}"
            )
        found.append(f"requests {self.answers.tries}, {self.seconds:.0f} s")
        found.append(
            f"told {self.messages.all}: {self.messages.lost} lost, {self.messages.twice} twice unrecorded,"
            f" {self.messages.unclear} on record as unclear"
        )
        found += [f"half there: {count} {what}" for what, count in self.half.items() if count]
        found += [f"{name:12}away {seconds:5.1f} s" for name, seconds in self.away.items()]
        return found


def run(counts: Mapping[str, int], *, blows: Sequence[str], every: float, hands: int = 4) -> Report:
    """So many acts of each kind while the blows fall, one each ``every`` seconds."""
    began = time.monotonic()
    with outside(0.0, random.Random(1)) as there:
        env = {
            **environment(there),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(there.mail.port),
            "EMAIL_USE_TLS": "0",
            "EMAIL_PER_SECOND": "200",
            "TRUSTED_PROXIES": "1",
            "DEFAULT_FROM_EMAIL": "service@yipiao.example",
            "WEB_CONCURRENCY": "2",
        }
        with running_installation("reconcile", env) as installation:
            world = _world(installation, counts.get("scans", 0))
            acting = act_all(world, counts, hands=hands)
            share = sum(counts.values()) // (len(blows) + 1)
            rand = random.Random(2)
            away: dict[str, float] = {}
            for blow in blows:
                # It falls in the middle of them.
                acting.allow(share)
                time.sleep(rand.uniform(0.0, 0.5))
                away[blow] = max(away.get(blow, 0.0), _do_blow(installation, blow))
                time.sleep(every)
            answers = acting.join()
            left = _await_quiet(installation)
            return _judge(installation, there, answers, away, left, time.monotonic() - began)


def _world(installation: Running, waybills: int) -> World:
    return open_case(World(url=installation.url, **_inside(installation, "seed", str(waybills))))


def _inside(installation: Running, *words: str) -> dict[str, Any]:
    env = {**os.environ, **installation.env, "DJANGO_SETTINGS_MODULE": "config.settings"}
    env["DATABASE_URL"] = installation.env["DATABASE_OWNER_URL"]
    output = subprocess.run(
        [sys.executable, "-m", "tests.faults.reconcile_inside", *words],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    line = next(line for line in output.splitlines() if line.startswith("FOUND "))
    found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    return found


def _do_blow(installation: Running, blow: str) -> float:
    """Seconds until what was struck is at work again."""
    began = time.monotonic()
    if blow == "flush":
        redis.Redis.from_url(installation.env["REDIS_URL"]).flushall()
    elif blow == "hang":
        os.kill(installation.pid("valkey"), signal.SIGSTOP)
        time.sleep(HANGS)
        os.kill(installation.pid("valkey"), signal.SIGCONT)
    elif blow == "web worker":
        os.kill(installation.one_web_worker(), signal.SIGKILL)
    else:
        before = installation.pid(blow)
        os.kill(before, signal.SIGKILL)
        while installation.pid(blow) == before and time.monotonic() - began < 2 * BACK_WITHIN:
            time.sleep(0.05)
    while not _is_back(installation, blow) and time.monotonic() - began < 2 * BACK_WITHIN:
        time.sleep(0.1)
    return time.monotonic() - began


def _is_back(installation: Running, blow: str) -> bool:
    """It answers, where it can be asked; at work in the database, where it cannot."""
    if blow in ("web", "web worker"):
        visitor = Visitor(World(installation.url, "", []), 60_000)
        return (visitor.ask("GET", "/healthz") or (0, ""))[0] == 200
    if blow in ("valkey", "flush", "hang"):
        with suppress(redis.RedisError):
            return bool(
                redis.Redis.from_url(installation.env["REDIS_URL"], socket_timeout=1).ping()
            )
        return False
    with suppress(psycopg2.Error):
        if blow == "standby":
            seen = "SELECT count(*) FROM events_taskrun WHERE name = 'standby' AND ran_at > now() - interval '5 s'"
            return _number(installation, seen) >= 1
        return _number(installation, "SELECT 1") == 1
    return False


def _number(installation: Running, statement: str, *values: object) -> int:
    return int(str(_rows(installation, statement, *values)[0][0]))


def _rows(installation: Running, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(installation.env["DATABASE_OWNER_URL"], connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())
    finally:
        connection.close()


def _await_quiet(installation: Running) -> int:
    """How much is still to be done when patience ends."""
    end = time.monotonic() + QUIET_WITHIN
    while (left := sum(_number(installation, one) for one in PENDING)) and time.monotonic() < end:
        time.sleep(0.5)
    return left


def _judge(
    installation: Running,
    there: Outside,
    answers: Answers,
    away: dict[str, float],
    left: int,
    seconds: float,
) -> Report:
    found = _inside(installation, "count")
    lost, doubled = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        counts = Counter(found["there"][kind])
        # What was refused is not there at all; what was never answered may be there, once.
        for marks, least, most in (
            (answers.done, 1, 1),
            (answers.refused, 0, 0),
            (answers.unanswered, 0, 1),
        ):
            for mark in marks.get(kind, []):
                lost[kind] += max(0, least - counts[mark])
                doubled[kind] += max(0, counts[mark] - most)
    half = {**found["half"], "things still to be done": left}
    return Report(answers, lost, doubled, half, _messages(found["told"], there), away, seconds)


def _messages(rows: Sequence[tuple[str, str, str, str, bool]], there: Outside) -> Messages:
    texts = Counter(str(one["out_id"]) for one in there.sms.sent)
    mails = Counter(
        str(mail["Message-ID"]).strip("<").partition("@")[0] for mail in there.mail.accepted
    )
    lost = twice = unclear = 0
    for reference, channel, state, key, is_unclear in rows:
        count = texts[reference] if channel == "sms" else mails[key]
        unclear += is_unclear
        lost += state in SENT and count == 0
        twice += count > 1 and not is_unclear
    return Messages(len(rows), lost, twice, unclear)
