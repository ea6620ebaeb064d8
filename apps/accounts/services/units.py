"""Units and their tree."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import UnitKind
from apps.accounts.models import Unit, User
from apps.accounts.models.unit import MAX_PATH
from apps.core.errors import BadInput, RuleBroken
from apps.core.row_checks import clean_row
from apps.events.services import record

CHANGEABLE = ("name", "kind", "city", "is_active")


@transaction.atomic
def create_unit(
    *,
    code: str,
    name: str,
    kind: UnitKind | str,
    by: User,
    parent: Unit | None = None,
    city: str = "",
    at: datetime | None = None,
) -> Unit:
    unit = Unit(code=code.strip().upper(), name=name.strip(), kind=kind, parent=parent, city=city)
    unit.path = _path_of(unit)
    clean_row(unit, exclude=["path"])
    unit.save()
    record("unit.created", unit, by=by, at=at, data={"code": unit.code, "kind": str(kind)})
    return unit


@transaction.atomic
def change_unit(*, unit: Unit, by: User, at: datetime | None = None, **changes: Any) -> Unit:
    """Change ``name``, ``kind``, ``city``, ``is_active`` or ``parent``; the code is for good.
    Moving a unit moves all below it."""
    # One at a time: two moves at once could make a circle that neither sees.
    list(Unit.objects.select_for_update().order_by("pk").values_list("pk"))
    unit = Unit.objects.select_related("parent").get(pk=unit.pk)
    changed: dict[str, Any] = {}
    for name in CHANGEABLE:
        if name in changes and changes[name] != getattr(unit, name):
            changed[name] = changes[name]
            setattr(unit, name, changes[name])
    if "parent" in changes and changes["parent"] != unit.parent:
        _move(unit, changes["parent"])
        changed["parent"] = unit.parent.code if unit.parent else None
    if not changed:
        return unit
    clean_row(unit, exclude=["path"])
    unit.save()
    record("unit.changed", unit, by=by, at=at, data=changed)
    return unit


def _path_of(unit: Unit) -> str:
    path = f"{unit.parent.path if unit.parent else ''}{unit.code}/"
    if len(path) > MAX_PATH:
        raise BadInput(_("The units are nested too deep."), code="unit_too_deep", field="parent")
    return path


def _move(unit: Unit, parent: Unit | None) -> None:
    if parent is not None:
        parent = Unit.objects.get(pk=parent.pk)
        if parent.path.startswith(unit.path):
            raise RuleBroken(
                _("A unit cannot be part of itself or of a unit below it."),
                code="unit_circle",
                field="parent",
            )
    old = unit.path
    unit.parent = parent
    unit.path = _path_of(unit)
    below = Unit.objects.filter(path__startswith=old).exclude(pk=unit.pk)
    below.update(path=Concat(Value(unit.path), Substr(F("path"), len(old) + 1)))
