"""When a merchant is remitted to, and what of (COD-7). Pure: days and yuan in, rows out.

What is below the minimum, or does not cover the fees, is not remitted: items and claw-backs wait together, so
that what is carried is always what the books say is owed. Of claw-backs as much is taken as there is money,
the oldest first; the rest waits for the next remittances.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from apps.cod.enums import Cycle, RowKind, WaitReason

ZERO = Decimal("0.00")
# More items are left to the next cycle: one ledger entry and one report hold them.
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Terms:
    """``days``: of the week (Monday is 1), of the month, or one number for *every so many days*, which
    counts from ``since``. Money is remitted ``delay_days`` after it was seen on the bank."""

    cycle: str
    days: tuple[int, ...]
    since: date
    delay_days: int
    minimum: Decimal
    fee_deducted: bool
    offset_agreed: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class Fee:
    """What a statement charges for collecting one shipment's money."""

    statement_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """An item whose money is on the bank, or ``is_ahead`` of it. Its fees are empty before they are
    charged."""

    item_id: int
    waybill: str
    amount: Decimal
    fees: tuple[Fee, ...] = ()
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class CarriedBack:
    """What of a claw-back no remittance has taken yet; below zero what was taken too much and is given
    back."""

    claw_back_id: int
    waybill: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Overdue:
    """A statement whose due day is over, and what is owed on it without what is disputed."""

    statement_id: int
    number: str
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """Above zero: the merchant's; below: taken off, or paid out."""

    kind: RowKind
    amount: Decimal
    text: str
    item_id: int | None = None
    claw_back_id: int | None = None
    statement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """``rows`` sum to zero, and are empty where the merchant gets nothing: ``waits`` says why, and
    ``carried`` what stays for another day (below zero where the merchant owes)."""

    rows: tuple[Row, ...]
    payout: Decimal
    carried: Decimal
    waits: WaitReason | None


def is_due(terms: Terms, day: date) -> bool:
    """Whether the merchant is remitted to on ``day``. A day that a month does not have is its last one."""
    if day < terms.since:
        return False
    if terms.cycle == Cycle.WEEKLY:
        return day.isoweekday() in terms.days
    if terms.cycle == Cycle.EVERY:
        return (day - terms.since).days % terms.days[0] == 0
    last = calendar.monthrange(day.year, day.month)[1]
    return day.day in {min(one, last) for one in terms.days}


def next_due(terms: Terms, day: date) -> date:
    """The first day of the cycle from ``day`` on."""
    found = max(day, terms.since)
    while not is_due(terms, found):
        found += timedelta(days=1)
    return found


def seen_until(terms: Terms, day: date) -> date:
    """Money that came to the bank on this day or before is remitted on ``day``."""
    return day - timedelta(days=terms.delay_days)


def settle(
    terms: Terms,
    items: Sequence[Due],
    claw_backs: Sequence[CarriedBack] = (),
    overdue: Sequence[Overdue] = (),
) -> Settlement:
    """What a merchant gets, row by row: items, then what is taken off, then the payout."""
    given = [one for one in claw_backs if one.amount < 0]
    carried = [one for one in claw_backs if one.amount > 0]
    rows = _of_items(items[:MOST_ITEMS], terms) + [_of_claw_back(one, -one.amount) for one in given]
    there = sum((row.amount for row in rows), ZERO)
    backs = _of_claw_backs(carried, there)
    rows += backs
    net = there + sum((row.amount for row in backs), ZERO)
    owed_back = sum((one.amount for one in carried), ZERO)
    if waits := _why_not(terms, bool(items or given), there, net):
        plain = sum((one.amount for one in items), ZERO) - sum((one.amount for one in given), ZERO)
        return Settlement((), ZERO, plain - owed_back, waits)
    # Of claw-backs ``there - net`` was taken.
    left = sum((one.amount for one in items[MOST_ITEMS:]), ZERO) - (owed_back - (there - net))
    offsets = _offsets(net, _without_fees(overdue, rows)) if terms.offset_agreed else []
    payout = net + sum((row.amount for row in offsets), ZERO)
    rows += offsets
    if payout:
        rows.append(Row(RowKind.PAYOUT, -payout, ""))
    return Settlement(tuple(rows), payout, left, None)


def _why_not(terms: Terms, is_any: bool, there: Decimal, net: Decimal) -> WaitReason | None:
    """The minimum is of what is paid out: where claw-backs take all of it, nothing is."""
    if not is_any:
        return WaitReason.NOTHING
    if terms.is_held:
        return WaitReason.ON_HOLD
    if there <= 0:
        return WaitReason.NOT_COVERED
    return WaitReason.BELOW_MINIMUM if 0 < net < terms.minimum else None


def _of_items(items: Sequence[Due], terms: Terms) -> list[Row]:
    rows = [
        Row(
            RowKind.ADVANCE if one.is_ahead else RowKind.ITEM,
            one.amount,
            one.waybill,
            item_id=one.item_id,
        )
        for one in items
    ]
    if not terms.fee_deducted:
        return rows
    fees = [
        Row(
            RowKind.FEE,
            -fee.amount,
            one.waybill,
            item_id=one.item_id,
            statement_id=fee.statement_id,
        )
        for one in items
        for fee in one.fees
        if fee.amount > 0
    ]
    return rows + fees


def _of_claw_backs(claw_backs: Sequence[CarriedBack], there: Decimal) -> list[Row]:
    """As much of them as there is money, the oldest first."""
    rows: list[Row] = []
    for one in claw_backs:
        part = min(one.amount, there)
        if part <= 0:
            break
        rows.append(_of_claw_back(one, -part))
        there -= part
    return rows


def _of_claw_back(one: CarriedBack, amount: Decimal) -> Row:
    return Row(RowKind.CLAW_BACK, amount, one.waybill, claw_back_id=one.claw_back_id)


def _without_fees(overdue: Sequence[Overdue], rows: Sequence[Row]) -> list[Overdue]:
    """What the fees of this remittance settle already is not set off once more."""
    settled: dict[int | None, Decimal] = {}
    for row in rows:
        if row.kind == RowKind.FEE:
            settled[row.statement_id] = settled.get(row.statement_id, ZERO) - row.amount
    return [replace(one, owed=one.owed - settled.get(one.statement_id, ZERO)) for one in overdue]


def _offsets(net: Decimal, overdue: Sequence[Overdue]) -> list[Row]:
    """The oldest statement first, as far as the money goes."""
    rows: list[Row] = []
    for one in overdue:
        part = min(net, one.owed)
        if part <= 0:
            continue
        rows.append(Row(RowKind.OFFSET, -part, one.number, statement_id=one.statement_id))
        net -= part
    return rows
