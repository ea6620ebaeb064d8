"""Who is overdue, how far each was asked, and the letter that is due (BIL-6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from apps.billing.models import BillingTerms, DunningLevel
from apps.billing.queries.owing import SIGNED
from apps.billing.rules.dunning import (
    Letter,
    Level,
    OverdueItem,
    Step,
    letter_of,
    payers_step,
    with_advance,
)

# Of a few payers by the index, of the whole company by one pass over the allocations: most of it is paid.
_SETTLED = f"SELECT statement_id, sum({SIGNED}) AS settled FROM billing_allocation"  # noqa: S608  # names of ours
_A_FEW = f"LEFT JOIN LATERAL ({_SETTLED} WHERE statement_id = s.id GROUP BY 1) a ON true"
_ALL = f"LEFT JOIN ({_SETTLED} GROUP BY 1) a ON a.statement_id = s.id"
_OVERDUE = """
WITH late AS (
    SELECT s.id, s.bill_to_id, s.number, s.period, s.due_on, s.charged - coalesce(a.settled, 0) AS owed
    FROM billing_statement s {settled}
    WHERE s.state IN ('sent', 'confirmed') AND s.bill_to_id IS NOT NULL AND s.due_on < %(today)s
        AND (%(payers)s::bigint[] IS NULL OR s.bill_to_id = ANY(%(payers)s::bigint[]))
        AND s.charged - coalesce(a.settled, 0) > 0
)
SELECT l.id, l.bill_to_id, l.number, l.period, l.due_on, l.owed, coalesce(d.disputed, 0),
    coalesce(n.level, 0), n.pay_by, p.pay_on
FROM late l
LEFT JOIN LATERAL (
    SELECT sum(amount) AS disputed FROM billing_dispute WHERE statement_id = l.id AND state = 'open'
) d ON true
LEFT JOIN LATERAL (
    SELECT i.level, n.pay_by FROM billing_dunningitem i JOIN billing_dunningnotice n ON n.id = i.notice_id
    WHERE i.statement_id = l.id AND i.level IS NOT NULL ORDER BY i.level DESC LIMIT 1
) n ON true
LEFT JOIN LATERAL (
    SELECT pay_on FROM billing_paymentpromise WHERE statement_id = l.id ORDER BY id DESC LIMIT 1
) p ON true
ORDER BY l.bill_to_id, l.due_on, l.id
"""
# What lies with us and settles nothing: receipts without their allocations, and statements below zero.
_ADVANCE = f"""
SELECT payer, sum(rest) FROM (
    SELECT r.payer_id AS payer, r.amount - coalesce(sum(
        CASE WHEN a.reverses_id IS NULL THEN a.amount ELSE -a.amount END), 0) AS rest
    FROM billing_receipt r LEFT JOIN billing_allocation a ON a.receipt_id = r.id
    WHERE r.payer_id = ANY(%(payers)s) AND r.cancelled_at IS NULL GROUP BY r.id
    UNION ALL
    SELECT s.bill_to_id, -(s.charged - coalesce((
        SELECT sum({SIGNED}) FROM billing_allocation WHERE statement_id = s.id), 0))
    FROM billing_statement s WHERE s.bill_to_id = ANY(%(payers)s) AND s.charged < 0
) every WHERE rest > 0 GROUP BY payer
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Overdue:
    """A payer with its overdue statements, the oldest first; ``letter`` is the one that is due today."""

    payer_id: int
    items: tuple[OverdueItem, ...]
    step: Step
    letter: Letter | None

    @property
    def owed(self) -> Decimal:
        return sum((item.owed for item in self.items), Decimal(0))

    @property
    def asked(self) -> Decimal:
        return sum((item.asked for item in self.items), Decimal(0))

    @property
    def oldest(self) -> date:
        return self.items[0].due_on

    @property
    def level(self) -> int:
        """The highest letter that any of them had."""
        return max(item.level for item in self.items)


def overdue_payers(today: date, *, payers: Collection[int] | None = None) -> dict[int, Overdue]:
    """Every payer with something overdue today, or those of ``payers``."""
    by_payer: dict[int, list[OverdueItem]] = defaultdict(list)
    for item in _items(today, payers):
        by_payer[item.payer_id].append(item)
    if not by_payer:
        return {}
    levels, advance = levels_of(by_payer), _advance(by_payer)
    found = {}
    for payer_id, items in by_payer.items():
        covered = with_advance(items, advance.get(payer_id, Decimal(0)))
        mine = levels[payer_id]
        found[payer_id] = Overdue(
            payer_id,
            tuple(covered),
            payers_step(covered, mine, today),
            letter_of(covered, mine, today),
        )
    return found


def levels_of(payer_ids: Iterable[int]) -> dict[int, list[Level]]:
    """The levels of each payer's plan: the one its terms name, or the usual one."""
    wanted = set(payer_ids)
    chosen = dict(
        BillingTerms.objects.filter(customer__in=wanted, dunning_plan__isnull=False).values_list(
            "customer_id", "dunning_plan_id"
        )
    )
    plans: dict[int | None, list[Level]] = defaultdict(list)
    rows = DunningLevel.objects.select_related("plan").order_by("plan_id", "level")
    for row in rows:
        level = Level(row.level, row.after_days, row.pay_within_days, row.title, row.words)
        plans[row.plan_id].append(level)
        if row.plan.is_usual:
            plans[None].append(level)
    return {payer_id: plans[chosen.get(payer_id)] for payer_id in wanted}


def _items(today: date, payers: Collection[int] | None) -> list[OverdueItem]:
    with connection.cursor() as cursor:
        given = {"today": today, "payers": None if payers is None else list(payers)}
        cursor.execute(_OVERDUE.format(settled=_ALL if payers is None else _A_FEW), given)
        return [OverdueItem(*row) for row in cursor.fetchall()]


def _advance(payers: Iterable[int]) -> dict[int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, {"payers": list(payers)})
        return dict(cursor.fetchall())
