"""Of whom somebody may see figures, and how each is called."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, UserRole
from apps.accounts.models import User as Person
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.reports.enums import ScopeKind
from apps.reports.kpis import Scope
from apps.tracking.models import PartnerCarrier

if TYPE_CHECKING:
    from apps.accounts.models import User

COMPARE = "reports.compare_people"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One scope by its name, and by the key that stands in addresses: the code of a customer, unit or partner, the
    user name of an agent, the lane itself."""

    scope: Scope
    key: str
    label: str


def usual_scope(user: "User") -> tuple[ScopeKind, str]:
    """What somebody sees on arriving: the whole company, or themselves."""
    if user.visible_unit_ids() is None and user.has_perm(COMPARE):
        return ScopeKind.ALL, ""
    return ScopeKind.AGENT, user.username


def chosen_scope(user: "User", kind: ScopeKind, key: str) -> Chosen:
    """Raises BadInput (``key``) for one that is not there or that ``user`` may not see."""
    everything = user.visible_unit_ids() is None
    if kind in (ScopeKind.ALL, ScopeKind.LANE, ScopeKind.PARTNER) and not everything:
        raise _unknown()
    if kind == ScopeKind.ALL:
        return Chosen(Scope(), "", str(ScopeKind.ALL.label))
    if kind == ScopeKind.LANE:
        if not key:
            raise _unknown()
        return Chosen(Scope(kind, lanes=(key,)), key, key)
    found = {
        ScopeKind.CUSTOMER: _customer,
        ScopeKind.UNIT: _unit,
        ScopeKind.PARTNER: _partner,
        ScopeKind.AGENT: _agent,
    }[kind](user, key)
    if found is None:
        raise _unknown()
    pk, label = found
    return Chosen(Scope(kind, (pk,)), key, label)


def _unknown() -> BadInput:
    return BadInput(
        _("There is nobody of this code here, or you may not see their figures."),
        code="unknown",
        field="key",
    )


def _customer(user: "User", key: str) -> tuple[int, str] | None:
    row = Customer.objects.visible_to(user).filter(code=key).first()
    return None if row is None else (row.pk, row.display_name)


def _unit(user: "User", key: str) -> tuple[int, str] | None:
    units = user.visible_unit_ids()
    row = Unit.objects.filter(code=key).first()
    return (
        None if row is None or (units is not None and row.pk not in units) else (row.pk, row.name)
    )


def _partner(_user: "User", key: str) -> tuple[int, str] | None:
    row = PartnerCarrier.objects.filter(code=key).first()
    return None if row is None else (row.pk, row.name)


def _agent(user: "User", key: str) -> tuple[int, str] | None:
    if key == user.username:
        return user.pk, str(user)
    row = Person.objects.filter(username=key).first()
    if row is None or row.pk not in visible_agents(user, [row.pk]):
        return None
    return row.pk, str(row)


def visible_agents(user: "User", ids: Iterable[int]) -> set[int]:
    """Those of ``ids`` whose figures ``user`` may see by name: their own, and for leaders those of people who hold a
    role in a unit that they see."""
    found = {pk for pk in ids if pk == user.pk}
    if not user.has_perm(COMPARE):
        return found
    units = user.visible_unit_ids()
    rows = Person.objects.filter(pk__in=list(ids))
    if units is not None:
        held = UserRole.objects.filter(user=OuterRef("pk"), unit__in=units)
        rows = rows.filter(Exists(held))
    return found | set(rows.values_list("pk", flat=True))


def names(kind: ScopeKind, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Row → (key, name)."""
    wanted = list(ids)
    if kind == ScopeKind.UNIT:
        return {u.pk: (u.code, u.name) for u in Unit.objects.filter(pk__in=wanted)}
    if kind == ScopeKind.PARTNER:
        return {p.pk: (p.code, p.name) for p in PartnerCarrier.objects.filter(pk__in=wanted)}
    return {p.pk: (p.username, str(p)) for p in Person.objects.filter(pk__in=wanted)}


def named(kind: ScopeKind, pk: int) -> str:
    """What one scope is called; empty for one that has gone."""
    if kind == ScopeKind.CUSTOMER:
        row = Customer.objects.filter(pk=pk).first()
        return "" if row is None else row.display_name
    return names(kind, [pk]).get(pk, ("", ""))[1]
