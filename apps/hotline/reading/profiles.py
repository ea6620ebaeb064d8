"""What the columns of each profile are called, where that is documented, and what a row means. Pure."""

import re

from apps.hotline.enums import CallOutcome as O
from apps.hotline.enums import Direction
from apps.hotline.reading.sheets import Cells, Layout, Row, direction_of
from apps.hotline.reading.values import Setting, instant, plain_extension, seconds

_PERSON = re.compile(r"\d{2,6}")


def _freepbx(cells: Cells, setting: Setting) -> Row:
    """Columns of Asterisk's ``cdr`` table as FreePBX exports it. ``duration`` counts from the call's beginning,
    ``billsec`` from its answer. A row with no channel on the other side was answered by the machine: the queue,
    where the caller gave up, a mailbox or a menu."""
    start, length, talk = (
        instant(cells["calldate"], setting), seconds(cells["duration"]), seconds(cells["billsec"])
    )  # fmt: skip
    source, target = cells["src"], cells["dst"]
    app, other = cells.get("lastapp", "").lower(), cells.get("dstchannel", "")
    extension = plain_extension(other) if other else ""
    end = None if start is None else start + length
    is_answered = cells["disposition"].upper() == "ANSWERED"
    direction = direction_of(source, target, setting)
    outcome, answered = O.ABANDONED, None
    if app.startswith("voicemail"):
        outcome = O.VOICEMAIL
    elif is_answered and other and end is not None:
        outcome, answered = O.ANSWERED, end - talk
    elif is_answered and app != "queue":
        outcome = O.MENU
    return Row(
        call_id=cells.get("linkedid") or cells["uniqueid"],
        direction=direction,
        caller=target if direction == Direction.OUT else source,
        offered=start,
        answered=answered,
        ended=end,
        outcome=outcome,
        queue=target if app == "queue" else "",
        extension=source if direction == Direction.OUT else extension if setting.is_internal(extension) else "",
    )  # fmt: skip


def _three_cx(cells: Cells, setting: Setting) -> Row:
    """``final-type`` says who the call ended with, ``missed-queue-calls`` whom the queue rang in vain."""
    start, end = instant(cells["start"], setting), instant(cells.get("end", ""), setting)
    answered = instant(cells.get("answered", ""), setting)
    kind, final = cells.get("final_type", "").lower(), cells.get("final") or cells.get("to", "")
    direction = direction_of(plain_extension(cells["from"]), plain_extension(final), setting)
    outcome = O.ABANDONED
    if "mail" in kind:
        outcome, answered = O.VOICEMAIL, None
    elif "ivr" in kind or "receptionist" in kind:
        outcome, answered = O.MENU, None
    elif "queue" in kind:
        answered = None
    extension = cells["from"] if direction == Direction.OUT else final if answered else ""
    missed = re.split(r"[;,\s]+", cells.get("missed", "").strip())
    return Row(
        call_id=cells.get("callid") or cells.get("historyid", ""),
        direction=direction,
        caller=cells["to"] if direction == Direction.OUT else cells["from"],
        offered=start,
        answered=answered,
        ended=end,
        outcome=outcome,
        queue=plain_extension(cells["to"]) if "queue" in cells.get("to_type", "").lower() else "",
        extension=extension,
        rang=tuple(one for one in missed if one),
    )


def _avaya(cells: Cells, setting: Setting) -> Row:
    """Every segment repeats the call's start; ``connected`` 0:00:00 is a call that was lost. Devices begin with E
    (extension), T (trunk) or V (voicemail)."""
    start = instant(cells["start"], setting)
    ring, talk = seconds(cells["ring"]), seconds(cells["connected"])
    more = seconds(cells.get("hold", "")) + seconds(cells.get("park", ""))
    device = cells["device"].upper()
    direction = Direction.IN if cells["direction"].upper() == "I" else Direction.OUT
    if cells["internal"] == "1":
        direction = Direction.INTERNAL
    answered = outcome = None
    if device.startswith("V"):
        outcome = O.VOICEMAIL
    elif talk > 0 and start is not None:
        outcome, answered = O.ANSWERED, start + ring
    return Row(
        call_id=cells["call"],
        direction=direction.value,
        caller=cells["called"] if direction == Direction.OUT else cells["caller"],
        offered=start,
        answered=answered,
        ended=None if start is None else start + ring + talk + more,
        outcome=outcome or O.ABANDONED,
        queue=cells["called"] if direction == Direction.IN else "",
        extension=device[1:] if device.startswith("E") else "",
    )


def _huawei(cells: Cells, setting: Setting) -> Row:
    """Times in milliseconds; a row without an agent was with a device of the system."""
    if cells["wait"].strip() == "-1":
        seconds("-1")
    start = instant(cells["wait"], setting) or instant(cells.get("begin", ""), setting)
    begin, end = instant(cells.get("begin", ""), setting), instant(cells.get("end", ""), setting)
    agent = cells.get("agent", "")
    agent = "" if agent in ("0", "-1") else agent
    answered = begin if agent else None
    return Row(
        call_id=cells["call"],
        direction=direction_of(cells["caller"], cells["callee"], setting),
        caller=cells["caller"],
        offered=start,
        answered=answered,
        ended=end,
        outcome=O.MENU if begin and not agent else O.ABANDONED,
        queue=cells.get("skill", ""),
        extension=agent,
    )


def _yeastar(cells: Cells, setting: Setting) -> Row:
    """Status is ANSWERED, NO ANSWER, BUSY, FAILED, VOICEMAIL or ABANDONED."""
    start = instant(cells["time"], setting)
    length, talk = seconds(cells["length"]), seconds(cells["talk"])
    end = None if start is None else start + length
    status, kind = cells["status"].upper(), cells.get("type", "").lower()
    frm, to = (_number(cells[one]) for one in ("from", "to"))
    direction = {"inbound": "in", "outbound": "out", "internal": "internal"}.get(kind)
    direction = direction or direction_of(frm, to, setting)
    person = to if setting.is_internal(to) or _PERSON.fullmatch(to) else ""
    answered = end - talk if status == "ANSWERED" and end is not None and talk > 0 else None
    return Row(
        call_id=cells["call"],
        direction=direction,
        caller=to if direction == Direction.OUT else frm,
        offered=start,
        answered=answered,
        ended=end,
        outcome=O.VOICEMAIL if status == "VOICEMAIL" else O.ABANDONED,
        extension=frm if direction == Direction.OUT else person,
    )


def _number(text: str) -> str:
    """ "Wang Min<802>" → "802"."""
    found = re.search(r"<([^>]+)>", text)
    return found[1] if found else text


_WORDS = {
    O.ANSWERED: ("answered", "接通", "已接", "已接通", "yes", "1", "成功"),
    O.VOICEMAIL: ("voicemail", "留言"),
    O.MENU: ("menu", "ivr", "自助", "自助服务"),
    O.TIMEOUT: ("timeout", "超时"),
}
ROLES = (
    "call",
    "direction",
    "caller",
    "queue",
    "extension",
    "offered",
    "answered",
    "ended",
    "wait",
    "talk",
    "outcome",
)


def _sheet(cells: Cells, setting: Setting) -> Row:
    """Whatever columns the system's setting names. Answered is what has a time of answer, a span of talking, or
    says so."""
    start = instant(cells["offered"], setting)
    wait, talk = (seconds(cells.get(one, "")) for one in ("wait", "talk"))
    answered, end = (instant(cells.get(one, ""), setting) for one in ("answered", "ended"))
    word = cells.get("outcome", "").strip().lower()
    outcome = next((kind for kind, words in _WORDS.items() if word in words), O.ABANDONED)
    if answered is None and start is not None and (talk > 0 or outcome == O.ANSWERED):
        answered = start + wait
    if end is None and start is not None:
        end = (answered if answered is not None else start + wait) + talk
    if answered is None and outcome == O.ANSWERED:
        outcome = O.ABANDONED
    direction = cells.get("direction", "").strip().lower()
    outgoing = direction in ("out", "outbound", "呼出", "外呼")
    return Row(
        call_id=cells["call"],
        direction=Direction.OUT.value if outgoing else direction_of(cells["caller"], "", setting),
        caller=cells["caller"],
        offered=start,
        answered=answered,
        ended=end,
        outcome=outcome,
        queue=cells.get("queue", ""),
        extension=cells.get("extension", ""),
    )


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names}


FREEPBX = Layout(
    source="docs.asterisk.org, Call Detail Records → CDR variables",
    columns=_same("calldate", "src", "dst", "dstchannel", "lastapp", "duration", "billsec", "disposition",
                  "uniqueid", "linkedid"),
    needs=("calldate", "src", "dst", "duration", "billsec", "disposition", "uniqueid"),
    read=_freepbx,
)  # fmt: skip
THREE_CX = Layout(
    source="3cx.com/docs/cdr-call-data-records",
    columns={
        "historyid": ("historyid",), "callid": ("callid",), "start": ("time-start",),
        "answered": ("time-answered",), "end": ("time-end",), "from": ("from-no",), "to": ("to-no",),
        "to_type": ("to-type",), "final": ("final-number",), "final_type": ("final-type",),
        "missed": ("missed-queue-calls",),
    },
    needs=("historyid", "start", "from", "to"),
    # Without headings: all fields in the order in which the documentation lists them.
    order=("historyid", "callid", "", "start", "answered", "end", "", "from", "to", "", "", "", "", "final", "", "",
           "", "", "", "", "", "to_type", "final_type", "", "", "", "missed"),
    read=_three_cx,
)  # fmt: skip
AVAYA = Layout(
    source="Avaya IP Office, Appendix SMDR → SMDR fields",
    columns={
        "start": ("Call Start",), "connected": ("Connected Time", "Call Duration"), "ring": ("Ring Time", "Ring Duration"),
        "caller": ("Caller",), "direction": ("Direction",), "called": ("Called Number",),
        "internal": ("Is Internal",), "call": ("Call ID",), "device": ("Party1 Device", "Party1Device"),
        "hold": ("Hold Time",), "park": ("Park Time",),
    },
    needs=("start", "connected", "ring", "caller", "direction", "called", "internal", "call", "device"),
    order=("start", "connected", "ring", "caller", "direction", "called", "", "", "internal", "call", "", "device",
           "", "", "", "hold", "park"),
    read=_avaya,
)  # fmt: skip
HUAWEI = Layout(
    source="support.huaweicloud.com/api-cec, call trace of a VDN",
    columns={
        "call": ("callId", "call_id", "呼叫ID"), "caller": ("callerNo", "caller_no", "主叫号码"),
        "callee": ("calleeNo", "callee_no", "被叫号码"), "wait": ("waitBegin", "wait_begin", "等待开始时间"),
        "begin": ("callBegin", "begin", "call_begin", "通话开始时间"), "end": ("callEnd", "end", "call_end", "通话结束时间"),
        "agent": ("agentId", "agent_id", "座席工号"), "skill": ("currentSkillId", "current_skill_id", "技能队列"),
    },
    needs=("call", "caller", "callee", "wait", "begin", "end"),
    read=_huawei,
)  # fmt: skip
YEASTAR = Layout(
    source="help.yeastar.com, P-Series → Call Detail Record (CDR) overview",
    columns={
        "call": ("ID", "callid", "cdrid"), "time": ("Time", "timestart", "时间"), "from": ("Call From", "callfrom", "主叫"),
        "to": ("Call To", "callto", "被叫"), "length": ("Call Duration", "callduraction", "通话时长"),
        "talk": ("Talk Duration", "talkduraction", "接通时长"), "status": ("Status", "状态"),
        "type": ("Communication Type", "type", "通信类型"),
    },
    needs=("call", "time", "from", "to", "length", "talk", "status"),
    read=_yeastar,
)  # fmt: skip


def own_layout(setting: Setting) -> Layout:
    columns = {role: (name,) for role, name in setting.columns.items() if role in ROLES and name}
    return Layout("", columns, ("call", "caller", "offered"), _sheet)
