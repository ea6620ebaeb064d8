"""How late is a step told? Used by benchmarks/clocks.py.

One real ``manage.py watch`` over all open clocks of which fifty a second run out; with the broker
well, then with one that is dead. Lag is the database's own: from the instant of the step to its row,
and to the message queued.
"""

import socket
import time

from django.db import connection

from benchmarks.clock_watch import watching
from benchmarks.harness import Result

NORMAL, DEAD = 5.0, 30.0
EACH_SECOND, AHEAD = 50, 3
_SOON = """
WITH chosen AS (
    SELECT id, row_number() OVER () AS n FROM sla_clock
    WHERE metric = 'plan_reply' AND position = 0 AND due_at > now() + interval '12 hours' LIMIT %(count)s
), moved AS (
    SELECT id, statement_timestamp() + make_interval(secs => %(ahead)s + n / %(each)s::float) AS due
    FROM chosen
)
UPDATE sla_clock c SET started_at = due - interval '30 days', due_at = due, position = 1, next_at = due,
    schedule = ARRAY[due - interval '2 hours', due, due + interval '30 minutes']
FROM moved WHERE c.id = moved.id RETURNING c.id
"""
_LAGS = """
SELECT count(*), {centile} WITHIN GROUP (ORDER BY told), {centile} WITHIN GROUP (ORDER BY queued)
FROM (SELECT EXTRACT(EPOCH FROM f.fired_at - f.at) AS told,
          EXTRACT(EPOCH FROM d.created_at - f.at) AS queued
      FROM sla_firedstep f LEFT JOIN notifications_delivery d ON d.event_id = f.event_id
      WHERE f.clock_id = ANY(%s)) AS lags
""".replace("{centile}", "percentile_cont(ARRAY[0.5, 0.99, 1])")


def both(seconds: int) -> list[Result]:
    results = lags("broker well", {}, seconds, NORMAL)
    return results + lags("broker dead", {"REDIS_URL": _nobody()}, seconds, DEAD)


def lags(name: str, env: dict[str, str], seconds: int, limit: float) -> list[Result]:
    with watching(1, env):
        _await_watch()
        with connection.cursor() as cursor:
            count = EACH_SECOND * seconds
            cursor.execute(_SOON, {"count": count, "ahead": AHEAD, "each": EACH_SECOND})
            ids = [pk for (pk,) in cursor.fetchall()]
        assert len(ids) == count
        time.sleep(AHEAD + seconds + 10)
    with connection.cursor() as cursor:
        cursor.execute(_LAGS, [ids])
        told, fired, queued = cursor.fetchone()
    assert told == count, f"{told} of {count} told"
    return [
        Result(f"{name}: told, median", fired[0] * 1000, "ms"),
        Result(f"{name}: told, 99 %", fired[1] * 1000, "ms", most=limit * 1000),
        Result(f"{name}: told, slowest", fired[2] * 1000, "ms"),
        Result(f"{name}: message queued, 99 %", queued[1] * 1000, "ms", most=limit * 1000),
    ]


def _await_watch() -> None:
    with connection.cursor() as cursor:
        for _turn in range(600):
            cursor.execute(
                "SELECT count(*) FROM sla_watcher WHERE seen_at > now() - interval '5 s'"
            )
            if cursor.fetchone()[0] >= 3:
                return
            time.sleep(0.1)
    raise SystemExit("the watch process does not come up")


def _nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
