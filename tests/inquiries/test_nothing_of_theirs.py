"""Who has proved nothing reads no word that a sender wrote, by any way of asking (TRK-10)."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.inquiries.queries.streams import look
from apps.portal.views.shipment import live_address
from apps.tracking.notices import shipment_facts
from apps.tracking.services import ingest
from tests.factories.inquiries import aggregator
from tests.factories.tracking import event, report, waybill
from tests.inquiries.test_kuaidi100 import follow
from tests.inquiries.test_six_ways import by_mail, by_sms, by_voice, by_wechat

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("wechat", "sms"),
    pytest.mark.requirement("TRK-10"),
]
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "found" / "texts.jsonl"
# Hashes, tokens against forgery, numbers of cases: letters and digits in one long word.
TOKEN = re.compile(r"(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[A-Za-z0-9_-]{13,}", re.ASCII)
COUNTS = ("Content-Length", "ETag", "Date")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+")
# Every address that takes a number, and some that do not exist.
DOORS = [
    "/track/{number}/live",  # without its key
    "/track/{number}?print=1",
    "/track/{number}/details",
    "/track/{number}/details/code/x",
    "/track/{number}/photo/00000000-0000-4000-8000-000000000000",
    "/track/{number}/photo/1",
    "/track/{number}/history",
    "/notify/follow/{number}",
    "/notify/follow/{number}?lang=en",
    "/report?n={number}",
    "/chat?n={number}",
    "/api/v1/waybills/{number}",
    "/api/v1/waybills/{number}/stream",
    "/poll/query.do?num={number}",
    "/kuaidi100/courier?nu={number}",
    "/voice/track?number={number}",
]
# What a scan said, and what of it nobody may read who only has the number.
OWN = [
    ("请凭取货码 6-3-2077 到喜悦便利店领取", ["6-3-2077", "2077", "喜悦"]),
    ("门口密码锁 778899#，箱子在鞋柜", ["778899", "鞋柜"]),
    ("电话 壹三九 零五四六 三八四零", ["零五四六", "三八四零"]),
    ("【周小舟】正在派件，微信 zxz_2020", ["周小舟", "zxz_2020"]),
    ("Left with Mary Poppins, Apt 17C, +1 212 555 0188", ["Mary", "Poppins", "17C", "0188"]),
    ("收件人证件 330106 19851224 2233", ["19851224", "2233"]),
    ("放在文三路 88 号 5 幢 2 单元 1201", ["文三路", "1201", "5 幢"]),
    ("已由【遵义】签收，签收人：【九江】", ["遵义", "九江"]),
    ("由嘉兴取走，车牌 浙A·8K2M6", ["嘉兴", "8K2M6"]),
    ("[武威]收货，身份证 110101/19871103/4321", ["武威", "19871103", "4321"]),
    ("到通化姥姥家，钥匙盒密码 0 4 7 7", ["通化", "姥姥", "0 4 7 7"]),
    ("遂宁 13711112222 已联系", ["遂宁", "1112222", "2222"]),
    ("取件凭证 66771188，卡号6222021234567895678", ["66771188", "5678"]),
    ("签收人：顾盼、方圆圆，前台Wendy签收", ["顾盼", "方圆圆", "Wendy"]),
    ("到达昆山转运中心，请转交 秦可 (181 2233 4455)", ["秦可", "4455"]),
    ("客户签收 海口市龙华区金龙路9-2-1703，门牌1703", ["金龙路", "1703"]),
    ("济南->青岛市市南区香港中路76号 欧阳静", ["香港中路", "76号", "欧阳静"]),
    ("发至【苏州】李大壮家", ["李大壮", "大壮"]),
    ("+886-912-345-678 联系陈小姐", ["345-678", "陈小姐"]),
    ("邮箱 zhou.ming@example.org，QQ 998877665", ["zhou.ming", "998877665"]),
]


def shared() -> list[tuple[str, list[str]]]:
    if not CASES.is_file():
        return []
    cases = [json.loads(line) for line in CASES.read_text().splitlines()]
    return [(c["text"], c["must_not_show"]) for c in cases if c["who"] == "anyone"]


def test_a_stranger_learns_nothing_from_texts_or_places(client: Client, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "track@house.example"
    shipment = waybill(
        at=timezone.now() - timedelta(days=4),
        consignee_phone="13905463840",
        consignee_name="沈安康",
        origin_city="上海市浦东新区张江路17号",
        destination_city="北京市朝阳区望京街9号沈安康",
        goods_name="药品 沈安康 13905463840",
        customer_reference="沈安康-望京街9号",
    )
    shipped = ("张江路", "望京街", "安康", "3840")
    cases = [("安康", list(shipped)), *OWN, *shared()]
    codes = ("in_transit", "out_for_delivery", "ready_for_pickup.locker_or_station")
    for number, (text, _hidden) in enumerate(cases):
        for code in codes:
            # Some partners write into the place what others write into the text.
            scan = event(shipment, code, 90 - number, text=text, place=text, city=text[:40])
            result = ingest([scan], source="tests", by=system_user("tests"), at=timezone.now())
            assert not result.refused
    shipment.refresh_from_db()
    number = shipment.number
    answers = {
        "page": client.get(f"/track/{number}?lang=zh-hans").content.decode(),
        "english": client.get(f"/track/{number}?lang=en").content.decode(),
        "answers": client.get("/track", {"n": f"{number} {number[:-1]}"}).content.decode(),
        "wechat": by_wechat(client, number),
        "sms": by_sms(client, number),
        "email": by_mail(number),
        "voice": by_voice(client, number),
        "stream": look({shipment.pk: ""}, at=timezone.now())[shipment.pk].data,
        "aggregator": json.dumps(follow(client, aggregator(), number), ensure_ascii=False),
        "message": json.dumps(shipment_facts(shipment), default=str, ensure_ascii=False),
    }
    assert client.get(live_address(number)).status_code == 200
    for door in (*DOORS, live_address(number)):
        answer = client.get(door.format(number=number))
        heads = " ".join(f"{name}: {value}" for name, value in answer.items() if name not in COUNTS)
        answers[door] = f"{answer.status_code} {heads}\n{answer.content.decode()}"
    groups = {number, number[2:], *(number[at : at + 4] for at in range(len(number) - 3))}
    for way, pushed_mark in answers.items():
        # Microseconds, keys and tokens of our own are anybody's digits.
        words = TOKEN.sub("", MOMENT.sub("", pushed_mark))
        for _text, hidden in cases:
            for secret in hidden:
                if secret not in groups:
                    assert secret not in words, (way, secret)


def test_every_scan_stands_there_with_its_time_and_sentence(client: Client) -> None:
    shipment = report(waybill(), "picked_up", "departed", "arrived", "out_for_delivery")
    page = client.get(f"/track/{shipment.number}?lang=zh-hans").content.decode()
    assert page.count('<time class="clock"') == 4
    for words in ("快件已揽收", "快件已发往下一站", "快件已到达中转站", "快件正在派送途中"):
        assert words in page
