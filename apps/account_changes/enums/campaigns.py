"""Telling every customer of an account change, and what they say to it (COD-3, COD-5, COD-6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class RecipientState(ColourChoices):
    """How far a customer's notice came; whoever was not reached ends with a named agent."""

    TOLD = "told", _("Notice sent, nothing confirmed"), "amber"
    DELIVERED = "delivered", _("Arrived"), "blue"
    READ = "read", _("Read"), "teal"
    ACKNOWLEDGED = "acknowledged", _("Acknowledged"), "green"
    TO_CALL = "to_call", _("Agent has to call"), "red"
    PHONED = "phoned", _("Told by phone"), "green"
    UNREACHABLE = "unreachable", _("Could not be reached, agent goes on"), "red"


class MessageStatus(ColourChoices):
    """The furthest that any message of one channel came, in this order."""

    SENT = "sent", _("Sent"), "amber"
    FAILED = "failed", _("failed"), "red"
    CALL = "call", _("to be called"), "purple"
    DELIVERED = "delivered", _("arrived"), "blue"
    READ = "read", _("read"), "green"


class NoticeChannel(TextChoices):
    """The channels of a notice in words; a later one of the company is shown by its name."""

    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WEBHOOK = "webhook", _("Webhook")
    PHONE = "phone", _("Phone")


class FeedbackClass(ColourChoices):
    AGREES = "agrees", _("Agrees"), "green"
    QUESTION = "question", _("Has a question"), "blue"
    OBJECTION = "objection", _("Objects to the change"), "amber"
    CANNOT_PAY_IN = "cannot_pay_in", _("Cannot pay into the new account"), "red"
    NEEDS_PAPER = "needs_paper", _("Needs a stamped paper or a new contract"), "teal"
    SUSPECTS_FRAUD = "suspects_fraud", _("Suspects a fraud"), "red"


class FeedbackSource(TextChoices):
    LINK = "link", _("Page of the notice")
    PHONE = "phone", _("Phone")


class NoticeAnswer(ColourChoices):
    """What the public page says of a notice."""

    GENUINE = "genuine", _("Genuine"), "green"
    NOT_OURS = "not_ours", _("Not ours"), "red"
    EXPIRED = "expired", _("Expired"), "amber"


class CampaignMatter(ColourChoices):
    CAMPAIGN = "account_campaign", _("Customers told of an account change"), "purple"


CAMPAIGN_MATTERS = {CampaignMatter.CAMPAIGN: Timed(seen_with="account_changes.view_campaign")}
CAMPAIGN_EVENT_KINDS = {
    "campaign.sent": _("Notice sent to every affected customer"),
    "campaign.supplemented": _("Notice sent to customers who came later"),
    "campaign.finished": _("Everybody is reached or has a named agent"),
    "account_notice.told": _("Notice sent"),
    "account_notice.handed_over": _("Not reached: given to an agent"),
    "account_notice.given": _("Another agent named"),
    "account_notice.moved": _("What became of the notice"),
    "account_notice.acknowledged": _("Notice acknowledged"),
    "account_notice.genuine": _("Notice looked up: genuine"),
    "account_notice.not_ours": _("Notice looked up: not ours"),
    "account_notice.expired": _("Notice looked up: expired"),
    "feedback.given": _("Feedback on the account change"),
    "feedback.answered": _("Feedback answered"),
}
CAMPAIGN_EVENT_DETAILS = {
    "customers": _("Customers"),
    "campaign": _("Notice campaign"),
    "feedback.given/class": _("Class"),
    "feedback.given/source": _("Source"),
    "account_notice.not_ours/code": _("Fingerprint of the code"),
    "account_notice.not_ours/address": _("Fingerprint of the address"),
    "campaign.sent/sha256": _("Hash"),
    "campaign.supplemented/sha256": _("Hash"),
}
CAMPAIGN_EVENT_VALUES = {
    "account_notice.moved/from": RecipientState,
    "account_notice.moved/to": RecipientState,
    "feedback.given/class": FeedbackClass,
    "feedback.given/source": FeedbackSource,
}
CAMPAIGN_EVENT_ROWS = ("agent", "event", "feedback")
