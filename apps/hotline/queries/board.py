"""The calls of one day in half hours, counted once each (CMP-10)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from apps.core.times import day_start
from apps.hotline.enums import CallBackState, CallOutcome, Direction
from apps.hotline.models import AnswerPolicy, Call, CallBack
from apps.hotline.rules.rate import Counts

if TYPE_CHECKING:
    from apps.accounts.models import User

SLOT = timedelta(minutes=30)
MOST_WAITING = 30
_IN = f"c.direction = '{Direction.IN}' AND c.is_hotline"
# One statement for days of one policy, whatever they hold. Days are asked for by their column and by their span, which
# the index knows.
_COUNTS = f"""
SELECT c.day, floor(extract(epoch FROM (c.offered_at AT TIME ZONE coalesce(s.zone, %(zone)s))::time) / 1800)::int,
    count(*) FILTER (WHERE {_IN}),
    count(*) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.ANSWERED}'),
    count(*) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.ABANDONED}' AND c.wait_s < %(short)s),
    count(*) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.MENU}'),
    count(*) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.OPEN}'),
    count(*) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.ANSWERED}' AND c.wait_s <= %(level)s),
    coalesce(sum(c.wait_s) FILTER (WHERE {_IN} AND c.outcome = '{CallOutcome.ANSWERED}'), 0),
    count(*) FILTER (WHERE c.direction = '{Direction.INTERNAL}'),
    count(*) FILTER (WHERE c.direction = '{Direction.OUT}'),
    count(*) FILTER (WHERE c.direction = '{Direction.IN}' AND NOT c.is_hotline)
FROM hotline_call c JOIN hotline_phonesystem s ON s.id = c.system_id
WHERE c.day BETWEEN %(first)s AND %(last)s AND c.offered_at >= %(since)s AND c.offered_at < %(until)s
    AND (%(units)s::bigint[] IS NULL OR s.unit_id = ANY(%(units)s::bigint[]))
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  # words of ours


@dataclass(frozen=True, slots=True)
class Slot:
    begins: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Board:
    day: date
    policy: AnswerPolicy
    slots: Sequence[Slot]
    total: Counts
    waiting: Sequence[CallBack]


def policy_of(day: date) -> AnswerPolicy:
    """By what calls of that day are judged; the first one began long ago."""
    return AnswerPolicy.objects.filter(since__lte=day).order_by("-since")[0]


def counts_of(day: date, units: Collection[int] | None, policy: AnswerPolicy) -> dict[int, Counts]:
    """Half hour of the day, from 0 on → what was offered in it; ``units``: to the phones of these only."""
    return _counted(day, day, units, policy).get(day, {})


def _counted(
    first: date, last: date, units: Collection[int] | None, policy: AnswerPolicy
) -> dict[date, dict[int, Counts]]:
    given = {
        "zone": settings.TIME_ZONE,
        "short": policy.short_seconds,
        "level": policy.level_seconds,
        "first": first,
        "last": last,
        "since": day_start(first, -1),
        "until": day_start(last, 2),
        "units": None if units is None else list(units),
    }
    found: dict[date, dict[int, Counts]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, given)
        for day, slot, *rest in cursor.fetchall():
            found.setdefault(day, {})[slot] = Counts(*map(int, rest))
    return found


def last_day_with_calls(before: date, user: "User") -> date | None:
    """The newest day before ``before`` of which a phone system brought a call of the hotline."""
    rows = Call.objects.visible_to(user).filter(system__isnull=False, is_hotline=True)
    rows = rows.filter(direction=Direction.IN, offered_at__lt=day_start(before))
    found = rows.order_by("-offered_at").values_list("day", flat=True).first()
    return found if found is None or found < before else None


def board(day: date, user: "User") -> Board:
    """Every half hour between the first and the last call of the day, and who waits to be called back."""
    policy = policy_of(day)
    found = counts_of(day, user.visible_unit_ids(), policy)
    begin = day_start(day)
    span = range(min(found, default=0), max(found, default=-1) + 1)
    slots = [Slot(begin + SLOT * n, found.get(n, Counts())) for n in span]
    waiting = CallBack.objects.visible_to(user).filter(state=CallBackState.OPEN)
    return Board(
        day=day,
        policy=policy,
        slots=slots,
        total=sum((slot.counts for slot in slots), Counts()),
        waiting=list(
            waiting.select_related("customer", "taken_by").order_by("opened_at", "pk")[
                :MOST_WAITING
            ]
        ),
    )


@dataclass(frozen=True, slots=True)
class DayRate:
    """What was offered on a day, by the policy of that day; ``goal`` is its percentage."""

    day: date
    counts: Counts
    goal: Decimal


def day_rates(first_day: date, last_day: date, user: "User") -> list[DayRate]:
    """The days on which there were calls: a statement for each policy that counted on one of them."""
    policies = list(AnswerPolicy.objects.filter(since__lte=last_day).order_by("since"))
    units = user.visible_unit_ids()
    found: list[DayRate] = []
    for policy, following in zip_longest(policies, policies[1:]):
        first = max(first_day, policy.since)
        last = min(last_day, following.since - timedelta(days=1)) if following else last_day
        if first > last:
            continue
        for day, slots in sorted(_counted(first, last, units, policy).items()):
            found.append(DayRate(day, sum(slots.values(), Counts()), policy.goal))
    return found


def rates_by_hour(day: date, units: Collection[int] | None) -> dict[int, Counts]:
    """Hour of the day → what was offered in it."""
    found: dict[int, Counts] = {}
    for slot, counts in counts_of(day, units, policy_of(day)).items():
        found[slot // 2] = found.get(slot // 2, Counts()) + counts
    return found
