"""Topics and notices: what people can be notified of. Each app lists its topics, with the variables that their words may use, as
``TOPICS`` in its ``topics``, and says in its ``notices`` what its events mean to people and to merchants. The
notifications floor gathers them; who is notified and in which words is written there. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Variable:
    """What the words of a message may name. ``personal`` ones are kept encrypted and masked by what the
    channel is allowed to show."""

    name: str
    label: Promise
    sample_zh: str
    sample_en: str
    personal: str = ""  # "name", "phone", "address", "code"

    def sample(self, language: str) -> str:
        return self.sample_en if language == "en" else self.sample_zh


@dataclass(frozen=True)
class Topic:
    """Also the key of its templates and of the policies that say who is notified.

    ``fixed``: nobody edits its words, so that whoever may write templates cannot put another account into a
    notice that two people approved. ``followed``: what becomes of each message is handed to the app whose
    topic it is, by ``FOLLOWED`` in its ``notices``."""

    key: str
    label: Promise
    variables: tuple[Variable, ...]
    public: bool = True  # sent to people outside the company too
    fixed: bool = False
    followed: bool = False


NUMBER = Variable("number", _("waybill number"), "YP12345678901", "YP12345678901")
WHEN = Variable("when", _("when it happened"), "14:05", "14:05")
DUE = Variable("due", _("due"), "11-25 18:00", "11-25 18:00")
REASON = Variable("reason", _("reason"), "收件人不在", "consignee absent")
COUNT = Variable("count", _("how many"), "3", "3")
DETAIL = Variable("detail", _("details"), "", "")
COMPANY = Variable("company", _("our name"), "一票速递", "Yipiao Express")
HOTLINE = Variable("hotline", _("our phone"), "400-000-1111", "400-000-1111")
LINK = Variable("link", _("link"), "https://yp.example/track/YP1", "https://yp.example/track/YP1")
CUSTOMER = Variable("customer", _("customer"), "星河服饰", "Galaxy Clothing")
ORDER = Variable("order", _("order number"), "WO20261122-48391527", "WO20261122-48391527")
NUMBERS = Variable("numbers", _("waybill numbers"), "YP1、YP2、YP3", "YP1, YP2, YP3")
GOODS = Variable("goods", _("goods"), "服装", "clothes")
FROM = Variable("from_city", _("from"), "上海市", "Shanghai")
TO = Variable("to_city", _("to"), "北京市", "Beijing")

# What every message to people outside may name, and every message to staff.
HOUSE = (COMPANY, HOTLINE, LINK)
STAFF = (NUMBER, CUSTOMER, ORDER, REASON, DUE, DETAIL, COUNT, WHEN, LINK)


def staff_topic(key: str, label: Promise, *more: Variable) -> Topic:
    return Topic(key, label, (*STAFF, *more), public=False)


@dataclass
class Notice:
    """One thing to notify people of. ``at`` is when it happened, not when it was recorded."""

    topic: str
    cause: str
    at: datetime
    event: Any = None  # the Event that brought it about
    waybill: Any = None
    customer: Any = None
    case: Any = None  # rows of the floors that make the notice
    contact: Any = None  # for the audience “one contact of a customer”
    owner_id: int | None = None  # the person it belongs to, if not the customer's agent
    unit_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    link: str = ""
    # ("sms", "+86…", "zh-hans") for the audience “one addressee”.
    addressee: tuple[str, str, str] | None = None
    # For the audience “named people”: their user numbers, and by which channels instead of the
    # policy's.
    people: Sequence[int] = ()
    # Whoever of them is away is replaced by their stand-in.
    stands_in: bool = False
    channels: Sequence[str] = ()
    # The channel that the person themselves used, before the others that fit.
    prefers: str = ""
    # They have just written to us and wait for this: quiet hours do not hold it.
    at_once: bool = False
    # Not sent before this moment; and gathered with others into one, because it comes late.
    not_before: datetime | None = None
    gather: bool = False


# Events of some kinds → what people are notified of; a thousand cost as many queries as one.
Reader = Callable[[Sequence[Any]], list[Notice]]
# … → event's number → (customer's number, data of the merchant's webhook): no personal data.
Payloads = Callable[[Sequence[Any]], dict[int, tuple[int, dict[str, Any]]]]


# Bytes of the data that a webhook sends of one event, without its envelope.
MOST_TOLD = 19_400


@dataclass(frozen=True)
class Webhook:
    """The name of an event kind in webhooks, and the data that is sent of it."""

    type: str
    payloads: Payloads


@dataclass(frozen=True)
class Take:
    """What a button *I will handle it* in a message does to the row that the message is about; each app says so of its
    models as ``TAKEN`` in its ``taking``, by their labels in small letters. ``run(pk, by, at)``
    is one call of the app's service and raises RuleBroken in words; what it may leave open is asked by
    ``permission`` before. Messages of the topics ``without`` have no button: they ask for something else."""

    permission: str
    run: Callable[[int, Any, datetime], Any]
    without: frozenset[str] = frozenset()


# Topic → what its app does with events of kind ``delivery.moved`` about such messages: their ``data`` holds
# ``event`` (the number of the one that brought the message about), ``channel`` and ``to``, a state of a message.
Follower = Callable[[Sequence[Any]], None]


def staff_notice(topic: str, event: Any, customer: Any, data: dict[str, Any]) -> Notice:
    """News about a customer's matter, for colleagues."""
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        customer=customer,
        data={"customer": customer.display_name, "when": event.at, **data},
    )


def subject_link(event: Any) -> str:
    """The staff page of what the event is about, whichever floor that stands on."""
    return f"/admin/desk/open/{event.subject_type}/{event.subject_id}"
