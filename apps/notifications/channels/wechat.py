"""Template messages of a WeChat official account.

The provider drops a second message with the same ``client_msg_id`` for ten minutes, so within
them a lost answer may be repeated. “Accepted” is not “arrived”: that comes later as the event
TEMPLATESENDJOBFINISH, which goes to ``services.record_wechat_outcome``.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.notifications.channels import wechat_token
from apps.notifications.channels.base import Channel, Message, Outcome, within
from apps.notifications.enums import ChannelName, Effect

TOKEN_GONE = frozenset({40001, 40014, 42001})
BAD_ADDRESS = frozenset({40003})
# Not following, refused by the user, or too long since their last word: this message cannot go
# this way, another one may.
NOT_NOW = frozenset({43004, 43019, 43101, 45015, 45047})
LATER = {45009: 3600.0, 45011: 60.0, -1: 5.0}


class WeChatChannel(Channel):
    name = ChannelName.WECHAT
    label = _("WeChat")
    needs = ("WECHAT_APP_ID",)
    idempotent = True
    # Ten minutes at the provider; one is kept back for clocks and slow requests.
    idempotent_for = timedelta(minutes=9)
    confirms = True
    concurrency = 4
    begins_itself = True
    waits = (10, 60, 300, 1800)
    lease = timedelta(seconds=60)
    address_limits = ((86_400, 50),)
    placeholder = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,40})\.DATA\s*\}\}")

    def pace(self) -> tuple[float, float]:
        return within(float(getattr(settings, "WECHAT_PER_SECOND", 50.0)))

    def request_of(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": message.provider_code,
            "client_msg_id": message.key,
            "data": {name: {"value": value} for name, value in message.fields.items()},
        }
        return body | ({"url": message.link} if message.link else {})

    def send(self, message: Message) -> Outcome:
        return deliver("/cgi-bin/message/template/send", self.request_of(message), message.begin)


def deliver(path: str, body: dict[str, Any], begin: Callable[[], None]) -> Outcome:
    outcome = _deliver(path, body, begin)
    if outcome.effect == Effect.RETRY and outcome.code in {str(c) for c in TOKEN_GONE}:
        # Once more at once with a fresh token; the refusal proves that nothing was sent.
        outcome = _deliver(path, body, begin)
    return outcome


def _deliver(path: str, body: dict[str, Any], begin: Callable[[], None]) -> Outcome:
    try:
        token = wechat_token.current(ChannelName.WECHAT)
    except wechat_token.NoToken as error:
        return Outcome(Effect.RETRY, str(error), trouble=True)
    try:
        answer = call(f"{path}?access_token={quote(token, safe='')}", body, begin)
    except http.NotSent as error:
        return Outcome(Effect.RETRY, str(error), trouble=True)
    except http.PerhapsSent as error:
        return Outcome(Effect.AMBIGUOUS, str(error), trouble=True)
    outcome = _read(answer)
    if outcome.code in {str(code) for code in TOKEN_GONE}:
        wechat_token.drop(ChannelName.WECHAT, token)
    return outcome


class MediaGone(Exception):
    """The platform does not have it (any more), or it is no picture for us; the text is a code."""


class MediaLater(Exception):
    """It may come at another time; the text is a code."""


def get_media(media_id: str, *, most: int) -> bytes:
    """A picture that somebody sent us, at most ``most`` bytes. Raises MediaGone or MediaLater."""
    try:
        token = wechat_token.current(ChannelName.WECHAT)
        path = f"/cgi-bin/media/get?access_token={quote(token, safe='')}"
        answer = http.request(
            "GET", f"{_base()}{path}&media_id={quote(media_id, safe='')}", rules=_rules(most + 1)
        )
    except (wechat_token.NoToken, http.NotSent, http.PerhapsSent) as error:
        raise MediaLater(str(error)) from error
    if answer.status != 200:
        raise MediaLater(f"http_{answer.status}")
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("application/json", "text/")):
        # Refusals come as JSON, also with status 200.
        outcome = _read(answer)
        if outcome.effect == Effect.RETRY:
            wechat_token.drop(ChannelName.WECHAT, token)
            raise MediaLater(outcome.code)
        raise MediaGone(outcome.code or "no_picture")
    if len(answer.body) > most:
        raise MediaGone("too_large")
    return answer.body


def _base() -> str:
    return str(getattr(settings, "WECHAT_URL", "https://api.weixin.qq.com")).rstrip("/")


def _rules(most: int) -> http.Rules:
    timeout = float(getattr(settings, "WECHAT_TIMEOUT", 8.0))
    return http.Rules(timeout=timeout, check_address=False, most=most)


def call(path: str, body: dict[str, Any], begin: Callable[[], None]) -> http.Answer:
    return http.request(
        "POST",
        _base() + path,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"content-type": "application/json"},
        rules=_rules(http.MAX_ANSWER),
        begin=begin,
    )


def _read(answer: http.Answer) -> Outcome:
    try:
        body = json.loads(answer.body)
        code = int(body["errcode"])
    except (ValueError, KeyError, TypeError):
        return Outcome(Effect.AMBIGUOUS, f"http_{answer.status}", trouble=True)
    facts = {"errcode": code, "errmsg": str(body.get("errmsg", ""))[:120]}
    if code == 0:
        return Outcome(Effect.ACCEPTED, "0", ref=str(body.get("msgid", ""))[:80], answer=facts)
    if code in TOKEN_GONE:
        return Outcome(Effect.RETRY, str(code), answer=facts, retry_after=1.0)
    if code in BAD_ADDRESS:
        return Outcome(Effect.SUPPRESSED, str(code), answer=facts)
    if code in NOT_NOW:
        return Outcome(Effect.FAILED, str(code), answer=facts)
    if code in LATER:
        wait = LATER[code]
        return Outcome(
            Effect.RETRY, str(code), answer=facts, retry_after=wait, pause=wait, trouble=True
        )
    return Outcome(Effect.FAILED, str(code), answer=facts, trouble=True)
