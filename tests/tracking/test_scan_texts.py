"""Who signed, who has it, who is only to come: kinds of scan texts beside every vague number."""

import json
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from apps.tracking.codes import CODES
from apps.tracking.kuaidi100 import Document, read_document
from apps.tracking.mapping import classify, is_no_event
from apps.tracking.scan_texts import code_from_text, place_in
from tests.tracking.test_kuaidi100 import CASES

requirement = pytest.mark.requirement
VAGUE = ["", "0", "1", "101", "1002", "5", "在途", "派件", "揽收"]
SIGNED = ["3", "301", "签收"]
KEEPERS = [
    *("丰巢智能柜", "菜鸟驿站", "妈妈驿站", "兔喜生活", "熊猫快收", "韵达超市", "速递易", "蜂巢", "近邻宝"),
    *("格格货栈", "云柜", "速存柜", "自提柜", "代收点", "代办点", "合作点", "阳光便利店", "惠民超市"),
    *("自提点", "中通兔喜快递超市", "京东便民站", "圆通妈妈驿站", "邮政所", "日日顺乐家"),
]  # fmt: skip
KEPT = [
    "已签收，签收人：{}",
    "已签收（{}签收）",
    "{} 已签收",
    "签收人是: 【{}】",
    "快件已由{}代收，请及时取件",
    "快件已放入【{}】，请凭取件码领取",
    "快件已到[{}]，请及时取走",
    "您的快件暂存在{}",
    "因收件人不在家，已存入{}，请尽快取件",
    "{}已发出取件通知短信，请上门自取",
    "快递员取回后重新放入{}",
    "快件在{}，客户尚未取件",
    "快件已转交{}代收",
]
COLLECTED = [
    "已签收，收件人凭码在【{}】取出",
    "客户已从{}取走快件",
    "包裹已从{}成功取出，感谢使用，期待再次为您服务",
    "收件人已在{}自提",
    "已签收，签收人凭取货码在{}取走",
    "【{}】您的包裹已签收出库",
]
TAKEN_BACK = [
    "快递员已将快件从[{}]取回",
    "派件员张某从{}取出快件，将重新派送",
    "逾期未取，小哥已从{}收回",
    "网点已将快件从{}取回",
]
CARRIERS = ["邮政EMS", "中国邮政", "顺丰速运", "中通快递", "圆通", "申通", "韵达快递", "百世", "极兔速递", "京东", "德邦物流", "EMS"]  # fmt: skip
HANDED = [
    "已签收,签收人:转{} 10XXXXXXXXXXX",
    "已签收，签收人：{} 7312345678901",
    "签收人是：{}",
    "已签收（{}签收）",
    "快件已转{}，单号 EA123456789CN",
    "由于偏远，已交由{}派送",
    "已由{}签收",
    "由{}转投",
]
TASKS = [
    "揽收任务已派给网点王师傅",
    "等待网点揽收中",
    "待揽收",
    "已派单",
    "订单已分配给快递员李某",
    "快递员正在前往上门取件",
    "已预约明日上门取件",
    "寄件人改约取件时间",
    "订单尚未揽收",
    "快递员尚未取件",
    "揽收超时",
    "Awaiting pickup",
    "Pickup scheduled for tomorrow",
]
AHEAD = [
    "快件到达【某地营业点】，待派送",
    "派送任务已分配给派件员李某",
    "已分配派件员",
    "已预约次日派送",
    "您的快递即将由小王为您派送",
    "快件尚未派送",
]
PUT_OFF = [
    "已和收件人另约派送时间，等待再次派送",
    "收件人改约派送时间",
    "由于与客户约定更改派送时间, 派件不成功",
    "客户要求改日派送",
    "收件人要求周一送货",
    "与客户预约下午派送",
    "快递柜已满，无法投递",
    "客户尚未签收，明日再派",
    "未签收",
    "改派至明日",
    "Not signed yet",
    "Delivery rescheduled",
]
COMING = ["派件员正在派送途中", "正在再次派送", "已改派快递员李某", "Out for delivery"]


def status_of(text: str, number_or_word: str = "") -> str:
    """The status, however the sender fills the two columns."""
    codes = {classify(text, number=number_or_word), classify(text, word=number_or_word)}
    (status,) = {CODES[code].status.value for code in codes}
    return status


@requirement("TRK-2")
@pytest.mark.parametrize("shape", KEPT)
def test_a_locker_or_a_shop_never_signs(shape: str) -> None:
    for name, given in product(KEEPERS, [*VAGUE, *SIGNED, "2", "303", "304", "501"]):
        assert status_of(shape.format(name), given) == "ready_for_pickup", (name, given)


@requirement("TRK-2")
@pytest.mark.parametrize("shape", COLLECTED)
def test_what_a_person_took_out_is_delivered(shape: str) -> None:
    for name, given in product(KEEPERS, [*VAGUE, *SIGNED, "304", "501"]):
        assert status_of(shape.format(name), given) == "delivered", (name, given)


@requirement("TRK-2")
@pytest.mark.parametrize("shape", TAKEN_BACK)
def test_what_the_courier_took_back_is_not_there_to_be_collected(shape: str) -> None:
    for name, given in product(KEEPERS, [*VAGUE, *SIGNED, "501", "投柜或驿站"]):
        assert status_of(shape.format(name), given) == "attempt_failed", (name, given)


@requirement("TRK-2")
@pytest.mark.parametrize("shape", HANDED)
def test_another_carrier_as_signer_is_a_hand_over(shape: str) -> None:
    for name, given in product(CARRIERS, [*VAGUE, *SIGNED, "2", "7", "501"]):
        assert status_of(shape.format(name), given) == "handed_to_other_carrier", (name, given)


@requirement("TRK-2")
@pytest.mark.parametrize(
    ("texts", "status"),
    [
        (TASKS, "awaiting_pickup"),
        (AHEAD, "arrived_dest_city"),
        (PUT_OFF, "attempt_failed"),
        (COMING, "out_for_delivery"),
    ],
)
@pytest.mark.parametrize("given", VAGUE)
def test_tasks_and_waiting_are_no_movement_and_words_outweigh_numbers(
    texts: list[str], status: str, given: str
) -> None:
    assert {text: status_of(text, given) for text in texts} == dict.fromkeys(texts, status)


@requirement("TRK-2")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("已签收,感谢使用顺丰,期待再次为您服务, 请在评价快递员处点亮五颗星", "delivered.self"),
        ("已签收，签收人：本人，如有疑问请联系派件员", "delivered.self"),
        ("签收人：邮政张某", "delivered.self"),
        ("签收人：张某超", "delivered.self"),
        ("【某某超市营业部】已签收，签收人：张某", "delivered.self"),
        ("签收人：物业", "delivered.proxy"),
        ("已由物业代收", "delivered.proxy"),
        ("已放至物业，请尽快领取", "ready_for_pickup.locker_or_station"),
        ("快件到达【便利店路营业部】", "arrived"),
        ("快件到达 沃某超市营业点", "arrived"),
        ("离开【货柜码头】发往上海", "departed"),
        ("快件交给罗某某，正在派送途中（联系电话）", "out_for_delivery"),
        ("[某地公司]正在进行揽件扫描", "picked_up"),
        ("快递员已上门取件", "picked_up"),
        ("改派地址", "redirected.new_address"),
        ("超时未取，快件存于柜中", "exception.not_collected_from_locker"),
        ("快件退回驿站", "ready_for_pickup.locker_or_station"),
        ("Delivered to parcel locker, please collect", "ready_for_pickup.locker_or_station"),
        ("Collected by consignee", "delivered.locker_or_station_collected"),
        ("Courier has retrieved the parcel from the locker", "attempt_failed.generic"),
        ("Handed over to EMS", "handed_to_other_carrier"),
        ("Signed by: SF Express 123456", "handed_to_other_carrier"),
        ("Signed by front desk", "delivered.proxy"),
        ("Delivered, signed by consignee", "delivered.self"),
        ("Departed from Shanghai hub", "departed"),
        ("Picked up", "picked_up"),
    ],
)
def test_neighbours_of_these_kinds_are_told_apart(text: str, code: str) -> None:
    assert code_from_text(text) == code


@requirement("TRK-2")
@pytest.mark.parametrize("number", ["203", "14", "6", "4", "7", "208", "209"])
@pytest.mark.parametrize("text", ["问题件", "快件已到达某地", "正在派件"])
def test_an_exact_number_stays_beside_general_words(number: str, text: str) -> None:
    assert classify(text, number=number) == classify("没有人认识的话", number=number)


@requirement("TRK-2")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("签收人【林秀芳】", ""),
        ("已签收，签收人：【林秀芳】", ""),
        ("【林秀芳】已签收", ""),
        ("由【林秀芳】签收", ""),
        ("派件员【王某】正在派送", ""),
        ("已签收【本人】", ""),
        ("签收人：【丰巢柜】", ""),
        ("【中通快递】已签收", ""),
        ("请给【快递员张三】五星好评", ""),
        ("很满意的话请在【评价快递员】处点亮五颗星", ""),
        ("感谢使用【菜鸟驿站】", ""),
        ("由【北京分拨中心】发往【上海】", "北京分拨中心"),
        ("【某地分部】已签收，签收人【林秀芳】", "某地分部"),
        ("[北京市]快件在【金盏分部】", "金盏分部"),
        ("快件已放入【速存智能柜】，请取件", "速存智能柜"),
        ("【赵敏】代收", ""),
        ("【陳大文】簽收", ""),
        ("【John Smith】签收", ""),
        ("【周杰】领取", ""),
        ("【韩梅梅】已取件", ""),
        ("【快递员老王】为您服务", ""),
        ("【客服小美】竭诚", ""),
        ("【优惠券】领取", ""),
        ("请扫【二维码】", ""),
        ("下载【APP】", ""),
        ("【双十一】件量大", ""),
        ("【回复TD退订】", ""),
        ("【易碎】轻放", ""),
        ("【售后】", ""),
        ("【一票速递】您的快件", ""),
        ("快件到达【王家庄】", "王家庄"),
        ("到达【松江洞泾】", "松江洞泾"),
        ("【北京望京】已收件", "北京望京"),
        ("【李宁专卖店】已签收", "李宁专卖店"),
    ],
)
def test_a_signer_or_an_advertisement_is_no_place(text: str, place: str) -> None:
    assert place_in(text) == place


@pytest.mark.parametrize(
    "text", ["很满意的话请在评价快递员处点亮五颗星", "感谢使用，期待再次为您服务"]
)
def test_an_advertisement_is_no_event(text: str) -> None:
    assert all(is_no_event(text, number=given) for given in VAGUE)
    assert not is_no_event(text, number="3")
    assert not is_no_event(f"已签收，{text}")


def _found() -> list[dict[str, object]]:
    path = CASES / "found" / "readings.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


@requirement("TRK-2")
@pytest.mark.skipif(not _found(), reason="the folder of shared cases is not beside this clone")
def test_readings_that_were_found_wrong() -> None:
    for case in _found():
        if "text" not in case:
            continue  # the sequence is in test_feed
        document = _document(case)
        statuses = {row.code.partition(".")[0] for row in document.rows}
        if "must_be" in case:
            assert statuses and statuses <= set(case["must_be"]), case  # type: ignore[call-overload]
        elif "must_not_be" in case:
            assert statuses and not statuses & set(case["must_not_be"]), case  # type: ignore[call-overload]
        else:
            assert not any(row.place for row in document.rows), case


def _document(case: dict[str, object]) -> Document:
    row = {"time": "2026-03-01 10:00:00", "context": case["text"]}
    given = str(case["code"])
    row |= {"statusCode" if given.isdigit() else "status": given}
    result = {"nu": "4310508235533", "com": "yunda", "state": case["state"], "data": [row]}
    whole = {"status": "polling", "lastResult": result}
    return read_document(json.dumps(whole).encode(), ZoneInfo("Asia/Shanghai"))
