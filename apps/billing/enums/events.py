"""What a timeline calls each kind of event of this floor, and its details."""

from django.utils.translation import gettext_lazy as _

from apps.billing.enums.payments import AllocationKind, InvoiceKind, ReceiptSource
from apps.billing.enums.statements import AgreedHow, DisputeReason, Side, StatementFile

EVENT_KINDS = {
    "statement.frozen": _("Statement frozen"),
    "statement.opened_again": _("Statement opened again"),
    "statement.reviewed": _("Statement reviewed"),
    "statement.sent": _("Statement sent"),
    "statement.confirmed": _("Statement confirmed"),
    "statement.blocked": _("Something stands in its way: reported"),
    "statement.exported": _("Statement downloaded"),
    "statement.blocker_waived": _("Blocker waived"),
    "charge.corrected": _("Charge corrected"),
    "dispute.raised": _("Charge disputed"),
    "dispute.answered": _("Answer to a dispute"),
    "dispute.accepted": _("Dispute accepted"),
    "dispute.refused": _("Dispute refused"),
    "dispute.withdrawn": _("Dispute withdrawn"),
    "invoice.requested": _("Invoice asked for"),
    "invoice.issued": _("Invoice issued"),
    "invoice.delivered": _("Invoice handed out"),
    "invoice.received": _("Invoice received"),
    "invoice.withdrawn": _("Invoice withdrawn"),
    "invoice.reversed": _("Invoice reversed"),
    "receipt.taken": _("Money received"),
    "receipt.identified": _("Payer of a receipt found"),
    "allocation.made": _("Payment allocated"),
    "allocation.undone": _("Allocation undone"),
    "write_off.asked": _("Write-off asked for"),
    "write_off.refused": _("Write-off refused"),
    "write_off.void": _("Write-off void: something else is owed now"),
    "cheque.noted": _("Cheque noted"),
    "cheque.collected": _("Cheque collected"),
    "cheque.presented": _("Cheque presented"),
    "cheque.cleared": _("Cheque cleared"),
    "cheque.on_the_bank": _("The cheque's money is in the bank's file"),
    "cheque.bounced": _("Cheque bounced"),
    "cheque.lapsed": _("Cheque lapsed"),
    "billing_terms.changed": _("Billing terms changed"),
    "shipment.price_set": _("Price set by hand"),
    "shipment.price_lifted": _("Price by the tariff again"),
}
EVENT_DETAILS = {
    "amount": _("Amount"),
    "blockers": _("In its way"),
    "charges": _("Charges"),
    "closing": _("Closing balance"),
    "statement.confirmed/how": _("How"),
    "invoice.delivered/how": _("How"),
    "invoice": _("Invoice"),
    "statement.frozen/lines": _("Lines"),
    "period": _("Month"),
    "payer": _("Payer"),
    "side": _("Side"),
    "receipt.taken/source": _("Source"),
    "statement": _("Statement"),
    "charge": _("Charge"),
    "due_on": _("Due on"),
    "statement.exported/as": _("As"),
}
EVENT_VALUES = {
    "statement.confirmed/how": AgreedHow,
    "dispute.raised/why": DisputeReason,
    "invoice.requested/kind": InvoiceKind,
    "receipt.taken/source": ReceiptSource,
    "allocation.made/kind": AllocationKind,
    "statement.exported/as": StatementFile,
    "side": Side,
}
EVENT_ROWS = ("allocation", "dispute", "receipt", "statement_id")
