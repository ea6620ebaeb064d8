"""What a seal says, and how sealed rows differ from those that are there. Pure.

A mark is sixteen bytes: the row's id, then the beginning of the hash over its other columns. Because the
id stands apart, rows that changed places are told from rows that were edited.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from apps.core.crypto import blind_index
from apps.safety.enums import SealKind, Tampering

MARK_BYTES = 16
LOWEST = -(2**63)  # below every id
FIRST_PREVIOUS = "0" * 32
PURPOSE = "seal"
# What is told of a seal outside, and what its hash is over, in this order.
FACTS = ("number", "kind", "table", "after_id", "to_id", "count", "columns", "rows_hash",
         "marks_hash", "previous", "reason", "by", "at")  # fmt: skip


@dataclass(frozen=True)
class Sealed:
    """A seal as it is compared: by the database's row or by its line in the outside copy."""

    number: int
    kind: str
    table: str
    after_id: int | None
    to_id: int
    count: int
    columns: str
    rows_hash: str
    marks_hash: str
    previous: str
    reason: str
    by: int
    at: str
    hash: str

    @property
    def holds(self) -> bool:
        """Whether its hash is the one that the company gives to such a seal."""
        return self.hash == hash_of(self)


def hash_of(facts: Any) -> str:
    """The keyed hash over what a seal says; who has no key can make none."""
    content = "\0".join("" if (v := getattr(facts, name)) is None else str(v) for name in FACTS)
    return blind_index(content, PURPOSE)


def instant(at: datetime) -> str:
    """As it goes into a hash: UTC with microseconds, whatever zone it was read in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def marks_hash(marks: bytes) -> str:
    return sha256(marks).hexdigest()


@dataclass
class Difference:
    """What was done to rows of a range, and to which."""

    tampering: Tampering
    rows: list[int] = field(default_factory=list)


def compare(sealed: bytes, actual: bytes) -> list[Difference]:
    """What became of the rows of a range. Contents that are found under another id than before changed
    places; what is left over was edited, deleted or put in."""
    before, now = _read(sealed), _read(actual)
    wrong = {row for row in before.keys() | now.keys() if before.get(row) != now.get(row)}
    moved = _moved(wrong, before, now)
    found = (
        (Tampering.REORDERED, moved),
        (Tampering.EDITED, (wrong & before.keys() & now.keys()) - moved),
        (Tampering.DELETED, (wrong & before.keys()) - now.keys() - moved),
        (Tampering.INSERTED, (wrong & now.keys()) - before.keys() - moved),
    )
    return [Difference(tampering, sorted(rows)) for tampering, rows in found if rows]


def within(differences: Iterable[Difference], seal: Sealed) -> list[Difference]:
    """What of this lies in the range of one seal."""
    low = LOWEST if seal.after_id is None else seal.after_id
    found = [
        Difference(one.tampering, [row for row in one.rows if low < row <= seal.to_id])
        for one in differences
    ]
    return [one for one in found if one.rows]


def _moved(wrong: set[int], before: Mapping[int, bytes], now: Mapping[int, bytes]) -> set[int]:
    """Rows that hold what another wrong row held, or whose contents another one holds now."""
    lost = Counter(before[row] for row in wrong if row in before)
    come = Counter(now[row] for row in wrong if row in now)
    both = lost & come
    return {row for row in wrong if before.get(row) in both or now.get(row) in both}


def _read(marks: bytes) -> dict[int, bytes]:
    return {
        struct.unpack_from(">q", marks, place)[0]: marks[place + 8 : place + MARK_BYTES]
        for place in range(0, len(marks), MARK_BYTES)
    }


@dataclass
class ChainFault:
    """``first`` to ``last`` are the numbers of seals that are missing, or of the one that is not right."""

    tampering: Tampering
    first: int
    last: int
    seal: Sealed | None = None


def chain_faults(
    seals: Iterable[Sealed], *, number: int, previous: str | None
) -> Iterator[ChainFault]:
    """What is wrong with seals in the order of their numbers; ``number`` and ``previous`` are those that
    the first one should have (None: it cannot be said). What follows a gap is not blamed for it."""
    for seal in seals:
        follows = seal.number == number
        if seal.number > number:
            yield ChainFault(Tampering.SEAL_MISSING, number, seal.number - 1)
        unlike = follows and previous is not None and seal.previous != previous
        if unlike or not seal.holds:
            yield ChainFault(Tampering.SEAL_CHANGED, seal.number, seal.number, seal)
        # The next one is asked about the hash that this one should have.
        number, previous = seal.number + 1, hash_of(seal) if seal.holds else None


def copy_faults(
    seals: Mapping[int, Sealed], copied: Mapping[int, Sealed], *, first: int, reached: int
) -> Iterator[ChainFault]:
    """What differs between the seals that are there and their copy outside, from ``first`` on;
    ``reached`` is the number up to which the copy once went."""
    for run in _runs(n for n in copied if n >= first and n not in seals):
        yield ChainFault(Tampering.SEAL_MISSING, run[0], run[-1], copied[run[0]])
    for run in _runs(n for n in range(first, reached + 1) if n not in copied):
        yield ChainFault(Tampering.COPY_CUT, run[0], run[-1])
    for number in sorted(seals.keys() & copied.keys()):
        one, other = seals[number], copied[number]
        if one == other:
            continue
        if not other.holds:
            yield ChainFault(Tampering.COPY_CHANGED, number, number, one)
        else:
            yield ChainFault(Tampering.SEAL_CHANGED, number, number, other)


def _runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in order, those without a gap together."""
    run: list[int] = []
    for number in sorted(numbers):
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def is_rows(seal: Sealed) -> bool:
    return seal.kind == SealKind.ROWS
