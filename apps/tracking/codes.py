"""The words by which an event says what happened, and the status each one means.

Senders use a code from ``CODES``: every canonical status, ``status.reason`` for a status with
its reason, and the everyday scans of TRK-2. Source: the canonical columns of the status mapping
(docs/glossary.md); partner codes are in kuaidi100.py.
"""

from dataclasses import dataclass, field
from typing import Final

from apps.tracking.enums import Reason, Status

R, S = Reason, Status

_PAIRS: Final[tuple[tuple[Status, Reason | None], ...]] = (
    (S.CREATED, None),
    (S.AWAITING_PICKUP, None),
    (S.PICKUP_FAILED, None),
    (S.PICKED_UP, None),
    (S.IN_TRANSIT, None),
    (S.ARRIVED_DEST_CITY, None),
    (S.REDIRECTED, R.NEW_ADDRESS),
    (S.HANDED_TO_OTHER_CARRIER, None),
    (S.OUT_FOR_DELIVERY, None),
    (S.READY_FOR_PICKUP, R.LOCKER_OR_STATION),
    (S.DELIVERED, R.SELF),
    (S.DELIVERED, R.AFTER_EXCEPTION),
    (S.DELIVERED, R.PROXY),
    (S.DELIVERED, R.COLLECTED),
    (S.DELIVERED, R.COD_COLLECTED),
    (S.ATTEMPT_FAILED, R.GENERIC),
    (S.ATTEMPT_FAILED, R.CANNOT_CONTACT),
    (S.ATTEMPT_FAILED, R.BUSINESS_CLOSED),
    (S.REFUSED, None),
    (S.EXCEPTION, None),
    (S.EXCEPTION, R.BAD_ADDRESS),
    (S.EXCEPTION, R.OUT_OF_AREA),
    (S.EXCEPTION, R.HELD_AT_BRANCH),
    (S.EXCEPTION, R.DAMAGED),
    (S.EXCEPTION, R.LOST),
    (S.EXCEPTION, R.MISROUTED),
    (S.EXCEPTION, R.NOT_COLLECTED),
    (S.LATE, None),
    (S.LATE, R.NO_UPDATE),
    (S.LATE, R.NOT_SIGNED),
    (S.LATE, R.WEATHER),
    (S.CUSTOMS, R.PENDING),
    (S.CUSTOMS, R.PROCESSING),
    (S.CUSTOMS, R.RELEASED),
    (S.CUSTOMS, R.CUSTOMS_EXCEPTION),
    (S.INTERCEPTED, None),
    (S.CANCELLED, R.BEFORE_PICKUP),
    (S.RETURNING, None),
    (S.RETURNED, R.SIGNED_BY_SENDER),
    (S.SIGNBACK, R.SECOND_WAYBILL),
    (S.EXPIRED, R.NO_RESULT),
)
_SCANS: Final[dict[str, tuple[Status, Reason | None]]] = {
    "sorted": (S.IN_TRANSIT, None),
    "departed": (S.IN_TRANSIT, None),
    "arrived": (S.IN_TRANSIT, None),
    "delay": (S.LATE, None),
    "delayed": (S.LATE, None),
    "consignee_absent": (S.ATTEMPT_FAILED, R.CANNOT_CONTACT),
    "damaged": (S.EXCEPTION, R.DAMAGED),
    "lost": (S.EXCEPTION, R.LOST),
    "misrouted": (S.EXCEPTION, R.MISROUTED),
}
# Of two events in the same second the one further along the way counts.
_RANKS: Final[dict[Status, int]] = {
    S.SIGNBACK: 0,
    S.CREATED: 0,
    S.AWAITING_PICKUP: 5,
    S.PICKUP_FAILED: 8,
    S.EXPIRED: 9,
    S.PICKED_UP: 10,
    S.IN_TRANSIT: 20,
    S.HANDED_TO_OTHER_CARRIER: 22,
    S.CUSTOMS: 24,
    S.REDIRECTED: 26,
    S.ARRIVED_DEST_CITY: 30,
    S.LATE: 35,
    S.OUT_FOR_DELIVERY: 40,
    S.READY_FOR_PICKUP: 50,
    S.EXCEPTION: 55,
    S.ATTEMPT_FAILED: 60,
    S.REFUSED: 65,
    S.INTERCEPTED: 68,
    S.RETURNING: 70,
    S.CANCELLED: 72,
    S.DELIVERED: 80,
    S.RETURNED: 90,
}
_SCAN_RANKS: Final[dict[str, int]] = {"arrived": 19, "sorted": 20, "departed": 21}

# Ordinary news is weak (0). What ends or turns a shipment round is strong (1): no ordinary news
# undoes it, however late it claims to be. A return document travels apart and says nothing of
# the shipment, so it is below even "entered" (-1). That a partner has no record weighs no more than
# "entered": a real scan outweighs it, whichever was told first and whenever it happened.
NONE, BEGINNING, WEAK, STRONG = -2, -1, 0, 1
_STRONG: Final = frozenset({S.DELIVERED, S.RETURNING, S.RETURNED, S.CANCELLED})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says about a shipment, and how it weighs against other news."""

    code: str
    status: Status
    reason: str
    strength: int
    rank: int
    # Made once: reading the value of an enum member is dear where it is done thousands of times.
    status_value: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "status_value", self.status.value)


def strength_of(status: str, reason: str) -> int:
    if status == S.SIGNBACK:
        return NONE
    if status == S.EXPIRED:
        return BEGINNING
    if status in _STRONG or (status, reason) == (S.EXCEPTION, R.LOST):
        return STRONG
    return WEAK


def _meaning(code: str, status: Status, reason: Reason | None) -> Meaning:
    why = reason.value if reason else ""
    return Meaning(
        code, status, why, strength_of(status, why), _SCAN_RANKS.get(code, _RANKS[status])
    )


def _table() -> dict[str, Meaning]:
    table: dict[str, Meaning] = {}
    for status, reason in _PAIRS:
        # The bare status stands for its first pair: "delivered" is "delivered.self".
        table.setdefault(status.value, _meaning(status.value, status, reason))
        if reason:
            code = f"{status.value}.{reason.value}"
            table[code] = _meaning(code, status, reason)
    for code, (status, reason) in _SCANS.items():
        table[code] = _meaning(code, status, reason)
    return table


CODES: Final[dict[str, Meaning]] = _table()
