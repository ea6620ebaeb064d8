"""Each profile's lines as its documentation shows them, and what is refused with number and reason (CMP-10)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.hotline.reading import Part, Reading, Setting, read_lines
from apps.hotline.rules.numbers import caller_key, internal_test, is_range

pytestmark = pytest.mark.requirement("CMP-10")
ZONE = ZoneInfo("Asia/Shanghai")
NOW = int(datetime(2026, 12, 1, 12, tzinfo=ZONE).timestamp())
T = NOW - 3600


def read(profile: str, text: str | bytes, **more: Any) -> Reading:
    data = text.encode() if isinstance(text, str) else text
    lines = data.splitlines(keepends=True)
    setting = Setting(ZONE, NOW, internal_test(["800-899"]), **more)
    return read_lines(profile, enumerate(lines, start=1), setting, lines[0] if lines else b"")


def one(reading: Reading) -> Part:
    assert reading.refused == []
    [part] = reading.parts.values()
    return part


def codes(reading: Reading) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.code) for refusal in reading.refused]


def local(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-12-01T{text}").replace(tzinfo=ZONE).timestamp())


def test_a_queue_that_rang_several_phones_is_one_answered_call() -> None:
    """OP07: 801 and 803 rang in vain, 802 answered after 9 s: one call, wait 9 s, three phones."""
    text = (
        f"{T}|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n"
        f"{T + 4}|1.1|hotline|SIP/801|RINGNOANSWER|4000\n{T + 4}|1.1|hotline|PJSIP/803|RINGNOANSWER|4000\n"
        f"{T + 9}|1.1|hotline|Local/802@from-queue/n|CONNECT|9|1.2|4\n"
        f"{T + 99}|1.1|hotline|SIP/802|COMPLETEAGENT|9|90|1\n"
    )
    part = one(read("asterisk_queue_log", text))
    assert (part.outcome, part.extension, part.answered, part.ended) == (
        "answered",
        "802",
        T + 9,
        T + 99,
    )
    assert sorted(key[0] for key in part.legs) == ["801", "802", "803"]
    assert [one for one in part.legs.values() if one[0]] == [(T + 9, T + 99)]


@pytest.mark.parametrize(
    ("end", "outcome", "offered"),
    [
        ("NONE|ABANDON|1|1|30", "abandoned", T - 30),
        ("NONE|EXITWITHTIMEOUT|1|1|60", "timeout", T - 60),
        ("NONE|EXITWITHKEY|0|1|1|20", "timeout", T - 20),
        ("SIP/802|COMPLETECALLER|10|50|1", "answered", T - 60),
        ("SIP/802|BLINDTRANSFER|803|from-internal|10|50|1", "answered", T - 60),
        ("SIP/802|ATTENDEDTRANSFER|BRIDGE|b1|10|50|1", "answered", T - 60),
    ],
)
def test_how_a_queued_call_ends(end: str, outcome: str, offered: int) -> None:
    part = one(read("asterisk_queue_log", f"{T}|1.1|hotline|{end}\n"))
    assert (part.outcome, part.offered, part.ended) == (outcome, offered, T)


def test_what_is_no_call_is_passed_over() -> None:
    text = f"{T}|NONE|NONE|NONE|QUEUESTART|\n{T}|NONE|hotline|SIP/802|PAUSE|lunch\n\n"
    assert read("asterisk_queue_log", text).parts == {}
    assert read("asterisk_queue_log", text).refused == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{NOW + 4000}|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n", "future"),
        (f"{T}|1.1|hotline|SIP/802|CONNECT|-1|x|4\n", "bad_wait"),
        (f"{T}|1.1|hotline|SIP/877|CONNECT|5|x|4\n", "unknown_extension"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1\n", "half"),
        (f"{T}|1.1|hot\n", "half"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1|1|30", "half"),
        ("12|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n", "bad_time"),
        (f"{T}|1.1|hotline|SIP/802|COMPLETECALLER|-1|60|1\n", "bad_wait"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1|1|-1\n", "bad_wait"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1|1|99999999999999\n", "bad_wait"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1|1|{'9' * 5_000}\n", "bad_wait"),
        (f"{T}|1.1|hotline|NONE|ABANDON|1|1|{'9' * 5_000}:00:00\n", "bad_wait"),
        (f"{'9' * 5_000}|1.1|hotline|NONE|ABANDON|1|1|30\n", "half"),
        ("²|1.1|hotline|NONE|ABANDON|1|1|30\n", "half"),
        ("gestern|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n", "half"),
    ],
)
def test_a_line_is_refused_with_its_reason(line: str, code: str) -> None:
    good = f"{T}|2.2|hotline|NONE|ENTERQUEUE||13800138001|1\n"
    reading = read("asterisk_queue_log", good + line, known=frozenset({"802"}))
    assert codes(reading) == [(2, code)]
    assert list(reading.parts) == ["2.2"]  # the rest is kept
    assert str(reading.refused[0].why)


def test_an_answer_before_the_offer_and_an_unknown_encoding() -> None:
    text = f"{T}|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n{T - 50}|1.1|hotline|SIP/802|CONNECT|0|x|0\n".encode()
    assert codes(read("asterisk_queue_log", text + b"\xff\xff\xff|1.1\n")) == [
        (2, "answer_before_offer"),
        (3, "encoding"),
    ]


def test_a_talk_that_ends_before_its_answer() -> None:
    """The first call is refused its end; the second ends on the phone that it had by then."""
    text = (
        f"{T}|1.1|hotline|NONE|ENTERQUEUE||13800138001|1\n{T + 9}|1.1|hotline|SIP/802|CONNECT|9|x|4\n"
        f"{T + 3}|1.1|hotline|SIP/802|COMPLETECALLER|9|60|1\n"
        f"{T + 60}|1.1|hotline|SIP/803|CONNECT|9|x|4\n{T + 30}|1.1|hotline|SIP/803|COMPLETECALLER|9|60|1\n"
    )
    reading = read("asterisk_queue_log", text)
    assert codes(reading) == [(3, "bad_wait")]
    assert all(ended is None for _answered, ended in reading.parts["1.1"].legs.values())


def test_a_row_broken_in_its_middle_is_half_a_row() -> None:
    row = "2026-12-01 09:00:00,x,13800138001,600,q,c,,Queue,x,40,40,ANSWERED,1.1,1.1\n"
    reading = read_lines(
        "freepbx_cdr",
        enumerate([FREEPBX.encode(), row.replace(",x,", "\r,", 1).encode(), row.encode()], start=1),
        Setting(ZONE, NOW, internal_test([])),
        FREEPBX.encode(),
    )
    assert codes(reading) == [(2, "half")] and list(reading.parts) == ["1.1"]


def test_gb18030_is_read() -> None:
    text = f"{T}|1.1|客服热线|NONE|ENTERQUEUE||13800138001|1\n".encode("gb18030")
    assert one(read("asterisk_queue_log", text)).queue == "客服热线"


FREEPBX = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid,linkedid\n"


def test_freepbx_rows_of_one_linked_id_are_one_call() -> None:
    text = FREEPBX + (
        '2026-12-01 09:00:00,"""A"" <13800138001>",13800138001,600,q,SIP/t,,Queue,600,20,0,NO ANSWER,1.1,1.1\n'
        "2026-12-01 09:00:08,x,13800138001,801,q,L,SIP/801-0000001a,Dial,x,5,0,NO ANSWER,1.2,1.1\n"
        "2026-12-01 09:00:00,x,13800138001,600,q,SIP/t,Local/802@from-queue-00000012;1,Queue,600,80,68,ANSWERED,1.1,1.1\n"
    )
    part = one(read("freepbx_cdr", text))
    assert (part.outcome, part.queue, part.extension) == ("answered", "600", "802")
    assert (part.offered, part.answered, part.ended) == (
        local("09:00:00"),
        local("09:00:12"),
        local("09:01:20"),
    )


@pytest.mark.parametrize(
    ("row", "outcome", "direction"),
    [
        ("13800138001,600,q,c,,Queue,x,40,40,ANSWERED,1.1,1.1", "abandoned", "in"),
        ("13800138001,s,ivr,c,,BackGround,x,40,40,ANSWERED,1.1,1.1", "menu", "in"),
        ("13800138001,vm,q,c,,VoiceMail,x,40,40,ANSWERED,1.1,1.1", "voicemail", "in"),
        ("802,13800138001,o,c,SIP/trunk-00000001,Dial,x,40,30,ANSWERED,1.1,1.1", "answered", "out"),
        ("802,803,o,c,SIP/803-00000001,Dial,x,40,30,ANSWERED,1.1,1.1", "answered", "internal"),
    ],
)
def test_who_answered_at_freepbx(row: str, outcome: str, direction: str) -> None:
    part = one(read("freepbx_cdr", f"{FREEPBX}2026-12-01 09:00:00,x,{row}\n"))
    assert (part.outcome, part.direction) == (outcome, direction)
    assert part.caller == "13800138001" or direction == "internal"


def test_3cx_with_headings_and_without() -> None:
    head = "historyid,callid,time-start,time-answered,time-end,from-no,to-no,to-type,final-number,final-type,missed-queue-calls\n"
    row = "7,00A1,2026/12/01 09:00:00,2026/12/01 09:00:09,2026/12/01 09:01:00,13800138001,600,Queue,Ext.802,Extension,801;803\n"
    part = one(read("3cx_cdr", head + row))
    assert (part.outcome, part.extension, part.queue) == ("answered", "802", "600")
    assert sorted(key[0] for key in part.legs) == ["801", "802", "803"]
    plain = (
        "7,00A1,00:00:51,2026/12/01 09:00:00,,2026/12/01 09:00:51,TerminatedBySrc,13800138001,600,,,,,600,,,,,,,"
        "External,Queue,Queue,,,,\n"
    )
    assert one(read("3cx_cdr", plain)).outcome == "abandoned"


def test_avaya_segments() -> None:
    row = "2026/12/01 09:00:00,00:01:30,9,13800138001,I,600,600,,0,1014155,{more},{device},Wang,T9001,Line,{hold},0\n"
    text = row.format(more=1, device="E802", hold=0)
    part = one(read("avaya_smdr", text))
    assert (part.outcome, part.extension, part.answered) == ("answered", "802", local("09:00:09"))
    lost = one(read("avaya_smdr", text.replace("00:01:30", "00:00:00").replace("E802", "T9001")))
    assert (lost.outcome, lost.ended) == ("abandoned", local("09:00:09"))
    assert codes(read("avaya_smdr", text[:60] + "\n")) == [(1, "half")]


def test_huawei_in_milliseconds() -> None:
    head = "call_id,caller_no,callee_no,wait_begin,begin,end,agent_id,current_skill_id\n"
    wait, begin, end = (T * 1000, (T + 9) * 1000, (T + 60) * 1000)
    part = one(read("huawei_cec", f"{head}c1,13800138001,4008,{wait},{begin},{end},802,5\n"))
    assert (part.outcome, part.extension, part.answered) == ("answered", "802", T + 9)
    menu = one(read("huawei_cec", f"{head}c1,13800138001,4008,{wait},{begin},{end},,\n"))
    assert menu.outcome == "menu"
    assert codes(read("huawei_cec", f"{head}c1,13800138001,4008,-1,0,{end},,\n")) == [
        (2, "bad_wait")
    ]


def test_yeastar_both_spellings() -> None:
    text = "ID,Time,Call From,Call To,Call Duration,Talk Duration,Status,Communication Type\n"
    row = "1.9,2026-12-01 09:00:00,13800138001,Wang Min<802>,00:01:09,00:01:00,{},Inbound\n"
    part = one(read("yeastar", text + row.format("ANSWERED")))
    assert (part.outcome, part.extension, part.answered) == ("answered", "802", local("09:00:09"))
    api = "callid,timestart,callfrom,callto,callduraction,talkduraction,status,type\n"
    assert (
        one(read("yeastar", api + row.format("VOICEMAIL").replace("00:01:00", "0"))).outcome
        == "voicemail"
    )


def test_any_other_sheet_by_the_columns_that_are_set() -> None:
    columns = {"call": "流水号", "caller": "主叫", "offered": "呼入时间", "wait": "等待", "talk": "通话秒数",
               "extension": "工号", "outcome": "结果"}  # fmt: skip
    text = "流水号,主叫,呼入时间,等待,通话秒数,工号,结果\nA1,13800138001,2026年12月1日 09:00,9,60,802,接通\nA2,13800138001,2026-12-01 09:05:00,-1,0,,未接\n"
    reading = read("sheet", text.encode("gb18030"), columns=columns)
    assert codes(reading) == [(3, "bad_wait")]
    assert reading.parts["A1"].answered == local("09:00:09")
    assert codes(read("sheet", "a,b\n1,2\n", columns=columns)) == [
        (1, "no_headings"),
        (2, "no_headings"),
    ]


def test_numbers_that_can_be_called_back() -> None:
    assert caller_key("13800138001") == caller_key("+8613800138001") == caller_key("013800138001")
    assert caller_key("anonymous") == caller_key("802") == caller_key("") == ""
    assert caller_key("021-58881234") == "+862158881234"
    assert is_range("800-899") and is_range("10") and not is_range("899-800") and not is_range("8x")
