"""Looking whether sealed rows and the seals themselves are as they were (COD-6)."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction

from apps.core.database import database_now
from apps.safety.enums import Tampering
from apps.safety.models import Seal, SealFinding
from apps.safety.queries import seals as queries
from apps.safety.rules import seals as rules
from apps.safety.rules.seals import Difference, Sealed
from apps.safety.services import findings
from apps.safety.services.outside import Directory, outside

RECENT = timedelta(days=1)
# Seals whose rows are hashed by one statement: it stays a matter of seconds also over years.
AT_ONCE = 200
# Ranges whose rows are compared with one another, where something was done to them.
TOGETHER = 20


def verify_recent() -> list[SealFinding]:
    """The seals of the last day against their rows, the chain and the copy outside; what is new."""
    return verify(since=database_now() - RECENT)


def verify_all() -> list[SealFinding]:
    """Every seal there is."""
    return verify(since=None)


def verify(*, since: datetime | None, place: Directory | None = None) -> list[SealFinding]:
    """As above, for the seals made since then. Each table is compared in a statement of its own, so
    nothing is locked and no writer waits. Tampering that was found before is not found again."""
    place, at = place or outside(), database_now()
    first = queries.first_since(since)
    seals = list(queries.seals_from(first))
    return [
        *_verify_chain(seals, first, place, at),
        *_verify_rows(seals, at),
    ]


def _verify_chain(
    seals: list[Sealed], first: int, place: Directory, at: datetime
) -> list[SealFinding]:
    before = Seal.objects.filter(number=first - 1).values_list("hash", flat=True).first()
    faults = list(
        rules.chain_faults(
            seals,
            number=first,
            previous=rules.FIRST_PREVIOUS if first == 1 else before,
        )
    )
    blamed = {number for fault in faults for number in range(fault.first, fault.last + 1)}
    reached, own = queries.copied_to(place.name), {seal.number: seal for seal in seals}
    for fault in rules.copy_faults(own, place.read(first), first=first, reached=reached):
        # The copy names the table of a seal that is gone, which the chain cannot.
        if fault.tampering == Tampering.SEAL_MISSING:
            faults = [
                one
                for one in faults
                if (one.tampering, one.first) != (fault.tampering, fault.first)
            ]
            faults.append(fault)
        elif fault.first not in blamed:
            faults.append(fault)
    return findings.record_faults(faults, at=at)


def _verify_rows(seals: list[Sealed], at: datetime) -> list[SealFinding]:
    by_table: dict[str, list[Sealed]] = defaultdict(list)
    for seal in seals:
        if rules.is_rows(seal):
            by_table[seal.table].append(seal)
    released, there = queries.released_to(by_table), queries.there(by_table)
    found: list[SealFinding] = []
    for table, sealed in by_table.items():
        left = [seal for seal in sealed if seal.to_id > released.get(table, rules.LOWEST)]
        if left:
            found += _verify_table(table, left, there.get(table, set()), at)
    return found


def _verify_table(
    table: str, seals: list[Sealed], columns: set[str], at: datetime
) -> list[SealFinding]:
    gone = [seal for seal in seals if not {"id", *seal.columns.split(",")} <= columns]
    if gone:
        return findings.record_table(Tampering.GONE, table, gone, at=at)
    bad = _differing(table, seals)
    if not bad:
        return []
    if queries.is_emptied(table, bad[-1].to_id):
        return findings.record_table(Tampering.TRUNCATED, table, bad, at=at)
    return [
        found
        for place in range(0, len(bad), TOGETHER)
        for seal, differences in _tell(bad[place : place + TOGETHER])
        for found in findings.record_differences(seal, differences, at=at)
    ]


def _differing(table: str, seals: list[Sealed]) -> list[Sealed]:
    by_columns: dict[str, list[Sealed]] = defaultdict(list)
    for seal in seals:
        by_columns[seal.columns].append(seal)
    bad: list[Sealed] = []
    for columns, some in by_columns.items():
        for place in range(0, len(some), AT_ONCE):
            piece = {seal.number: seal for seal in some[place : place + AT_ONCE]}
            with transaction.atomic():
                queries.settle()
                numbers = queries.differing(table, columns, list(piece))
            bad += [piece[number] for number in numbers]
    return bad


def _tell(bad: list[Sealed]) -> list[tuple[Sealed, list[Difference]]]:
    """Which rows of these seals over one table are others, from the marks that they keep of each; compared
    together, because rows may have changed places from one range to another. Marks that were changed
    as well can name none: then the range is all that is known."""
    stored = dict(
        Seal.objects.filter(number__in=[s.number for s in bad]).values_list("number", "marks")
    )
    with transaction.atomic():
        queries.settle()
        actual = [
            queries.range_of(seal.table, seal.columns, seal.after_id, seal.to_id)[2] for seal in bad
        ]
    differences = rules.compare(b"".join(bytes(stored[s.number]) for s in bad), b"".join(actual))
    return [
        (seal, rules.within(differences, seal) or [Difference(Tampering.UNNAMED)]) for seal in bad
    ]
