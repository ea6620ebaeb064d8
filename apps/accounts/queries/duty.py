"""Who has to be told at a given moment: the roster first, stand-ins for who is away (CMP-3)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.accounts.enums import Role, UnitKind
from apps.accounts.models import Absence, DutyShift, Unit, User, UserRole

# A stand-in who is away as well has one too; more than this in a row is a mistake in the plan.
LONGEST_CHAIN = 5
# Where a service desk is looked for first: the one that serves the whole house, then a branch's.
DESK_KINDS = (UnitKind.HEAD_OFFICE, UnitKind.BRANCH)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who answers for a role in the unit with this path and in all below it."""

    user_id: int
    path: str

    def covers(self, path: str) -> bool:
        return path.startswith(self.path)


def on_duty(roles: Iterable[Role | str], at: datetime) -> dict[str, list[Holder]]:
    """Per role who is on the roster at this instant. One query."""
    found: dict[str, list[Holder]] = defaultdict(list)
    rows = (
        DutyShift.objects.at(at)
        .filter(role__in=list(roles), user__is_active=True)
        .order_by("pk")
        .values_list("role", "user_id", "unit__path")
    )
    for role, user_id, path in rows:
        found[role].append(Holder(user_id, path))
    return dict(found)


def holders(roles: Iterable[Role | str], at: datetime) -> dict[str, list[Holder]]:
    """Per role who holds it at this instant, on duty or not. One query."""
    found: dict[str, list[Holder]] = defaultdict(list)
    rows = (
        UserRole.objects.current(at)
        .filter(role__in=list(roles), user__is_active=True)
        .order_by("pk")
        .values_list("role", "user_id", "unit__path")
    )
    for role, user_id, path in rows:
        found[role].append(Holder(user_id, path))
    return dict(found)


def stand_ins(user_ids: Iterable[int], at: datetime) -> dict[int, int]:
    """For each of these who is away at this instant, who takes their place.

    Chains are followed: a stand-in who is away as well is replaced in turn. Somebody who is away
    without a stand-in, or whose chain ends in a circle, is left out: they have to be told themselves.
    """
    wanted = set(user_ids)
    away = _away(wanted, at)
    for _step in range(LONGEST_CHAIN):
        more = {to for to in away.values() if to is not None} - set(away)
        found = _away(more, at) if more else {}
        if not found:
            break
        away |= found
    chosen = {}
    for user_id in wanted & set(away):
        end = _end_of(user_id, away)
        if end is not None:
            chosen[user_id] = end
    return chosen


def _away(user_ids: set[int], at: datetime) -> dict[int, int | None]:
    rows = (
        Absence.objects.at(at)
        .filter(user__in=user_ids)
        .filter(Q(stand_in__isnull=True) | Q(stand_in__is_active=True))
    )
    return dict(rows.values_list("user_id", "stand_in_id"))


def _end_of(user_id: int, away: dict[int, int | None]) -> int | None:
    here: int | None = user_id
    for _step in range(LONGEST_CHAIN + 1):
        if here is None or here not in away:
            return here
        here = away[here]
    return None


def nearest(people: Iterable[Holder], path: str) -> list[int]:
    """Those of the nearest unit at or above ``path``; everybody when no unit is concerned."""
    people = list(people)
    if not path:
        return list(dict.fromkeys(p.user_id for p in people))
    covering = [p for p in people if p.covers(path)]
    deepest = max((len(p.path) for p in covering), default=0)
    return list(dict.fromkeys(p.user_id for p in covering if len(p.path) == deepest))


def people_for(role: Role | str, path: str, at: datetime) -> list[User]:
    """Who is told in a role for the unit at ``path``: the roster, else the nearest holders, each
    replaced by their stand-in while away. Empty when nobody holds the role."""
    ids = nearest(on_duty([role], at).get(str(role), []), path) or nearest(
        holders([role], at).get(str(role), []), path
    )
    instead = stand_ins(ids, at)
    chosen = list(dict.fromkeys(instead.get(pk, pk) for pk in ids))
    known = User.objects.active().in_bulk(chosen)
    return [known[pk] for pk in chosen if pk in known]


def service_desk(at: datetime) -> Unit | None:
    """The unit whose agents answer now for what is no unit's business: where agents are on duty,
    else where agents are; head office's before a branch's, then where most of them are.

    A unit that agents work in and not one above it, so that they see what comes there. None in a
    house without agents.
    """
    roster = {holder.user_id for holder in on_duty([Role.AGENT], at).get(Role.AGENT, [])}
    agents = UserRole.objects.current(at).filter(role=Role.AGENT, user__is_active=True)
    agents = agents.filter(unit__is_active=True).select_related("unit")
    away = _away(roster, at)
    seats = [role.unit for role in agents if role.user_id in roster and role.user_id not in away]
    seats = seats or [role.unit for role in agents]
    counted = Counter(unit.pk for unit in seats)
    return min(seats, key=lambda unit: _desk_order(unit, counted[unit.pk]), default=None)


def _desk_order(unit: Unit, people: int) -> tuple[int, int, str]:
    kind = UnitKind(unit.kind)
    rank = DESK_KINDS.index(kind) if kind in DESK_KINDS else len(DESK_KINDS)
    return rank, -people, unit.path
