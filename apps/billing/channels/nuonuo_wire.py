"""How requests to the Nuonuo open platform (诺诺开放平台) are signed, sent and answered.

As published: the platform's own pages (open.jss.com.cn: 创建应用, 公共异常码; POST
``https://open.nuonuo.com/accessToken``, form-encoded, a token lives 24 hours and is given 50 times in 30
days; ``https://sdk.nuonuo.com/open/v1/services`` with senid (32 random), nonce (8 digits), timestamp
(seconds) and appkey in the address, X-Nuonuo-Sign, accessToken, userTax and method in the head), and, for
the string that is signed, two independent clients that agree: the module l10n_cn_edi_nuonuo proposed to
Odoo (tested against the live service in September 2026) and a Go client.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models.functions import Now

from apps.billing.channels.base import Begin, nothing
from apps.billing.models import TaxProvider
from apps.core import http, tokens

SUCCESS = frozenset({"E0000", "0000"})
# «accessToken 不匹配 / 或 appKey 不匹配»; what an expired token is told is published nowhere, and is taken
# for the same. Either way the gateway refused before anything was done.
TOKEN_GONE = frozenset({"070301"})
# 超出 API 日流量限额, 当前接口无剩余流量: nothing is taken for some time.
USED_UP = {"070201": timedelta(hours=1), "070204": timedelta(hours=1)}
# API 处理异常, 计费异常, 服务异常: who knows how far it came.
WHO_KNOWS = frozenset({"0202", "0203", "040102"})
# A token is given up no sooner than this after it was fetched: then 30 days take fewer than 50.
KEEP_TOKEN = timedelta(hours=15)
LATER = timedelta(minutes=15)


class NotDone(Exception):
    """Nothing was taken; the same may be asked again after ``retry_after``."""

    def __init__(self, code: str, words: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.words, self.retry_after = code, words, retry_after


class Unclear(Exception):
    """The request left and no answer came that can be read; the text is a code."""


class Refused(Exception):
    """The provider took the request and says no."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


def value(name: str) -> str:
    return str(settings.TAX_CHANNEL[name])


def signature(secret: str, key: str, query: dict[str, str], body: str, path: str) -> str:
    """X-Nuonuo-Sign: base64 of HMAC-SHA1 over the three parts of the path from the last to the first
    (for /open/v1/services: a=services, l=v1, p=open), the application's key, senid, nonce, timestamp
    and the body byte for byte as it is sent."""
    first, second, last = path.strip("/").split("/")
    text = (
        f"a={last}&l={second}&p={first}&k={key}&i={query['senid']}&n={query['nonce']}"
        f"&t={query['timestamp']}&f={body}"
    )
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def call(method: str, payload: dict[str, Any], begin: Begin = nothing) -> Any:
    """The ``result`` of one signed request. Raises NotDone, Unclear, Refused."""
    try:
        return _call(method, payload, begin, _token())
    except _TokenGone as gone:
        if not _give_up(gone.token):
            raise NotDone(gone.code, gone.words, LATER) from gone
    try:
        return _call(method, payload, begin, _token())
    except _TokenGone as gone:
        raise NotDone(gone.code, gone.words, LATER) from gone


class _TokenGone(Exception):
    def __init__(self, token: str, code: str, words: str) -> None:
        super().__init__(code)
        self.token, self.code, self.words = token, code, words


def _call(method: str, payload: dict[str, Any], begin: Begin, token: str) -> Any:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    query = {
        "senid": uuid.uuid4().hex,
        "nonce": str(10_000_000 + secrets.randbelow(90_000_000)),
        "timestamp": str(int(time.time())),
        "appkey": value("app_key"),
    }
    path = urlsplit(value("url")).path
    sign = signature(value("app_secret"), value("app_key"), query, body, path)
    try:
        answer = http.request(
            "POST",
            f"{value('url')}?{urlencode(query)}",
            body=body.encode(),
            headers={
                "content-type": "application/json; charset=UTF-8",
                "X-Nuonuo-Sign": sign,
                "accessToken": token,
                "userTax": value("tax_number"),
                "method": method,
            },
            rules=http.Rules(timeout=float(value("timeout")), check_address=False),
            begin=begin,
        )
    except http.NotSent as error:
        raise NotDone(str(error)) from error
    except http.PerhapsSent as error:
        raise Unclear(str(error)) from error
    return _read(answer, token)


def _read(answer: http.Answer, token: str) -> Any:
    try:
        content = json.loads(answer.body)
        code, words = str(content["code"])[:40], str(content.get("describe") or "")[:200]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unclear(f"http_{answer.status}") from error
    if code in SUCCESS and answer.status == 200:
        return content.get("result")
    if code in TOKEN_GONE:
        raise _TokenGone(token, code, words)
    if code in USED_UP:
        raise NotDone(code, words, USED_UP[code])
    if code in WHO_KNOWS or answer.status != 200:
        raise Unclear(code)
    if code.startswith("0"):
        # The gateway's own refusals: signature, key, rights. Only an operator can put that right.
        raise NotDone(code, words, LATER)
    raise Refused(code, words)


def _token() -> str:
    try:
        return tokens.current(TaxProvider, _holder(), _fetch)
    except tokens.NoToken as error:
        raise NotDone(str(error), retry_after=LATER) from error


def _holder() -> str:
    """Another application has tokens of its own."""
    return f"nuonuo:{value('app_key')}"[:60]


def _give_up(token: str) -> bool:
    old = TaxProvider.objects.filter(pk=_holder(), token_since__lt=Now() - KEEP_TOKEN)
    if not old.exists():
        return False
    tokens.drop(TaxProvider, _holder(), token)
    return True


def _fetch() -> tuple[str, int]:
    asked = {
        "client_id": value("app_key"),
        "client_secret": value("app_secret"),
        "grant_type": "client_credentials",
    }
    try:
        answer = http.request(
            "POST",
            value("token_url"),
            body=urlencode(asked).encode(),
            headers={"content-type": "application/x-www-form-urlencoded;charset=UTF-8"},
            rules=http.Rules(timeout=8.0, check_address=False),
        )
        content = json.loads(answer.body)
    except (http.NotSent, http.PerhapsSent) as error:
        raise tokens.NoToken(str(error)) from error
    except ValueError as error:
        raise tokens.NoToken(f"http_{answer.status}") from error
    try:
        token, seconds = str(content["access_token"]), int(content["expires_in"])
    except (ValueError, KeyError, TypeError) as error:
        code = content.get("error") if isinstance(content, dict) else ""
        raise tokens.NoToken(str(code or "token_refused")[:40]) from error
    TaxProvider.objects.filter(pk=_holder()).update(token_since=Now())
    return token, seconds
