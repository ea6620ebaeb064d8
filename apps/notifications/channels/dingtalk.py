"""DingTalk (钉钉): the company's own robot writes to its people, and robots of groups.

A group's robot takes 20 messages a minute (whoever sends more is shut out for ten minutes) and signs each with
its secret: HMAC-SHA256 over ``timestamp\\nsecret``, good for an hour. A button in a message to a person sends
a word to the robot on that person's behalf, which comes to our door (``callbacks.dingtalk``).
"""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.notifications.channels.base import Message, Outcome
from apps.notifications.channels.platforms import (
    Codes,
    GroupChannel,
    PersonChannel,
    as_object,
    attempt,
    base,
    card_of,
    given_token,
    post,
    refusal,
)
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.models import GroupRobot

# What the button says to the robot, before the key.
TAKE = "接手"
PERSON = Codes(
    later={"Forbidden.AccessDenied.QpsLimitForApi": 5.0, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": 5.0,
           "Throttling": 30.0, "ServiceUnavailable": 30.0, "flow_controlled": 60.0},
    token=frozenset({"InvalidAuthentication", "Forbidden.AccessDenied.AccessTokenExpired"}),
    address=frozenset({"staffId.notExisted", "invalid_staff"}),
)  # fmt: skip
ROBOT = Codes(
    later={"-1": 5.0, "130101": 600.0, "410100": 600.0, "90030": 600.0},
    message=frozenset({"400105", "430101", "430102", "430103", "430104"}),
)
_WIDE = str.maketrans("[]*#`<>!|~", "［］＊＃｀＜＞！｜～")


class DingTalkChannel(PersonChannel):
    name = ChannelName.DINGTALK
    label = _("DingTalk")
    needs = ("DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "DINGTALK_ROBOT_CODE")
    codes = PERSON

    def fetch_token(self) -> tuple[str, int]:
        body = {"appKey": settings.DINGTALK_APP_KEY, "appSecret": settings.DINGTALK_APP_SECRET}
        url = f"{base('DINGTALK_URL')}/v1.0/oauth2/accessToken"
        return given_token(url, body, "accessToken", "expireIn")

    def request_of(self, message: Message) -> dict[str, Any]:
        card = card_of(message)
        text = _text(card.title, card.text)
        shown = {
            "title": card.title,
            "text": text,
            "singleTitle": card.open,
            "singleURL": card.link,
        }
        kind = "sampleActionCard"
        if card.take:
            kind = "sampleActionCard2"
            shown = {
                "title": card.title,
                "text": text,
                "actionTitle1": card.take,
                "actionURL1": robot_command_link(card.key) if settings.DINGTALK_ANSWERS else card.take_link,
                "actionTitle2": card.open,
                "actionURL2": card.link,
            }  # fmt: skip
        return {
            "robotCode": settings.DINGTALK_ROBOT_CODE,
            "userIds": [message.address],
            "msgKey": kind,
            "msgParam": json.dumps(shown, ensure_ascii=False),
        }

    def deliver(self, message: Message, token: str) -> Outcome:
        url = f"{base('DINGTALK_URL')}/v1.0/robot/oToMessages/batchSend"
        headers = {"x-acs-dingtalk-access-token": token}
        return attempt(
            lambda: post(url, self.request_of(message), begin=message.begin, headers=headers),
            self._read,
        )

    def _read(self, answer: http.Answer) -> Outcome:
        """Success has no code; those it did not reach are listed by name."""
        body = as_object(answer)
        if answer.status == 200 and body.get("processQueryKey"):
            facts = {"code": "0"}
            if body.get("invalidStaffIdList"):
                return Outcome(Effect.SUPPRESSED, "invalid_staff", answer=facts)
            if body.get("flowControlledStaffIdList"):
                return refusal("flow_controlled", self.codes, facts)
            ref = str(body["processQueryKey"])[:80]
            return Outcome(Effect.ACCEPTED, "0", ref=ref, answer=facts)
        code = str(body.get("code") or "")[:60]
        if not code:
            return Outcome(Effect.AMBIGUOUS, f"http_{answer.status}", trouble=True)
        return refusal(code, self.codes, {"code": code, "text": str(body.get("message", ""))[:120]})


class DingTalkGroupChannel(GroupChannel):
    name = ChannelName.DINGTALK_GROUP
    label = _("DingTalk group")
    address_limits = ((65, 20),)
    codes = ROBOT

    def request_of(self, message: Message) -> dict[str, Any]:
        card = card_of(message)
        buttons = [{"title": card.open, "actionURL": card.link}]
        if card.take:
            buttons.insert(0, {"title": card.take, "actionURL": card.take_link})
        shown = {
            "title": card.title,
            "text": _text(card.title, card.text),
            "btnOrientation": "0",
            "btns": buttons,
        }
        return {"msgtype": "actionCard", "actionCard": shown}

    def call(self, robot: GroupRobot, message: Message) -> http.Answer:
        now = str(int(time.time() * 1000))
        signature = quote(sign(now, robot.secret), safe="")
        url = (
            f"{base('DINGTALK_OAPI_URL')}/robot/send?access_token={quote(robot.key, safe='')}"
            f"&timestamp={now}&sign={signature}"
        )
        return post(url, self.request_of(message), begin=message.begin)


def sign(timestamp: str, secret: str) -> str:
    """``timestamp`` in milliseconds; base64."""
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def robot_command_link(key: str) -> str:
    """DingTalk's own address for “send this word to the robot”."""
    return f"dtmd://dingtalkclient/sendMessage?content={quote(f'{TAKE} {key}', safe='')}"


def _text(title: str, text: str) -> str:
    """Markdown in which what others wrote stays text: signs that would mean something become their wide forms,
    since not every client knows the backslash."""
    lines = "  \n".join(text.translate(_WIDE).splitlines())
    return f"### {title.translate(_WIDE)}\n{lines}"
