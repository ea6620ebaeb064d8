"""What doors hand to the services: clean values, no database rows but those looked up already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from apps.incidents.enums import Leg

if TYPE_CHECKING:
    from apps.accounts.models import Unit, User
    from apps.incidents.models import PlanVersion

ALL_LEGS = (Leg.PICKUP, Leg.TRANSIT, Leg.DELIVERY)


@dataclass(frozen=True, slots=True)
class Where:
    """Place and time. ``units`` and ``carriers`` are keys, a unit stands for all below it; the window is half open
    and aware. Nothing named and ``everywhere`` false is no place."""

    starts_at: datetime
    ends_at: datetime
    cities: Sequence[str] = ()
    units: Sequence[int] = ()
    carriers: Sequence[int] = ()
    everywhere: bool = False
    legs: Sequence[str] = ALL_LEGS


@dataclass(frozen=True, slots=True)
class NewIncident:
    """``seats`` are those that are filled from the beginning; what is missing of the command and the group comes from
    the roster. ``confirmed`` is the number typed where all of the country is concerned."""

    title: str
    title_en: str
    kind: str
    level: str
    unit: "Unit"
    where: Where
    effect: str
    happened_at: datetime
    known_at: datetime
    text_zh: str
    text_en: str
    extra_hours: int = 0
    is_blocked: bool = False
    version: "PlanVersion | None" = None
    seats: Mapping[str, "User"] = field(default_factory=dict)
    confirmed: int | None = None


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step of a plan: who, what, within how many minutes of the declaration, and whether it needs proof."""

    seat: str
    what: str
    within: int
    needs_proof: bool = False
    kind: str = "ordinary"
