"""What a matter's clocks are read from."""

from collections import defaultdict
from collections.abc import Sequence

from apps.sla.enums import IntervalKind
from apps.sla.models import Fact, Interval, Matter
from apps.sla.rules import MatterFacts, Said, Wait


def facts_of(matters: Sequence[Matter]) -> dict[int, MatterFacts]:
    """The facts of each matter. Two queries, however many."""
    ids = [matter.pk for matter in matters]
    said: dict[int, list[Said]] = defaultdict(list)
    rows = list(
        Fact.objects.filter(matter__in=ids).values_list(
            "id", "replaces", "matter_id", "kind", "cycle", "at", "by"
        )
    )
    corrected = {replaces for _pk, replaces, *_rest in rows if replaces}
    for pk, _replaces, matter_id, kind, cycle, at, by in rows:
        if pk not in corrected:
            said[matter_id].append(Said(kind, cycle, at, by))
    waits: dict[int, list[Wait]] = defaultdict(list)
    intervals = Interval.objects.filter(matter__in=ids).order_by("since", "id")
    for matter_id, kind, since, until in intervals.values_list(
        "matter_id", "kind", "since", "until"
    ):
        waits[matter_id].append(Wait(kind, since, until))
    return {
        matter.pk: _put_together(matter, waits[matter.pk], said[matter.pk]) for matter in matters
    }


def _put_together(matter: Matter, waits: list[Wait], said: list[Said]) -> MatterFacts:
    closed = [wait for wait in waits if wait.kind == IntervalKind.CLOSED]
    return MatterFacts(
        begun=(matter.opened_at, *(wait.until for wait in closed if wait.until is not None)),
        ended=tuple(wait.since for wait in closed),
        waits=tuple(wait for wait in waits if wait.kind != IntervalKind.CLOSED),
        said=tuple(said),
    )
