"""How late is a step told? Used by benchmarks/clocks.py.

A real worker, beat and standby over all open clocks of which fifty a second run out; with the broker
well, then with one that is dead. Lag is the database's own: from the instant of the step to its row, to
the message queued, and to its first attempt.
"""

import time

from django.db import connection

from benchmarks.clock_processes import installation
from benchmarks.harness import Result

NORMAL, DEAD = 1.0, 30.0
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
SELECT count(*), {centile} WITHIN GROUP (ORDER BY told), {centile} WITHIN GROUP (ORDER BY queued),
    {centile} WITHIN GROUP (ORDER BY begun)
FROM (SELECT EXTRACT(EPOCH FROM f.fired_at - f.at) AS told,
          EXTRACT(EPOCH FROM d.created_at - f.at) AS queued,
          EXTRACT(EPOCH FROM d.first_attempt - f.at) AS begun
      FROM sla_firedstep f LEFT JOIN notifications_delivery d ON d.event_id = f.event_id
      WHERE f.clock_id = ANY(%s)) AS lags
""".replace("{centile}", "percentile_cont(ARRAY[0.5, 0.99, 1])")


def both(seconds: int) -> list[Result]:
    return lags("broker well", seconds, NORMAL, broker=True) + lags(
        "broker dead", seconds, DEAD, broker=False
    )


def lags(name: str, seconds: int, limit: float, *, broker: bool) -> list[Result]:
    with installation(broker=broker):
        with connection.cursor() as cursor:
            count = EACH_SECOND * seconds
            cursor.execute(_SOON, {"count": count, "ahead": AHEAD, "each": EACH_SECOND})
            ids = [pk for (pk,) in cursor.fetchall()]
        assert len(ids) == count
        time.sleep(AHEAD + seconds + DEAD)
    with connection.cursor() as cursor:
        cursor.execute(_LAGS, [ids])
        on_time, fired, queued, left = cursor.fetchone()
    assert on_time == count, f"{on_time} of {count} told"
    return [
        Result(f"{name}: told, median", fired[0] * 1000, "ms"),
        Result(f"{name}: told, 99 %", fired[1] * 1000, "ms", most=limit * 1000),
        Result(f"{name}: told, slowest", fired[2] * 1000, "ms"),
        Result(f"{name}: message queued, 99 %", queued[1] * 1000, "ms", most=limit * 1000),
        Result(f"{name}: message on its way, 99 %", left[1] * 1000, "ms"),
    ]
