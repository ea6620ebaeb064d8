"""WeCom (企业微信): messages of the company's own application to its people, and robots of groups.

An application's message whose content comes again within half an hour is dropped by the provider
(``enable_duplicate_check``). A robot takes 20 messages a minute; what stands in its address is its key, and it
knows no buttons that come back, so *take it* is a link there.
"""

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
    as_object,
    attempt,
    base,
    card_of,
    given_token,
    post,
    read_code,
)
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.models import GroupRobot

DUPLICATES = 1800  # seconds for which the provider drops the same content
_LATER = {"-1": 5.0, "45009": 60.0, "45033": 5.0}
PERSON = Codes(
    later=_LATER,
    token=frozenset({"40001", "40014", "42001"}),
    # No such member, or one who may not see the application.
    address=frozenset({"40003", "60111", "81013"}),
    message=frozenset({"40058", "44004", "45002"}),
)
ROBOT = Codes(later=_LATER, message=frozenset({"40058", "44004", "45002"}))


class WeComChannel(PersonChannel):
    name = ChannelName.WECOM
    label = _("WeCom")
    needs = ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET")
    idempotent = True
    idempotent_for = timedelta(seconds=DUPLICATES - 300)
    codes = PERSON

    def fetch_token(self) -> tuple[str, int]:
        corp, secret = (
            quote(str(getattr(settings, name)), safe="")
            for name in ("WECOM_CORP_ID", "WECOM_SECRET")
        )
        url = f"{base('WECOM_URL')}/cgi-bin/gettoken?corpid={corp}&corpsecret={secret}"
        return given_token(url, {}, "access_token", "expires_in", method="GET")

    def request_of(self, message: Message) -> dict[str, Any]:
        card = card_of(message)
        answers = bool(settings.WECOM_TOKEN and settings.WECOM_AES_KEY)
        return {
            "touser": message.address,
            "agentid": int(settings.WECOM_AGENT_ID or 0),
            "msgtype": "template_card",
            "template_card": _with_button(card) if card.take and answers else _notice(card),
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATES,
        }

    def deliver(self, message: Message, token: str) -> Outcome:
        url = f"{base('WECOM_URL')}/cgi-bin/message/send?access_token={quote(token, safe='')}"
        return attempt(lambda: post(url, self.request_of(message), begin=message.begin), self._read)

    def _read(self, answer: http.Answer) -> Outcome:
        outcome = read_code(answer, self.codes, lambda body: str(body.get("msgid", "")))
        if outcome.effect == Effect.ACCEPTED and as_object(answer).get("invaliduser"):
            # Accepted for nobody: the only one it was for is no member.
            return Outcome(Effect.SUPPRESSED, "invaliduser", answer=outcome.answer)
        return outcome


class WeComGroupChannel(GroupChannel):
    name = ChannelName.WECOM_GROUP
    label = _("WeCom group")
    address_limits = ((65, 20),)
    codes = ROBOT

    def request_of(self, message: Message) -> dict[str, Any]:
        return {"msgtype": "template_card", "template_card": _notice(card_of(message))}

    def call(self, robot: GroupRobot, message: Message) -> http.Answer:
        url = f"{base('WECOM_URL')}/cgi-bin/webhook/send?key={quote(robot.key, safe='')}"
        return post(url, self.request_of(message), begin=message.begin)


def _notice(card: Card) -> dict[str, Any]:
    jumps = [{"type": 1, "title": card.open, "url": card.link}]
    if card.take:
        jumps.insert(0, {"type": 1, "title": card.take, "url": card.take_link})
    return {
        "card_type": "text_notice",
        "main_title": {"title": card.title},
        "sub_title_text": card.text,
        "jump_list": jumps,
        "card_action": {"type": 1, "url": card.link},
    }


def _with_button(card: Card) -> dict[str, Any]:
    """Its number is the key, by which the press comes back."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": card.title},
        "sub_title_text": card.text,
        "task_id": card.key,
        "button_list": [
            {"text": card.take, "style": 1, "key": card.key},
            {"text": card.open, "style": 2, "type": 1, "url": card.link},
        ],
        "card_action": {"type": 1, "url": card.link},
    }
