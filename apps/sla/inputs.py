"""What services of this floor are given, already clean."""

from dataclasses import dataclass
from datetime import date

from apps.sla.enums import DayKind
from apps.sla.worktime import Interval


@dataclass(frozen=True)
class DayEntry:
    """One dated day. ``hours`` None: those of a normal working day (make-up days only)."""

    day: date
    kind: DayKind
    name: str
    english_name: str = ""
    hours: tuple[Interval, ...] | None = None
    line: int | None = None  # where it stands in its file, for refusals
