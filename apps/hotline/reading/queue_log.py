"""Asterisk's queue_log (docs.asterisk.org, Operation → Logging → Queue Logs). Pure.

A line is ``time|call id|queue|agent|event|parameters…`` with Unix time in seconds. Read are::

    ENTERQUEUE(url|caller id[|position])        the caller is offered to the queue
    RINGNOANSWER(ringing time in ms)            the agent's phone rang in vain; RINGCANCELED alike
    CONNECT(hold time|channel[|ringing time])   the agent answered, spans in seconds
    COMPLETEAGENT, COMPLETECALLER(hold time|call time|position)
    ABANDON(position|original position|wait time)
    EXITWITHTIMEOUT(position|original|wait), EXITEMPTY alike, EXITWITHKEY(key|position[|original|wait])
    BLINDTRANSFER(extension|context|hold time|call time|position)
    ATTENDEDTRANSFER(method|data|hold time|call time|position), TRANSFER of older versions

Everything else (members, pauses, reloads) is no line of a call and is passed over. Whoever left by a key or because
nobody was there waited in vain: nothing in the file says that a menu helped them.
"""

from apps.hotline.enums import CallOutcome, Direction
from apps.hotline.reading.values import (
    LineRefused,
    Lines,
    Part,
    Reading,
    Refusal,
    Setting,
    answer_after_offer,
    checked,
    end_after_answer,
    half,
    known_extension,
    seconds,
    text_of,
)

# Event → how many parameters it has at least.
_NEEDS = {
    "ENTERQUEUE": 2, "RINGNOANSWER": 1, "RINGCANCELED": 1, "CONNECT": 1, "COMPLETEAGENT": 2, "COMPLETECALLER": 2,
    "ABANDON": 3, "EXITWITHTIMEOUT": 1, "EXITEMPTY": 1, "EXITWITHKEY": 1, "BLINDTRANSFER": 4, "ATTENDEDTRANSFER": 4,
    "TRANSFER": 4,
}  # fmt: skip
_NO_CALL = ("", "NONE", "REALTIME")
_WAIT_AT = {"ABANDON": 2, "EXITWITHTIMEOUT": 2, "EXITEMPTY": 2, "EXITWITHKEY": 3}
_LONGEST_TIME = 12  # digits
_MOST_RINGING = 86_400_000  # milliseconds
_ENDS = frozenset(
    {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER"}
)
_TIMEOUT, _ABANDONED = CallOutcome.TIMEOUT.value, CallOutcome.ABANDONED.value


def read_queue_log(lines: Lines, setting: Setting) -> Reading:
    reading, read = Reading(), 0
    for number, raw in lines:
        read += 1
        try:
            fields = text_of(raw).split("|")
            if len(fields) < 5:
                if fields == [""]:
                    continue
                raise half()
            text, call_id, queue, agent, event, *given = fields
            needs = _NEEDS.get(event)
            if needs is not None:
                if len(given) < needs or not _is_time(text) or call_id in _NO_CALL:
                    raise half()
                at = checked(int(text), setting)
                _take(reading, at, call_id[:80], queue, agent, event, given, setting)
        except LineRefused as refusal:
            reading.refused.append(Refusal(number, refusal.code, str(refusal)))
    reading.lines = read
    return reading


def _is_time(text: str) -> bool:
    return text.isdecimal() and len(text) <= _LONGEST_TIME


def _take(
    reading: Reading,
    at: int,
    call_id: str,
    queue: str,
    agent: str,
    event: str,
    given: list[str],
    setting: Setting,
) -> None:
    if event == "ENTERQUEUE":
        part = reading.part(call_id)
        part.caller = part.caller or given[1].strip()
        if setting.is_internal(part.caller):
            part.direction = Direction.INTERNAL.value
        part.offer(at, queue)
    elif event in ("RINGNOANSWER", "RINGCANCELED"):
        extension, rang = (
            known_extension(agent, setting),
            at - seconds(given[0], _MOST_RINGING) // 1000,
        )
        reading.part(call_id).leg(extension, rang, None, at)
    elif event == "CONNECT":
        _connect(reading, call_id, queue, at, known_extension(agent, setting), given)
    elif event in _ENDS:
        _complete(reading, call_id, queue, at, known_extension(agent, setting), given, event)
    else:
        wait_at = _WAIT_AT[event]
        wait = seconds(given[wait_at]) if len(given) > wait_at else None
        part = reading.part(call_id)
        if wait is not None:
            part.offer(at - wait, queue)
        elif part.offered is None:
            part.offer(at, queue)
        part.end(at, _ABANDONED if event == "ABANDON" else _TIMEOUT)


def _connect(
    reading: Reading, call_id: str, queue: str, at: int, extension: str, given: list[str]
) -> None:
    hold = seconds(given[0])
    ring = seconds(given[2]) if len(given) > 2 else 0
    known = reading.parts.get(call_id)
    answer_after_offer(at, known.offered if known else None)
    part = reading.part(call_id)
    part.offer(at - hold, queue)
    part.answer(at, extension)
    part.leg(extension, at - min(ring, hold), at, None)


def _complete(
    reading: Reading,
    call_id: str,
    queue: str,
    at: int,
    extension: str,
    given: list[str],
    event: str,
) -> None:
    first = 0 if event.startswith("COMPLETE") else 2
    hold, talk = seconds(given[first]), seconds(given[first + 1])
    part = reading.part(call_id)
    if part.answered is None:
        part.offer(at - talk - hold, queue)
        part.answer(at - talk, extension)
        reading.leg_ends.append((call_id, extension, at))
    else:
        end_after_answer(at, part.answered)
        _end_leg(part, extension, at)
    part.end(at)


def _end_leg(part: Part, extension: str, at: int) -> None:
    """Of the phone where it was answered last."""
    last = None
    for (where, rang), (answered, _ended) in part.legs.items():
        is_begun = answered is not None and answered <= at
        if where == extension and is_begun and (last is None or rang > last):
            last = rang
    if last is not None:
        part.legs[extension, last] = (part.legs[extension, last][0], at)
