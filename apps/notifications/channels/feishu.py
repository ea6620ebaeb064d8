"""Feishu (飞书): messages of the company's own application to its people, and robots of groups.

The application's message with the same ``uuid`` is dropped for an hour. A group's robot takes 100 messages a
minute and 5 a second, and signs each: HMAC-SHA256 of nothing under the key ``timestamp\\nsecret``, good for an hour.
Its buttons do not come back, so *take it* is a link in a group; a press in a message to a person comes to our
door (``callbacks.feishu``).
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.notifications.channels.base import Message, Outcome
from apps.notifications.channels.platforms import (
    Card,
    Codes,
    GroupChannel,
    PersonChannel,
    attempt,
    base,
    card_of,
    given_token,
    post,
    read_code,
)
from apps.notifications.enums import ChannelName
from apps.notifications.models import GroupRobot

_NAMES = ("code", "msg")
PERSON = Codes(
    later={"99991400": 60.0, "230020": 5.0, "1500": 5.0, "1663": 5.0},
    token=frozenset({"99991661", "99991663", "99991664", "99991668"}),
    # Not within the application's reach, or gone.
    address=frozenset({"230013", "230034", "99992351", "99992361"}),
    message=frozenset({"230001", "230022", "230025", "230099"}),
    names=_NAMES,
)
ROBOT = Codes(
    later={"9499": 60.0, "11232": 60.0, "99991400": 60.0},
    message=frozenset({"11246", "19024"}),
    names=_NAMES,
)


class FeishuChannel(PersonChannel):
    name = ChannelName.FEISHU
    label = _("Feishu")
    needs = ("FEISHU_APP_ID", "FEISHU_APP_SECRET")
    idempotent = True
    # An hour at the provider; some minutes are kept back.
    idempotent_for = timedelta(minutes=55)
    codes = PERSON

    def fetch_token(self) -> tuple[str, int]:
        body = {"app_id": settings.FEISHU_APP_ID, "app_secret": settings.FEISHU_APP_SECRET}
        url = f"{base('FEISHU_URL')}/open-apis/auth/v3/tenant_access_token/internal"
        return given_token(url, body, "tenant_access_token", "expire")

    def request_of(self, message: Message) -> dict[str, Any]:
        card = card_of(message)
        answers = bool(settings.FEISHU_ENCRYPT_KEY and settings.FEISHU_VERIFICATION_TOKEN)
        return {
            "receive_id": message.address,
            "msg_type": "interactive",
            "content": json.dumps(_card(card, answers=answers), ensure_ascii=False),
            "uuid": message.key,
        }

    def deliver(self, message: Message, token: str) -> Outcome:
        url = f"{base('FEISHU_URL')}/open-apis/im/v1/messages?receive_id_type=open_id"
        headers = {"authorization": f"Bearer {token}"}
        return attempt(
            lambda: post(url, self.request_of(message), begin=message.begin, headers=headers),
            lambda answer: read_code(answer, self.codes, _message_id),
        )


class FeishuGroupChannel(GroupChannel):
    name = ChannelName.FEISHU_GROUP
    label = _("Feishu group")
    address_limits = ((2, 5), (65, 100))
    codes = ROBOT

    def request_of(self, message: Message) -> dict[str, Any]:
        return {"msg_type": "interactive", "card": _card(card_of(message), answers=False)}

    def call(self, robot: GroupRobot, message: Message) -> http.Answer:
        now = str(int(time.time()))
        url = f"{base('FEISHU_URL')}/open-apis/bot/v2/hook/{quote(robot.key, safe='')}"
        signed = {"timestamp": now, "sign": sign(now, robot.secret)}
        return post(url, {**signed, **self.request_of(message)}, begin=message.begin)


def sign(timestamp: str, secret: str) -> str:
    """``timestamp`` in seconds; base64."""
    digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(digest).decode()


def _message_id(body: Any) -> str:
    data = body.get("data")
    return str(data.get("message_id", "")) if isinstance(data, dict) else ""


def _card(card: Card, *, answers: bool) -> dict[str, Any]:
    buttons: list[dict[str, Any]] = []
    if card.take:
        take = {"value": {"take": card.key}} if answers else {"url": card.take_link}
        buttons.append(_button(card.take, "primary", take))
    buttons.append(_button(card.open, "default", {"url": card.link}))
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": "blue", "title": {"tag": "plain_text", "content": card.title}},
        "elements": [
            {"tag": "div", "text": {"tag": "plain_text", "content": card.text}},
            {"tag": "action", "actions": buttons},
        ],
    }


def _button(text: str, kind: str, does: dict[str, Any]) -> dict[str, Any]:
    return {
        "tag": "button",
        "type": kind,
        "text": {"tag": "plain_text", "content": text},
        **does,
    }
