"""Clocks whose rows are locked, and what stood in the rows before a service changed them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.sla.models import Clock, Matter
from apps.sla.queries.clock_inputs import Key


@dataclass(frozen=True, slots=True)
class Before:
    """A clock as its row was when it was locked."""

    stored: tuple[object, ...]
    due_at: datetime | None  # none of a dropped clock
    pending: Mapping[Key, datetime]  # what it was still to announce, and when


@dataclass(frozen=True, slots=True)
class Locked:
    """Clocks whose rows are locked; services may change them before they are read again."""

    clocks: Sequence[Clock]
    before: Mapping[int, Before]

    def only(self, clocks: Iterable[Clock]) -> "Locked":
        """These of them."""
        chosen = list(clocks)
        return Locked(chosen, {clock.pk: self.before[clock.pk] for clock in chosen})

    def by_matter(self) -> dict[int, list[Clock]]:
        found: dict[int, list[Clock]] = defaultdict(list)
        for clock in self.clocks:
            found[clock.matter_id].append(clock)
        return found


NONE = Locked([], {})


def lock_clocks(matters: Sequence[Matter], which: Q | None = None) -> Locked:
    """The clocks of locked matters, in the order of their ids."""
    clocks = Clock.objects.select_for_update(of=("self",)).filter(matter__in=matters).order_by("id")
    return as_locked(list(clocks if which is None else clocks.filter(which)))


def as_locked(clocks: Sequence[Clock]) -> Locked:
    """Clocks whose rows the caller has locked."""
    before = {c.pk: Before(stored_values(c), effective_due(c), _pending(c)) for c in clocks}
    return Locked(clocks, before)


def _pending(clock: Clock) -> dict[Key, datetime]:
    if clock.due_at is None:
        return {}
    ahead = range(clock.position, len(clock.schedule))
    return {(clock.schedule_steps[n], clock.due_at): clock.schedule[n] for n in ahead}


def effective_due(clock: Clock) -> datetime | None:
    return None if clock.is_dropped else clock.due_at


_FIELDS = [field.attname for field in Clock._meta.concrete_fields]


def stored_values(clock: Clock) -> tuple[object, ...]:
    values = clock.__dict__
    return tuple(
        tuple(value) if isinstance(value := values[name], list) else value for name in _FIELDS
    )
