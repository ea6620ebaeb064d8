"""WeCom's callback: SHA-1 over token, time, nonce and the sealed message; AES inside, made for our company alone.

The answer to a press changes the button (``update_button``); a refusal is a text. Both are sealed as well.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from datetime import datetime
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # no stubs
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # no stubs
from django.conf import settings
from django.utils.crypto import get_random_string

from apps.core.wechat_seals import Unsealable, is_signed, seal, sign, unseal
from apps.notifications.callbacks.checking import check_age, number, refused
from apps.notifications.enums import Platform
from apps.notifications.services import Answer, Press

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACED = 30  # characters of a button


def is_open() -> bool:
    return bool(settings.WECOM_TOKEN and settings.WECOM_AES_KEY and settings.WECOM_CORP_ID)


def echo(query: Mapping[str, str], *, at: datetime) -> bytes:
    """What WeCom asks when the address is entered there."""
    return _open(query, query.get("echostr", ""), at)


def press_of(query: Mapping[str, str], body: bytes, *, at: datetime) -> tuple[Press | None, str]:
    """The press and the account it came from; None for every other event. Raises BadInput."""
    fields = _fields(_open(query, _fields(body).get("Encrypt", ""), at))
    if fields.get("MsgType") != "event" or fields.get("Event") != "template_card_event":
        return None, ""
    who, key = fields.get("FromUserName", "")[:64], fields.get("EventKey", "")[:128]
    if not who or not key:
        raise refused("not_understood")
    # WeCom numbers no events; this code is one press's own, the rest is for those without.
    parts = (who, key, fields.get("CreateTime", ""), fields.get("ResponseCode", ""))
    event = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return Press(Platform.WECOM, event, who, key), who


def answer(given: Answer, who: str) -> str:
    if given.is_done:
        inner = (
            "<MsgType><![CDATA[update_button]]></MsgType>"
            f"<Button><ReplaceName>{_cdata(given.text[:REPLACED])}</ReplaceName></Button>"
        )
    else:
        inner = f"<MsgType><![CDATA[text]]></MsgType><Content>{_cdata(given.text)}</Content>"
    now = str(int(time.time()))
    xml = (
        f"<xml><ToUserName>{_cdata(who)}</ToUserName>"
        f"<FromUserName>{_cdata(settings.WECOM_CORP_ID)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime>{inner}</xml>"
    )
    sealed = seal(xml, encoding_key=settings.WECOM_AES_KEY, app_id=settings.WECOM_CORP_ID)
    nonce = get_random_string(12)
    signature = sign(settings.WECOM_TOKEN, now, nonce, sealed)
    return (
        f"<xml><Encrypt>{_cdata(sealed)}</Encrypt><MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{now}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def _open(query: Mapping[str, str], sealed: str, at: datetime) -> bytes:
    timestamp, nonce = query.get("timestamp", "")[:20], query.get("nonce", "")[:64]
    signature = query.get("msg_signature", "")
    if not is_signed(signature, settings.WECOM_TOKEN, timestamp, nonce, sealed):
        raise refused("bad_signature")
    check_age(number(timestamp), at)
    try:
        return unseal(sealed, encoding_key=settings.WECOM_AES_KEY, app_id=settings.WECOM_CORP_ID)
    except Unsealable:
        raise refused("bad_seal") from None


def _fields(body: bytes) -> dict[str, str]:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise refused("not_understood") from None
    return {element.tag: (element.text or "").strip() for element in list(root)[:60]}


def _cdata(text: str) -> str:
    return f"<![CDATA[{_NOT_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
