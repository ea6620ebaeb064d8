"""How long money takes from the door to the bank and on to the merchant, in days (COD-7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from apps.accounts.models import User
from apps.cod.models import CodItem
from apps.cod.queries.remitting import end_of

MOST = 50
# Of what merchants got in the time asked for. Half of the shipments took no longer than the median, nine of
# ten no longer than the ninetieth percentile; days are of 24 hours.
_FIGURES = """
SELECT {who} AS id, max({name}) AS name, count(*) AS n, sum(i.collected) AS amount,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM i.banked_at - i.collected_at)::float8) AS bank,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM r.paid_at - i.banked_at)::float8) AS paid,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM r.paid_at - i.collected_at)::float8) AS both
FROM cod_remittance r
JOIN cod_remittancerow w ON w.remittance_id = r.id AND w.kind = 'item' AND w.stands
JOIN ({items}) i ON i.id = w.item_id
JOIN customers_customer c ON c.id = i.merchant_id
LEFT JOIN accounts_unit u ON u.id = i.unit_id
WHERE r.state = 'paid' AND r.paid_at >= %s AND r.paid_at < %s
GROUP BY {who} ORDER BY sum(i.collected) DESC, {who} LIMIT {most}
"""
_BY = {
    "all": ("NULL::bigint", "''"),
    "merchant": ("i.merchant_id", "c.name"),
    "station": ("i.unit_id", "u.name"),
}
A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """Median and ninetieth percentile, in days."""

    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Taken:
    """How long the money of ``n`` shipments took: door to bank, bank to merchant, door to merchant."""

    id: int | None
    name: str
    n: int
    amount: Decimal
    to_bank: Pace
    to_merchant: Pace
    together: Pace


def days_taken(by: str, since: date, until: date, user: User) -> list[Taken]:
    """Of what reached merchants from ``since`` to ``until`` (days of the company's calendar): over ``all``,
    per ``merchant`` or per ``station``, the greatest sum first, 50 at most."""
    who, name = _BY[by]
    seen = CodItem.objects.visible_to(user).order_by()
    items, given = seen.values(
        "id", "merchant_id", "unit_id", "collected", "collected_at", "banked_at"
    ).query.sql_with_params()
    sql = _FIGURES.format(who=who, name=name, items=items, most=MOST)
    begin, end = end_of(since - timedelta(days=1)), end_of(until)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, begin, end])
        rows = cursor.fetchall()
    return [
        Taken(pk, label or "", n, amount, _pace(bank), _pace(paid), _pace(both))
        for pk, label, n, amount, bank, paid, both in rows
    ]


def _pace(seconds: list[float]) -> Pace:
    return Pace(round(seconds[0] / A_DAY, 1), round(seconds[1] / A_DAY, 1))
