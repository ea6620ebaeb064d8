"""Who may take over a shift, a gap or a watch, and who could be asked."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.enums import AbsenceKind, Role
from apps.accounts.models import Absence, DutyShift, Unit, User, UserRole
from apps.accounts.queries.duty import Roster
from apps.notifications.addresses import index_of
from apps.notifications.models import LinkedAddress
from apps.shifts.models import Gap
from apps.sla.queries.recipients import CHAIN
from apps.training.enums import Area
from apps.training.queries import may_work

# What every taking over is checked against: each answers why not in words, or None.
Check = Callable[[User, datetime, str, Unit], str | None]


def may_take_over(user: User, at: datetime, *, role: str, unit: Unit) -> str | None:
    """Why ``user`` may not take over a duty of ``role`` for ``unit`` at ``at``, in words; None where they may.
    A further rule is another function in ``CHECKS``."""
    return next((why for check in CHECKS if (why := check(user, at, role, unit))), None)


def _is_active(user: User, at: datetime, role: str, unit: Unit) -> str | None:
    return None if user.is_active else _("The account of %(who)s is not active.") % {"who": user}


def _holds_role(user: User, at: datetime, role: str, unit: Unit) -> str | None:
    held = UserRole.objects.filter(user=user.pk, role__in=roles_for(role), since__lte=at)
    for path, until in held.values_list("unit__path", "until"):
        if unit.path.startswith(path) and (until is None or until > at):
            return None
    words = {"who": user, "role": Role(role).label, "unit": unit}
    return _("%(who)s does not hold the role %(role)s for %(unit)s.") % words


def _is_there(user: User, at: datetime, role: str, unit: Unit) -> str | None:
    away = Absence.objects.at(at).filter(user=user.pk, kind=AbsenceKind.AWAY).exists()
    return _("%(who)s is away then.") % {"who": user} if away else None


def _is_qualified(user: User, at: datetime, role: str, unit: Unit) -> str | None:
    """Who answers for cases has passed what the role requires (STF-1)."""
    if role != Role.AGENT or may_work(user, Area.CASES, at):
        return None
    return _("%(who)s is not qualified for live cases then.") % {"who": user}


CHECKS: tuple[Check, ...] = (_is_active, _holds_role, _is_there, _is_qualified)


def roles_for(role: str) -> list[str]:
    """The role itself, and those above it in the chain: a director may take an agent's watch."""
    return [str(one) for one in CHAIN[CHAIN.index(Role(role)) :]] if role in CHAIN else [role]


def on_duty_at(moment: datetime, *, role: str, unit: Unit, besides: int) -> list[User]:
    """Who is on the roster then in the role, for the unit, above or below it; the nearest unit first."""
    rows = (
        DutyShift.objects.at(moment)
        .filter(role=role, user__is_active=True)
        .exclude(user=besides)
        .select_related("user", "unit")
    )
    near = [one for one in rows if _related(one.unit.path, unit.path)]
    near.sort(key=lambda one: (one.unit.path != unit.path, -len(one.unit.path), one.pk))
    return list({one.user_id: one.user for one in near}.values())


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def in_charge(role: str, unit: Unit, at: datetime, *, besides: set[int]) -> User | None:
    """Who has the watch where nobody took it: the director on duty, else the next in the chain who is there."""
    above = CHAIN[CHAIN.index(Role(role)) + 1 :] if role in CHAIN else CHAIN[1:]
    roster = Roster(above, at)
    for where in (unit.path, ""):
        for one in above:
            for pk in roster.people(one, where):
                found: User | None = User.objects.active().filter(pk=pk).first()
                if pk not in besides and found is not None:
                    return found
    return None


def holders(role: str, unit: Unit, at: datetime) -> "QuerySet[User]":
    """People who hold the role for the unit at ``at``, by name."""
    held = UserRole.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), user=OuterRef("pk"), role=role, since__lte=at
    )
    paths = [unit.path[: n + 1] for n, mark in enumerate(unit.path) if mark == "/"]
    found: QuerySet[User] = (
        User.objects.active()
        .people()
        .filter(Exists(held.filter(unit__path__in=paths)))
        .order_by("display_name", "pk")
    )
    return found


def volunteers(gap: Gap) -> list[tuple[User, list[str]]]:
    """Who could take the gap: holders of the role who are neither away nor on duty then, each with what keeps
    them from being reached (“no phone”, “no WeChat”)."""
    overlap = {"starts_at__lt": gap.ends_at, "ends_at__gt": gap.starts_at, "user": OuterRef("pk")}
    away = Absence.objects.standing().filter(kind=AbsenceKind.AWAY, **overlap)
    busy = DutyShift.objects.standing().filter(**overlap)
    rows = holders(gap.role, gap.unit, gap.starts_at).filter(~Exists(away), ~Exists(busy))
    return with_reach(list(rows))


def with_reach(users: Sequence[User]) -> list[tuple[User, list[str]]]:
    """Each with the ways by which they cannot be reached, in words; one query."""
    indexes = {user.pk: index_of(user.phone) for user in users if user.phone}
    linked = set(
        LinkedAddress.objects.filter(
            phone_index__in=set(indexes.values()), ended_at__isnull=True
        ).values_list("phone_index", flat=True)
    )
    found = []
    for user in users:
        lacks = [] if user.phone else [_("no phone")]
        if indexes.get(user.pk) not in linked:
            lacks.append(_("no WeChat"))
        found.append((user, lacks))
    return found
