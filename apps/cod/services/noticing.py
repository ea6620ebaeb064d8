"""Differences in money become exceptions that quality follows up (COD-7, CMP-4)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.accounts.models import Unit, User
from apps.core.errors import RuleBroken
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.models import ExceptionReport
from apps.quality.services import open_exception
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.customers.models import Customer


def report_difference(
    *,
    title: str,
    what: str,
    happened_at: datetime,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    waybill_id: int | None = None,
    customer: "Customer | None" = None,
    kind: ExceptionKind = ExceptionKind.OTHER,
) -> ExceptionReport | None:
    """Open an exception; None where the shipment has an open one already, which is told the same by the
    timeline of the money, and where the company has no unit that could deal with it."""
    waybill = Waybill.objects.filter(pk=waybill_id).first() if waybill_id else None
    new = NewException(
        found_by=FoundBy.OWN_CHECK,
        kind=kind,
        title=title[:120],
        what=what,
        happened_at=min(happened_at, at),
        known_at=at,
        unit=unit,
        waybill=waybill,
        customer=customer,
        is_serious=True,
    )
    try:
        with transaction.atomic():
            return open_exception(new=new, by=by, at=at)
    except RuleBroken as refusal:
        if refusal.code not in ("exception_open", "no_unit"):
            raise
        return None
