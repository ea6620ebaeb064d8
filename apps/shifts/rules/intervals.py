"""Arithmetic of half-open spans of time: what of a need is covered by nobody. Pure.

All instants are aware. A span is [from, until): what ends at an instant does not count at it, so two shifts
that meet leave neither a gap nor an overlap.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """From ``starts_at`` until just before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime

    def cut(self, other: "Span") -> "Span | None":
        """What both have in common; None where that is nothing."""
        begins = max(self.starts_at, other.starts_at)
        ends = min(self.ends_at, other.ends_at)
        return Span(begins, ends) if begins < ends else None


class Missing(NamedTuple):
    """So many people too few for so long."""

    starts_at: datetime
    ends_at: datetime
    heads: int


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same instants in as few spans as possible, ascending."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.starts_at < one.ends_at):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def without(spans: Iterable[Span], gone: Iterable[Span]) -> list[Span]:
    """The instants of ``spans`` that are in none of ``gone``."""
    left = merged(spans)
    for hole in merged(gone):
        remaining: list[Span] = []
        for span in left:
            before = Span(span.starts_at, min(span.ends_at, hole.starts_at))
            after = Span(max(span.starts_at, hole.ends_at), span.ends_at)
            remaining += [one for one in (before, after) if one.starts_at < one.ends_at]
        left = remaining
    return left


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The instants that are in one of ``spans`` and in one of ``others``."""
    theirs = merged(others)
    cuts = (span.cut(other) for span in merged(spans) for other in theirs)
    return [cut for cut in cuts if cut is not None]


def present(
    shifts: Mapping[int, Sequence[Span]], absences: Iterable[tuple[int, Span, int | None]]
) -> dict[int, list[Span]]:
    """When each person is really there: their shifts without their absences, and what they stand in for.

    ``absences`` are (who, when, stand-in or None). A stand-in who is away themselves covers nothing then."""
    absences = list(absences)
    gone: dict[int, list[Span]] = {}
    for who, when, _stand_in in absences:
        gone.setdefault(who, []).append(when)
    there = {who: list(spans) for who, spans in shifts.items()}
    for who, when, stand_in in absences:
        if stand_in is not None:
            there.setdefault(stand_in, []).extend(common(shifts.get(who, ()), [when]))
    found = {who: without(spans, gone.get(who, ())) for who, spans in there.items()}
    return {who: spans for who, spans in found.items() if spans}


def missing(needed: Span, heads: int, people: Iterable[Sequence[Span]]) -> list[Missing]:
    """Where of ``needed`` fewer than ``heads`` people are there, and how many are missing; ascending, as few
    pieces as possible. ``people`` has the spans of each person, who counts once at any instant."""
    changes: dict[datetime, int] = {needed.starts_at: 0, needed.ends_at: 0}
    for spans in people:
        for span in merged(spans):
            cut = span.cut(needed)
            if cut is not None:
                changes[cut.starts_at] = changes.get(cut.starts_at, 0) + 1
                changes[cut.ends_at] = changes.get(cut.ends_at, 0) - 1
    found: list[Missing] = []
    there = 0
    instants = sorted(changes)
    for begins, ends in pairwise(instants):
        there += changes[begins]
        lacks = heads - there
        if lacks <= 0:
            continue
        if found and found[-1].ends_at == begins and found[-1].heads == lacks:
            found[-1] = Missing(found[-1].starts_at, ends, lacks)
        else:
            found.append(Missing(begins, ends, lacks))
    return found
