"""What people paste, at every door that takes a number: each finds it, and only it (TRK-8, TRK-10)."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.chat.queries.shipments import shipment_in, shipment_named
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.services.mail import take_mail
from apps.inquiries.services.replying import send_replies
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.portal.forms import ReportForm
from apps.tracking.forms.scan import ScanForm
from apps.tracking.models import Waybill
from apps.tracking.numbers import group_number
from apps.tracking.queries.waybill import find_waybills
from tests.factories.accounts import UnitFactory, sign_in, superuser
from tests.factories.inquiries import plain_query, wechat_text
from tests.factories.tracking import waybill
from tests.inquiries.test_mail import letter
from tests.inquiries.test_sms_and_voice import send, text
from tests.tracking.test_kuaidi100 import CASES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("wechat", "sms"),
    pytest.mark.requirement("TRK-8"),
]
FOUND = CASES / "found" / "typed.jsonl"
OWN = [
    "您的快递{N}已发出，请注意查收",
    "运单号：{N}",
    "#{N}",
    "（{N}）",
    "“{N}”",
    "https://track.example.com/track/{N}?from=app please check",
    "https://track.example.com/#/t?no={N}&lang=en",
    "【某速递】您的快件{N}已由驿站代收，取件码8-2-1034，退订回T",
    "运单号码：{N}，收件人：张三，13800138000，北京市朝阳区建国路88号",
    "Your parcel {N} has been shipped on 2026-12-01!",
    "電話13800138000，運單 {N} 謝謝",
    "Fwd: 查件 [{N}]",
    "亲，单号是{N}哦～",
    "*{N}*",
]


def messages() -> Iterator[str]:
    yield from OWN
    if FOUND.is_file():
        for line in FOUND.read_text().splitlines():
            case = json.loads(line)
            if case["finds"] == ["{N}"] and "{N}" in case["typed"]:
                yield case["typed"].replace("the twelve digits of {N} without its letters", "{N}")


def box(client: Client, parcel: Waybill, typed: str) -> bool:
    answer = client.post("/track", {"n": typed}, follow=True)
    return answer.request["PATH_INFO"] == f"/track/{parcel.number}"


def address(client: Client, parcel: Waybill, typed: str) -> bool:
    answer = client.get(f"/track?n={quote(typed)}", follow=True)
    return answer.request["PATH_INFO"] == f"/track/{parcel.number}"


def by_wechat(client: Client, parcel: Waybill, typed: str) -> bool:
    answer = client.post(f"/hooks/wechat?{plain_query()}", wechat_text(typed), "text/xml")
    return _tells(ElementTree.fromstring(answer.content).findtext("Content") or "", parcel)


def by_sms(client: Client, parcel: Waybill, typed: str) -> bool:
    before = set(Delivery.objects.values_list("pk", flat=True))
    # One phone may ask so often only.
    send(client, text(typed, phone=f"137{parcel.pk:08d}", id=Delivery.objects.count() + 1))
    pushed_mark = Delivery.objects.filter(topic="inquiry.answer").exclude(pk__in=before).first()
    return pushed_mark is not None and _tells(render(pushed_mark, frozenset()).text, parcel)


def by_mail(client: Client, parcel: Waybill, typed: str) -> bool:
    outbox.outbox.clear()
    question = letter("查件", typed, sender=f"mary{parcel.pk}@shop.example")
    take_mail(read_mail(question.as_bytes()), at=timezone.now())
    send_replies(at=timezone.now())
    return bool(outbox.outbox) and _tells(str(outbox.outbox[-1].body), parcel)


def report_form(client: Client, parcel: Waybill, typed: str) -> bool:
    form = ReportForm({"kind": "damaged", "text": "破了", "waybill": typed})
    form.is_valid()
    return bool(form.cleaned_data.get("waybill") == parcel.number)


def scan_entry(client: Client, parcel: Waybill, typed: str) -> bool:
    given = {"code": "picked_up", "unit": UnitFactory().code, "numbers": typed}
    form = ScanForm(given, user=superuser())
    return form.is_valid() and form.cleaned_data["numbers"] == [parcel.number]


def chat_line(client: Client, parcel: Waybill, typed: str) -> bool:
    return shipment_in(typed) == parcel


def chat_field(client: Client, parcel: Waybill, typed: str) -> bool:
    return shipment_named(typed) == (parcel.number, parcel)


def staff_search(client: Client, parcel: Waybill, typed: str) -> bool:
    return find_waybills(typed, user=superuser()) == [parcel]


def desk_box(client: Client, parcel: Waybill, typed: str) -> bool:
    sign_in(client, superuser())
    answer = client.get(reverse("desk:search"), {"q": typed}, follow=True)
    return parcel.number in answer.request["PATH_INFO"] + answer.content.decode()


Door = Callable[[Client, Waybill, str], bool]
DOORS: list[Door] = [
    *(box, address, by_wechat, by_sms, by_mail, report_form, scan_entry, chat_line, chat_field),
    *(staff_search, desk_box),
]


def _tells(text: str, parcel: Waybill) -> bool:
    return parcel.number in text.replace(" ", "") and "不是" not in text


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_pasted_message_is_read_at_every_door(client: Client, settings: Any, door: Door) -> None:
    settings.DEFAULT_FROM_EMAIL = "track@house.example"
    lost = []
    for n, message in enumerate(messages()):
        parcel = waybill(consignee_phone=f"139{n:08d}")
        other = parcel.number[2:] if n % 2 else group_number(parcel.number)
        for written in (parcel.number, other):
            typed = message.replace("{N}", written)
            # Twelve bare digits are anybody's beside a star or in an address.
            if written.isdigit() and any(sign in message for sign in "*/="):
                continue
            # A link holds a number without blanks.
            if " " in written and "://" in message:
                continue
            if not door(client, parcel, typed):
                lost.append(typed)
    assert not lost
