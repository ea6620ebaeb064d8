"""WeChat's server: tokens that expire and exclude each other, template messages that are dropped
when their ``client_msg_id`` comes again, outcomes that arrive later as an event; customer-service
messages for 48 hours after somebody's last word and five of them at most, each sent as often as
it is asked for; and pictures, kept for three days."""

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
        # openid → (when they last wrote, messages since then).
        self.heard: dict[str, tuple[float, int]] = {}
        self.talked: list[tuple[str, str]] = []
        self.media: dict[str, tuple[bytes, float]] = {}

    def hears(self, openid: str, *, hours_ago: float = 0) -> None:
        """Somebody writes to the account."""
        self.heard[openid] = (time.time() - hours_ago * 3600, 0)

    def receives(self, media_id: str, content: bytes, *, days_ago: float = 0) -> str:
        """Somebody sends a picture."""
        self.media[media_id] = (content, time.time() - days_ago * 86_400)
        return media_id

    def answer(self, request: Request) -> Reply:
        if request.path in ("/cgi-bin/stable_token", "/cgi-bin/token"):
            return self._give_token(request)
        if request.path == "/cgi-bin/message/template/send":
            return self._send(request)
        if request.path == "/cgi-bin/message/custom/send":
            return self._talk(request)
        if request.path == "/cgi-bin/media/get":
            return self._media(request)
        return self._say(errcode=40066, errmsg="invalid url")

    def _give_token(self, request: Request) -> Reply:
        given = json.loads(request.body) if request.body else request.query
        if (given.get("appid"), given.get("secret")) != (self.app_id, self.secret):
            return self._say(errcode=40013, errmsg="invalid appid")
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}"
        self.expires = time.time() + self.token_life
        return self._say(access_token=self.token, expires_in=self.token_life)

    def _refusal(self, request: Request) -> Reply | None:
        token = request.query.get("access_token")
        if not self.token or token != self.token:
            return self._say(errcode=40001, errmsg="invalid credential")
        if time.time() > self.expires:
            return self._say(errcode=42001, errmsg="access_token expired")
        return None

    def _talk(self, request: Request) -> Reply:
        if refusal := self._refusal(request):
            return refusal
        body = json.loads(request.body)
        user, text = body["touser"], body.get("text", {}).get("content", "")
        if self.followers is not None and user not in self.followers:
            return self._say(errcode=43004, errmsg="require subscribe")
        if body.get("msgtype") != "text" or not text:
            return self._say(errcode=40008, errmsg="invalid message type")
        if len(text.encode()) > 2048:
            return self._say(errcode=45002, errmsg="content size out of limit")
        last, used = self.heard.get(user, (0.0, 0))
        if time.time() - last > 48 * 3600:
            return self._say(errcode=45015, errmsg="response out of time limit")
        if used >= 5:
            return self._say(errcode=45047, errmsg="out of response count limit")
        self.heard[user] = (last, used + 1)
        self.talked.append((user, text))
        return self._say(errcode=0, errmsg="ok")

    def _media(self, request: Request) -> Reply:
        if refusal := self._refusal(request):
            return refusal
        content, since = self.media.get(request.query.get("media_id", ""), (b"", 0.0))
        if not content or time.time() - since > 3 * 86_400:
            return self._say(errcode=40007, errmsg="invalid media_id")
        return Reply(200, content, {"content-type": "image/jpeg"})

    def _send(self, request: Request) -> Reply:
        if refusal := self._refusal(request):
            return refusal
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
