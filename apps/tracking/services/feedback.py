"""What customers say about their shipments, and the sheets they are sent (TRK-4)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.tracking.enums import Satisfaction
from apps.tracking.models import FeedbackSheet, ShipmentFeedback, Waybill
from apps.tracking.queries.feedback import SheetFilter, count_rows

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def record_satisfaction(
    *, waybill_id: int, satisfaction: Satisfaction, comment: str, by: "User", at: datetime
) -> ShipmentFeedback:
    """The customer's latest word on a concluded shipment; earlier ones stay on its timeline."""
    waybill = (
        Waybill.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .get(pk=waybill_id)
    )
    if waybill.concluded_at is None:
        raise RuleBroken(
            _("The shipment is still on its way; ask when it has arrived."), code="not_concluded"
        )
    if satisfaction == Satisfaction.DISSATISFIED and not comment.strip():
        raise BadInput(
            _("Write down what the customer was dissatisfied with."),
            code="comment_missing",
            field="comment",
            rule="TRK-4",
        )
    values = {
        "satisfaction": satisfaction,
        "comment": comment.strip()[:500],
        "recorded_at": at,
        "recorded_by": by,
    }
    feedback, _made = ShipmentFeedback.objects.update_or_create(waybill=waybill, defaults=values)
    record(
        "waybill.satisfaction_recorded",
        waybill,
        by=by,
        at=at,
        data={"satisfaction": str(satisfaction), "comment": mask_text(feedback.comment)},
    )
    return feedback


@transaction.atomic
def send_sheet(
    *,
    customer_id: int,
    first_day: date,
    last_day: date,
    channel: str,
    recipient: str,
    by: "User",
    at: datetime,
) -> FeedbackSheet:
    """Note that the sheet of these days went to the customer; whoever delivers by the chosen
    channel hears of it through ``feedback_sheet.sent``."""
    customer = Customer.objects.visible_to(by).get(pk=customer_id)
    wanted = SheetFilter(customer.pk, first_day, last_day)
    shipments = count_rows(wanted, user=by)
    if shipments == 0:
        raise RuleBroken(
            _("No shipment was accepted in these days; there is nothing to send."),
            code="sheet_empty",
            rule="TRK-4",
        )
    sheet = FeedbackSheet.objects.create(
        customer=customer,
        first_day=first_day,
        last_day=last_day,
        channel=channel,
        recipient=recipient.strip()[:200],
        shipments=shipments,
        sent_by=by,
    )
    record(
        "feedback_sheet.sent",
        sheet,
        by=by,
        at=at,
        data={
            "customer": customer.pk,
            "first_day": first_day,
            "last_day": last_day,
            "channel": channel,
            "shipments": shipments,
        },
    )
    return sheet
