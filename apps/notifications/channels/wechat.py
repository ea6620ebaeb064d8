"""Template messages of a WeChat official account.

The provider drops a second message with the same ``client_msg_id`` for ten minutes, so within
them a lost answer may be repeated. “Accepted” is not “arrived”: that comes later as the event
TEMPLATESENDJOBFINISH, which goes to ``services.record_wechat_outcome``.
"""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.notifications import http
from apps.notifications.channels import wechat_token
from apps.notifications.channels.base import Channel, Message, Outcome, within
from apps.notifications.enums import ChannelName, Effect

TOKEN_GONE = frozenset({40001, 40014, 42001})
BAD_ADDRESS = frozenset({40003})
# Not following, or refused by the user: this message cannot go this way, another one may.
NOT_NOW = frozenset({43004, 43019, 43101})
LATER = {45009: 3600.0, 45011: 60.0, -1: 5.0}


class WeChatChannel(Channel):
    name = ChannelName.WECHAT
    label = _("WeChat")
    idempotent = True
    # Ten minutes at the provider; one is kept back for clocks and slow requests.
    idempotent_for = timedelta(minutes=9)
    confirms = True
    concurrency = 4
    waits = (10, 60, 300, 1800)
    lease = timedelta(seconds=60)
    address_limits = ((86_400, 50),)
    placeholder = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,40})\.DATA\s*\}\}")

    def pace(self) -> tuple[float, float]:
        return within(float(getattr(settings, "WECHAT_PER_SECOND", 50.0)))

    def configured(self) -> bool:
        return bool(getattr(settings, "WECHAT_APP_ID", ""))

    def request_of(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": message.provider_code,
            "client_msg_id": message.key,
            "data": {name: {"value": value} for name, value in message.fields.items()},
        }
        return body | ({"url": message.link} if message.link else {})

    def send(self, message: Message) -> Outcome:
        body = self.request_of(message)
        outcome = self._send_with_token(body)
        if outcome.effect == Effect.RETRY and outcome.code in {str(c) for c in TOKEN_GONE}:
            # Once more at once with a fresh token; the refusal proves that nothing was sent.
            outcome = self._send_with_token(body)
        return outcome

    def _send_with_token(self, body: dict[str, Any]) -> Outcome:
        try:
            token = wechat_token.current(self.name)
        except wechat_token.NoToken as error:
            return Outcome(Effect.RETRY, str(error), trouble=True)
        try:
            answer = call(
                f"/cgi-bin/message/template/send?access_token={quote(token, safe='')}", body
            )
        except http.NotSent as error:
            return Outcome(Effect.RETRY, str(error), trouble=True)
        except http.PerhapsSent as error:
            return Outcome(Effect.AMBIGUOUS, str(error), trouble=True)
        outcome = _read(answer)
        if outcome.code in {str(code) for code in TOKEN_GONE}:
            wechat_token.drop(self.name, token)
        return outcome


def call(path: str, body: dict[str, Any]) -> http.Answer:
    base = str(getattr(settings, "WECHAT_URL", "https://api.weixin.qq.com")).rstrip("/")
    return http.request(
        "POST",
        base + path,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"content-type": "application/json"},
        rules=http.Rules(
            timeout=float(getattr(settings, "WECHAT_TIMEOUT", 8.0)), check_address=False
        ),
    )


def _read(answer: http.Answer) -> Outcome:
    try:
        body = json.loads(answer.body)
        code = int(body["errcode"])
    except (ValueError, KeyError, TypeError):
        return Outcome(Effect.AMBIGUOUS, f"http_{answer.status}", trouble=True)
    said = {"errcode": code, "errmsg": str(body.get("errmsg", ""))[:120]}
    if code == 0:
        return Outcome(Effect.ACCEPTED, "0", ref=str(body.get("msgid", ""))[:80], answer=said)
    if code in TOKEN_GONE:
        return Outcome(Effect.RETRY, str(code), answer=said, retry_after=1.0)
    if code in BAD_ADDRESS:
        return Outcome(Effect.SUPPRESSED, str(code), answer=said)
    if code in NOT_NOW:
        return Outcome(Effect.FAILED, str(code), answer=said)
    if code in LATER:
        wait = LATER[code]
        return Outcome(
            Effect.RETRY, str(code), answer=said, retry_after=wait, pause=wait, trouble=True
        )
    return Outcome(Effect.FAILED, str(code), answer=said, trouble=True)
