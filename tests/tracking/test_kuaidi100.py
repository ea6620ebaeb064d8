"""Kuaidi100 documents: what real ones look like, and what odd ones must not do. No database."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from apps.core.errors import BadInput
from apps.tracking.codes import CODES
from apps.tracking.kuaidi100 import (
    MAX_DOCUMENT,
    Document,
    is_signed,
    read_document,
    sign_push,
    sign_query,
)
from apps.tracking.mapping import (
    KUAIDI100_CODES,
    KUAIDI100_WORDS,
    TEXT_RULES,
    classify,
    code_from_text,
    says_no_record,
)

CHINA = ZoneInfo("Asia/Shanghai")
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
requirement = pytest.mark.requirement


def document(*rows: dict[str, object], **top: object) -> Document:
    result = {"nu": "4310508235533", "com": "yunda", "state": "0", "data": list(rows)}
    result |= {name: top.pop(name) for name in ("state", "nu", "data") if name in top}
    whole = {"status": "polling", "lastResult": result, **top}
    return read_document(json.dumps(whole, ensure_ascii=False).encode(), CHINA)


def row(time: str, context: object, **more: object) -> dict[str, object]:
    return {"time": time, "ftime": time, "context": context, **more}


@requirement("TRK-2")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("顺丰速运 已收取快件", "picked_up"),
        ("真如(本部）已收件（揽投员姓名：金某某）", "picked_up"),
        ("[某地公司]进行揽件扫描", "picked_up"),
        ("快件离开【甲地集散中心】,正发往 【乙地营业点】", "departed"),
        ("快件在【甲地营业点】已装车,准备发往 【乙地集散中心】", "departed"),
        ("[甲地分拨中心]从站点发出，本次转运目的地：乙地公司", "departed"),
        ("快件到达 【乙地营业点】", "arrived"),
        ("北京市|到北京市【乙地分部】", "arrived"),
        ("在分拨中心进行卸车扫描", "arrived"),
        ("到达目的地网点，快件将很快进行派送", "arrived_dest_city"),
        ("[甲地分拨中心]在分拨中心进行称重扫描", "sorted"),
        ("正在派送途中,请您准备签收(派件人:叶某某)", "out_for_delivery"),
        ("安排投递，预计14:30:00前投递（投递员姓名：钟某某）", "out_for_delivery"),
        ("甲地分部公司派件人 : 邹某 派件中 派件员电话", "out_for_delivery"),
        ("甲地分部公司 失败签收录入 于某某", "attempt_failed.generic"),
        ("快件派送不成功，因收件人不在家，电话无人接听", "attempt_failed.cannot_contact"),
        ("因公司放假无法派送", "attempt_failed.business_closed"),
        ("正在进行 疑难件 扫描,原因是： 节假日延迟派送", "exception.held_at_branch"),
        ("疑难件扫描", "exception"),
        ("收件人地址不详，查无此人", "exception.bad_address"),
        ("快件外包装破损", "exception.damaged"),
        ("外包装无破损，已签收", "delivered.self"),
        ("快件遗失，正在核实", "exception.lost"),
        ("错分件，转回分拨中心", "exception.misrouted"),
        ("受台风影响，快件延误", "late.weather"),
        ("超时未签收", "late.not_signed"),
        ("客户拒收", "refused"),
        ("已签收,签收人是: 草签", "delivered.self"),
        ("快件已被 拍照 签收", "delivered.self"),
        ("[某地公司某园便民寄存分部]快件已被 已签收 签收", "delivered.self"),
        ("您的快件已签收,签收人：保安室21", "delivered.proxy"),
        ("投递并签收，签收人：他人收 草签", "delivered.proxy"),
        ("已签收，代收货款已付", "delivered.self"),
        ("客户签收人: 已签收，签收人凭取货码签收", "delivered.locker_or_station_collected"),
        ("您的包裹已从丰巢智能柜取出", "delivered.locker_or_station_collected"),
        ("快件已由某店菜鸟驿站代收，请及时取件", "ready_for_pickup.locker_or_station"),
        ("已签收，签收人：菜鸟驿站，请凭取件码取件", "ready_for_pickup.locker_or_station"),
        ("快件已存放至丰巢快递柜，取件码请查看短信", "ready_for_pickup.locker_or_station"),
        ("快件超时未取，柜内滞留", "exception.not_collected_from_locker"),
        ("站点进行了【货物退回客户扫描】操作", "returning"),
        ("快件到达【退货部】,上一站是【北京分拣中心】", "arrived"),
        ("退件已签收", "returned.signed_by_sender"),
        ("签单返还，单号 123", "signback.second_waybill"),
        ("快件清关完成，已放行", "customs.released"),
        ("快件到达 【海关路营业点】", "arrived"),
        ("因客户要求更改地址", "redirected.new_address"),
        ("寄件人取消寄件", "cancelled.before_pickup"),
        ("感谢使用", ""),
    ],
)
def test_a_text_says_what_has_happened(text: str, code: str) -> None:
    assert code_from_text(text) == code


@requirement("TRK-2")
@pytest.mark.parametrize(
    ("number", "text", "code"),
    [
        ("304", "客户签收人: 已签收，签收人凭取货码签收", "delivered.locker_or_station_collected"),
        ("304", "快件已由某店菜鸟驿站代收，请及时取件", "ready_for_pickup.locker_or_station"),
        ("3", "您的快件已签收，签收人：丰巢智能快递柜", "ready_for_pickup.locker_or_station"),
        ("3", "您的快件已签收,签收人：门卫", "delivered.proxy"),
        ("501", "快件已由某店菜鸟驿站代收", "ready_for_pickup.locker_or_station"),
        ("1002", "【甲地】 已发出 下一站 【乙地】", "departed"),
        ("0", "【甲地】 已收入", "sorted"),
        ("5", "正在派件", "out_for_delivery"),
        ("2", "客户拒收", "refused"),
        ("203", "问题件", "refused"),
        ("999", "正在派件", "out_for_delivery"),
        ("", "没有人认识的话", "in_transit"),
    ],
)
def test_a_number_counts_and_the_text_sharpens_it(number: str, text: str, code: str) -> None:
    assert classify(text, number=number) == code


def test_every_code_of_the_tables_is_one_of_ours() -> None:
    rules = {code for _rule, code in TEXT_RULES}
    for code in {*KUAIDI100_CODES.values(), *KUAIDI100_WORDS.values(), *rules}:
        assert code in CODES
    states = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "14"]
    assert all(state in KUAIDI100_CODES for state in states)


def test_a_document_becomes_rows_oldest_first_in_chinese_time() -> None:
    got = document(
        row("2020-11-28 14:32:37", "【深圳市】您的快件已签收", areaName="广东,深圳市,宝安区"),
        row("2020-11-28 12:49:43", "【深圳市】已到达 某公司"),
        status="shutdown",
    )
    assert [r.code for r in got.rows] == ["arrived", "delivered.self"]
    assert got.rows[0].occurred_at.isoformat() == "2020-11-28T12:49:43+08:00"
    assert [r.city for r in got.rows] == ["深圳市", "深圳市"]
    assert got.rows[1].place == "广东深圳市宝安区"
    assert (got.monitor, got.company, got.number) == ("shutdown", "yunda", "4310508235533")


def test_two_events_of_one_second_are_two_and_the_same_line_twice_is_one() -> None:
    second = "2020-11-28 14:32:37"
    got = document(row(second, "已到达 甲"), row(second, "已到达 甲"), row(second, "已发往 乙"))
    assert [r.code for r in got.rows] == ["arrived", "departed"]


@pytest.mark.parametrize("text", ["查无结果", "暂无物流信息", "3天查询无记录", "运单号不存在"])
def test_an_answer_of_nothing_is_no_event(text: str) -> None:
    assert says_no_record(text)
    got = document(row("2020-11-28 14:32:37", text), state="3")
    assert got.rows == got.refused == []


def test_state_4_makes_the_last_signature_the_senders() -> None:
    got = document(
        row("2020-11-28 10:00:00", "客户拒收"),
        row("2020-11-29 10:00:00", "快件退回中"),
        row("2020-11-30 10:00:00", "已签收"),
        state="4",
    )
    assert [r.code for r in got.rows] == ["refused", "returning", "returned.signed_by_sender"]


@pytest.mark.parametrize(
    "bad",
    [
        7,
        None,
        {},
        row("2020-11-28 14:32:37", None),
        row("2020-11-28 14:32:37", ""),
        row("2020-11-28 14:32:37", ["x"]),
        row("2020-11-28 14:32:37", "nul \x00"),
        row("yesterday", "已到达"),
        row("2020-13-28 14:32:37", "已到达"),
        {"context": "已到达"},
        {"time": 1606545157, "context": "已到达"},
    ],
)
def test_a_bad_row_is_refused_and_the_rest_kept(bad: object) -> None:
    got = document(row("2020-11-28 14:32:37", "已到达 甲"), bad)  # type: ignore[arg-type]
    assert len(got.rows) == 1
    assert [r.index for r in got.refused] == [1]
    assert got.refused[0].message


@pytest.mark.parametrize(
    "param",
    [
        b"",
        b"<xml/>",
        b"[]",
        b"7",
        b"{}",
        b"\xff\xfe{}",
        b'{"lastResult": 7}',
        b'{"lastResult": {"nu": ""}}',
        b'{"lastResult": {"nu": "1", "data": 7}}',
        b'{"result": false, "returnCode": "500", "message": "x", "nu": "1"}',
        b"[" * 100_000,
        b'{"a": "' + b"x" * MAX_DOCUMENT + b'"}',
    ],
)
def test_what_is_no_document_is_refused(param: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_document(param, CHINA)
    assert refused.value.code == "bad_document"


def test_a_signature_is_over_the_bytes_received() -> None:
    param, salt = '{"状态": 1}'.encode(), "s3cret"
    sign = sign_push(param, salt)
    assert is_signed(param, sign, salt)
    assert is_signed(param, sign.lower(), salt)
    assert not is_signed(b'{"\\u72b6\\u6001": 1}', sign, salt)
    assert not is_signed(param, sign, "other")
    assert not is_signed(param, sign_push(param, ""), "")
    assert not is_signed(param, "", salt)


def test_the_query_signature_of_a_made_up_request() -> None:
    assert sign_query(b"{}", "key", "CUSTOMER") == "7849ECB13D63E38D9C84C937957B0C77"


EXPECTED = {
    "push_polling_doc_V030344422": ("departed", 2),
    "push_polling_shunfeng_933346116516": ("out_for_delivery", 8),
    "push_polling_yunda_4310508235533_statechange": ("delivered.proxy", 5),
    "push_polling_zhongtong_735587678765": ("departed", 1),
    "push_shutdown_shentong_227213764418": ("delivered.self", 9),
    "push_shutdown_yunda_3805420027268": ("delivered.self", 8),
    "query_ems_1097273463220": ("delivered.proxy", 4),
    "query_huitong_50905742808412": ("delivered.self", 9),
    "query_resultv2-4_yuantong_YT6247854916511": ("delivered.locker_or_station_collected", 12),
    "query_shunfeng_765720722994": ("arrived", 4),
    "query_yuantong_200093247451_failed_attempt": ("delivered.self", 9),
    "query_yunda_1201088260402_photo": ("delivered.self", 8),
}
needs_cases = pytest.mark.skipif(
    not CASES.is_dir(), reason="the folder of shared cases is not beside this clone"
)


@needs_cases
@requirement("TRK-2")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_real_payloads_come_out_right(name: str) -> None:
    param = (CASES / "tracking" / f"kuaidi100_{name}.json").read_bytes()
    got = read_document(param, CHINA)
    assert (got.rows[-1].code, len(got.rows)) == EXPECTED[name]
    assert got.refused == []
    assert [r.occurred_at for r in got.rows] == sorted(r.occurred_at for r in got.rows)


@needs_cases
def test_every_push_and_query_payload_is_expected_above_or_an_error() -> None:
    found = {p.stem.removeprefix("kuaidi100_") for p in CASES.glob("tracking/kuaidi100_[pq]*")}
    assert found == set(EXPECTED)
    for path in CASES.glob("tracking/kuaidi100_error*"):
        with pytest.raises(BadInput):
            read_document(path.read_bytes(), CHINA)


@needs_cases
def test_the_vendors_own_signatures() -> None:
    for vector in json.loads((CASES / "kuaidi100_sign_vectors.json").read_text()):
        form = vector["form"]
        got = sign_query(form["param"].encode(), vector["key"], form["customer"])
        assert got == form["sign"]
