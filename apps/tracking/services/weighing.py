"""What the scale says of a shipment: its weight, and where it was measured its volume (TRK-2, BIL-1).

It replaces what the order said. Whoever prices the shipment hears of it and prices it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused, missing
from apps.core.errors import BadInput, RuleBroken
from apps.core.numbers_typed import scaled
from apps.core.sheets import Column, SheetRow
from apps.events.services import record
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

if TYPE_CHECKING:
    from apps.accounts.models import User

HEAVIEST_G = 100_000_000
LARGEST_CM3 = 1_000_000_000
COLUMNS = (
    Column("number", ("运单号", "Waybill number", "单号"), required=True),
    Column("weight_kg", ("重量(kg)", "Weight (kg)", "重量（kg）", "重量", "复重"), required=True),
    Column("volume_m3", ("体积(m³)", "Volume (m³)", "体积(m3)", "体积（m³）", "体积")),
)
_READERS = {"weight_kg": scaled(1000, HEAVIEST_G), "volume_m3": scaled(1_000_000, LARGEST_CM3)}
EXAMPLE: Mapping[str, str | tuple[str, str]] = {"number": "YP123456789012", "weight_kg": "3.25"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A row of a sheet: the waybill's number, whole grams, whole cm³ or None where it was not measured."""

    number: str
    weight_g: int
    volume_cm3: int | None


@transaction.atomic
def weigh_waybill(
    *,
    waybill: Waybill,
    weight_g: int,
    volume_cm3: int | None = None,
    by: "User",
    at: datetime,
) -> Waybill:
    """Note weight (g) and, where it is given, volume (cm³). BadInput for what no scale says; RuleBroken
    ``cancelled``, and ``nothing_changed`` where that is what is known already."""
    _check(weight_g, HEAVIEST_G, "weight_kg")
    if volume_cm3 is not None:
        _check(volume_cm3, LARGEST_CM3, "volume_m3")
    found: Waybill = Waybill.objects.select_for_update(no_key=True).get(pk=waybill.pk)
    if found.status == Status.CANCELLED:
        raise RuleBroken(_("This shipment was cancelled."), code="cancelled")
    volume = found.volume_cm3 if volume_cm3 is None else volume_cm3
    if (found.weight_g, found.volume_cm3) == (weight_g, volume):
        raise RuleBroken(_("That is what is known already."), code="nothing_changed")
    data = {
        "weight_before": _kg(found.weight_g),
        "weight": _kg(weight_g),
        "volume_before": _m3(found.volume_cm3),
        "volume": _m3(volume),
    }
    found.weight_g, found.volume_cm3 = weight_g, volume
    found.save(update_fields=["weight_g", "volume_cm3"])
    record("waybill.weighed", found, by=by, at=at, data=data)
    return found


def read_measured(row: SheetRow, _context: Any) -> Measured:
    """A row of a sheet of weights; raises RowRefused with every reason."""
    values, wrong = row.values, list[RuleBroken](missing(COLUMNS, row.values))
    number = ""
    try:
        number = parse_waybill_number(values.get("number", "")) if values.get("number") else ""
    except BadInput as refusal:
        refusal.field = "number"
        wrong.append(refusal)
    found: dict[str, int] = {}
    for name, read in _READERS.items():
        try:
            if values.get(name):
                found[name] = read(values[name], name)
        except BadInput as refusal:
            wrong.append(refusal)
    if wrong:
        raise RowRefused(*wrong)
    return Measured(number, found["weight_kg"], found.get("volume_m3"))


def take_measured(intake: Intake, item: Item) -> Outcome:
    """One row, by whoever may see the shipment."""
    measured: Measured = item.content
    waybill = Waybill.objects.visible_to(intake.by).filter(number=measured.number).first()
    if waybill is None:
        raise BadInput(_("There is no such shipment."), code="unknown_waybill", field="number")
    outcome = RowOutcome.TAKEN
    try:
        weigh_waybill(
            waybill=waybill,
            weight_g=measured.weight_g,
            volume_cm3=measured.volume_cm3,
            by=intake.by,
            at=intake.at,
        )
    except RuleBroken as refusal:
        if refusal.code != "nothing_changed":
            raise
        outcome = RowOutcome.KNOWN
    return Outcome(item.number, outcome, about=waybill.number, subject_id=waybill.pk)


def _check(value: int, most: int, field: str) -> None:
    if not 0 < value <= most:
        raise BadInput(_("No scale says this."), code="out_of_range", field=field)


def _kg(grams: int | None) -> str:
    return "" if grams is None else f"{Decimal(grams) / 1000:f} kg"


def _m3(cm3: int | None) -> str:
    return "" if cm3 is None else f"{Decimal(cm3) / 1_000_000:f} m³"
