"""What a look at the seals found: a row, an event, and so a message to the safety officer and IT."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.errors import BadInput
from apps.events.services import record
from apps.safety.enums import FindingState, Tampering
from apps.safety.models import SealFinding
from apps.safety.rules.seals import ChainFault, Difference, Sealed
from apps.safety.states import FINDING_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_NAMED = 50
OWN_TABLE = "safety_seal"


def record_differences(
    seal: Sealed, differences: Iterable[Difference], *, at: datetime
) -> list[SealFinding]:
    """What became of rows of one seal's range; what was found before is not found again."""
    return [
        found
        for one in differences
        if (
            found := _record(one.tampering, seal.table, (seal.number, seal.number), one.rows, at=at)
        )
    ]


def record_table(
    tampering: Tampering, table: str, seals: Sequence[Sealed], *, at: datetime
) -> list[SealFinding]:
    """A whole table: emptied, or gone."""
    numbers = (seals[0].number, seals[-1].number)
    count = sum(seal.count for seal in seals)
    found = _record(tampering, table, numbers, [], at=at, count=count)
    return [found] if found else []


def record_faults(faults: Iterable[ChainFault], *, at: datetime) -> list[SealFinding]:
    """Seals that are missing or not as they were made, and a copy outside that is not as it was."""
    made = []
    for fault in faults:
        table = fault.seal.table if fault.seal else OWN_TABLE
        span = (fault.first, fault.last)
        found = _record(fault.tampering, table, span, [], at=at, count=fault.last - fault.first + 1)
        made += [found] if found else []
    return made


@transaction.atomic
def explain_finding(
    finding: SealFinding, *, explanation: str, by: "User", at: datetime
) -> SealFinding:
    """What it was, in the words of whoever looked into it. The finding itself stays for good."""
    row = SealFinding.objects.select_for_update().get(pk=finding.pk)
    FINDING_MOVES.check(FindingState(row.state), FindingState.EXPLAINED)
    tidy = explanation.strip()
    if len(tidy) < 5:
        raise BadInput(
            _("Say what it was and what was done about it."), code="too_short", field="explanation"
        )
    row.state, row.explanation = FindingState.EXPLAINED, tidy
    row.explained_by, row.explained_at = by, at
    row.save(update_fields=["state", "explanation", "explained_by", "explained_at"])
    record("sealfinding.explained", row, by=by, at=at, data={"reason": tidy[:200]})
    return row


def _record(
    tampering: Tampering,
    table: str,
    seals: tuple[int, int],
    rows: list[int],
    *,
    at: datetime,
    count: int | None = None,
) -> SealFinding | None:
    # Of a whole table only the end counts: with each hour another seal is the first of the last day.
    span = seals if tampering not in (Tampering.TRUNCATED, Tampering.GONE) else seals[1]
    # Named rows are found once, whatever they are called when only a part of them is looked at.
    content = f"{'' if rows else tampering}\0{table}\0{span}\0{rows}"
    finding = SealFinding(
        tampering=tampering,
        table=table,
        first_seal=seals[0],
        last_seal=seals[1],
        from_id=rows[0] if rows else None,
        to_id=rows[-1] if rows else None,
        rows=rows[:MOST_NAMED],
        count=len(rows) if count is None else count,
        fingerprint=sha256(content.encode()).hexdigest(),
        found_at=at,
    )
    if SealFinding.objects.filter(fingerprint=finding.fingerprint).exists():
        return None
    try:
        with transaction.atomic():
            finding.save(force_insert=True)
            data = {
                "tampering": str(tampering),
                "table": table,
                "rows": ", ".join(str(row) for row in finding.rows),
                "count": finding.count,
                "seals": f"{seals[0]}–{seals[1]}" if seals[0] != seals[1] else str(seals[0]),
            }
            record("sealfinding.found", finding, by=system_user("sweeper"), at=at, data=data)
    except IntegrityError:  # another worker found it at the same instant
        return None
    return finding
