"""Who is notified of a step (CMP-3): the owner, a role, or who leads the unit; whoever is away is replaced
by their stand-in, and a step that finds nobody goes up the chain rather than nowhere."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster
from apps.sla.enums import Whom

# CMP-3: agent → director → department manager → QC manager → general manager.
CHAIN = (
    Role.AGENT,
    Role.DIRECTOR,
    Role.DEPARTMENT_MANAGER,
    Role.QC_MANAGER,
    Role.GENERAL_MANAGER,
)
LEADS = (
    Role.DIRECTOR,
    Role.DEPARTMENT_MANAGER,
    Role.PROJECT_MANAGER,
    Role.WAREHOUSE_MANAGER,
    Role.DELIVERY_MANAGER,
)


class Ask(NamedTuple):
    """One step's question: whom, for which owner, in which unit. ``with_desk``: whoever is on duty
    as an agent there is notified as well as the owner."""

    whom: str
    role: str
    owner_id: int | None
    unit_id: int | None
    with_desk: bool = False


class Staff:
    """Everybody who may have to be notified at one instant, read in three queries however many are asked for."""

    def __init__(self, asks: Iterable[Ask], at: datetime) -> None:
        asks = set(asks)
        roles = {*CHAIN, *LEADS, *(Role(ask.role) for ask in asks if ask.role)}
        self._roster = Roster(roles, at)
        units = {ask.unit_id for ask in asks if ask.unit_id}
        self._paths = dict(Unit.objects.filter(pk__in=units).values_list("pk", "path"))
        owners = {ask.owner_id for ask in asks if ask.owner_id}
        active = User.objects.active().people().filter(pk__in=owners)
        self._owners = set(active.values_list("pk", flat=True))
        self._answers = {ask: self._find(ask) for ask in asks}

    def who(self, ask: Ask) -> list[int]:
        """Ids of users, each once, the nearest first; empty only when the company has nobody."""
        return self._answers[ask]

    def _find(self, ask: Ask) -> list[int]:
        path = self._paths.get(ask.unit_id or 0, "")
        found: Sequence[int]
        if ask.whom == Whom.OWNER:
            own = ask.owner_id
            there = own is not None and own in self._owners
            found = [own] if own and there else self._up_from(Role.DIRECTOR, path)
            if ask.with_desk:
                found = [*found, *self._roster.nearest_on_duty(Role.AGENT, path)]
        elif ask.whom == Whom.UNIT_LEAD:
            found = self._roster.holders(LEADS, path) or self._up_from(Role.DIRECTOR, path)
        else:
            found = self._roster.people(ask.role, path) or self._up_from(ask.role, path)
        return list(dict.fromkeys(self._roster.instead_of(pk) for pk in found))

    def _up_from(self, role: str, path: str) -> list[int]:
        """The next in the chain who is there: above this role, in the unit or above; anywhere in the
        company if the unit has none."""
        start = CHAIN.index(Role(role)) if role in CHAIN else 0
        for where in (path, ""):
            for above in CHAIN[start:]:
                found = self._roster.people(above, where)
                if found:
                    return found
        return []
