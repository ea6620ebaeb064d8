"""Credentials, bindings and messages, made through the services."""

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.wechat_seals import seal, sign
from apps.customers.models import Customer
from apps.inquiries.enums import AccountKind
from apps.inquiries.models import Kuaidi100Account
from apps.inquiries.services.accounts import create_account
from apps.tracking.kuaidi100 import sign_query
from tests.factories.customers import CustomerFactory

TOKEN = "yipiao-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx1234567890abcdef"


def merchant(customer: Customer | None = None, **fields: Any) -> Kuaidi100Account:
    return create_account(
        kind=AccountKind.MERCHANT,
        name="商家系统",
        customer=customer or CustomerFactory(),
        by=system_user("tests"),
        at=timezone.now(),
        **fields,
    )


def aggregator() -> Kuaidi100Account:
    return create_account(
        kind=AccountKind.AGGREGATOR, name="快递100", by=system_user("tests"), at=timezone.now()
    )


def query_form(account: Kuaidi100Account, param: str | bytes) -> str:
    raw = param.encode() if isinstance(param, str) else param
    sign_ = sign_query(raw, account.key, account.code)
    return urlencode({"customer": account.code, "sign": sign_, "param": raw})


def wechat_text(text: str, *, openid: str = "o-asker", msg_id: int | None = None) -> str:
    msg_id = msg_id if msg_id is not None else time.monotonic_ns()
    return (
        "<xml><ToUserName><![CDATA[gh_house]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    )


def wechat_event(
    event: str,
    key: str = "",
    *,
    openid: str = "o-asker",
    created: int | None = None,
    more: str = "",
) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_house]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created or int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>{more}</xml>"
    )


def plain_query(at: datetime | None = None, token: str = TOKEN) -> str:
    stamp = str(int((at or timezone.now()).timestamp()))
    return urlencode({"timestamp": stamp, "nonce": "n1", "signature": sign(token, stamp, "n1")})


def sealed(xml: str, at: datetime | None = None) -> tuple[str, str]:
    """(query, body) as the platform sends them in safe mode."""
    stamp, nonce = str(int((at or timezone.now()).timestamp())), "n2"
    inside = seal(xml, encoding_key=AES_KEY, app_id=APP_ID)
    query = urlencode(
        {
            "timestamp": stamp,
            "nonce": nonce,
            "signature": sign(TOKEN, stamp, nonce),
            "encrypt_type": "aes",
            "msg_signature": sign(TOKEN, stamp, nonce, inside),
        }
    )
    return (
        query,
        f"<xml><ToUserName>gh_house</ToUserName><Encrypt><![CDATA[{inside}]]></Encrypt></xml>",
    )
