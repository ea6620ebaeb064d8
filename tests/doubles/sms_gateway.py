"""An SMS gateway with Aliyun's interface: it checks the ACS3 signature with code of its own,
keeps its documented limits, has no idempotency, and gives records and receipts later."""

import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

from tests.doubles.server import Company, Reply, Request

SHANGHAI = timezone(timedelta(hours=8))


class SmsGateway(Company):
    key, secret = "LTAI-test", "sms-secret"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, str]] = []
        self.nonces: set[str] = set()
        self.limits: dict[str, list[tuple[float, int]]] = {}
        self.refusals: dict[str, str] = {}  # phone → code
        self.statuses: dict[str, tuple[str, str]] = {}  # out id → (status, code)
        self.remembers = True
        self.signature_errors = 0

    def answer(self, request: Request) -> Reply:
        if not self._is_signed(request):
            self.signature_errors += 1
            return self._say("SignatureDoesNotMatch", 403)
        action = request.headers["x-acs-action"]
        if action == "SendSms":
            return self._send(request.query)
        if action == "QuerySendDetails":
            return self._query(request.query)
        return self._say("InvalidAction.NotFound", 404)

    def _is_signed(self, request: Request) -> bool:
        head = request.headers
        given = head.get("authorization", "")
        if not given.startswith("ACS3-HMAC-SHA256 "):
            return False
        parts = dict(p.split("=", 1) for p in given.removeprefix("ACS3-HMAC-SHA256 ").split(","))
        nonce = head.get("x-acs-signature-nonce", "")
        if not nonce or nonce in self.nonces or parts["Credential"] != self.key:
            return False
        self.nonces.add(nonce)
        if hashlib.sha256(request.body).hexdigest() != head.get("x-acs-content-sha256"):
            return False
        pairs = sorted(p.partition("=")[::2] for p in request.raw_query.split("&"))
        query = "&".join(
            f"{quote(unquote(k), safe='~')}={quote(unquote(v), safe='~')}" for k, v in pairs
        )
        names = parts["SignedHeaders"].split(";")
        lines = "".join(f"{n}:{head[n]}\n" for n in names)
        whole = f"{request.method}\n{request.path}\n{query}\n{lines}\n{';'.join(names)}\n{head['x-acs-content-sha256']}"
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(whole.encode()).hexdigest()
        want = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(want, parts["Signature"])

    def _send(self, query: dict[str, str]) -> Reply:
        phone = query["PhoneNumbers"]
        if phone in self.refusals:
            return self._say(self.refusals[phone], 200)
        if not query.get("TemplateCode") or not query.get("SignName"):
            return self._say("isv.SMS_TEMPLATE_ILLEGAL", 200)
        for seconds, most in self.limits.get(phone, []):
            recent = [
                s
                for s in self.sent
                if s["phone"] == phone and float(s["at"]) > time.time() - seconds
            ]
            if len(recent) >= most:
                return self._say("isv.BUSINESS_LIMIT_CONTROL", 200)
        biz = f"biz{len(self.sent):06d}"
        self.sent.append(
            {
                "phone": phone,
                "template": query["TemplateCode"],
                "param": query.get("TemplateParam", "{}"),
                "out_id": query.get("OutId", ""),
                "biz_id": biz,
                "at": str(time.time()),
            }
        )
        return self._say("OK", 200, BizId=biz)

    def _query(self, query: dict[str, str]) -> Reply:
        day, rows = query["SendDate"], []
        for sms in self.sent if self.remembers else []:
            at = datetime.fromtimestamp(float(sms["at"]), SHANGHAI)
            if sms["phone"] == query["PhoneNumber"] and f"{at:%Y%m%d}" == day:
                status, code = self.statuses.get(sms["out_id"], ("3", "DELIVERED"))
                rows.append({"OutId": sms["out_id"], "SendStatus": int(status), "ErrCode": code})
        size, page = int(query["PageSize"]), int(query["CurrentPage"])
        part = rows[(page - 1) * size : page * size]
        return self._say(
            "OK", 200, TotalCount=str(len(rows)), SmsSendDetailDTOs={"SmsSendDetailDTO": part}
        )

    def reports(self, *, success: bool = True, code: str = "DELIVERED") -> list[dict[str, object]]:
        """What the gateway pushes to our receipt address, in its documented shape."""
        return [
            {
                "phone_number": sms["phone"],
                "send_time": "2026-11-22 14:05:06",
                "report_time": "2026-11-22 14:05:09",
                "success": success,
                "err_code": code,
                "err_msg": "",
                "sms_size": "1",
                "biz_id": sms["biz_id"],
                "out_id": sms["out_id"],
            }
            for sms in self.sent
        ]

    def _say(self, code: str, status: int, **more: object) -> Reply:
        body = {"Code": code, "Message": code, "RequestId": f"r{len(self.requests)}", **more}
        return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"})
