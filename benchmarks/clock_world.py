"""A house with a million open clocks, made in a few statements; shared by the clock benchmarks."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.sla.enums import DayKind, Metric
from apps.sla.inputs import DayEntry
from apps.sla.models import Clock, PolicyEpoch, PolicyVersion, Target
from apps.sla.services import add_days
from tests.factories.accounts import UnitFactory
from tests.factories.sla import machine, publish, staff, step, target

UNITS, AGENTS = 40, 5
CHUNK = 100_000
OFFICE_EACH = 10  # every tenth clock runs in office hours
LIMIT = timedelta(days=30)

_MATTERS = """
INSERT INTO sla_matter (kind, subject_type, subject_id, key, title, klass, severity, channel, owner_id,
    unit_id, version_id, policy_as_of, policy_epoch, state, cycle, opened_at, opened_by_id, stop_reason)
SELECT 'case', 'complaints.case', n::text, '', 'CS20261125-' || lpad(n::text, 7, '0'), 'complaint',
    'ordinary', 'phone', owners[1 + n %% cardinality(owners)], units[1 + n %% cardinality(units)],
    %(version)s, opened, %(epoch)s, 'open', 1, opened, %(by)s, ''
FROM (SELECT n, now() - make_interval(secs => (n::bigint * 7919) %%
          CASE WHEN n %% %(each)s = 0 THEN 86400 ELSE 2505600 END) AS opened,
      %(owners)s::bigint[] AS owners, %(units)s::bigint[] AS units
      FROM generate_series(%(first)s, %(last)s) AS n) AS numbered
"""
# Due between one and thirty days from now; those in office hours in about a week, not exactly when
# they should be. A warning two hours before, the director half an hour after.
_CLOCKS = """
INSERT INTO sla_clock (matter_id, metric, cycle, key, kind, label, target_id, calendar_id,
    calendar_version, seconds, is_fixed, owner_id, unit_id, state, started_at, due_at, is_dropped,
    schedule, schedule_steps, held_policies, held_starts, position, next_at)
SELECT m.id, t.metric, 1, 0, 'case', '', t.id, t.calendar_id, w.version, t.seconds, false,
    m.owner_id, m.unit_id, 'running', m.opened_at, due, false,
    ARRAY[due - interval '2 hours', due, due + interval '30 minutes'],
    ARRAY[t.warn, 0, t.tell], '{}', '{}', 0, due - interval '2 hours'
FROM sla_matter m
JOIN (SELECT t.*, (array_agg(s.id ORDER BY s.position))[1] AS warn,
          (array_agg(s.id ORDER BY s.position))[2] AS tell
      FROM sla_target t JOIN sla_step s ON s.target_id = t.id
      WHERE t.version_id = %(version)s GROUP BY t.id) AS t
  ON t.metric = CASE WHEN m.subject_id::bigint %% %(each)s = 0 THEN 'feedback' ELSE 'plan_reply' END
JOIN sla_workingcalendar w ON w.id = t.calendar_id
CROSS JOIN LATERAL (SELECT m.opened_at
    + CASE WHEN t.metric = 'feedback' THEN interval '7 days' ELSE interval '30 days' END AS due) AS d
WHERE m.subject_type = 'complaints.case' AND m.id > %(after)s
"""
# The company stopped an hour ago: half became due more than half an hour ago, and the director was
# to be told as well; half within the last twenty minutes. The warnings went out before.
_OVERDUE = """
WITH chosen AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM sla_clock
    WHERE metric = 'plan_reply' AND state = 'running' AND breached_at IS NULL AND position = 0
    ORDER BY id LIMIT %(count)s
), moved AS (
    SELECT id, statement_timestamp() - CASE WHEN n %% 2 = 0
        THEN make_interval(secs => 1800 + (n * 17) %% 1800) ELSE make_interval(secs => (n * 13) %% 900)
        END AS due FROM chosen
)
UPDATE sla_clock c SET started_at = due - interval '30 days', due_at = due, position = 1,
    next_at = due,
    schedule = ARRAY[due - interval '2 hours', due, due + interval '30 minutes']
FROM moved WHERE c.id = moved.id
"""


class ClockWorld:
    """Units with directors and agents, one policy, and as many open clocks as are asked for."""

    def __init__(self) -> None:
        head = UnitFactory()
        staff(Role.DEPARTMENT_MANAGER, head)
        staff(Role.QC_MANAGER, head)
        staff(Role.GENERAL_MANAGER, head)
        self.units = [UnitFactory(parent=head) for _ in range(UNITS)]
        for unit in self.units:
            staff(Role.DIRECTOR, unit)
        self.agents: list[User] = [
            staff(Role.AGENT, unit) for unit in self.units for _ in range(AGENTS)
        ]
        steps = (
            step("warn", timedelta(hours=-2)),
            step("tell", timedelta(minutes=30), whom="role", role=Role.DIRECTOR),
        )
        self.version: PolicyVersion = publish(
            target(Metric.PLAN_REPLY, LIMIT, *steps),
            target(Metric.FEEDBACK, timedelta(hours=40), *steps, code="office"),
        )
        self.count = 0

    def fill(self, upto: int) -> None:
        """Until there are so many open clocks; statistics as autovacuum would have them."""
        values = {
            "version": self.version.pk,
            "epoch": _epoch(),
            "by": machine().pk,
            "owners": [agent.pk for agent in self.agents],
            "units": [unit.pk for unit in self.units],
            "each": OFFICE_EACH,
        }
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for first in range(self.count + 1, upto + 1, CHUNK):
                span = {"first": first, "last": min(upto, first + CHUNK - 1)}
                cursor.execute("SELECT coalesce(max(id), 0) FROM sla_matter")
                after = cursor.fetchone()[0]
                cursor.execute(_MATTERS, {**values, **span})
                cursor.execute(_CLOCKS, {**values, "after": after})
            self.count = upto
        self.tidy()

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) sla_matter, sla_clock, sla_firedstep, events_event")

    def make_overdue(self, count: int) -> int:
        """The company comes back after an hour; returns how many steps are to be told."""
        with connection.cursor() as cursor:
            cursor.execute(_OVERDUE, {"count": count})
            assert cursor.rowcount == count, "there are not so many clocks left"
        return count + count // 2

    def add_holiday(self) -> int:
        """A day off next week in the office calendar; returns how many clocks that concerns."""
        calendar = Target.objects.get(version=self.version, metric=Metric.FEEDBACK).calendar
        day = timezone.localdate() + timedelta(days=2)
        while day.isoweekday() > 5 or calendar.days.filter(day=day).exists():
            day += timedelta(days=1)
        entry = DayEntry(day, DayKind.HOLIDAY, "放假", "Day off", ())
        add_days(calendar_id=calendar.pk, days=[entry], by=machine(), at=timezone.now())
        return Clock.objects.open().filter(calendar=calendar).count()


def _epoch() -> int:
    found = PolicyEpoch.objects.filter(kind="case").first()
    return found.epoch if found else 1
