"""Sealing what was written since the last seal, and keeping the seals outside (COD-6)."""

import time
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record
from apps.safety.enums import SealKind, Tampering
from apps.safety.models import Seal, SealCopy, SealMark
from apps.safety.queries import seals as queries
from apps.safety.queries.seals import Table
from apps.safety.rules import seals as rules
from apps.safety.rules.seals import ChainFault, Sealed
from apps.safety.services import findings
from apps.safety.services.outside import Directory, outside

if TYPE_CHECKING:
    from apps.accounts.models import User

# Ids of one seal: some tenths of a second of hashing, and what a finding has to be looked for in.
MOST_AT_ONCE = 100_000
# How long a run waits for transactions that are just ending; the next run finds the others ended.
PATIENCE = 2.0
LOOK_EVERY = 0.05
CHAIN = "safety.seal_chain"


def seal_new_rows() -> int:
    """Seal what is new in every append-only table; how many seals. May run twice at once.

    No row is missed that is still being written: ids are given out before rows can be seen, so the
    highest id given out is read first, then who still writes there; once those have ended, every row
    up to that id is there or never will be. What has not ended within the patience is remembered
    (``SealMark``) and sealed by the next run, whoever writes by then.
    """
    waiting = [table for table in queries.tables() if table.may_be_new]
    writers = queries.writers(waiting)
    ready = {table.name: up_to for table in waiting if (up_to := _note(table, writers[table.name]))}
    ready |= _ended([table for table in waiting if writers[table.name]], writers)
    by = system_user("sweeper")
    return sum(_seal(table, ready[table.name], by) for table in waiting if table.name in ready)


@transaction.atomic
def _note(table: Table, writers: list[str]) -> int | None:
    """Up to which id a table is ready; where somebody writes there, it is remembered where it stands and
    whom that waits for, and ready is what was remembered before, once those have ended."""
    mark = SealMark.objects.select_for_update().filter(table=table.name).first()
    if not writers:
        if mark is not None:
            mark.delete()
        return table.given_out
    is_over = mark is not None and not set(mark.waits_for) & set(writers)
    if (mark is None or is_over) and table.given_out is not None:
        # In one statement: between two of them another worker may delete the mark that stood in the way.
        SealMark.objects.bulk_create(
            [
                SealMark(
                    table=table.name,
                    up_to=table.given_out,
                    waits_for=writers,
                    at=database_now(),
                )
            ],
            update_conflicts=True,
            unique_fields=["table"],
            update_fields=["up_to", "waits_for", "at"],
        )
    return mark.up_to if mark is not None and is_over else None


def _ended(tables: list[Table], writers: dict[str, list[str]]) -> dict[str, int]:
    """Those of ``tables`` whose ``writers`` end within the patience, with the id they stood at."""
    left, ready = list(tables), {}
    until = time.monotonic() + PATIENCE
    while left and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        now = queries.writers(left)
        for table in list(left):
            if not set(writers[table.name]) & set(now[table.name]) and table.given_out is not None:
                ready[table.name] = table.given_out
                left.remove(table)
    return ready


def _seal(table: Table, up_to: int, by: "User") -> int:
    """Seal the rows up to ``up_to`` in ranges of at most ``MOST_AT_ONCE`` ids; how many seals."""
    made, after = 0, table.sealed_to
    while True:
        first = queries.first_row(table.name, after, up_to)
        if first is None:
            return made
        to = min(up_to, first + MOST_AT_ONCE - 1)
        with transaction.atomic():
            queries.settle()
            count, rows_hash, marks = queries.range_of(table.name, table.columns, after, to)
            if not _take_chain(table.name, after):
                return made  # another worker was here first
            _append(
                kind=SealKind.ROWS,
                table=table.name,
                after=after,
                to=to,
                count=count,
                columns=table.columns,
                rows_hash=rows_hash,
                marks=marks,
                by=by,
            )
        made, after = made + 1, to


def _take_chain(table: str, after: int | None) -> bool:
    """Wait for the end of the chain to be ours; whether the table is still sealed up to ``after``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [CHAIN])
    last = Seal.objects.filter(table=table, kind=SealKind.ROWS).order_by("-number")
    return last.values_list("to_id", flat=True).first() == after


def _append(
    *,
    kind: SealKind,
    table: str,
    after: int | None,
    to: int,
    count: int,
    columns: str,
    rows_hash: str,
    marks: bytes,
    by: "User",
    reason: str = "",
) -> Seal:
    """The next seal of the chain, whose end is ours. Where the copy outside goes further than the
    database, seals were taken away here: the chain goes on from the copy."""
    number, previous = queries.last_seal()
    copied = outside().last()
    if copied is not None and copied.number > number:
        number, previous = copied.number, copied.hash
    at = database_now()
    facts = Sealed(
        number=number + 1,
        kind=str(kind),
        table=table,
        after_id=after,
        to_id=to,
        count=count,
        columns=columns,
        rows_hash=rows_hash,
        marks_hash=rules.marks_hash(marks),
        previous=previous or rules.FIRST_PREVIOUS,
        reason=reason,
        by=by.pk,
        at=rules.instant(at),
        hash="",
    )
    return Seal.objects.create(
        number=facts.number,
        kind=kind,
        table=table,
        after_id=after,
        to_id=to,
        count=count,
        columns=columns,
        rows_hash=rows_hash,
        marks=marks,
        previous=facts.previous,
        reason=reason,
        by_id=by.pk,
        at=at,
        hash=rules.hash_of(facts),
    )


def store_outside(place: Directory | None = None) -> int:
    """Write the seals that are not in the copy outside yet; how many. A copy that ends before what it
    once had was cut: that is a finding, and what is missing is written again."""
    place = place or outside()
    last = place.last()
    reached, number = queries.copied_to(place.name), last.number if last else 0
    if number < reached:
        faults = [ChainFault(Tampering.COPY_CUT, number + 1, reached)]
        findings.record_faults(faults, at=database_now())
    new = list(queries.seals_from(number + 1))
    if new:
        place.append(new)
    if new or (last and number > reached):
        end = new[-1] if new else last
        if end is not None:
            SealCopy.objects.create(place=place.name, number=end.number, hash=end.hash)
    return len(new)


@transaction.atomic
def release_rows(*, table: str, reason: str, by: "User", at: datetime) -> Seal:
    """From now on the rows of ``table`` that are sealed may be gone, because retention or another rule
    lets them go: a link of the chain itself, kept outside like the others. Rows that are sealed
    later are watched as before. BadInput for a table without seals, or without a reason."""
    why = required_text(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [CHAIN])
    last = Seal.objects.filter(table=table, kind=SealKind.ROWS).order_by("-number").first()
    if last is None:
        raise BadInput(_("No row of this table is sealed."), code="not_sealed", field="table")
    if queries.released_to([table]).get(table, rules.LOWEST) >= last.to_id:
        raise RuleBroken(_("These rows are released already."), code="released", field="table")
    seal = _append(
        kind=SealKind.RELEASE,
        table=table,
        after=None,
        to=last.to_id,
        count=0,
        columns="",
        rows_hash="",
        marks=b"",
        by=by,
        reason=why,
    )
    data = {"table": table, "to_row": last.to_id, "reason": why}
    record("seal.released", seal, by=by, at=at, data=data)
    return seal
