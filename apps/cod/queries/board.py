"""The COD board: sums by state, days from door to bank, what is short at which station."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.backoffice.figures import Figure, Shape, Value
from apps.cod.enums import OWED, ItemState
from apps.cod.models import CodProof
from apps.cod.queries.proof import sums_by_state

SPAN = timedelta(days=30)
_DAYS = """
SELECT u.name, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM i.banked_at - i.collected_at)),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM i.banked_at - i.collected_at))
FROM cod_coditem i LEFT JOIN accounts_unit u ON u.id = i.unit_id
WHERE i.banked_at >= %s GROUP BY u.name ORDER BY 3 DESC LIMIT 50
"""
_SHORT = """
SELECT u.name, count(*), sum(c.expected - c.counted) FILTER (WHERE c.counted < c.expected),
    sum(c.counted - c.expected) FILTER (WHERE c.counted > c.expected)
FROM cod_cashup c JOIN accounts_unit u ON u.id = c.unit_id
WHERE c.counted <> c.expected AND c.day >= %s GROUP BY u.name ORDER BY 3 DESC NULLS LAST LIMIT 50
"""
DAY = 86_400


@dataclass(frozen=True, slots=True)
class StateTotal:
    """A state, its shipments and yuan, and its share of all the yuan in hundredths."""

    state: ItemState
    items: int
    total: Decimal
    share: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Days from the door to the bank at a station: half are faster than ``median``, nine of ten than
    ``most``."""

    station: str
    items: int
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Differing:
    station: str
    cash_ups: int
    short: Decimal
    over: Decimal


@dataclass(frozen=True, slots=True)
class Board:
    state_totals: list[StateTotal]
    picture: Figure
    speeds: list[Speed]
    differing: list[Differing]
    proof: CodProof | None


def board(at: datetime) -> Board:
    """Where every yuan is now; the figures are those of the last 30 days. Five statements."""
    state_totals = _state_totals()
    since = at - SPAN
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [since])
        speeds = [
            Speed(name or "—", n, median / DAY, most / DAY)
            for name, n, median, most in cursor.fetchall()
        ]
        cursor.execute(_SHORT, [since.date()])
        differing = [
            Differing(name, n, short or Decimal(0), over or Decimal(0))
            for name, n, short, over in cursor.fetchall()
        ]
    return Board(state_totals, _picture(state_totals), speeds, differing, CodProof.objects.first())


def _state_totals() -> list[StateTotal]:
    sums = sums_by_state()
    whole = sum((total for _n, total in sums.values()), Decimal(0))
    found = []
    for state in (ItemState.DUE, *OWED):
        n, total = sums.get(state, (0, Decimal("0.00")))
        found.append(StateTotal(state, n, total, int(total * 100 / whole) if whole else 0))
    return found


def _picture(state_totals: list[StateTotal]) -> Figure:
    page = reverse("admin:cod_coditem_changelist")
    return Figure(
        name="cod-states",
        title=_("Yuan by state"),
        shape=Shape.ROWS,
        of=_("State"),
        counted=_("Yuan"),
        empty=_("No COD is open."),
        values=[
            Value(
                str(one.state.label),
                int(one.total),
                href=f"{page}?view=all&state={one.state}",
                colour=one.state.colour,
            )
            for one in state_totals
        ],
    )
