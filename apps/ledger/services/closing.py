"""Closing a month: forward only, and the balances at its end are sealed with it."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.ledger.models import Entry, Period
from apps.ledger.queries import open_since
from apps.ledger.rules import last_day, month_of, next_month

if TYPE_CHECKING:
    from apps.accounts.models import User

# Everything up to the day: what was sealed last and what was posted since. One seal covers the one before.
_SEAL = """
WITH last AS (
    SELECT max(day) AS day FROM ledger_daybalance WHERE day < %(day)s
), before AS (
    SELECT account_id, debit, credit, seal FROM ledger_daybalance b JOIN last ON b.day = last.day
), moved AS (
    SELECT debit_id, credit_id, sum(amount) AS amount FROM ledger_posting
    WHERE day <= %(day)s AND day > coalesce((SELECT day FROM last), '-infinity') GROUP BY 1, 2
), total AS (
    SELECT account_id, sum(debit)::numeric(18, 2) AS debit, sum(credit)::numeric(18, 2) AS credit
    FROM (
        SELECT debit_id AS account_id, amount AS debit, 0 AS credit FROM moved
        UNION ALL SELECT credit_id, 0, amount FROM moved
        UNION ALL SELECT account_id, debit, credit FROM before
    ) AS sides GROUP BY account_id
)
INSERT INTO ledger_daybalance (account_id, day, debit, credit, seal)
SELECT account_id, %(day)s, total.debit, total.credit, encode(sha256(convert_to(
    concat_ws('|', account_id, %(day)s::date, total.debit, total.credit, coalesce(before.seal, '')),
    'UTF8')), 'hex')
FROM total LEFT JOIN before USING (account_id) ORDER BY account_id
"""


@transaction.atomic
def close_period(*, month: date, by: "User", at: datetime) -> Period:
    """Close ``month`` (any day of it) and all before it, for good.

    Raises RuleBroken: ``month_not_over``, ``month_closed``. Entries under way are waited for.
    """
    first = month_of(month)
    if timezone.localdate(at) < next_month(first):
        raise RuleBroken(
            _("%(month)s is not over yet; it can be closed from %(day)s on.")
            % {"month": f"{first:%Y-%m}", "day": next_month(first).isoformat()},
            code="month_not_over",
            field="month",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_period'), 0)")
    open_from = open_since()
    if open_from is not None and first < open_from:
        raise RuleBroken(
            _("%(month)s is closed already.") % {"month": f"{first:%Y-%m}"},
            code="month_closed",
            field="month",
        )
    period = Period.objects.create(month=first, closed_at=at, closed_by=by)
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, {"day": last_day(first)})
    entries = Entry.objects.filter(day__gte=first, day__lte=last_day(first)).count()
    record(
        "period.closed", period, by=by, at=at, data={"month": f"{first:%Y-%m}", "entries": entries}
    )
    return period
