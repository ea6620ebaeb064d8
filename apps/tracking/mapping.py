"""Partner vocabularies to our codes: numbers, the words beside them, and the text itself.

Sources: the vendor's state list and the status mapping. What texts say is read in scan_texts.
"""

from typing import Final

from apps.tracking.codes import CODES
from apps.tracking.enums import Status
from apps.tracking.scan_texts import TEXT_RULES, code_from_text, is_courtesy, says_no_record

__all__ = [
    "KUAIDI100_CODES",
    "KUAIDI100_WORDS",
    "TEXT_RULES",
    "classify",
    "code_from_text",
    "is_no_event",
    "says_no_record",
]

# Kuaidi100 state and statusCode.
KUAIDI100_CODES: Final[dict[str, str]] = {
    "0": "in_transit",
    "1001": "arrived_dest_city",
    "1002": "in_transit",
    "1003": "redirected.new_address",
    "1": "picked_up",
    "101": "created",
    "102": "awaiting_pickup",
    "103": "picked_up",
    "2": "exception",
    "201": "late.not_signed",
    "202": "late.no_update",
    "203": "refused",
    "204": "attempt_failed.generic",
    "205": "exception.not_collected_from_locker",
    "206": "attempt_failed.cannot_contact",
    "207": "exception.out_of_area",
    "208": "exception.held_at_branch",
    "209": "exception.damaged",
    "210": "cancelled.before_pickup",
    "3": "delivered.self",
    "301": "delivered.self",
    "302": "delivered.after_exception",
    "303": "delivered.proxy",
    "304": "delivered.locker_or_station_collected",
    "4": "returned.signed_by_sender",
    "401": "cancelled.before_pickup",
    "5": "out_for_delivery",
    "501": "ready_for_pickup.locker_or_station",
    "6": "returning",
    "7": "handed_to_other_carrier",
    "8": "customs.pending",
    "10": "customs.pending",
    "11": "customs.processing",
    "12": "customs.released",
    "13": "customs.exception",
    "14": "refused",
}
# The word beside a row where it carries no number.
KUAIDI100_WORDS: Final[dict[str, str]] = {
    "在途": "in_transit",
    "干线": "in_transit",
    "转运": "in_transit",
    "到达派件城市": "arrived_dest_city",
    "转单或修改地址": "redirected.new_address",
    "揽收": "picked_up",
    "已下单": "created",
    "待揽收": "awaiting_pickup",
    "已揽收": "picked_up",
    "疑难": "exception",
    "超时未签收": "late.not_signed",
    "超时未更新": "late.no_update",
    "拒收": "refused",
    "拒签": "refused",
    "派件异常": "attempt_failed.generic",
    "柜或驿站超时未取": "exception.not_collected_from_locker",
    "无法联系": "attempt_failed.cannot_contact",
    "超区": "exception.out_of_area",
    "滞留": "exception.held_at_branch",
    "破损": "exception.damaged",
    "销单": "cancelled.before_pickup",
    "已销单": "cancelled.before_pickup",
    "签收": "delivered.self",
    "本人签收": "delivered.self",
    "派件异常后签收": "delivered.after_exception",
    "代签": "delivered.proxy",
    "投柜或站签收": "delivered.locker_or_station_collected",
    "退签": "returned.signed_by_sender",
    "派件": "out_for_delivery",
    "投柜或驿站": "ready_for_pickup.locker_or_station",
    "退回": "returning",
    "转投": "handed_to_other_carrier",
    "转单": "handed_to_other_carrier",
    "清关": "customs.processing",
    "待清关": "customs.pending",
    "清关中": "customs.processing",
    "已清关": "customs.released",
    "清关异常": "customs.exception",
}

S = Status
# Real senders put these beside nearly anything; the text knows better.
_VAGUE: Final = frozenset(
    {S.CREATED, S.AWAITING_PICKUP, S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY}
)
# A number left behind by what the text says came after it.
_AFTER: Final = frozenset(
    {("ready_for_pickup.locker_or_station", "delivered.locker_or_station_collected")}
)
# Words as general as these sharpen no number that says more.
_GENERAL: Final = frozenset({"exception", "late"})
# What a text may say against a number that is exact: that nobody signed after all, or that the
# parcel is no longer where the number leaves it.
_AGAINST: Final[dict[Status, frozenset[Status]]] = {
    S.DELIVERED: frozenset(
        {S.READY_FOR_PICKUP, S.HANDED_TO_OTHER_CARRIER, S.OUT_FOR_DELIVERY, S.AWAITING_PICKUP}
        | {S.ATTEMPT_FAILED, S.REFUSED, S.RETURNING, S.RETURNED}
    ),
    S.READY_FOR_PICKUP: frozenset(
        {S.HANDED_TO_OTHER_CARRIER, S.ATTEMPT_FAILED, S.REFUSED, S.RETURNING, S.RETURNED}
    ),
    S.RETURNING: frozenset({S.RETURNED}),
}
# Numbers that stand for a whole group, and what a text may not put in their place.
_MOVING: Final = frozenset({S.CREATED, S.PICKED_UP, S.IN_TRANSIT, S.ARRIVED_DEST_CITY})
_OPEN: Final[dict[str, frozenset[Status]]] = {
    "exception": _MOVING,
    "attempt_failed.generic": _MOVING | {S.OUT_FOR_DELIVERY, S.DELIVERED},
    "customs.pending": frozenset(set(Status) - {S.CUSTOMS}),
    "arrived_dest_city": frozenset({S.CREATED, S.PICKED_UP, S.IN_TRANSIT}),
}


def classify(text: str, *, number: str = "", word: str = "") -> str:
    """The code of one partner row, from its text and the number or word beside it.

    The text outweighs a vague number (in transit, out for delivery …) and sharpens an open one;
    an exact number outweighs the text, except that "signed" never means "the station has it" or
    "another carrier has it".
    """
    by_number = _code_for(number) or _code_for(word)
    read = code_from_text(text)
    if by_number is None:
        return read or "in_transit"
    if not read or read == by_number:
        return by_number
    status, seen = CODES[by_number].status, CODES[read].status
    if status in _VAGUE or seen in _AGAINST.get(status, ()) or (by_number, read) in _AFTER:
        return read
    if by_number in _OPEN and seen not in _OPEN[by_number] and read not in _GENERAL:
        return read
    if by_number == "delivered.self" and seen == S.DELIVERED:
        return read
    return by_number


def is_no_event(text: str, *, number: str = "", word: str = "") -> bool:
    """Nothing has happened: "no record", or thanks and advertisements beside no number that says
    more."""
    if says_no_record(text):
        return True
    by_number = _code_for(number) or _code_for(word)
    return is_courtesy(text) and (by_number is None or CODES[by_number].status in _VAGUE)


def _code_for(value: str) -> str | None:
    """Senders mix the two columns up: a word stands where the number belongs."""
    return KUAIDI100_CODES.get(value) or KUAIDI100_WORDS.get(value)
