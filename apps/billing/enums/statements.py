"""Statements, their charges, what stands in their way, and what a customer disputes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class StatementState(ColourChoices):
    """Paid, overdue, disputed and invoiced are read from rows and are never states."""

    OPEN = "open", _("Taking charges"), "blue"
    FROZEN = "frozen", _("Frozen"), "purple"
    REVIEWED = "reviewed", _("Reviewed"), "teal"
    SENT = "sent", _("Sent"), "amber"
    CONFIRMED = "confirmed", _("Confirmed"), "green"


class Side(ColourChoices):
    """Who issues and who reviews a statement (BIL-2): for key customers customer service issues and
    finance reviews, for the others the other way round."""

    SERVICE = "service", _("Customer service"), "blue"
    FINANCE = "finance", _("Finance"), "green"


class AgreedHow(ColourChoices):
    """How a customer agreed to a statement."""

    LINK = "link", _("On the page of its link"), "green"
    STAMPED = "stamped", _("Stamped copy came back"), "green"
    DEEMED = "deemed", _("By silence, as the contract says"), "amber"
    SAID = "said", _("Told us"), "blue"


class ChargeKind(ColourChoices):
    """What a charge is for: the lines that rating makes, and those that only billing makes."""

    FREIGHT = "freight", _("Freight"), "blue"
    FUEL = "fuel", _("Fuel surcharge"), "amber"
    INSURANCE = "insurance", _("Insurance"), "teal"
    COD = "cod", _("COD fee"), "purple"
    REMOTE = "remote", _("Remote area"), "amber"
    RETURN = "return", _("Return"), "amber"
    SIGN_BACK = "sign_back", _("Signed paper back"), "blue"
    PACKAGING = "packaging", _("Packaging"), "blue"
    WAITING = "waiting", _("Waiting"), "amber"
    DISTANCE = "distance", _("Distance"), "blue"
    STOP = "stop", _("Further stops"), "blue"
    STORAGE = "storage", _("Storage"), "blue"
    HANDLING = "handling", _("Loading and carrying"), "blue"
    OTHER = "other", _("Other surcharge"), "grey"
    DISCOUNT = "discount", _("Discount"), "green"
    MINIMUM = "minimum", _("Up to the minimum"), "grey"
    ROUNDING = "rounding", _("Rounding"), "grey"
    TIER = "tier", _("Volume tier of the month"), "green"
    ADJUSTMENT = "adjustment", _("Adjustment"), "red"
    CLAIM = "claim", _("Compensation set off"), "purple"
    OPENING = "opening", _("Taken over"), "grey"


class BlockerKind(ColourChoices):
    """What could make a customer refuse to pay (BIL-3)."""

    EXCEPTION = "exception", _("Open exception"), "red"
    CASE = "case", _("Open complaint"), "red"
    RECEIPT = "receipt", _("Signed receipt not back"), "amber"
    UNRATED = "unrated", _("Shipment without a price"), "amber"
    DISPUTE = "dispute", _("Open dispute"), "red"
    CLAIM = "claim", _("Open claim"), "red"


class StatementFile(models.TextChoices):
    """As what a statement leaves (BIL-7)."""

    XLSX = "xlsx", _("Excel (xlsx)")
    PDF = "pdf", _("PDF (A4)")
    CSV = "csv", _("CSV for Excel (UTF-8 with a mark)")
    CSV_PLAIN = "csv-plain", _("CSV for programs (UTF-8)")
    CSV_GB18030 = "csv-gb18030", _("CSV for old programs (GB18030)")

    @property
    def ending(self) -> str:
        return self.value.partition("-")[0]


class DisputeReason(ColourChoices):
    WEIGHT = "weight", _("Weight or size"), "amber"
    PRICE = "price", _("Price"), "amber"
    NOT_OURS = "not_ours", _("Not our shipment"), "red"
    NOT_DELIVERED = "not_delivered", _("Not delivered, late or damaged"), "red"
    DOUBLE = "double", _("Charged twice"), "red"
    OTHER = "other", _("Something else"), "grey"


class DisputeState(ColourChoices):
    OPEN = "open", _("Open"), "amber"
    ACCEPTED = "accepted", _("Accepted"), "green"
    REFUSED = "refused", _("Refused"), "red"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"


class BillingMatter(ColourChoices):
    """What has clocks here."""

    STATEMENT = "statement", _("Statement to be agreed"), "blue"
    PAYMENT = "payment", _("Payment due"), "amber"
    DISPUTE = "charge_dispute", _("Disputed charge"), "red"
    UNRATED = "unrated", _("Shipment to be priced"), "amber"
    SIGNED_RECEIPT = "signed_receipt", _("Signed receipt to be returned"), "amber"
    RED_FORM = "red_form", _("Red form to be confirmed"), "red"
    PROMISE = "payment_promise", _("Promised payment"), "blue"
    PAPER = "paper_delivery", _("Paper to be signed for"), "purple"


MATTER_KINDS = {
    BillingMatter.STATEMENT: Timed(seen_with="billing.view_statement"),
    BillingMatter.PAYMENT: Timed(seen_with="billing.view_statement"),
    BillingMatter.DISPUTE: Timed(seen_with="billing.view_statement"),
    BillingMatter.UNRATED: Timed(seen_with="billing.view_shipmentrating"),
    BillingMatter.SIGNED_RECEIPT: Timed(seen_with="tracking.view_returndocument"),
    BillingMatter.RED_FORM: Timed(seen_with="billing.view_redform"),
    BillingMatter.PROMISE: Timed(seen_with="billing.view_statement"),
    BillingMatter.PAPER: Timed(seen_with="billing.view_paperdelivery"),
}
