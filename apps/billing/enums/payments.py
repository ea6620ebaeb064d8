"""Invoices and the money that comes in."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class InvoiceKind(ColourChoices):
    E_SPECIAL = "e_special", _("Digital special VAT invoice"), "blue"
    E_NORMAL = "e_normal", _("Digital ordinary invoice"), "teal"
    PAPER_SPECIAL = "paper_special", _("Paper special VAT invoice"), "purple"
    PAPER_NORMAL = "paper_normal", _("Paper ordinary invoice"), "grey"


class InvoiceState(ColourChoices):
    REQUESTED = "requested", _("Requested"), "blue"
    ISSUING = "issuing", _("With the tax channel"), "purple"
    UNCLEAR = "unclear", _("Unclear"), "amber"
    FAILED = "failed", _("Not issued"), "red"
    ISSUED = "issued", _("Issued"), "teal"
    DELIVERED = "delivered", _("Sent out"), "purple"
    RECEIVED = "received", _("With the payer"), "green"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"
    REVERSED = "reversed", _("Reversed"), "red"


class ReceiptSource(ColourChoices):
    TRANSFER = "transfer", _("Transfer"), "blue"
    CHEQUE = "cheque", _("Cheque"), "purple"
    CASH = "cash", _("Cash"), "teal"
    OFFSET = "offset", _("Offset"), "amber"
    OPENING = "opening", _("Taken over"), "grey"


class AllocationKind(ColourChoices):
    """What settles a statement: money, or writing off what does not come."""

    PAYMENT = "payment", _("Payment"), "green"
    DOOR = "door", _("Paid at the door"), "teal"
    SMALL_DIFFERENCE = "small_difference", _("Small difference"), "amber"
    WRITE_OFF = "write_off", _("Written off as a loss"), "red"


class ChequeState(ColourChoices):
    TO_COLLECT = "to_collect", _("To be collected"), "blue"
    IN_HAND = "in_hand", _("In hand"), "teal"
    PRESENTED = "presented", _("Presented"), "purple"
    CLEARED = "cleared", _("Cleared"), "green"
    BOUNCED = "bounced", _("Bounced"), "red"
    LAPSED = "lapsed", _("Lapsed"), "grey"
