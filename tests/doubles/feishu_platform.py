"""Feishu's server: tokens, cards to people, dropped for an hour when their ``uuid`` comes again; robots of groups, whose
messages are signed and not older than an hour, 100 a minute and 5 a second each."""

import base64
import hashlib
import hmac
import json
import os
import time
from collections import deque
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.doubles.server import Company, Reply, Request

HOOK = "/open-apis/bot/v2/hook/"


class FeishuPlatform(Company):
    app_id, secret = "cli_test", "feishu-secret"
    verification_token, encrypt_key = "verify-me", "encrypt-me"

    def __init__(self) -> None:
        super().__init__()
        self.token, self.tokens_given = "", 0
        self.people: set[str] | None = None
        self.secrets: dict[str, str] = {}
        self.groups: dict[str, list[dict[str, Any]]] = {}
        self.sent: list[dict[str, Any]] = []
        self.repeats = self.over_limit = 0
        self.minute = 60.0
        self._window: dict[str, deque[float]] = {}
        self._known: set[str] = set()

    def robot(self, key: str = "hook-of-the-robot", secret: str = "secret-of-the-robot") -> str:
        self.secrets[key], self.groups[key] = secret, []
        return f"{self.url}{HOOK}{key}"

    def answer(self, request: Request) -> Reply:
        if request.path == "/open-apis/auth/v3/tenant_access_token/internal":
            return self._give_token(json.loads(request.body))
        if request.path == "/open-apis/im/v1/messages":
            return self._to_person(request)
        if request.path.startswith(HOOK):
            return self._to_group(request)
        return self._say(404, code=99991672, msg="no such api")

    def _give_token(self, given: dict[str, str]) -> Reply:
        if (given.get("app_id"), given.get("app_secret")) != (self.app_id, self.secret):
            return self._say(code=10003, msg="invalid param")
        self.tokens_given += 1
        self.token = f"t-{self.tokens_given}"
        return self._say(code=0, msg="ok", tenant_access_token=self.token, expire=7200)

    def _to_person(self, request: Request) -> Reply:
        if not self.token or request.headers.get("authorization") != f"Bearer {self.token}":
            return self._say(400, code=99991663, msg="Invalid access token for authorization")
        body = json.loads(request.body)
        if request.query.get("receive_id_type") != "open_id" or not json.loads(body["content"]):
            return self._say(400, code=230001, msg="invalid param")
        if self.people is not None and body["receive_id"] not in self.people:
            return self._say(400, code=230013, msg="Bot has NO availability to this user")
        if body.get("uuid") in self._known:
            self.repeats += 1
            return self._say(code=0, msg="success", data={"message_id": "om_again"})
        self._known.add(body.get("uuid"))
        self.sent.append({"to": body["receive_id"], "card": json.loads(body["content"])})
        return self._say(code=0, msg="success", data={"message_id": f"om_{len(self.sent)}"})

    def _to_group(self, request: Request) -> Reply:
        key, now = request.path.removeprefix(HOOK), time.monotonic()
        if key not in self.groups:
            return self._say(code=19001, msg="param invalid: incoming webhook access token invalid")
        body = json.loads(request.body)
        stamp = body.get("timestamp", "")
        late = abs(time.time() - float(stamp or 0)) > 3600
        if late or body.get("sign") != self.signature(stamp, self.secrets[key]):
            why = "sign match fail or timestamp is not within one hour from current time"
            return self._say(code=19021, msg=why)
        window = self._window.setdefault(key, deque())
        while window and now - window[0] >= self.minute:
            window.popleft()
        if len(window) >= 100 or sum(now - at < 1 for at in window) >= 5:
            self.over_limit += 1
            return self._say(code=11232, msg="frequency limited psm")
        if body.get("msg_type") != "interactive" or not body["card"].get("elements"):
            return self._say(code=19002, msg="params error, msg_type need")
        window.append(now)
        self.groups[key].append(body)
        return self._say(code=0, msg="success", data={})

    @staticmethod
    def signature(stamp: str, secret: str) -> str:
        digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def pressed(self, sent: dict[str, Any], who: str, **other: Any) -> tuple[dict[str, str], bytes]:
        """What Feishu tells our door when ``who`` presses the first button: head and body."""
        button = sent["card"]["elements"][1]["actions"][0]
        event = {
            "schema": "2.0",
            "header": {
                "event_id": other.get("event_id", f"evt-{who}"),
                "token": other.get("token", self.verification_token),
                "event_type": "card.action.trigger",
                "app_id": self.app_id,
            },
            "event": {"operator": {"open_id": who}, "action": {"value": button["value"]}},
        }
        return self.sealed(event, **other)

    def sealed(self, event: dict[str, Any], **other: Any) -> tuple[dict[str, str], bytes]:
        content = json.dumps(event).encode()
        missing = 16 - len(content) % 16
        vector = os.urandom(16)
        key = hashlib.sha256(self.encrypt_key.encode()).digest()
        cipher = Cipher(AES(key), CBC(vector)).encryptor()
        hidden = vector + cipher.update(content + bytes([missing]) * missing) + cipher.finalize()
        body = json.dumps({"encrypt": base64.b64encode(hidden).decode()}).encode()
        stamp, nonce = str(other.get("timestamp", int(time.time()))), "n0nce"
        signed = f"{stamp}{nonce}{other.get('encrypt_key', self.encrypt_key)}".encode() + body
        return {
            "x-lark-request-timestamp": stamp,
            "x-lark-request-nonce": nonce,
            "x-lark-signature": hashlib.sha256(signed).hexdigest(),
        }, body

    def _say(self, status: int = 200, **body: Any) -> Reply:
        return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"})
