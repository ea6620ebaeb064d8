"""Compensation that the payer got in the month by cash or transfer: named on the statement, and no charge of it (CMP-6)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.billing.models import Charge, Statement
from apps.claims.models import ClaimPayment
from apps.claims.queries.money import paid_out
from apps.core.money import format_money


def compensation_of(statement: Statement) -> Sequence[ClaimPayment]:
    """Of the payer, and of whoever the statement has charges of; as it was when the statement was frozen, so that a
    paper which is set again is the same one."""
    if statement.bill_to_id is None:
        return []
    as_of = statement.frozen_at or timezone.now()
    charged = Charge.objects.filter(statement=statement).values("customer")
    rows = paid_out(statement.period, as_of).filter(
        Q(claim__customer=statement.bill_to_id) | Q(claim__customer__in=charged)
    )
    return list(rows)


def in_one_line(row: ClaimPayment) -> str:
    """For a sheet of lines, whose amounts are summed: the amount stands in the text."""
    return _("Claim %(number)s: %(amount)s paid out (%(way)s). For information, not charged.") % {
        "number": row.claim.number,
        "amount": format_money(row.amount),
        "way": row.get_way_display(),
    }


def sheet_rows(statement: Statement) -> list[tuple[Any, ...]]:
    """Day, claim, waybill, customer, way, amount in yuan."""
    return [
        (
            timezone.localdate(row.paid_at),
            row.claim.number,
            str(row.claim.waybill.number),
            row.claim.customer.display_name if row.claim.customer else "",
            str(row.get_way_display()),
            row.amount,
        )
        for row in compensation_of(statement)
    ]


def headings() -> list[str]:
    return [_("Day"), _("Claim"), _("Waybill"), _("Customer"), _("Way of payment"), _("Amount")]
