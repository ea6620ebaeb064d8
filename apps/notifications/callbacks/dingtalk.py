"""What somebody says to the company's own robot at DingTalk; a button says it for them (``channels.dingtalk``).

The head is signed with the application's secret and good for an hour; the body is not, so only HTTPS keeps it, and
``msgId`` keeps it from counting twice.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from apps.notifications.callbacks.checking import as_object, check_age, number, refused, text_of
from apps.notifications.channels.dingtalk import TAKE, sign
from apps.notifications.enums import Platform
from apps.notifications.services import Answer, Press

AN_HOUR = 3600.0
_COMMAND = re.compile(rf"\s*{TAKE}\s+([A-Za-z0-9_-]{{1,80}})\s*")


def is_open() -> bool:
    return bool(settings.DINGTALK_ANSWERS and settings.DINGTALK_APP_SECRET)


def press_of(headers: Mapping[str, str], body: bytes, *, at: datetime) -> Press | None:
    """None for what is said without our button. Raises BadInput."""
    timestamp = headers.get("timestamp", "")[:20]
    expected = sign(timestamp, settings.DINGTALK_APP_SECRET)
    if not constant_time_compare(expected, headers.get("sign", "")):
        raise refused("bad_signature")
    moment = number(timestamp)
    check_age(moment / 1000 if moment is not None else None, at, AN_HOUR)
    message = as_object(body)
    if text_of(message, "robotCode") != settings.DINGTALK_ROBOT_CODE:
        raise refused("other_robot")
    event, who = text_of(message, "msgId", most=64), text_of(message, "senderStaffId", most=64)
    if not event:
        raise refused("not_understood")
    found = _COMMAND.fullmatch(text_of(message, "text", "content"))
    return Press(Platform.DINGTALK, event, who, found[1]) if found else None


def answer(given: Answer | None) -> dict[str, Any]:
    text = (
        given.text if given else _("Press a button in one of our messages; we read nothing else.")
    )
    return {"msgtype": "text", "text": {"content": text}}
