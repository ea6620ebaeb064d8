"""Answers in Kuaidi100's words: the courier's side, the merchant's query, the subscription.

A refusal is a ``Refused`` with the vendor's code; its message is the vendor's own, which clients
compare.
"""

import ipaddress
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from apps.accounts.queries import system_user
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.networks import may_reach
from apps.core.phones import last_four
from apps.events.services import record
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import AccountKind, Monitor, Outcome, Way
from apps.inquiries.kuaidi100.codes import words_of
from apps.inquiries.kuaidi100.documents import (
    LEVELS,
    NO_SHIPMENT,
    courier_rows,
    result_of,
)
from apps.inquiries.kuaidi100.shows import SHOWS
from apps.inquiries.kuaidi100.wire import field_of, read_param
from apps.inquiries.models import Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.reading import with_prefix
from apps.inquiries.services.answering import answer, note
from apps.inquiries.services.counting import count_miss, may_ask
from apps.tracking.kuaidi100 import sign_query
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.services.party import check_party

KEY_PURPOSE: Final = "inquiries.kuaidi100key"
MESSAGES: Final = {
    "400": "参数错误",
    "company": "不支持此快递公司",
    "408": "快递公司参数异常：电话号码校验失败",
    "500": NO_SHIPMENT,
    "501": "重复订阅",
    "503": "验证签名失败",
    "600": "您不是合法的订阅者（即授权Key出错）",
    "601": "key已过期",
    "700": "订阅方的订阅数据存在错误",
    "701": "拒绝订阅",
    "702": "识别不到该单号对应的快递公司",
    "limited": "查询过于频繁，请稍后再试",
}


class Refused(Exception):
    """``code`` is the vendor's returnCode."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or MESSAGES[code])
        self.code = code
        self.message = message or MESSAGES[code]


def companies() -> list[str]:
    """The names under which merchants' software knows us; the first one is ours."""
    return list(getattr(settings, "KUAIDI100_COMPANIES", ["yipiao"]))


# --- (a) the courier's side ---------------------------------------------------------------------
def answer_aggregator(form: dict[str, bytes], *, at: datetime) -> dict[str, Any]:
    key, num, sign = (form.get(name, b"") for name in ("key", "num", "sign"))
    account = _account(AccountKind.AGGREGATOR, key)
    if account is None or not _is_right(sign, key + num, account.key, ""):
        return {"result": False, "message": "验签失败", "state": 0, "data": []}
    if _is_expired(account, at):
        return {"result": False, "message": MESSAGES["601"], "state": 0, "data": []}
    found = answer(with_prefix(_text(num)), _asker(account), at=at)
    if found.outcome == Outcome.LIMITED:
        return {"result": False, "message": MESSAGES["limited"], "state": 0, "data": []}
    if found.shipment is None:
        return {"result": True, "message": "运单号不存在", "state": 0, "data": []}
    words = words_of(found.shipment.status, found.shipment.reason)
    return {
        "result": True,
        "message": "SUCCESS",
        "state": int(words.state),
        "data": courier_rows(found.shipment),
    }


# --- (b) the merchant's query -------------------------------------------------------------------
def answer_query(form: dict[str, bytes], *, at: datetime) -> tuple[dict[str, Any], str]:
    """(result, show); raises Refused."""
    raw, customer, sign = (form.get(name, b"") for name in ("param", "customer", "sign"))
    if not (raw and customer and sign):
        raise Refused("400")
    account = _account(AccountKind.MERCHANT, customer)
    if account is None or not _is_right(sign, raw, account.key, account.code):
        raise Refused("503")
    if _is_expired(account, at):
        raise Refused("601")
    param = _param(raw)
    show = field_of(param, "show", 4)
    found = _merchants_answer(account, param, at)
    assert found.shipment is not None  # noqa: S101  # everything else was refused
    result = result_of(
        found.shipment,
        company=field_of(param, "com", 40).lower(),
        at=at,
        level=_level(field_of(param, "resultv2", 4)),
        order=field_of(param, "order", 8).lower(),
        lang=field_of(param, "lang", 8).lower()[:2] or "zh",
    )
    return result, show if show in SHOWS else SHOWS[0]


def _merchants_answer(account: Kuaidi100Account, param: dict[str, Any], at: datetime) -> Answer:
    if field_of(param, "com", 40).lower() not in companies():
        raise Refused("400", MESSAGES["company"])
    num = field_of(param, "num", 60)
    if not 6 <= len(num) <= 32:
        raise Refused("400")
    found = answer(num, _asker(account), at=at)
    if found.outcome == Outcome.LIMITED:
        raise Refused("500", MESSAGES["limited"])
    if found.shipment is None:
        raise Refused("500")
    check_phone(account, found.number, field_of(param, "phone", 20), at)
    return found


def check_phone(account: Kuaidi100Account, number: str, phone: str, at: datetime) -> None:
    """A phone that is given must be a party's; Refused 408 otherwise. The merchant's own
    shipments are compared freely, others' through the counted guesses of TRK-10."""
    if not phone:
        return
    typed = last_four(phone)
    own = Waybill.objects.filter(number=number, customer=account.customer_id).first()
    if own is not None:
        phones = [last_four(own.sender_phone), last_four(own.consignee_phone)]
        if len(typed) == 4 and any(constant_time_compare(typed, p) for p in phones if p):
            return
    else:
        try:
            check_party(number, typed, address=f"kuaidi100:{account.pk}", at=at)
        except RuleBroken as refusal:
            # Nothing is opened here, so it does not matter whose of two phones it is.
            if refusal.code == "party_more_digits":
                return
        else:
            return
    note(_asker(account), Outcome.REFUSED, number=number, at=at)
    raise Refused("408")


# --- (c) the merchant's subscription ------------------------------------------------------------
def subscribe(form: dict[str, bytes], *, at: datetime) -> Kuaidi100Subscription:
    """Follow one number and push its list; raises Refused.

    A number that is not issued yet is followed too: whether it exists is not told here, and is
    counted (TRK-10), since a push or none would tell it in the end.
    """
    if form.get("schema", b"json").lower() not in (b"", b"json") or not form.get("param"):
        raise Refused("700")
    try:
        param = read_param(form["param"])
    except BadInput:
        raise Refused("700") from None
    account = _subscriber(field_of(param, "key", 80), at)
    if field_of(param, "company", 40).lower() not in companies():
        raise Refused("702")
    try:
        number = parse_waybill_number(field_of(param, "number", 60))
    except BadInput:
        raise Refused("700") from None
    parameters = param.get("parameters")
    if not isinstance(parameters, dict):
        raise Refused("700")
    callback = field_of(parameters, "callbackurl", 500)
    host = _host(callback)
    asker = _asker(account)
    if not may_ask(asker, at):
        raise Refused("500", MESSAGES["limited"])
    if not Waybill.objects.filter(number=number).exists() and not count_miss(asker, at):
        raise Refused("500", MESSAGES["limited"])
    try:
        check_phone(account, number, field_of(parameters, "phone", 20), at)
    except Refused:
        raise Refused("700", MESSAGES["408"]) from None
    return _follow(
        account,
        number,
        company=field_of(param, "company", 40).lower(),
        callback=callback,
        host=host,
        salt=field_of(parameters, "salt", 120),
        level=_level(field_of(parameters, "resultv2", 4)),
        at=at,
    )


@transaction.atomic
def _follow(
    account: Kuaidi100Account, number: str, *, host: str, at: datetime, **fields: str
) -> Kuaidi100Subscription:
    fresh = {**fields, "callback_host": host}
    found, made = Kuaidi100Subscription.objects.select_for_update().get_or_create(
        account=account, number=number, defaults={**fresh, "created_at": at, "due_at": at}
    )
    if not made:
        if found.monitor == Monitor.STOPPED:
            raise Refused("701")
        if found.monitor != Monitor.ABORT:
            raise Refused("501")
        # Given up before: asked again, it begins again.
        for name, value in fresh.items():
            setattr(found, name, value)
        found.monitor, found.pushed_mark, found.trying, found.attempts = Monitor.POLLING, "", "", 0
        found.created_at = found.due_at = at
        found.changed_on = None
        found.save()
    by = system_user("kuaidi100")
    record("kuaidi100subscription.made", found, by=by, at=at, data={"number": number})
    return found


def _subscriber(key: str, at: datetime) -> Kuaidi100Account:
    account = Kuaidi100Account.objects.filter(
        kind=AccountKind.MERCHANT, key_index=blind_index(key, KEY_PURPOSE) or "-"
    ).first()
    if account is None or not account.is_active:
        raise Refused("600")
    if _is_expired(account, at):
        raise Refused("601")
    return account


def _host(callback: str) -> str:
    """The host of a callback address that may be called; its name is resolved when it is."""
    bad = Refused("700", "订阅方的订阅数据存在错误：callbackurl")
    try:
        parts = urlsplit(callback)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise bad from None
    allowed = (
        ("https", "http") if getattr(settings, "KUAIDI100_CALLBACK_HTTP", True) else ("https",)
    )
    if parts.scheme not in allowed or not host or parts.username or len(host) > 120:
        raise bad
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    if not may_reach(host, callback_inside()):
        raise bad
    return host


def callback_inside() -> list[str]:
    """Networks that callbacks may reach although they are not public."""
    return list(getattr(settings, "KUAIDI100_CALLBACK_INSIDE", []))


# --- common -------------------------------------------------------------------------------------
def _account(kind: AccountKind, code: bytes) -> Kuaidi100Account | None:
    return Kuaidi100Account.objects.filter(kind=kind, code=_text(code), is_active=True).first()


def _is_expired(account: Kuaidi100Account, at: datetime) -> bool:
    return account.expires_at is not None and account.expires_at <= at


def _is_right(sign: bytes, signed: bytes, key: str, customer: str) -> bool:
    return constant_time_compare(sign_query(signed, key, customer), _text(sign).upper())


def _asker(account: Kuaidi100Account) -> Asker:
    return Asker(Way.KUAIDI100, str(account.pk))


def _param(raw: bytes) -> dict[str, Any]:
    try:
        return read_param(raw)
    except BadInput:
        raise Refused("400") from None


def _level(text: str) -> str:
    return text if text in LEVELS else "0"


def _text(raw: bytes) -> str:
    return raw[:200].decode("utf-8", "replace").replace("\x00", "").strip()
