"""Our statuses in Kuaidi100's words: state, statusCode and both names of each. Pure.

Source: the canonical columns of the status mapping. Where it names two codes, the one that a
client of the basic level knows is the state, the other the code. Blanks there take the nearest.
"""

from typing import Final, NamedTuple

from apps.tracking.enums import Reason, Status

R, S = Reason, Status


class Words(NamedTuple):
    """``name`` at level 1, ``fine_name`` at level 4; ``english`` for ``lang=en``."""

    state: str
    code: str
    name: str
    fine_name: str
    english: str


_STATES: Final = {
    "0": ("在途", "In transit"),
    "1": ("揽收", "Picked up"),
    "2": ("疑难", "Trouble"),
    "3": ("签收", "Signed"),
    "4": ("退签", "Return signed"),
    "5": ("派件", "Out for delivery"),
    "6": ("退回", "Returning"),
    "7": ("转投", "Forwarded"),
    "8": ("清关", "Customs"),
    "14": ("拒签", "Refused"),
}
_FINE: Final = {
    "1001": "到达派件城市",
    "1002": "干线",
    "1003": "转递",
    "101": "已下单",
    "102": "待揽收",
    "103": "已揽收",
    "201": "超时未签收",
    "202": "超时未更新",
    "203": "拒收",
    "204": "派件异常",
    "205": "柜或驿站超时未取",
    "206": "无法联系",
    "207": "超区",
    "208": "滞留",
    "209": "破损",
    "210": "销单",
    "301": "本人签收",
    "302": "派件异常后签收",
    "303": "代签",
    "304": "投柜或站签收",
    "501": "投柜或驿站",
    "10": "待清关",
    "11": "清关中",
    "12": "已清关",
    "13": "清关异常",
}
# (status, reason) → (state, statusCode); a reason that is missing falls back to its status alone.
_PAIRS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    (S.CREATED, ""): ("1", "101"),
    (S.AWAITING_PICKUP, ""): ("1", "102"),
    (S.PICKUP_FAILED, ""): ("1", "102"),
    (S.PICKED_UP, ""): ("1", "103"),
    (S.IN_TRANSIT, ""): ("0", "1002"),
    (S.ARRIVED_DEST_CITY, ""): ("0", "1001"),
    (S.REDIRECTED, ""): ("0", "1003"),
    (S.HANDED_TO_OTHER_CARRIER, ""): ("7", "7"),
    (S.OUT_FOR_DELIVERY, ""): ("5", "5"),
    # At the locker is not signed: no client may take it for state 3.
    (S.READY_FOR_PICKUP, ""): ("5", "501"),
    (S.DELIVERED, ""): ("3", "301"),
    (S.DELIVERED, R.AFTER_EXCEPTION): ("3", "302"),
    (S.DELIVERED, R.PROXY): ("3", "303"),
    (S.DELIVERED, R.COLLECTED): ("3", "304"),
    (S.DELIVERED, R.COD_COLLECTED): ("3", "3"),
    (S.ATTEMPT_FAILED, ""): ("2", "204"),
    (S.ATTEMPT_FAILED, R.CANNOT_CONTACT): ("2", "206"),
    (S.REFUSED, ""): ("14", "14"),
    (S.EXCEPTION, ""): ("2", "2"),
    (S.EXCEPTION, R.OUT_OF_AREA): ("2", "207"),
    (S.EXCEPTION, R.HELD_AT_BRANCH): ("2", "208"),
    (S.EXCEPTION, R.DAMAGED): ("2", "209"),
    (S.EXCEPTION, R.NOT_COLLECTED): ("2", "205"),
    (S.LATE, ""): ("2", "208"),
    (S.LATE, R.NO_UPDATE): ("2", "202"),
    (S.LATE, R.NOT_SIGNED): ("2", "201"),
    (S.CUSTOMS, ""): ("8", "8"),
    (S.CUSTOMS, R.PENDING): ("8", "10"),
    (S.CUSTOMS, R.PROCESSING): ("8", "11"),
    (S.CUSTOMS, R.RELEASED): ("8", "12"),
    (S.CUSTOMS, R.CUSTOMS_EXCEPTION): ("8", "13"),
    (S.INTERCEPTED, ""): ("2", "2"),
    (S.CANCELLED, ""): ("2", "210"),
    (S.RETURNING, ""): ("6", "6"),
    (S.RETURNED, ""): ("4", "4"),
    # The document travels apart; the shipment itself was signed.
    (S.SIGNBACK, ""): ("3", "3"),
    (S.EXPIRED, ""): ("2", "202"),
}


def words_of(status: str, reason: str) -> Words:
    state, code = _PAIRS.get((status, reason)) or _PAIRS.get((status, "")) or ("0", "1002")
    name, english = _STATES[state]
    return Words(state, code, name, _FINE.get(code, name), english)
