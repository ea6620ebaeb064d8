"""The choices of the customers floor, with the words and colours staff see."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class CustomerStatus(ColourChoices):
    PROSPECT = "prospect", _("Prospect"), "grey"
    TRIAL = "trial", _("On trial"), "blue"
    ACTIVE = "active", _("Active"), "green"
    SUSPENDED = "suspended", _("Suspended"), "amber"
    CLOSED = "closed", _("Closed"), "red"


class SettlementMethod(TextChoices):
    CASH = "cash", _("Cash")
    MONTHLY = "monthly", _("Monthly account")
    FREIGHT_COLLECT = "freight_collect", _("Freight collect")
    COD = "cod", _("Cash on delivery")


class FollowUpClass(ColourChoices):
    """ORD-6. Empty on a customer means: decided for each order."""

    A = "A", _("A · every step"), "red"
    B = "B", _("B · every handover point"), "amber"
    C = "C", _("C · daily look"), "blue"


class Channel(TextChoices):
    """How a person at the customer wants to be reached."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WECHAT = "wechat", _("WeChat")
    FAX = "fax", _("Fax")
    POST = "post", _("Post")


class PaperChannel(TextChoices):
    """How statements and feedback sheets travel."""

    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    FAX = "fax", _("Fax")
    POST = "post", _("Post")
    BY_HAND = "by_hand", _("By hand")


class Language(TextChoices):
    CHINESE = "zh-hans", "中文"
    ENGLISH = "en", "English"


class FormerKind(ColourChoices):
    PHONE = "phone", _("Phone"), "blue"
    EMAIL = "email", _("E-mail"), "teal"


class ContactRole(TextChoices):
    ORDERS = "orders", _("Places orders")
    WAREHOUSE = "warehouse", _("Warehouse")
    FINANCE = "finance", _("Finance")
    SERVICE = "service", _("After-sales")
    MANAGER = "manager", _("Person in charge")
    OTHER = "other", _("Other")


class SiteUse(TextChoices):
    PICKUP = "pickup", _("Pickup")
    DELIVERY = "delivery", _("Delivery")
    BOTH = "both", _("Pickup and delivery")


class JobType(TextChoices):
    INTRA_CITY = "intra_city", _("Intra-city delivery")
    DOOR_TO_DOOR = "door_to_door", _("Door to door")
    DEDICATED = "dedicated", _("Dedicated vehicle")


class HandoverState(ColourChoices):
    DRAFT = "draft", _("Draft"), "grey"
    IN_SIGNING = "in_signing", _("In signing"), "blue"
    ACCEPTED = "accepted", _("Accepted"), "green"
    REJECTED = "rejected", _("Turned down"), "red"


class SigningRole(TextChoices):
    """Who signs the service handover form; the values are those of the accounts roles."""

    SALES = "sales", _("Sales manager")
    WAREHOUSE = "warehouse_manager", _("Warehouse manager")
    DELIVERY = "delivery_manager", _("Delivery manager")
    GENERAL_MANAGER = "general_manager", _("General manager")


class Paperwork(TextChoices):
    """What a verbal authorisation bridges (ORD-3). The dangerous-goods letter is never bridged."""

    HANDOVER_FORM = "handover_form", _("Service handover form")
    CONTRACT = "contract", _("Contract with the agreed price")


class AuthorisationState(ColourChoices):
    OPEN = "open", _("Waiting for paperwork"), "amber"
    FULFILLED = "fulfilled", _("Paperwork complete"), "green"
    REPLACED = "replaced", _("Replaced by a later one"), "grey"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "red"


class CustomerMatter(ColourChoices):
    """What has clocks here."""

    HANDOVER = "handover", _("Handover of a new customer"), "purple"
    AUTHORISATION = "authorisation", _("Verbal authorisation"), "amber"


MATTER_KINDS = {
    CustomerMatter.HANDOVER: Timed(seen_with="customers.view_handoverform"),
    CustomerMatter.AUTHORISATION: Timed(seen_with="customers.view_verbalauthorisation"),
}


class HoldKind(ColourChoices):
    """Why a customer's monthly orders wait (BIL-6)."""

    OVERDUE = "overdue", _("Payment overdue"), "red"
    CREDIT_LIMIT = "credit_limit", _("Above the credit limit"), "amber"


# What a timeline calls each kind of event; the events floor gathers these.
EVENT_KINDS = {
    "customer.created": _("Customer entered"),
    "customer.changed": _("Customer data changed"),
    "customer.assigned": _("Agent, director or unit changed"),
    "customer.trial_started": _("Trial period started"),
    "customer.trial_extended": _("Trial period extended"),
    "customer.trial_ended": _("Trial period ended"),
    "customer.activated": _("Customer activated"),
    "customer.suspended": _("Customer suspended"),
    "customer.resumed": _("Customer resumed"),
    "customer.closed": _("Customer closed"),
    "customer.reopened": _("Customer reopened"),
    "customer.contact_added": _("Contact added"),
    "customer.contact_changed": _("Contact changed"),
    "customer.contact_retired": _("Contact taken out of use"),
    "customer.contact_revealed": _("Contact's personal data revealed"),
    "customer.site_added": _("Saved place added"),
    "customer.site_changed": _("Saved place changed"),
    "customer.site_retired": _("Saved place taken out of use"),
    "customer.site_revealed": _("Saved place's personal data revealed"),
    "customer.order_filled": _("Customer's data filled into an order"),
    "customer.contract_added": _("Contract filed"),
    "customer.contract_ended": _("Contract's end changed"),
    "customer.letter_filed": _("Dangerous-goods letter filed"),
    "customer.letter_withdrawn": _("Dangerous-goods letter withdrawn"),
    "customer.document_opened": _("Document opened"),
    "customer.handover_accepted": _("Service handover form accepted"),
    "customer.authorised_verbally": _("Verbal authorisation recorded"),
    "customer.authorisation_ended": _("Verbal authorisation ended"),
    "customer.held": _("Monthly orders on hold"),
    "customer.hold_overridden": _("Orders let through in spite of a hold"),
    "customer.hold_lifted": _("Monthly orders no longer on hold"),
    "customer.user_admitted": _("User may see the customer"),
    "customer.user_removed": _("User may no longer see the customer"),
    "handover.drafted": _("Handover form drafted"),
    "handover.changed": _("Handover form changed"),
    "handover.submitted": _("Handover form sent for signing"),
    "handover.signed": _("Handover form signed"),
    "handover.sent_back": _("Handover form sent back"),
    "handover.accepted": _("Handover form accepted"),
    "handover.turned_down": _("Handover form turned down"),
}

# The words of the codes that events hold.
EVENT_VALUES = {
    "as": SigningRole,
    "signers": SigningRole,
    "missing": Paperwork,
    "customer.resumed/status": CustomerStatus,
    "customer.held/kind": HoldKind,
    "customer.hold_overridden/kind": HoldKind,
    "customer.hold_lifted/kind": HoldKind,
    "customer.contact_added/role": ContactRole,
    "customer.contact_changed/role": ContactRole,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "agent": _("Agent"),
    "code": _("Own code"),
    "contract": _("Contract"),
    "customer": _("Customer"),
    "deadline": _("Deadline"),
    "director": _("Director"),
    "form": _("Handover form"),
    "how": _("How"),
    "leader": _("Leader"),
    "missing": _("Missing"),
    "round": _("Round"),
    "signed_on": _("Signed on"),
    "signers": _("To be signed by"),
    "valid_until": _("Valid until"),
    "customer.contract_added/from": _("Valid from"),
    "customer.contract_added/to": _("Valid until"),
    "handover.signed/as": _("Signed as"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("authorisation", "contact", "customer", "letter")
