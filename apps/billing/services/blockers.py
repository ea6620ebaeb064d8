"""What could make a customer refuse to pay, found in sets before a statement is sent (BIL-3)."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import StatementState
from apps.billing.models import BillingTerms, Blocker, Statement
from apps.billing.services.moving import lock_statement
from apps.claims.queries.money import Unsettled, unsettled
from apps.complaints.enums import TROUBLE, CaseState
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.events.services import record
from apps.quality.enums import ExceptionState
from apps.tracking.models.return_document import OUTSTANDING

SETTLED_CASES = [CaseState.CLOSED, CaseState.MERGED, CaseState.CANCELLED]
# Of the shipments on the statement: each row a kind, the number of the row in the way, and what to call it.
_FOUND = """
WITH shipments AS (
    SELECT DISTINCT c.statement_id, w.id AS waybill_id, w.number
    FROM billing_charge c JOIN tracking_waybill w ON w.number = c.waybill
    WHERE c.statement_id = ANY(%(ids)s) AND c.waybill <> ''
), found (statement_id, kind, subject_id, label) AS (
    SELECT s.statement_id, 'exception', e.id, e.number || ' · ' || e.title
    FROM shipments s JOIN quality_exceptionreport e ON e.waybill_id = s.waybill_id
    WHERE e.state <> %(exception_closed)s
    UNION
    SELECT s.statement_id, 'case', k.id, k.number || ' · ' || k.title
    FROM shipments s JOIN complaints_case k ON k.waybill_id = s.waybill_id
    WHERE k.state <> ALL(%(settled)s) AND k.case_class = ANY(%(trouble)s)
    UNION
    SELECT s.statement_id, 'receipt', d.id, s.number
    FROM shipments s JOIN tracking_returndocument d ON d.waybill_id = s.waybill_id
    WHERE d.state = ANY(%(outstanding)s) AND d.owed_since IS NOT NULL
    UNION
    SELECT s.id, 'unrated', r.id, r.waybill || ' · ' || r.refusal
    FROM billing_statement s JOIN billing_shipmentrating r
        ON r.month <= s.period AND r.gross IS NULL
        AND r.customer_id IN (SELECT s.bill_to_id UNION ALL SELECT customer_id FROM billing_billingterms
            WHERE payer_id = s.bill_to_id)
    WHERE s.id = ANY(%(ids)s)
    UNION
    SELECT d.statement_id, 'dispute', d.id, c.waybill
    FROM billing_dispute d JOIN billing_charge c ON c.id = d.charge_id
    JOIN billing_statement e ON e.id = d.statement_id
    JOIN billing_statement n ON n.bill_to_id = e.bill_to_id AND n.id = ANY(%(ids)s) AND n.period > e.period
    WHERE d.state = 'open'
    UNION
    SELECT s.id, 'claim', u.id, u.label
    FROM billing_statement s JOIN unnest(%(claims)s::bigint[], %(claimants)s::bigint[], %(labels)s::text[])
        AS u (id, customer_id, label) ON u.customer_id IN (SELECT s.bill_to_id UNION ALL SELECT customer_id
            FROM billing_billingterms WHERE payer_id = s.bill_to_id)
    WHERE s.id = ANY(%(ids)s)
)
"""
_ADD = (
    _FOUND
    + """
INSERT INTO billing_blocker (statement_id, kind, subject_id, label, found_at, waived_reason)
SELECT statement_id, kind, subject_id, left(label, 160), %(at)s, '' FROM found
ON CONFLICT (statement_id, kind, subject_id) DO NOTHING
"""
)
_GONE = (
    _FOUND
    + """
DELETE FROM billing_blocker b WHERE b.statement_id = ANY(%(ids)s) AND b.waived_at IS NULL AND NOT EXISTS (
    SELECT FROM found f WHERE f.statement_id = b.statement_id AND f.kind = b.kind
        AND f.subject_id = b.subject_id)
"""
)


@transaction.atomic
def find_blockers(*, statement_ids: list[int], at: datetime) -> None:
    """Note what stands in the way of these statements now; what was settled meanwhile goes, what was
    waived stays on record."""
    claims = _claims(statement_ids)
    given: dict[str, Any] = {
        "claims": [one.id for one in claims],
        "claimants": [one.customer_id for one in claims],
        "labels": [one.label for one in claims],
        "ids": statement_ids,
        "at": at,
        "exception_closed": ExceptionState.CLOSED,
        "settled": [str(state) for state in SETTLED_CASES],
        "trouble": [str(one) for one in TROUBLE],
        "outstanding": [str(state) for state in OUTSTANDING],
    }
    with connection.cursor() as cursor:
        cursor.execute(_GONE, given)
        cursor.execute(_ADD, given)


def _claims(statement_ids: list[int]) -> list[Unsettled]:
    """Claims of the statements' customers that are not settled; each by the end of its statement's month."""
    rows = Statement.objects.filter(pk__in=statement_ids, bill_to__isnull=False)
    payers: dict[date, set[int]] = defaultdict(set)
    for payer, month in rows.values_list("bill_to_id", "period"):
        payers[month].add(payer)
    found = []
    for month, of in sorted(payers.items()):
        paid_for = BillingTerms.objects.filter(payer__in=of).values_list("customer_id", flat=True)
        found += unsettled([*of, *paid_for], month)
    return found


@transaction.atomic
def waive_blocker(*, blocker_id: int, reason: str, by: User, at: datetime) -> Blocker:
    """Send the statement in spite of it, for a reason that stays on record."""
    reason = required_text(reason)
    found = Blocker.objects.only("statement_id").get(pk=blocker_id)
    statement = lock_statement(found.statement_id, by)
    blocker = Blocker.objects.select_for_update().get(pk=blocker_id)
    if blocker.waived_at is not None:
        raise RuleBroken(_("It was waived already."), code="waived_already")
    blocker.waived_at, blocker.waived_by, blocker.waived_reason = at, by, reason
    blocker.save(update_fields=["waived_at", "waived_by", "waived_reason"])
    data = {"what": blocker.label, "reason": reason}
    record("statement.blocker_waived", statement, by=by, at=at, data=data)
    return blocker


def report_blockers(statement: Statement, *, by: User, at: datetime) -> int:
    """Find them and tell the manager before the statement is sent; returns how many nobody waived."""
    find_blockers(statement_ids=[statement.pk], at=at)
    count = statement.blockers.filter(waived_at__isnull=True).count()
    if count:
        data = {"number": statement.number, "blockers": count}
        record("statement.blocked", statement, by=by, at=at, data=data)
    return count


def refuse_blocked(statement: Statement, at: datetime) -> None:
    """RuleBroken ``blocked`` while something stands in its way that nobody waived."""
    find_blockers(statement_ids=[statement.pk], at=at)
    open_ones = list(statement.blockers.filter(waived_at__isnull=True)[:4])
    if open_ones and statement.state != StatementState.SENT:
        named = ", ".join(blocker.label for blocker in open_ones[:3])
        more = "…" if len(open_ones) > 3 else ""
        raise RuleBroken(
            _("Something stands in the way: %(what)s. Settle it or waive it with a reason.")
            % {"what": named + more},
            code="blocked",
            rule="BIL-3",
        )
