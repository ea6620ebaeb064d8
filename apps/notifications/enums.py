"""The choices of the notifications floor, with the words and colours staff see."""

from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.choices import ColourChoices


class DeliveryState(ColourChoices):
    QUEUED = "queued", _("Waiting to be sent"), "blue"
    HELD = "held", _("Held for quiet hours"), "purple"
    SENDING = "sending", _("Being sent"), "blue"
    ACCEPTED = "accepted", _("Taken by the provider"), "teal"
    DELIVERED = "delivered", _("Received"), "green"
    READ = "read", _("Read"), "green"
    FAILED = "failed", _("Failed"), "red"
    SUPPRESSED = "suppressed", _("Not sent, on purpose"), "grey"
    # The provider may or may not have it: never sent again blindly.
    AMBIGUOUS = "ambiguous", _("Unclear whether sent"), "amber"
    HANDED_OVER = "handed_over", _("Handed to a person"), "purple"


class ChannelName(ColourChoices):
    """The channels of the first version, for code that means one of them. Which there are is
    said by ``channel_choices``: a channel names itself when it is registered."""

    EMAIL = "email", _("E-mail"), "purple"
    SMS = "sms", _("SMS"), "blue"
    WECHAT = "wechat", _("WeChat"), "green"
    # In the conversation itself, while WeChat lets us: 48 hours from the customer's last word.
    WECHAT_TALK = "wechat_talk", _("WeChat conversation"), "green"
    IN_APP = "in_app", _("In the back office"), "grey"
    SITE = "site", _("Site announcement"), "teal"
    WEBHOOK = "webhook", _("Webhook"), "grey"
    PHONE = "phone", _("Phone call by a person"), "amber"
    # To a colleague, by the company's own application there, and to a group, by the group's robot.
    WECOM = "wecom", _("WeCom"), "teal"
    DINGTALK = "dingtalk", _("DingTalk"), "blue"
    FEISHU = "feishu", _("Feishu"), "purple"
    WECOM_GROUP = "wecom_group", _("WeCom group"), "teal"
    DINGTALK_GROUP = "dingtalk_group", _("DingTalk group"), "blue"
    FEISHU_GROUP = "feishu_group", _("Feishu group"), "purple"


class Platform(ColourChoices):
    """Where a company's people work together. A platform's name is that of the channel to a
    person; with ``_group`` behind it, of the channel to a group."""

    WECOM = "wecom", _("WeCom"), "teal"
    DINGTALK = "dingtalk", _("DingTalk"), "blue"
    FEISHU = "feishu", _("Feishu"), "purple"


class PressOutcome(ColourChoices):
    """What came of a button that somebody pressed in a message."""

    DONE = "done", _("Taken from the message"), "green"
    REFUSED = "refused", _("Press refused"), "red"


_channel_labels: dict[str, Any] = dict(ChannelName.choices)


def name_channel(name: str, label: Any) -> None:
    """So that forms, lists and messages know a channel by its words."""
    _channel_labels[str(name)] = label


def unregister_channel(name: str) -> None:
    _channel_labels.pop(str(name), None)


def channel_choices() -> list[tuple[str, Any]]:
    """Every channel with its words; a callable, so that models follow without a migration."""
    return list(_channel_labels.items())


def channel_name(code: str) -> str:
    """In words; a channel that is there no more by its name."""
    return str(_channel_labels.get(code, code))


class Audience(ColourChoices):
    CUSTOMER_CONTACTS = "customer_contacts", _("Contacts of the customer"), "blue"
    FINANCE_CONTACTS = "finance_contacts", _("The customer's contacts for finance"), "blue"
    CONSIGNEE = "consignee", _("Consignee"), "teal"
    SENDER = "sender", _("Sender"), "teal"
    SUBSCRIBER = "subscriber", _("Whoever subscribed"), "purple"
    AGENT = "agent", _("The customer's agent"), "grey"
    ROLE = "role", _("Everyone with a role"), "grey"
    ENDPOINT = "endpoint", _("The merchant's webhooks"), "grey"
    PUBLIC = "public", _("Everybody"), "amber"
    ADDRESSEE = "addressee", _("One addressee"), "grey"
    NAMED = "named", _("The people it names"), "grey"
    CASE_CONTACT = "case_contact", _("Whoever brought the case"), "teal"
    GROUP = "group", _("Groups with a robot"), "grey"
    ONE_CONTACT = "one_contact", _("One contact of a customer"), "blue"


# Whoever works for the company, asked for exactly this message or owes money by it cannot unsubscribe
# from it.
CANNOT_STOP = frozenset(
    {
        *(Audience.AGENT, Audience.ROLE, Audience.NAMED, Audience.ENDPOINT, Audience.PUBLIC),
        *(Audience.ADDRESSEE, Audience.CASE_CONTACT, Audience.FINANCE_CONTACTS),
        Audience.GROUP,
    }
)


class Step(ColourChoices):
    """What a line in a delivery's history is about."""

    STARTED = "started", _("Sending began"), "blue"
    ANSWERED = "answered", _("Provider answered"), "teal"
    TIMED_OUT = "timed_out", _("Worker was lost"), "amber"
    RECEIPT = "receipt", _("Receipt"), "green"
    ASKED = "asked", _("Provider was asked"), "teal"
    PERSON = "person", _("Decided by a person"), "purple"
    SYSTEM = "system", _("Decided by a rule"), "grey"


class Effect(ColourChoices):
    """What became of one attempt."""

    ACCEPTED = "accepted", _("accepted"), "teal"
    DELIVERED = "delivered", _("arrived"), "green"
    READ = "read", _("read"), "green"
    RETRY = "retry", _("try again later"), "amber"
    FAILED = "failed", _("refused for good"), "red"
    SUPPRESSED = "suppressed", _("address is no good"), "red"
    AMBIGUOUS = "ambiguous", _("unclear"), "amber"
    HANDED_OVER = "handed_over", _("handed to a person"), "purple"
    UNKNOWN = "unknown", _("provider has no record"), "grey"
    PENDING = "pending", _("provider is still at it"), "grey"
    NOTHING = "nothing", _("nothing sent yet"), "grey"


class SuppressionReason(ColourChoices):
    BOUNCED = "bounced", _("Address refuses for good"), "red"
    COMPLAINT = "complaint", _("Marked as unwanted"), "red"
    OPTED_OUT = "opted_out", _("Asked not to be written to"), "amber"
    BLOCKED = "blocked", _("Stopped by us"), "grey"


class SubscriptionState(ColourChoices):
    PENDING = "pending", _("Waiting for the code"), "amber"
    ACTIVE = "active", _("Subscribed"), "green"
    ENDED = "ended", _("Ended"), "grey"


class CodePurpose(TextChoices):
    FOLLOW = "follow", _("Follow a shipment")
    BIND = "bind", _("Bind a WeChat account")
    PARTY = "party", _("Open the details of a shipment")
    CLAIM = "claim", _("Name the account of a claim")


class CodeAnswer(StrEnum):
    """What became of a code that somebody typed."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    SPENT = "spent"  # tried too often


class EndpointState(ColourChoices):
    ACTIVE = "active", _("In use"), "green"
    PAUSED = "paused", _("Paused by the merchant"), "amber"
    DISABLED = "disabled", _("Switched off after failures"), "red"


class TaskState(ColourChoices):
    OPEN = "open", _("To call"), "amber"
    TAKEN = "taken", _("Being called"), "blue"
    REACHED = "reached", _("Reached and told"), "green"
    UNREACHABLE = "unreachable", _("Could not be reached"), "red"
    DROPPED = "dropped", _("Not needed any more"), "grey"


class TaskReason(ColourChoices):
    POLICY = "policy", _("This message is told by phone"), "blue"
    FALLBACK = "fallback", _("Nothing else got through"), "amber"
    AMBIGUOUS = "ambiguous", _("Nobody knows whether it arrived"), "amber"
    ASKED = "asked", _("Handed over by a colleague"), "purple"


# Our own codes in words; a provider's are shown as they are.
REASONS: dict[str, Any] = {
    "endpoint_disabled": _("the endpoint is switched off"),
    "hung_up": _("the other side hung up"),
    "unknown_host": _("no server has this name"),
    "address_limit": _("this address has had enough for now"),
    "address_stopped": _("the address is stopped"),
    "cancelled": _("cancelled by a person"),
    "fallback": _("after another channel"),
    "in_digest": _("travels in a digest"),
    "never_confirmed": _("nothing was ever confirmed"),
    "no_channel": _("no channel reaches this person"),
    "no_record": _("the provider has no record"),
    "not_confirmed_in_time": _("nothing was confirmed in time"),
    "not_prepared": _("the message could not be put together"),
    "not_set_up": _("the channel is not set up"),
    "not_writable": _("mail servers cannot be given this address"),
    "opted_out": _("wants no messages"),
    "proved_not_sent": _("the provider never had it"),
    "queued_for_a_call": _("waits in the queue of calls"),
    "quiet_hours": _("quiet hours"),
    "resent": _("sent again by a person"),
    "sender_gone": _("the sending process was lost before it had begun"),
    "settled": _("somebody has done what it asks for"),
    "settled_by_person": _("settled by a person"),
    "timeout": _("no answer in time"),
    "robot_off": _("the group's robot is switched off"),
    "window_closed": _("WeChat lets us answer there for 48 hours only"),
    "worker_lost": _("the sending process was lost"),
    **dict(TaskReason.choices),
}


class LinkKind(TextChoices):
    WECHAT = "wechat", _("WeChat")


EVENT_KINDS = {
    "delivery.moved": _("What became of a message"),
    "delivery.resent": _("Message sent again"),
    "delivery.cancelled": _("Message cancelled"),
    "delivery.handed_over": _("Message handed to a person"),
    "delivery.resolved": _("Unclear message settled"),
    "phonetask.taken": _("Call taken"),
    "phonetask.handed": _("Call handed over with a shift"),
    "phonetask.closed": _("Call settled"),
    "phonetask.revealed": _("Phone number looked at"),
    "messagetemplate.saved": _("Message template saved"),
    "notificationpolicy.saved": _("Notification policy saved"),
    "preference.changed": _("Message preference changed"),
    "suppressedaddress.added": _("Address put on the stop list"),
    "suppressedaddress.lifted": _("Address taken off the stop list"),
    "announcement.published": _("Announcement published"),
    "announcement.withdrawn": _("Announcement withdrawn"),
    "subscription.requested": _("Subscription asked for"),
    "subscription.confirmed": _("Subscription confirmed"),
    "subscription.ended": _("Subscription ended"),
    "linkedaddress.linked": _("Account linked to a phone"),
    "linkedaddress.unlinked": _("Account unlinked from a phone"),
    "webhookendpoint.created": _("Webhook endpoint added"),
    "webhookendpoint.changed": _("Webhook endpoint changed"),
    "webhookendpoint.secret_rotated": _("Webhook secret renewed"),
    "webhookendpoint.disabled": _("Webhook endpoint switched off after failures"),
    "webhookendpoint.enabled": _("Webhook endpoint switched on"),
    "webhookendpoint.removed": _("Webhook endpoint removed"),
    "webhookevent.replayed": _("Webhook events replayed"),
    "grouprobot.added": _("Group robot added"),
    "grouprobot.changed": _("Group robot changed"),
    "grouprobot.keys_renewed": _("Address and secret of a group robot renewed"),
    "grouprobot.switched_on": _("Group robot switched on"),
    "grouprobot.switched_off": _("Group robot switched off"),
    "grouprobot.tested": _("Test message sent to a group"),
    "colleagueaccount.linked": _("Account of a colleague entered"),
    "colleagueaccount.ended": _("Account of a colleague ended"),
    "delivery.taken": _("Taken from a message"),
}
_ROBOT = ("grouprobot.added", "grouprobot.changed")
EVENT_DETAILS = {f"{kind}/group": _("Chat group") for kind in _ROBOT}
EVENT_VALUES = {f"{kind}/roles": Role for kind in _ROBOT}
