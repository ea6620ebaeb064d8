"""Reading again what a changed calendar or a new policy has made out of date.

Nobody is notified of anything that turns out to be past. Any number of processes may do this: rows are
claimed with SKIP LOCKED, and a killed process leaves its rows to the others.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.database import database_now
from apps.sla.enums import MatterState
from apps.sla.models import Clock, Matter
from apps.sla.models.clock import OPEN
from apps.sla.queries.rules import versions_for
from apps.sla.services.changing import aims_of, choose_again, concerned
from apps.sla.services.locking import as_locked, lock_clocks
from apps.sla.services.recalculating import PastInstants, recalculate

log = logging.getLogger(__name__)

_STALE_KINDS = """
SELECT e.kind, e.epoch FROM sla_policyepoch e
WHERE EXISTS (SELECT FROM sla_matter m
              WHERE m.kind = e.kind AND m.policy_epoch < e.epoch AND m.state = 'open')
"""
_STALE_CALENDARS = """
SELECT w.id, w.version FROM sla_workingcalendar w
WHERE EXISTS (SELECT FROM sla_clock c WHERE c.calendar_id = w.id
              AND c.calendar_version < w.version AND c.state IN ('running', 'paused'))
"""
_FOLLOWED = """
UPDATE sla_matter m SET version_id = r.version_id, policy_as_of = %s, policy_epoch = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS r (id, version_id) WHERE m.id = r.id
"""


def recompute_stale(*, limit: int = 2000) -> int:
    """Bring every open clock up to date with its policy and its calendar; returns how many matters
    and clocks were read again, ``limit`` in one transaction. Nothing to do costs two queries."""
    done = 0
    for kind, epoch in _rows(_STALE_KINDS):
        while count := _follow_policies(kind, epoch, limit):
            done += count
    for calendar_id, version in _rows(_STALE_CALENDARS):
        while count := _follow_calendar(calendar_id, version, limit):
            done += count
    if done:
        log.info("%d read again after a change of rules", done)
    return done


@transaction.atomic
def _follow_policies(kind: str, epoch: int, limit: int) -> int:
    stale = Matter.objects.filter(kind=kind, policy_epoch__lt=epoch, state=MatterState.OPEN)
    matters = list(stale.select_for_update(skip_locked=True).order_by("policy_epoch")[:limit])
    if not matters:
        return 0
    now = database_now()
    for matter in matters:
        matter.policy_as_of = now
    locked = lock_clocks(matters)
    aims = aims_of(locked)
    fresh = choose_again(matters, locked, versions_for(kind), now)
    _write(matters, now, epoch)
    recalculate(
        matters, concerned(locked, aims), fresh, by=_machine(), now=now, past=PastInstants.QUIET
    )
    return len(matters)


@transaction.atomic
def _follow_calendar(calendar_id: int, version: int, limit: int) -> int:
    """Here the clocks are claimed without their matters: whoever changes a matter's facts waits for
    its clocks and reads them afterwards, with the calendar of then."""
    stale = Clock.objects.filter(OPEN, calendar=calendar_id, calendar_version__lt=version)
    clocks = list(stale.select_for_update(skip_locked=True)[:limit])
    if not clocks:
        return 0
    matters = list(Matter.objects.filter(pk__in={clock.matter_id for clock in clocks}))
    locked = as_locked(clocks)
    recalculate(matters, locked, by=_machine(), now=database_now(), past=PastInstants.QUIET)
    return len(clocks)


def _write(matters: Sequence[Matter], now: datetime, epoch: int) -> None:
    ids = [matter.pk for matter in matters]
    versions = [matter.version_id for matter in matters]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, [now, epoch, ids, versions])


def _machine() -> User:
    return system_user("clocks")


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
