"""The choices of the inquiries floor, with the words and colours staff see."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Way(ColourChoices):
    """How somebody asked (TRK-8); the public page stands in the portal."""

    API = "api", _("App or API"), "blue"
    WECHAT = "wechat", _("WeChat"), "green"
    SMS = "sms", _("SMS"), "blue"
    EMAIL = "email", _("E-mail"), "purple"
    PHONE = "phone", _("Voice menu"), "amber"
    KUAIDI100 = "kuaidi100", _("Kuaidi100"), "teal"


class Outcome(ColourChoices):
    ANSWERED = "answered", _("Answered"), "green"
    DETAILED = "detailed", _("Answered in full"), "teal"
    UNKNOWN = "unknown", _("No such shipment"), "grey"
    NOT_A_NUMBER = "not_a_number", _("Not a waybill number"), "grey"
    REFUSED = "refused", _("Phone digits did not fit"), "amber"
    LIMITED = "limited", _("Asked too often"), "red"


class MessageState(ColourChoices):
    """What became of a message that came in, and of our reply to it."""

    WAITING = "waiting", _("Reply waiting to be sent"), "blue"
    SENDING = "sending", _("Reply being sent"), "blue"
    ANSWERED = "answered", _("Answered"), "green"
    CASE = "case", _("Dealt with in a case"), "teal"
    IGNORED = "ignored", _("Not to be answered"), "grey"
    UNREADABLE = "unreadable", _("Could not be read"), "amber"
    FAILED = "failed", _("Reply refused"), "red"
    # The mail server may have it: never sent again blindly.
    UNCLEAR = "unclear", _("Unclear whether the reply went out"), "amber"


MESSAGE_REASONS = {
    "no_number": _("names no waybill number"),
    "no_sender": _("has no sender to answer"),
    "automatic": _("written by a machine"),
    "bounce": _("says that a mail of ours did not arrive"),
    "courtesy": _("thanks and nothing else"),
    "spam": _("marked as unwanted by the mail server"),
    "no_unit": _("the company has no unit yet that could deal with it"),
    "too_many": _("too many mails from this address"),
    "asked_too_often": _("asked too often"),
    "worker_lost": _("the sending program was lost on the way"),
}


class BindingState(ColourChoices):
    PENDING = "pending", _("Waiting for the code"), "amber"
    ACTIVE = "active", _("Bound"), "green"
    ENDED = "ended", _("Ended"), "grey"


class DialogueStep(ColourChoices):
    """What a WeChat account was asked and has not answered yet."""

    NOTHING = "nothing", _("nothing"), "grey"
    WHAT = "what", _("what happened"), "amber"
    WHETHER = "whether", _("whether it is a complaint"), "blue"


class MediaState(ColourChoices):
    WAITING = "waiting", _("To be fetched"), "blue"
    FETCHED = "fetched", _("Fetched"), "green"
    FAILED = "failed", _("Could not be fetched"), "red"


class AccountKind(ColourChoices):
    MERCHANT = "merchant", _("Merchant asks and subscribes"), "blue"
    AGGREGATOR = "aggregator", _("Aggregator follows our parcels"), "teal"


class Monitor(ColourChoices):
    """The monitor states of the vendor's document."""

    POLLING = "polling", _("Being followed"), "blue"
    SHUTDOWN = "shutdown", _("Signed, done"), "green"
    ABORT = "abort", _("Given up"), "amber"
    STOPPED = "stopped", _("Stopped by us"), "grey"


class Scheme(ColourChoices):
    PLAIN = "plain", _("Plain"), "grey"
    AES = "aes", _("Encrypted"), "green"


EVENT_KINDS = {
    "wechatbinding.requested": _("WeChat binding asked for"),
    "wechatbinding.confirmed": _("WeChat account bound to a phone"),
    "wechatbinding.ended": _("WeChat account unbound"),
    "kuaidi100account.created": _("Kuaidi100 credentials made"),
    "kuaidi100account.changed": _("Kuaidi100 credentials changed"),
    "kuaidi100account.key_renewed": _("Kuaidi100 key renewed"),
    "kuaidi100account.revealed": _("Kuaidi100 key looked at"),
    "kuaidi100subscription.made": _("Kuaidi100 subscription made"),
    "kuaidi100subscription.stopped": _("Kuaidi100 subscription stopped"),
    "kuaidi100subscription.concluded": _("Kuaidi100 subscription concluded"),
    "inboundmessage.retried": _("Reply sent again by a person"),
    "inboundmessage.dropped": _("Reply given up by a person"),
    "waybill.status_told": _("Status told to a caller by SMS"),
}
EVENT_DETAILS = {"waybill.status_told/phone": _("Phone")}
