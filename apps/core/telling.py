"""What can be told to people: each app lists its topics, with the variables that their words may use, as
``TOPICS`` in its ``topics``. The notifications floor gathers them; who hears of them and in which words is
written there. Pure."""

from dataclasses import dataclass

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
    """Also the key of its templates and of the policies that say who hears of it."""

    key: str
    label: Promise
    variables: tuple[Variable, ...]
    public: bool = True  # told to people outside


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
