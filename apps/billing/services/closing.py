"""The month's end: statements are frozen in short batches, in sets (BIL-2).

Freezing locks first: a charge under way holds its statement's row and is waited for, and one that
comes after is refused by a trigger and goes into the next month. A batch is one transaction, so a run
that was killed goes on where it stopped, and a run on a frozen month changes nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.models import Job
from apps.backoffice.services import ask_job
from apps.billing.enums import StatementState
from apps.billing.inputs import FROZEN, Frozen
from apps.billing.models import Statement, StatementTotal
from apps.billing.rules import months
from apps.billing.services import books
from apps.billing.services.door_payments import settle_frozen
from apps.billing.services.moving import lock_statement, move
from apps.billing.services.tiers import adjust_tiers
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import NewEvent, record, record_many

BATCH = 500
CLOSE_MONTH = "billing.close_month"
# A payer's months are frozen in their order: the opening balance is what the earlier ones left.
_LOCK = """
SELECT s.id FROM billing_statement s
WHERE s.period = %(period)s AND s.state = 'open' {chosen} AND NOT EXISTS (
    SELECT FROM billing_statement e
    WHERE e.period < %(period)s AND e.state = 'open' AND e.bill_to_id = s.bill_to_id
) AND NOT EXISTS (
    SELECT FROM billing_statement e
    WHERE e.period < %(period)s AND e.state = 'open' AND e.station_id = s.station_id
)
ORDER BY s.issued_by_side DESC, s.id LIMIT %(most)s FOR UPDATE OF s {waits}
"""
# What is summed goes into the totals and from there, in the same statement, into the figures.
_FREEZE = """
WITH chosen AS (
    SELECT id, bill_to_id, station_id FROM billing_statement WHERE id = ANY(%(ids)s)
), totals AS (
    INSERT INTO billing_statementtotal (statement_id, kind, tax_class_id, n, gross)
    SELECT statement_id, kind, tax_class_id, count(*), sum(gross) FROM billing_charge
    WHERE statement_id = ANY(%(ids)s) GROUP BY 1, 2, 3
    RETURNING statement_id, n, gross
), now AS (
    SELECT statement_id, sum(n) AS lines, sum(gross) AS charged FROM totals GROUP BY 1
), before AS (
    SELECT c.id, sum(e.charged) AS charged FROM chosen c JOIN billing_statement e
        ON (e.bill_to_id = c.bill_to_id OR e.station_id = c.station_id)
        AND e.period < %(period)s AND e.state <> 'open' GROUP BY 1
), settled AS (
    SELECT c.id,
        coalesce(sum(a.signed) FILTER (WHERE a.day < %(period)s), 0) AS before,
        coalesce(sum(a.signed) FILTER (WHERE a.day BETWEEN %(period)s AND %(last)s), 0) AS within
    FROM chosen c JOIN billing_statement e
        ON e.bill_to_id = c.bill_to_id OR e.station_id = c.station_id
    JOIN LATERAL (
        SELECT day, CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END AS signed
        FROM billing_allocation WHERE statement_id = e.id AND day <= %(last)s
    ) a ON true GROUP BY 1
), figures AS (
    SELECT c.id, coalesce(n.lines, 0) AS lines, coalesce(n.charged, 0) AS charged,
        coalesce(b.charged, 0) - coalesce(s.before, 0) AS opening, coalesce(s.within, 0) AS received
    FROM chosen c LEFT JOIN now n ON n.statement_id = c.id LEFT JOIN before b ON b.id = c.id
    LEFT JOIN settled s ON s.id = c.id
)
UPDATE billing_statement s SET state = 'frozen', lines = f.lines, opening = f.opening,
    charged = f.charged, received = f.received, closing = f.opening + f.charged - f.received,
    revision = s.revision + 1, frozen_at = %(at)s, frozen_by_id = %(by)s
FROM figures f WHERE s.id = f.id
"""
# What was paid at the door within the month is received in it; it could not settle the statement earlier.
_PAID = """
UPDATE billing_statement s SET received = s.received + a.paid, closing = s.closing - a.paid
FROM (
    SELECT statement_id, sum(amount) AS paid FROM billing_allocation
    WHERE statement_id = ANY(%(ids)s) AND kind = 'door' AND at = %(at)s
        AND day BETWEEN %(period)s AND %(last)s GROUP BY 1
) a WHERE a.statement_id = s.id
"""


def freeze_month(*, month: date, by: User, at: datetime, batch: int = BATCH) -> Iterator[list[int]]:
    """Freeze every open statement of ``month`` (its first day), key customers first, ``batch`` at a
    time in a transaction each; yields the statements of each batch.

    Statements that somebody is writing into are passed over at first and waited for at the end.
    BadInput ``month_not_over``. Statements whose payer has an earlier one open stay open: freeze that
    month first.
    """
    _refuse_early(month, at)
    for waits in (False, True):
        while done := freeze_batch(month=month, by=by, at=at, most=batch, waits=waits):
            yield done


def freeze_batch(
    *, month: date, by: User, at: datetime, most: int = BATCH, waits: bool = False
) -> list[int]:
    """One transaction's worth of ``freeze_month``; none are left when it returns none and ``waits``."""
    _refuse_early(month, at)
    return _freeze(month, by=by, at=at, most=most, waits=waits)


@transaction.atomic
def ask_closing(*, month: date, by: User, at: datetime) -> Job:
    """Have a job freeze the month, with progress and a way to call it off; what was frozen until then
    stays frozen. BadInput ``month_not_over``; RuleBroken ``closing_already`` while another one is at it.
    """
    _refuse_early(month, at)
    title = _("Close %(month)s") % {"month": f"{month:%Y-%m}"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [CLOSE_MONTH])
    under_way = Job.objects.filter(kind=CLOSE_MONTH, due_at__isnull=False)
    if any(job.given.get("month") == month.isoformat() for job in under_way):
        raise RuleBroken(_("A job closes this month already."), code="closing_already")
    return ask_job(
        kind=CLOSE_MONTH,
        title=title,
        given={"month": month.isoformat()},
        by=by,
        at=at,
        total=Statement.objects.filter(period=month, state=StatementState.OPEN).count(),
    )


def _refuse_early(month: date, at: datetime) -> None:
    if not months.is_over(month, at):
        raise BadInput(
            _("%(month)s is not over yet.") % {"month": f"{month:%Y-%m}"},
            code="month_not_over",
            field="month",
        )


@transaction.atomic
def freeze_statements(
    *, statement_ids: list[int], month: date, by: User, at: datetime
) -> list[int]:
    """Freeze these of one month, such as the one that is frozen again after a correction."""
    _refuse_early(month, at)
    most = max(1, len(statement_ids))
    return _freeze(month, by=by, at=at, most=most, waits=True, chosen=statement_ids)


@transaction.atomic
def _freeze(
    month: date,
    *,
    by: User,
    at: datetime,
    most: int,
    waits: bool,
    chosen: list[int] | None = None,
) -> list[int]:
    lock = _LOCK.format(
        waits="" if waits else "SKIP LOCKED",
        chosen="" if chosen is None else "AND s.id = ANY(%(chosen)s)",
    )
    with connection.cursor() as cursor:
        cursor.execute(lock, {"period": month, "most": most, "chosen": chosen})
        ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return []
        given: dict[str, Any] = {
            "ids": ids,
            "period": month,
            "last": months.last_day(month),
            "at": at,
            "by": by.pk,
        }
        adjust_tiers(ids, month=month, by=by, at=at)
        cursor.execute(_FREEZE, given)
        paid = settle_frozen(ids, by=by, at=at)
        if paid:
            cursor.execute(_PAID, {**given, "ids": list(paid)})
    # No objects: of each statement a few columns are told.
    rows = Statement.objects.filter(pk__in=ids).order_by("pk")
    frozen = [Frozen(*row) for row in rows.values_list(*FROZEN)]
    books.post_frozen(frozen, day=books.open_day(months.last_day(month)), by=by, at=at)
    period = f"{month:%Y-%m}"
    record_many(
        NewEvent(
            "statement.frozen",
            books.STATEMENT,
            str(one.id),
            by.pk,
            at,
            {
                "period": period,
                "lines": one.lines,
                "charges": str(one.charged),
                "closing": str(one.closing),
            },
        )
        for one in frozen
    )
    return ids


@transaction.atomic
def reopen_statement(*, statement_id: int, reason: str, by: User, at: datetime) -> Statement:
    """Open a statement that the customer has not seen: it takes charges again and is frozen anew. Its
    entry in the ledger is reversed. RuleBroken ``later_frozen`` when the payer's next month is frozen."""
    reason = required_text(reason)
    statement = lock_statement(statement_id, by)
    later = Statement.objects.filter(
        bill_to=statement.bill_to_id, station=statement.station_id, period__gt=statement.period
    ).exclude(state=StatementState.OPEN)
    if later.exists():
        raise RuleBroken(
            _("The payer's next month is frozen already; correct this one in the open month."),
            code="later_frozen",
        )
    books.take_back_frozen(statement, by=by, at=at)
    StatementTotal.objects.filter(statement=statement).delete()
    none: dict[str, Decimal | None] = dict.fromkeys(
        ("lines", "opening", "charged", "received", "closing")
    )
    move(
        statement,
        StatementState.OPEN,
        frozen_at=None,
        frozen_by=None,
        reviewed_at=None,
        reviewed_by=None,
        **none,
    )
    record("statement.opened_again", statement, by=by, at=at, data={"reason": reason})
    return statement
