"""The status of a few waybills from all of their events, after a correction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db import connection

from apps.tracking.models import Waybill
from apps.tracking.services.locking import Target
from apps.tracking.status import CurrentStatus, Scan, derive

_EVENTS = """
SELECT waybill_id, id, source, source_id, revision, supersedes_id, is_withdrawal, occurred_at,
    status, reason, strength, rank, content_hash, place
FROM tracking_trackingevent
WHERE waybill_id = ANY(%s) AND issued_month = ANY(%s::date[]) ORDER BY waybill_id, id
"""


@dataclass(slots=True)
class Move:
    """One waybill whose status really changed."""

    waybill_id: int
    number: str
    frm: str
    to: str
    to_reason: str
    at: datetime


def recompute(waybill_ids: Collection[int]) -> dict[int, CurrentStatus]:
    """The status of each waybill from all of its events; the caller holds their locks."""
    if not waybill_ids:
        return {}
    issued = {
        pk: (month, at)
        for pk, month, at in Waybill.objects.filter(pk__in=waybill_ids).values_list(
            "pk", "issued_month", "issued_at"
        )
    }
    scans: dict[int, list[Scan]] = {pk: [] for pk in issued}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [list(issued), sorted({month for month, _at in issued.values()})])
        for pk, rows in groupby(cursor.fetchall(), key=itemgetter(0)):
            scans[pk] = [Scan(*row[1:]) for row in rows]
    return {pk: derive(scans[pk], issued_at=issued[pk][1]) for pk in sorted(issued)}


def moves_of(targets: Iterable[Target], after: Mapping[int, CurrentStatus]) -> list[Move]:
    """What really changed, one move per waybill, in order of id."""
    before = {target.id: target for target in targets}
    return [
        Move(pk, before[pk].number, before[pk].current.status, now.status, now.reason, now.at)
        for pk, now in sorted(after.items(), key=itemgetter(0))
        if (now.status, now.reason) != (before[pk].current.status, before[pk].current.reason)
    ]
