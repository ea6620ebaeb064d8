"""The choices of the claims floor, with the words and colours staff see (CMP-6)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class ClaimKind(ColourChoices):
    LOSS = "loss", _("Loss"), "red"
    DAMAGE = "damage", _("Damage"), "red"
    SHORTAGE = "shortage", _("Shortage"), "amber"
    DELAY = "delay", _("Delay"), "amber"


class ClaimState(ColourChoices):
    DRAFT = "draft", _("Draft"), "grey"
    FILED = "filed", _("Filed, to be assessed"), "amber"
    ASSESSED = "assessed", _("Assessed, to be decided"), "amber"
    APPROVED = "approved", _("Approved, customer to agree"), "blue"
    AGREED = "agreed", _("Agreed, to be paid"), "teal"
    PAID = "paid", _("Paid"), "green"
    CLOSED = "closed", _("Closed"), "green"
    REFUSED = "refused", _("Claim refused"), "red"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "grey"


class Cover(ColourChoices):
    """Which rules a shipment falls under: insured by the agreed rules, uninsured by civil law."""

    INSURED = "insured", _("Insured"), "green"
    UNINSURED = "uninsured", _("Not insured"), "grey"


class Formula(ColourChoices):
    """How an amount is computed; the numbers in it are the rule's own."""

    INSURED_LOSS = "insured_loss", _("Proved loss up to the insured amount"), "green"
    PROVED_VALUE = "proved_value", _("Proved value"), "blue"
    FEE_BY_DAY = "fee_by_day", _("Part of the fee for each day late"), "amber"


class ExplainedHow(ColourChoices):
    """How the text of the rules was explained to the claimant."""

    PAGE = "page", _("Shown on the page"), "blue"
    PHONE = "phone", _("Read out on the phone"), "teal"
    IN_PERSON = "in_person", _("Shown in person"), "purple"
    WRITING = "writing", _("Sent in writing"), "grey"
    API = "api", _("Read by the customer's system"), "grey"


class AgreedHow(ColourChoices):
    PAGE = "page", _("On the page"), "blue"
    PHONE = "phone", _("On the phone, read back"), "teal"
    API = "api", _("By the customer's system"), "grey"
    SIGNATURE = "signature", _("By signature on the spot"), "purple"


class PaperKind(ColourChoices):
    OUTSIDE = "outside", _("Picture of the outside"), "blue"
    INSIDE = "inside", _("Picture of the inside"), "blue"
    PRICE = "price", _("Invoice or proof of the price"), "green"
    POD = "pod", _("Proof of delivery"), "teal"
    REPAIR = "repair", _("Offer for the repair"), "amber"
    IDENTITY = "identity", _("Identity of the claimant"), "purple"
    AGREEMENT = "agreement", _("Signed agreement"), "purple"
    OTHER = "other", _("Other"), "grey"


class Verdict(ColourChoices):
    APPROVE = "approve", _("Approved"), "green"
    RETURN = "return", _("Returned"), "amber"
    REFUSE = "refuse", _("Claim refused"), "red"


class PayWay(ColourChoices):
    SPOT = "spot", _("Cash on the spot"), "purple"
    CASH = "cash", _("Cash"), "teal"
    TRANSFER = "transfer", _("Bank transfer"), "blue"
    SET_OFF = "set_off", _("Set off against the statement"), "amber"


class PaymentState(ColourChoices):
    PLANNED = "planned", _("Planned, second person to release"), "amber"
    RELEASED = "released", _("Released for payment"), "blue"
    PAID = "paid", _("Paid"), "green"
    FAILED = "failed", _("Called off or come back"), "red"


class Against(ColourChoices):
    """Whom a claim's money is recovered from."""

    PARTNER = "partner", _("Partner carrier"), "blue"
    UNIT = "unit", _("Unit"), "teal"
    INSURER = "insurer", _("Insurer"), "purple"
    PERSON = "person", _("Person, by QC's decision"), "red"


class RecoveryState(ColourChoices):
    ASKED = "asked", _("Recovery asked for"), "amber"
    AGREED = "agreed", _("Agreed to pay"), "blue"
    RECEIVED = "received", _("Money received"), "green"
    DROPPED = "dropped", _("Recovery given up"), "grey"


class ClaimMatter(ColourChoices):
    """What has clocks here."""

    CLAIM = "claim", _("Claim"), "amber"
    CLAIM_PAYMENT = "claim_payment", _("Payment of a claim"), "amber"
    CLAIM_REVIEW = "claim_review", _("Review of a rule or limit"), "grey"


_OF_A_CLAIM = Timed(seen_with="claims.view_claim", classes=ClaimKind.choices)
MATTER_KINDS = {
    ClaimMatter.CLAIM: _OF_A_CLAIM,
    ClaimMatter.CLAIM_PAYMENT: _OF_A_CLAIM,
    ClaimMatter.CLAIM_REVIEW: Timed(seen_with="claims.view_claimlimit"),
}

EVENT_KINDS = {
    "claim.drafted": _("Claim drafted"),
    "claim.filed": _("Claim filed"),
    "claim.large": _("Large claim"),
    "claim.paper_added": _("Paper of a claim added"),
    "claim.papers_asked": _("Papers asked for"),
    "claim.assessed": _("Claim assessed"),
    "claim.approved": _("Claim approved"),
    "claim.returned": _("Claim returned to the assessor"),
    "claim.refused": _("Claim refused"),
    "claim.reopened": _("Claim taken up again"),
    "claim.voided": _("Approval void"),
    "claim.agreed": _("Amount agreed"),
    "claim.disputed": _("Amount disputed"),
    "claim.account_named": _("Account named by the claimant"),
    "claim.withdrawn": _("Claim withdrawn"),
    "claim.payment_planned": _("Payment planned"),
    "claim.payment_released": _("Payment released"),
    "claim.payment_failed": _("Payment called off"),
    "claim.set_off": _("Set off against the statement"),
    "claim.overpaid_settled": _("Overpaid amount decided"),
    "claim.paid": _("Claim paid"),
    "claim.closed": _("Claim closed"),
    "recovery.asked": _("Recovery asked"),
    "recovery.lowered": _("Less asked for in recovery"),
    "recovery.agreed": _("Recovery agreed"),
    "recovery.received": _("Recovery received"),
    "recovery.dropped": _("Recovery dropped"),
    "compensationrule.published": _("Compensation rule published"),
    "claimlimit.set": _("Limit of claims set"),
}
EVENT_DETAILS = {
    "claimed": _("claimed"),
    "computed": _("computed"),
    "clause": _("clause"),
    "way": _("way of payment"),
    "said_back": _("read back"),
    "shown": _("rules explained"),
    "verdict": _("Verdict"),
    "paper": _("proof paper"),
    "against": _("recovered from"),
    "cover": _("cover"),
    "per_claim": _("per claim"),
    "per_day": _("per person and day"),
}
EVENT_MONEY = ("claimed", "computed", "per_claim", "per_day")
EVENT_VALUES = {
    "way": PayWay,
    "shown": ExplainedHow,
    "verdict": Verdict,
    "paper": PaperKind,
    "against": Against,
    "cover": Cover,
    "claim.drafted/kind": ClaimKind,
    "claim.filed/kind": ClaimKind,
    "claim.large/kind": ClaimKind,
    "claim.agreed/how": AgreedHow,
    "claim.disputed/how": AgreedHow,
    "compensationrule.published/kind": ClaimKind,
    "claimlimit.set/kind": ClaimKind,
}
EVENT_ROWS = ("people", "customer", "units")
