"""DingTalk's servers: the company's robot writes to people; robots of groups, whose messages are signed and not older
than an hour, 20 a minute each, shut out for ten minutes by the next one."""

import base64
import hashlib
import hmac
import json
import time
from collections import deque
from typing import Any
from urllib.parse import unquote

from tests.doubles.server import Company, Reply, Request


class DingTalkPlatform(Company):
    app_key, app_secret, robot_code = "ding-key", "ding-app-secret", "ding-robot"

    def __init__(self) -> None:
        super().__init__()
        self.token, self.tokens_given = "", 0
        self.staff: set[str] | None = None
        self.secrets: dict[str, str] = {}
        self.groups: dict[str, list[dict[str, Any]]] = {}
        self.sent: list[dict[str, Any]] = []
        self.flow_controlled = False
        self.over_limit = 0
        self.minute, self.shut_for = 60.0, 600.0
        self._window: dict[str, deque[float]] = {}
        self._shut: dict[str, float] = {}

    def robot(self, key: str = "token-of-the-robot", secret: str = "SEC-of-the-robot") -> str:
        self.secrets[key], self.groups[key] = secret, []
        return f"{self.url}/robot/send?access_token={key}"

    def answer(self, request: Request) -> Reply:
        if request.path == "/v1.0/oauth2/accessToken":
            return self._give_token(json.loads(request.body))
        if request.path == "/v1.0/robot/oToMessages/batchSend":
            return self._to_people(request)
        if request.path == "/robot/send":
            return self._to_group(request)
        return self._say(404, code="InvalidAction.NotFound", message="no such api")

    def _give_token(self, given: dict[str, str]) -> Reply:
        if (given.get("appKey"), given.get("appSecret")) != (self.app_key, self.app_secret):
            return self._say(
                400, code="invalidClientIdOrSecret", message="无效的clientId或clientSecret"
            )
        self.tokens_given += 1
        self.token = f"dt-{self.tokens_given}"
        return self._say(accessToken=self.token, expireIn=7200)

    def _to_people(self, request: Request) -> Reply:
        token = request.headers.get("x-acs-dingtalk-access-token", "")
        if not self.token or token != self.token:
            return self._say(401, code="InvalidAuthentication", message="不合法的access_token")
        body = json.loads(request.body)
        if body.get("robotCode") != self.robot_code:
            return self._say(400, code="robot.notExist", message="robot 不存在")
        shown = json.loads(body["msgParam"])
        if not shown.get("title") or not shown.get("text"):
            return self._say(400, code="invalidParameter.msgParam", message="参数错误")
        found: dict[str, Any] = {"invalidStaffIdList": [], "flowControlledStaffIdList": []}
        for who in body["userIds"]:
            if self.staff is not None and who not in self.staff:
                found["invalidStaffIdList"].append(who)
            elif self.flow_controlled:
                found["flowControlledStaffIdList"].append(who)
            else:
                self.sent.append({"to": who, "kind": body["msgKey"], **shown})
        return self._say(processQueryKey=f"q-{len(self.sent)}", **found)

    def _to_group(self, request: Request) -> Reply:
        key, now = request.query.get("access_token", ""), time.monotonic()
        if key not in self.groups:
            return self._say(errcode=300005, errmsg="token is not exist")
        stamp = request.query.get("timestamp", "")
        if abs(time.time() * 1000 - float(stamp or 0)) > 3_600_000:
            return self._say(errcode=310000, errmsg="invalid timestamp")
        if request.query.get("sign") != self.signature(stamp, self.secrets[key]):
            return self._say(errcode=310000, errmsg="sign not match")
        window = self._window.setdefault(key, deque())
        while window and now - window[0] >= self.minute:
            window.popleft()
        if now < self._shut.get(key, 0) or len(window) >= 20:
            self.over_limit += 1
            if now >= self._shut.get(key, 0):
                self._shut[key] = now + self.shut_for
            return self._say(errcode=130101, errmsg="send too fast, exceed 20 times per minute")
        body = json.loads(request.body)
        if body.get("msgtype") != "actionCard" or not body["actionCard"].get("btns"):
            return self._say(errcode=400105, errmsg="unsupported message type")
        window.append(now)
        self.groups[key].append(body)
        return self._say(errcode=0, errmsg="ok")

    @staticmethod
    def signature(stamp: str, secret: str) -> str:
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def pressed(
        self, message: dict[str, Any], who: str, **other: Any
    ) -> tuple[dict[str, str], bytes]:
        """What DingTalk tells our door when the button's word is said for ``who``: head and body."""
        word = unquote(message["actionURL1"].partition("content=")[2])
        stamp = str(other.get("timestamp", int(time.time() * 1000)))
        body = {
            "msgtype": "text",
            "text": {"content": other.get("text", f" {word} ")},
            "msgId": other.get("msg_id", f"msg-{who}-{word}"),
            "senderStaffId": who,
            "senderNick": "某人",
            "conversationType": "1",
            "robotCode": other.get("robot_code", self.robot_code),
            "createAt": int(time.time() * 1000),
        }
        sign = self.signature(stamp, other.get("secret", self.app_secret))
        return {"timestamp": stamp, "sign": sign}, json.dumps(body).encode()

    def _say(self, status: int = 200, **body: Any) -> Reply:
        return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"})
