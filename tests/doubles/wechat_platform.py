"""WeChat's server: tokens that expire and exclude each other, template messages that are dropped
when their ``client_msg_id`` comes again, and outcomes that arrive later as an event."""

import json
import time

from tests.doubles.server import Company, Reply, Request


class WeChatPlatform(Company):
    app_id, secret = "wx-test", "wechat-secret"

    def __init__(self) -> None:
        super().__init__()
        self.token, self.expires = "", 0.0
        self.token_life = 7200
        self.tokens_given = 0
        self.followers: set[str] | None = None
        self.refusals: dict[str, int] = {}
        self.sent: list[dict[str, object]] = []
        self.repeats = 0
        self._known: dict[tuple[str, str], int] = {}

    def answer(self, request: Request) -> Reply:
        if request.path in ("/cgi-bin/stable_token", "/cgi-bin/token"):
            return self._give_token(request)
        if request.path == "/cgi-bin/message/template/send":
            return self._send(request)
        return self._say(errcode=40066, errmsg="invalid url")

    def _give_token(self, request: Request) -> Reply:
        given = json.loads(request.body) if request.body else request.query
        if (given.get("appid"), given.get("secret")) != (self.app_id, self.secret):
            return self._say(errcode=40013, errmsg="invalid appid")
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}"
        self.expires = time.time() + self.token_life
        return self._say(access_token=self.token, expires_in=self.token_life)

    def _send(self, request: Request) -> Reply:
        token = request.query.get("access_token")
        if not self.token or token != self.token:
            return self._say(errcode=40001, errmsg="invalid credential")
        if time.time() > self.expires:
            return self._say(errcode=42001, errmsg="access_token expired")
        body = json.loads(request.body)
        user = body["touser"]
        if user in self.refusals:
            return self._say(errcode=self.refusals[user], errmsg="refused")
        if self.followers is not None and user not in self.followers:
            return self._say(errcode=43004, errmsg="require subscribe")
        if not body.get("template_id"):
            return self._say(errcode=40037, errmsg="invalid template_id")
        key = (user, body.get("client_msg_id", ""))
        if key[1] and key in self._known:
            self.repeats += 1
            return self._say(errcode=0, errmsg="ok", msgid=self._known[key])
        msg_id = 200_000_000 + len(self.sent)
        self._known[key] = msg_id
        self.sent.append({**body, "msgid": msg_id})
        return self._say(errcode=0, errmsg="ok", msgid=msg_id)

    def outcome_xml(self, msg_id: int, status: str = "success") -> str:
        return (
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
            "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
            f"<MsgID>{msg_id}</MsgID><Status><![CDATA[{status}]]></Status></xml>"
        )

    def _say(self, **body: object) -> Reply:
        return Reply(200, json.dumps(body).encode(), {"content-type": "application/json"})
