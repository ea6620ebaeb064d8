"""SMS through an Aliyun-shaped gateway (SendSms, QuerySendDetails; ACS3 signature).

The provider knows no idempotency: after a time-out its records are asked by our ``OutId``, and a
message is only repeated when it says that it never had it. Receipts come to
``services.record_sms_receipts``.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.notifications import acs3
from apps.notifications.channels.base import Channel, Message, Outcome, Question, within
from apps.notifications.enums import ChannelName, Effect
from apps.notifications.wording import stop_text

VERSION = "2017-05-25"
BAD_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT"})
LATER = {
    "isv.BUSINESS_LIMIT_CONTROL": 3600.0,  # its own limit per number
    "isv.MINUTE_LIMIT_CONTROL": 60.0,
    "isv.HOUR_LIMIT_CONTROL": 3600.0,
    "isv.DAY_LIMIT_CONTROL": 6 * 3600.0,
}
BUSY = frozenset({"isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_DENY", "ServiceUnavailable"})


class SmsChannel(Channel):
    name = ChannelName.SMS
    label = _("SMS")
    needs = ("SMS_URL", "SMS_ACCESS_KEY")
    confirms = True
    can_ask = True
    concurrency = 4
    begins_itself = True
    waits = (30, 120, 600, 1800)
    lease = timedelta(seconds=45)
    patience = timedelta(hours=6)
    address_limits = ((86_400, 50),)
    code_limits = ((60, 1), (3600, 5), (86_400, 10))
    placeholder = re.compile(r"\$\{([A-Za-z0-9_]{1,40})\}")

    def pace(self) -> tuple[float, float]:
        return within(float(getattr(settings, "SMS_PER_SECOND", 30.0)))

    def address_key(self, topic: str, address_index: str) -> str:
        """The provider counts per template, so do we."""
        return f"{self.name}:{topic[:24]}:{address_index}"

    def limits_for(self, topic: str) -> Sequence[tuple[int, int]]:
        return self.code_limits if topic.endswith(".code") else self.address_limits

    def parameters_of(self, message: Message) -> dict[str, str]:
        """With “stop” always: the provider refuses a message that lacks a variable of its
        template, and ignores what the template lacks."""
        return {"stop": stop_text(message.unsubscribe), **message.fields}

    def request_of(self, message: Message) -> dict[str, str]:
        return {
            "PhoneNumbers": domestic(message.address),
            "SignName": sign_name(),
            "TemplateCode": message.provider_code,
            "TemplateParam": json.dumps(self.parameters_of(message), ensure_ascii=False),
            "OutId": message.reference,
        }

    def as_read(self, provider_text: str, message: Message) -> str:
        return f"【{sign_name()}】{super().as_read(provider_text, message)}"

    def send(self, message: Message) -> Outcome:
        try:
            answer = call("SendSms", self.request_of(message), message.begin)
        except http.NotSent as error:
            return Outcome(Effect.RETRY, str(error), trouble=True)
        except http.PerhapsSent as error:
            return Outcome(Effect.AMBIGUOUS, str(error), trouble=True)
        return _read(answer)

    def query(self, question: Question) -> Outcome:
        """Asks for each local day on which an attempt was made."""
        days = {
            f"{timezone.localtime(at):%Y%m%d}"
            for at in (question.first_attempt, question.last_attempt)
        }
        for day in sorted(days):
            outcome = self._query_day(question, day)
            if outcome.effect != Effect.UNKNOWN:
                return outcome
        return Outcome(Effect.UNKNOWN, "no_record")

    def _query_day(self, question: Question, day: str) -> Outcome:
        page = 1
        while True:
            parameters = {
                "PhoneNumber": domestic(question.address),
                "SendDate": day,
                "PageSize": "50",
                "CurrentPage": str(page),
            }
            try:
                answer = call("QuerySendDetails", parameters)
            except (http.NotSent, http.PerhapsSent) as error:
                return Outcome(Effect.PENDING, str(error), trouble=True)
            body = _json(answer)
            if answer.status != 200 or body.get("Code") != "OK":
                return Outcome(Effect.PENDING, str(body.get("Code", answer.status))[:60])
            rows = (body.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
            for row in rows:
                if row.get("OutId") == question.reference:
                    return _from_record(row)
            if len(rows) < 50:
                return Outcome(Effect.UNKNOWN, "no_record")
            page += 1


def sign_name() -> str:
    """The provider puts it in front of every text, in brackets of its own."""
    return str(getattr(settings, "SMS_SIGN_NAME", ""))


def call(
    action: str, parameters: Mapping[str, str], begin: Callable[[], None] = lambda: None
) -> http.Answer:
    url = str(getattr(settings, "SMS_URL", ""))
    parts = urlsplit(url)
    path = parts.path or "/"
    headers = acs3.sign(
        method="POST",
        host=parts.netloc,
        path=path,
        action=action,
        version=VERSION,
        parameters=parameters,
        body=b"",
        key_id=str(getattr(settings, "SMS_ACCESS_KEY", "")),
        secret=str(getattr(settings, "SMS_ACCESS_SECRET", "")),
        nonce=uuid.uuid4().hex,
        at=timezone.now(),
    )
    headers.pop("host")
    return http.request(
        "POST",
        f"{parts.scheme}://{parts.netloc}{path}?{acs3.query_string(parameters)}",
        headers=headers,
        rules=http.Rules(
            timeout=float(getattr(settings, "SMS_TIMEOUT", 10.0)), check_address=False
        ),
        begin=begin,
    )


def domestic(phone: str) -> str:
    """Numbers at home go without their prefix, others as 00 and digits."""
    if phone.startswith("+86"):
        return phone[3:]
    return f"00{phone[1:]}" if phone.startswith("+") else phone


def _read(answer: http.Answer) -> Outcome:
    body = _json(answer)
    code = str(body.get("Code", ""))[:60]
    facts = {"code": code or answer.status, "request": str(body.get("RequestId", ""))[:40]}
    if code == "OK":
        return Outcome(Effect.ACCEPTED, code, ref=str(body.get("BizId", ""))[:80], answer=facts)
    if not code:
        # A gateway in between answered: whether the provider has it is open.
        return Outcome(Effect.AMBIGUOUS, f"http_{answer.status}", answer=facts, trouble=True)
    if code in BAD_NUMBER:
        return Outcome(Effect.SUPPRESSED, code, answer=facts)
    if code in LATER:
        return Outcome(Effect.RETRY, code, answer=facts, retry_after=LATER[code])
    if code in BUSY or code.startswith("Throttling"):
        return Outcome(
            Effect.RETRY, code, answer=facts, retry_after=answer.retry_after, trouble=True
        )
    return Outcome(Effect.FAILED, code, answer=facts, trouble=True)


def _from_record(row: Mapping[str, Any]) -> Outcome:
    status = str(row.get("SendStatus", ""))
    code = str(row.get("ErrCode", ""))[:60]
    facts = {"status": status, "code": code}
    if status == "3":
        return Outcome(Effect.DELIVERED, code, answer=facts)
    if status == "2":
        return Outcome(Effect.FAILED, code, answer=facts)
    return Outcome(Effect.ACCEPTED, code, answer=facts)


def _json(answer: http.Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
