"""WeCom's server: tokens of the company's application, cards to its people, dropped when the same content comes
again within half an hour; robots of groups, known by the key in their address, 20 messages a minute each."""

import json
import time
from collections import deque
from typing import Any
from urllib.parse import urlencode

from apps.core.wechat_seals import seal, sign
from tests.doubles.server import Company, Reply, Request

MINUTE = 60.0


class WeComPlatform(Company):
    corp_id, agent_id, secret = "ww-test", "1000002", "wecom-secret"
    token_name, aes_key = "callback-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

    def __init__(self) -> None:
        super().__init__()
        self.token, self.tokens_given, self.expires = "", 0, 0.0
        self.members: set[str] | None = None
        self.robots: dict[str, list[dict[str, Any]]] = {}
        self.per_minute = 20
        self.minute = MINUTE
        self.sent: list[dict[str, Any]] = []
        self.repeats = 0
        self.over_limit = 0
        self.garbage = b""
        self._window: dict[str, deque[float]] = {}
        self._known: dict[str, float] = {}

    def robot(self, key: str = "key-of-the-robot-1") -> str:
        """A group with a robot; its address as the group shows it."""
        self.robots[key] = []
        return f"{self.url}/cgi-bin/webhook/send?key={key}"

    def clear_the_minute(self) -> None:
        self._window.clear()

    def answer(self, request: Request) -> Reply:
        if self.garbage:
            return Reply(200, self.garbage)
        if request.path == "/cgi-bin/gettoken":
            return self._give_token(request)
        if request.path == "/cgi-bin/message/send":
            return self._to_person(request)
        if request.path == "/cgi-bin/webhook/send":
            return self._to_group(request)
        return self._say(errcode=40066, errmsg="invalid url")

    def _give_token(self, request: Request) -> Reply:
        given = (request.query.get("corpid"), request.query.get("corpsecret"))
        if given != (self.corp_id, self.secret):
            return self._say(errcode=40001, errmsg="invalid credential")
        self.tokens_given += 1
        self.token, self.expires = f"token-{self.tokens_given}", time.time() + 7200
        return self._say(errcode=0, errmsg="ok", access_token=self.token, expires_in=7200)

    def _to_person(self, request: Request) -> Reply:
        if not self.token or request.query.get("access_token") != self.token:
            return self._say(errcode=40014, errmsg="invalid access_token")
        if time.time() > self.expires:
            return self._say(errcode=42001, errmsg="access_token expired")
        body = json.loads(request.body)
        if str(body.get("agentid")) != self.agent_id:
            return self._say(errcode=40056, errmsg="invalid agentid")
        wrong = _wrong_card(body)
        if wrong:
            return self._say(errcode=40058, errmsg=wrong)
        if self.members is not None and body["touser"] not in self.members:
            return self._say(errcode=0, errmsg="ok", invaliduser=body["touser"], msgid="")
        content = json.dumps(body, sort_keys=True)
        interval = float(body.get("duplicate_check_interval", 1800))
        if (
            body.get("enable_duplicate_check")
            and time.time() - self._known.get(content, 0) < interval
        ):
            self.repeats += 1
            return self._say(errcode=0, errmsg="ok", msgid="again")
        self._known[content] = time.time()
        self.sent.append(body)
        return self._say(errcode=0, errmsg="ok", msgid=f"msg-{len(self.sent)}")

    def _to_group(self, request: Request) -> Reply:
        key = request.query.get("key", "")
        if key not in self.robots:
            return self._say(errcode=93000, errmsg="invalid webhook url")
        window, now = self._window.setdefault(key, deque()), time.monotonic()
        while window and now - window[0] >= self.minute:
            window.popleft()
        if len(window) >= self.per_minute:
            self.over_limit += 1
            return self._say(errcode=45009, errmsg="api freq out of limit")
        body = json.loads(request.body)
        wrong = _wrong_card(body)
        if wrong or body["template_card"]["card_type"] != "text_notice":
            return self._say(errcode=40058, errmsg=wrong or "invalid card_type")
        window.append(now)
        self.robots[key].append(body)
        return self._say(errcode=0, errmsg="ok")

    def pressed(self, card: dict[str, Any], who: str, **other: Any) -> tuple[str, bytes]:
        """What WeCom tells our door when ``who`` presses the first button of a card that was sent: the query and
        the body. Fields can be made wrong by name."""
        button = card["template_card"]["button_list"][0]
        fields = {
            "ToUserName": self.corp_id,
            "FromUserName": who,
            "CreateTime": str(int(time.time())),
            "MsgType": "event",
            "Event": "template_card_event",
            "EventKey": button["key"],
            "TaskId": card["template_card"]["task_id"],
            "CardType": "button_interaction",
            "ResponseCode": f"code-{who}-{button['key']}",
            "AgentID": self.agent_id,
            **other.get("fields", {}),
        }
        xml = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        corp = other.get("corp_id", self.corp_id)
        sealed = seal(f"<xml>{xml}</xml>", encoding_key=self.aes_key, app_id=corp)
        stamp, nonce = str(other.get("timestamp", int(time.time()))), "n0nce"
        signature = sign(other.get("token", self.token_name), stamp, nonce, sealed)
        query = urlencode({"msg_signature": signature, "timestamp": stamp, "nonce": nonce})
        outer = f"<ToUserName><![CDATA[{self.corp_id}]]></ToUserName>"
        return query, f"<xml>{outer}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()

    def _say(self, **body: Any) -> Reply:
        return Reply(200, json.dumps(body).encode(), {"content-type": "application/json"})


def _wrong_card(body: dict[str, Any]) -> str:
    card = body.get("template_card") or {}
    if body.get("msgtype") != "template_card" or not card.get("main_title", {}).get("title"):
        return "invalid card"
    if card["card_type"] == "text_notice" and not card.get("card_action", {}).get("url"):
        return "missing card_action"
    if card["card_type"] == "button_interaction":
        if not 1 <= len(card.get("button_list", [])) <= 6 or not card.get("task_id"):
            return "invalid button_list"
        if len(card["task_id"]) > 128:
            return "invalid task_id"
    return ""
