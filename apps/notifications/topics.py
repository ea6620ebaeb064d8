"""What can be told: each topic with the variables its words may use. Pure.

A topic is also the key of its templates and policies. To add one: a row here, its words in
``seed/words.json``, who hears of it in ``seed/policies.json``, and what recognises it in
``happenings.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Variable:
    """``personal`` ones are kept encrypted and masked by what the channel is allowed to show."""

    name: str
    label: Promise
    sample_zh: str
    sample_en: str
    personal: str = ""  # "name", "phone", "address", "code"

    def sample(self, language: str) -> str:
        return self.sample_en if language == "en" else self.sample_zh


@dataclass(frozen=True)
class Topic:
    key: str
    label: Promise
    variables: tuple[Variable, ...]
    public: bool = True  # told to people outside


NUMBER = Variable("number", _("waybill number"), "YP12345678901", "YP12345678901")
STATUS = Variable("status", _("status"), "派送中", "Out for delivery")
REASON = Variable("reason", _("reason"), "收件人不在", "consignee absent")
GOODS = Variable("goods", _("goods"), "服装", "clothes")
FROM = Variable("from_city", _("from"), "上海市", "Shanghai")
TO = Variable("to_city", _("to"), "北京市", "Beijing")
WHEN = Variable("when", _("when it happened"), "14:05", "14:05")
EXPECTED = Variable("expected", _("expected at"), "11-25 18:00", "11-25 18:00")
PROMISED = Variable("promised", _("promised by"), "11-24 18:00", "11-24 18:00")
PLACE = Variable("place", _("place"), "朝阳营业部", "Chaoyang branch")
COMPANY = Variable("company", _("our name"), "一票速递", "Yipiao Express")
HOTLINE = Variable("hotline", _("our phone"), "400-000-1111", "400-000-1111")
LINK = Variable("link", _("link"), "https://yp.example/track/YP1", "https://yp.example/track/YP1")
CONSIGNEE = Variable("consignee", _("consignee"), "李小红", "Mary Smith", personal="name")
CUSTOMER = Variable("customer", _("customer"), "星河服饰", "Galaxy Clothing")
ORDER = Variable("order", _("order number"), "WO20261122-48391527", "WO20261122-48391527")
COUNT = Variable("count", _("how many"), "3", "3")
NUMBERS = Variable("numbers", _("waybill numbers"), "YP1、YP2、YP3", "YP1, YP2, YP3")
LINES = Variable(
    "lines", _("one line each"), "YP1 已签收\nYP2 派送中", "YP1 delivered\nYP2 on its way"
)
CODE = Variable("code", _("code"), "123456", "123456", personal="code")
MINUTES = Variable("minutes", _("minutes"), "10", "10")
DETAIL = Variable("detail", _("details"), "", "")
METRIC = Variable("metric", _("clock"), "方案与答复", "Plan and reply")
STEP = Variable("step", _("step"), "上报部门经理", "To the department manager")
DUE = Variable("due", _("due"), "11-25 18:00", "11-25 18:00")

CASE = Variable("case", _("case number"), "CS20261125-48391527", "CS20261125-48391527")
# Their own conversation, for the channels that have room for it and reach nobody else.
TEXT = Variable(
    "text",
    _("what was written"),
    "已联系派送员，今天18:00前送到。",
    "We spoke with the driver: today by 18:00.",
    personal="code",
)
NEXT = Variable("next", _("what happens next"), "我们会在14:05前答复您。", "We answer by 14:05.")
SUBJECT = Variable("subject", _("subject"), "包装破损", "Damaged parcel")

_HOUSE = (COMPANY, HOTLINE, LINK)
_SHIPMENT = (
    *(NUMBER, STATUS, REASON, GOODS, FROM, TO, WHEN, EXPECTED, PROMISED, PLACE, CONSIGNEE),
    *_HOUSE,
)
_STAFF = (NUMBER, CUSTOMER, ORDER, REASON, DUE, DETAIL, COUNT, WHEN, LINK)


def _clock(key: str, label: Promise) -> Topic:
    return Topic(f"staff.clock_{key}", label, (NUMBER, METRIC, STEP, DUE, WHEN, LINK), public=False)


def _case(key: str, label: Promise, *more: Variable) -> Topic:
    return Topic(f"case.{key}", label, (CASE, NUMBER, WHEN, *more, *_HOUSE))


def _shipment(key: str, label: Promise) -> Topic:
    return Topic(f"waybill.{key}", label, _SHIPMENT)


def _staff(key: str, label: Promise, *more: Variable) -> Topic:
    return Topic(key, label, (*_STAFF, *more), public=False)


TOPICS: dict[str, Topic] = {
    topic.key: topic
    for topic in (
        _shipment("picked_up", _("Picked up")),
        _shipment("out_for_delivery", _("Out for delivery")),
        _shipment("ready_for_pickup", _("At the station, to be collected")),
        _shipment("delivered", _("Delivered")),
        _shipment("attempt_failed", _("Delivery attempt failed")),
        _shipment("refused", _("Refused by the consignee")),
        _shipment("exception", _("Exception")),
        _shipment("returning", _("On its way back")),
        _shipment("late", _("Late, with a new expected time")),
        Topic(
            "order.confirmed",
            _("Order confirmed"),
            (ORDER, COUNT, NUMBERS, FROM, TO, GOODS, *_HOUSE),
        ),
        Topic("subscription.code", _("Code for a subscription"), (NUMBER, CODE, MINUTES, *_HOUSE)),
        Topic("party.code", _("Code to open details"), (NUMBER, CODE, MINUTES, *_HOUSE)),
        Topic("digest", _("Several messages in one"), (COUNT, NUMBERS, LINES, *_HOUSE)),
        Topic("endpoint.disabled", _("Webhook endpoint switched off"), (CUSTOMER, DETAIL, *_HOUSE)),
        _case("received", _("Case received"), NEXT),
        _case("reply", _("Reply in a case"), TEXT, NEXT),
        _case("solved", _("Solution of a case"), TEXT),
        _case("satisfaction", _("Asked how satisfied they are")),
        _case("closed", _("Case closed")),
        _staff("staff.case_assigned", _("Case given to an agent (staff)"), CASE, SUBJECT),
        _staff("staff.case_at_desk", _("Case at the service desk (staff)"), CASE, SUBJECT),
        _staff("staff.case_message", _("Customer wrote in a case (staff)"), CASE, SUBJECT),
        _staff("staff.case_reported", _("Case reported to the leaders (staff)"), CASE, SUBJECT),
        _staff("staff.case_escalated", _("Customer dissatisfied again (staff)"), CASE, SUBJECT),
        _staff("staff.case_undelivered", _("Somebody with a case could not be told (staff)"), CASE),
        _staff("staff.undelivered", _("A message reached nobody (staff)")),
        _staff("staff.exception_opened", _("Serious exception reported (staff)"), SUBJECT),
        _staff("staff.exception_assigned", _("Exception given to a follower (staff)"), SUBJECT),
        _staff("staff.late_opened", _("Late shipment found (staff)")),
        _staff("staff.order_assigned", _("Order given to an agent (staff)")),
        _staff("staff.order_to_print", _("Order to print (staff)")),
        _staff("staff.count_mismatch", _("Number of orders differs (staff)")),
        _clock("warned", _("A clock runs out soon (staff)")),
        _clock("overdue", _("A clock has run out (staff)")),
        _clock("escalated", _("A clock that ran out is passed up (staff)")),
        _staff("staff.calendar_missing", _("Public holidays of a year missing (staff)")),
        _staff("staff.endpoint_disabled", _("Webhook endpoint switched off (staff)")),
    )
}
# What merchants may subscribe to; "ping" is only ever sent on request.
WEBHOOK_TYPES = (
    "waybill.status_changed",
    "waybill.running_late",
    "waybill.promise_changed",
    "waybill.late_resolved",
    "workorder.confirmed",
    "workorder.cancelled",
    "case.opened",
    "case.message",
    "case.closed",
    "case.reopened",
)
# Two kinds of events that are one to a merchant.
WEBHOOK_TYPE_OF = {"case.message_in": "case.message", "case.message_out": "case.message"}
WEBHOOK_KINDS = frozenset({*WEBHOOK_TYPES, *WEBHOOK_TYPE_OF} - set(WEBHOOK_TYPE_OF.values()))


def webhook_type(kind: str) -> str:
    """What merchants call an event kind."""
    return WEBHOOK_TYPE_OF.get(kind, kind)


def add_topics(topics: Iterable[Topic]) -> None:
    """What the floors above have to tell."""
    TOPICS.update({topic.key: topic for topic in topics})


def topic(key: str) -> Topic:
    """Raises KeyError for a topic that nobody named."""
    return TOPICS[key]


def topic_choices() -> list[tuple[str, Promise]]:
    return [(t.key, t.label) for t in TOPICS.values()]
