"""Who has to be told at a given moment: the roster first, stand-ins for who is away (CMP-3)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.accounts.enums import Role, UnitKind
from apps.accounts.models import DutyShift, Unit, User

# A stand-in who is away as well has one too; more than this in a row is a mistake in the plan.
LONGEST_CHAIN = 5
# Where a service desk is looked for first: the one that serves the whole company, then a branch's.
DESK_KINDS = (UnitKind.HEAD_OFFICE, UnitKind.BRANCH)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who answers for a role in the unit with this path and in all below it."""

    user_id: int
    path: str

    def covers(self, path: str) -> bool:
        return path.startswith(self.path)


def nearest(people: Iterable[Holder], path: str) -> list[int]:
    """Those of the nearest unit at or above ``path``; everybody when no unit is concerned."""
    people = list(people)
    if not path:
        return list(dict.fromkeys(p.user_id for p in people))
    covering = [p for p in people if p.covers(path)]
    deepest = max((len(p.path) for p in covering), default=0)
    return list(dict.fromkeys(p.user_id for p in covering if len(p.path) == deepest))


_ON_DUTY, _HELD, _AWAY = "duty", "held", "away"
# In the order in which they were entered; of two times of one person the leave counts before being off shift,
# unless it names nobody. Written out: one act asks it, and the ORM takes longer to
# build it than PostgreSQL to answer.
_EVERYBODY = f"""
SELECT x.source, x.role, x.user_id, coalesce(n.path, ''), x.stand_in_id
FROM (
    SELECT '{_ON_DUTY}' AS source, role, user_id, unit_id, NULL::bigint AS stand_in_id, id, 0 AS rank
    FROM accounts_dutyshift WHERE role = ANY(%(roles)s) AND withdrawn_at IS NULL
        AND starts_at <= %(at)s AND ends_at > %(at)s
    UNION ALL
    SELECT '{_HELD}', role, user_id, unit_id, NULL, id, 0
    FROM accounts_userrole WHERE role = ANY(%(roles)s)
        AND since <= %(at)s AND (until IS NULL OR until > %(at)s)
    UNION ALL
    SELECT '{_AWAY}', '', user_id, NULL, stand_in_id, id,
        CASE WHEN stand_in_id IS NULL THEN 0 WHEN kind = 'off_shift' THEN 1 ELSE 2 END
    FROM accounts_absence WHERE withdrawn_at IS NULL AND starts_at <= %(at)s AND ends_at > %(at)s
) AS x
LEFT JOIN accounts_unit n ON n.id = x.unit_id
JOIN accounts_user u ON u.id = coalesce(x.stand_in_id, x.user_id)
WHERE u.is_active OR x.source = '{_AWAY}' AND x.stand_in_id IS NULL
ORDER BY x.rank, x.id
"""  # noqa: S608  # names of ours


# Written out: every report from outside asks it.
_ACTIVE = "SELECT * FROM accounts_unit WHERE is_active AND path = ANY(%s)"


def _end_of(user_id: int, away: dict[int, int | None]) -> int | None:
    here: int | None = user_id
    for _step in range(LONGEST_CHAIN + 1):
        if here is None or here not in away:
            return here
        here = away[here]
    return None


class Roster:
    """Who answers for these roles at one instant, read once for everything that asks: who is on duty,
    who holds the role, who is away and who stands in for whom. One query.

    A stand-in who is away as well is replaced in turn. Somebody who is away without a stand-in, or
    whose chain ends in a circle, has to be told themselves.
    """

    def __init__(self, roles: Iterable[Role | str], at: datetime) -> None:
        self._duty: dict[str, list[Holder]] = defaultdict(list)
        self._holders: dict[str, list[Holder]] = defaultdict(list)
        self._away: dict[int, int | None] = {}
        with connection.cursor() as cursor:
            cursor.execute(_EVERYBODY, {"roles": sorted({str(role) for role in roles}), "at": at})
            rows = cursor.fetchall()
        for source, role, user_id, path, stand_in in rows:
            if source == _AWAY:
                self._away[user_id] = stand_in
            else:
                found = self._duty if source == _ON_DUTY else self._holders
                found[role].append(Holder(user_id, path))

    def people(self, role: Role | str, path: str) -> list[int]:
        """Who is told in a role for the unit at ``path``: the roster, else the nearest holders, each
        replaced by their stand-in while away. Empty when nobody holds the role."""
        return self.nearest_on_duty(role, path) or self.holders([role], path)

    def holders(self, roles: Iterable[Role | str], path: str) -> list[int]:
        """Who holds one of the roles in the nearest unit at or above ``path``, on duty or not."""
        return self._there(nearest((h for r in roles for h in self._holders[str(r)]), path))

    def everybody(self, role: Role | str, path: str) -> list[int]:
        """Who holds the role in the unit at ``path`` or anywhere above it, there or away; everybody who
        holds it when no unit is concerned."""
        held = self._holders[str(role)]
        return list(dict.fromkeys(h.user_id for h in held if not path or h.covers(path)))

    def nearest_on_duty(self, role: Role | str, path: str) -> list[int]:
        """Who is on the roster in the nearest unit at or above ``path``, or stands in."""
        return self._there(nearest(self._duty[str(role)], path))

    def stood_in_for(self, user_id: int) -> list[int]:
        """Who is away and whose place this person takes."""
        return [pk for pk in self._away if pk != user_id and self.instead_of(pk) == user_id]

    def _there(self, user_ids: Iterable[int]) -> list[int]:
        return list(dict.fromkeys(self.instead_of(pk) for pk in user_ids))

    def on_duty(self, role: Role | str, path: str) -> list[int]:
        """Who is on the roster for the unit at ``path``, there or away."""
        return [one.user_id for one in self._duty[str(role)] if one.covers(path)]

    def seats(self, role: Role | str) -> list[tuple[str, bool]]:
        """Where each holder of the role works, and whether they are on duty just now and not away."""
        on_duty = {one.user_id for one in self._duty[str(role)]} - self._away.keys()
        return [(one.path, one.user_id in on_duty) for one in self._holders[str(role)]]

    def instead_of(self, user_id: int) -> int:
        """Who takes their place while they are away; they themselves while nobody does."""
        return _end_of(user_id, self._away) or user_id


def is_on_roster(role: Role, at: datetime) -> bool:
    """Whether the roster names anybody for the role at this instant."""
    return DutyShift.objects.at(at).filter(role=role, user__is_active=True).exists()


def people_for(roles: Sequence[Role], path: str, at: datetime) -> list[User]:
    """As ``Roster.people`` for each of these roles in turn, everybody once and with their rows."""
    roster = Roster(roles, at)
    found = [pk for role in roles for pk in roster.people(role, path)]
    return people_of(list(dict.fromkeys(found)))


def people_of(user_ids: Sequence[int]) -> list[User]:
    """These users in this order, without those who are not active any more."""
    known = User.objects.active().in_bulk(user_ids)
    return [known[pk] for pk in user_ids if pk in known]


def service_desk(roster: Roster) -> Unit | None:
    """The unit whose agents answer now for what is no unit's business: where agents are on duty,
    else where agents are; head office's before a branch's, then where most of them are.

    A unit that agents work in and not one above it, so that they see what comes there. None in a
    company without agents. ``roster`` has the agents.
    """
    seats = roster.seats(Role.AGENT)
    units = Unit.objects.raw(_ACTIVE, [sorted({path for path, _here in seats})])
    by_path = {unit.path: unit for unit in units}
    here = [path for path, is_here in seats if is_here and path in by_path]
    counted = Counter(here or [path for path, _here in seats if path in by_path])
    return min(
        (by_path[path] for path in counted),
        key=lambda unit: _desk_order(unit, counted[unit.path]),
        default=None,
    )


def _desk_order(unit: Unit, people: int) -> tuple[int, int, str]:
    kind = UnitKind(unit.kind)
    rank = DESK_KINDS.index(kind) if kind in DESK_KINDS else len(DESK_KINDS)
    return rank, -people, unit.path
