"""Printing is recorded before anything appears on paper (ORD-4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.orders.enums import PrintKind
from apps.orders.models import PrintJob, PrintRecord
from apps.orders.services.entry import lock_order
from apps.orders.services.tasks import tick_tasks
from apps.orders.states import ISSUED

PRINTED_STEP = "printed"


@transaction.atomic
def print_order(
    *, order_id: int, kind: PrintKind, reason: str = "", by: User, at: datetime
) -> PrintRecord:
    """Record one more copy; the second and later ones need a reason."""
    order = lock_order(order_id)
    if order.status not in ISSUED:
        raise RuleBroken(
            _("Only a confirmed order has waybills to print."), code="not_confirmed", rule="ORD-4"
        )
    copy = order.prints.filter(kind=kind).count() + 1
    reason = " ".join(reason.split())[:200]
    if copy > 1 and not reason:
        raise BadInput(
            _("This was printed before; say why it is printed again."),
            code="reprint_reason",
            field="reason",
        )
    made = PrintRecord.objects.create(
        work_order=order,
        kind=kind,
        copy=copy,
        printed_at=at,
        printed_by=by,
        reason=reason if copy > 1 else "",
    )
    if kind == PrintKind.WORK_ORDER:
        jobs = PrintJob.objects.filter(work_order=order, printed_at__isnull=True)
        jobs.update(printed_at=at, printed_by=by)
        step = order.tasks.select_related("template").filter(template__step=PRINTED_STEP)
        tick_tasks(step, outcome="printed", by=by, at=at)
    data = {"kind": str(kind), "copy": copy, "reason": made.reason}
    record("workorder.printed", order, by=by, at=at, data=data)
    return made
