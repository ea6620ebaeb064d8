"""Partner vocabularies to our codes: numbers, words, and failing those the text itself.

Tables, read top to bottom; the first text rule that matches counts. Sources: the vendor's state
list and the status mapping; the texts are what Chinese carriers really send.
"""

import re
from typing import Final

from apps.tracking.codes import CODES
from apps.tracking.enums import Status

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

_STATION = "驿站|快递柜|丰巢|智能柜|自提柜|储物柜|柜机|速递易|兔喜|自提点|自提站|代收点|代办点|便利店|超市|服务站|门店|合作点|邮政所|妈妈店|菜鸟"
_PROXY = (
    "代签|他人|家人|家属|同事|邻居|保安|门卫|前台|物业|收发室|传达室|代收(?!货款|款)|亲友|室友|秘书"
)
# What is only about to happen says nothing of what has.
_PROSPECTIVE = re.compile(
    r"(?:准备|等待|待|注意|及时|尽快|当面|协助|安排|请您?|敬请)\s*签收(?!人|单)"
    r"|(?:即将|将很快|将会|很快|等待|待|准备)(?:进行|为您|安排)?(?:派送|派件|投递|配送|揽收|揽件)"
    r"|(?:预计|将于|将在)[^,，。;；]{0,24}(?:投递|派送|派件|送达|到达|取件)"
)
_NO_RECORD = re.compile(
    r"查无(?!此人|此地|收件)|无(?:物流|快递|相关)?(?:信息|记录|结果)|暂无|未查(?:询)?到|没有(?:查询)?(?:到|记录)"
    r"|(?:单号|运单)[^，。]{0,8}(?:不存在|有误|错误)|无记录"
)
_WAITING = re.compile(
    rf"由[^，,。]{{0,40}}(?:{_STATION}|站|店|柜)[^，,。]{{0,12}}(?:代收|代签|签收|暂存|保管)"
    rf"|(?:签收人|收件人|代收人)(?:凭[^，,。]{{0,8}})?\s*(?:[:：是为]\s*)?[【\[]?[^，,。;；\s]{{0,24}}(?:{_STATION})"
    rf"|(?:已|被)?(?:存放|存入|投入|放入|投放|送至|送到|到达|投递到?|入库|暂存)[^，,。]{{0,30}}(?:{_STATION})"
    rf"|(?:{_STATION})[^，,。]{{0,16}}(?:待取|已入柜|代收|代签|暂存|保管)"
    r"|请(?:您)?(?:凭[^，,。]{0,24})?(?:及时|尽快|前往|到店|前去)[^，,。]{0,12}(?:取件|领取|自提|取货)"
    r"|取件码|等待(?:客户)?(?:自提|领取)"
)
_TAKEN = re.compile(
    r"已(?:被)?(?:取走|取出|领取|自提|提货)|(?:自提|取件|领取)成功|(?:已|成功)从[^，,。]{0,20}取(?:件|出|走)|(?<!请)(?<!请您)凭取[货件]码(?:取件|签收)|已取件"
)

_RULES: Final[tuple[tuple[str, str], ...]] = (
    (r"签单返还|回单[^，。]{0,8}(?:寄|返|退)|返单", "signback.second_waybill"),
    (r"退(?:签|[件货回](?!部|组|仓|中心)[^，。]{0,16}(?:已签收|妥投|签收成功))|[寄发]件人[^，。]{0,6}(?:已)?签收", "returned.signed_by_sender"),
    (r"退回|退件|退货(?!部|组|仓|中心)|退还|返回寄件|返回发件", "returning"),
    (r"拒收|拒签|拒绝(?:签收|收件|接收)|客户拒", "refused"),
    (r"超时未签收", "late.not_signed"),
    (r"(?:超时|逾期|长时间|多日)未取", "exception.not_collected_from_locker"),
    (r"无法联系|联系不上|不在家|无人(?:接听|签收|在家|应答)|(?:电话)?(?:无法接通|关机|停机|空号)|收件人不在", "attempt_failed.cannot_contact"),
    (r"(?:公司|单位|学校|客户)[^，。]{0,6}(?:放假|休息|下班|停业|关门)", "attempt_failed.business_closed"),
    (r"地址[^，。]{0,4}(?:不详|错误|有误|不清|不正确|不完整)|查无此[人地]", "exception.bad_address"),
    (r"超区|超出[^，。]{0,4}(?:派送|配送|服务|投递)?范围|不在[^，。]{0,4}(?:派送|配送|服务)范围", "exception.out_of_area"),
    (r"(?<![无未])(?:破损|损坏|污损)", "exception.damaged"),
    (r"(?<![无未防])(?:遗失|丢失)", "exception.lost"),
    (r"错分|错发|发错|分错|错投|误投|错转", "exception.misrouted"),
    (r"滞留|(?:节假日|假期|春节)[^，。]{0,6}(?:延迟|延误|顺延)|延迟派送|留仓", "exception.held_at_branch"),
    (r"(?:天气|台风|暴雨|暴雪|大雪|大雾|洪水|结冰)[^，。]{0,16}(?:影响|延误|延迟|受阻|停运)", "late.weather"),
    (r"失败签收|签收失败|未妥投|妥投失败|(?:派送|派件|投递|配送)(?:失败|异常|不成功|未成功)|未(?:能)?签收|再次派送|二次派送|改约|另约|择日(?:派送|再)", "attempt_failed.generic"),
    (r"疑难|问题件|异常件", "exception"),
    (r"延误|晚点|延迟", "late"),
    (r"拦截", "intercepted"),
    (r"(?:取消|撤销)(?:订单|寄件|下单|揽收|运单|发货)|(?:订单|运单|寄件)[^，。]{0,4}(?:已)?(?:取消|撤销)|销单", "cancelled.before_pickup"),
    (r"改址|(?:更改|变更|修改)[^，。]{0,4}地址|地址[^，。]{0,4}(?:更改|变更|修改)|转寄", "redirected.new_address"),
    (r"(?:清关|海关(?!路|街|大)|报关)[^，。]{0,10}(?:放行|完成|结束|通过)", "customs.released"),
    (r"(?:清关|海关(?!路|街|大)|报关)[^，。]{0,10}(?:异常|扣|查验|补充|退)", "customs.exception"),
    (r"(?:待|等待)(?:清关|报关)", "customs.pending"),
    (r"清关|海关(?!路|街|大)|报关", "customs.processing"),
    (r"(?:转交|移交|转投|交由)[^，。]{0,16}(?:快递|邮政|速运|物流|EMS|承运)", "handed_to_other_carrier"),
    (r"揽收失败|取件失败|揽件失败", "pickup_failed"),
    (r"签收|妥投|已送达|已送到", "delivered.self"),
    (r"派件|派送|安排投递|正在投递|开始配送|配送中|送货中|投递员|正在为您(?:派|送|配)|外出派", "out_for_delivery"),
    (r"揽收|揽件|(?<!代)收件(?!人|地|方|码|城)|收取快件|已收取|收寄|上门取件|已取件", "picked_up"),
    (r"下单|已接单|订单(?:已)?(?:创建|生成)|电子面单|信息录入", "created"),
    (r"到达(?:目的地|派件城市|目的城市)", "arrived_dest_city"),
    (r"到达|抵达|到件|卸车|进站|已到|\|到", "arrived"),
    (r"发往|发出|离开|出站|发车|装车|装件|下一站|起飞|启运|运往|转运目的地", "departed"),
    (r"分拣|打包|称重|集包|建包|入库|分拨|扫描|收入|处理|下车", "sorted"),
)  # fmt: skip
TEXT_RULES: Final = tuple((re.compile(pattern), code) for pattern, code in _RULES)
_PROXY_RULE = re.compile(_PROXY)
# States that text may make more exact without contradicting the number beside it.
_VAGUE = {
    Status.IN_TRANSIT: {Status.IN_TRANSIT},
    Status.EXCEPTION: {Status.EXCEPTION, Status.LATE, Status.REFUSED, Status.ATTEMPT_FAILED},
    Status.ATTEMPT_FAILED: {Status.ATTEMPT_FAILED},
    Status.CUSTOMS: {Status.CUSTOMS},
}


def says_no_record(text: str) -> bool:
    """An answer that a partner knows nothing, dressed up as an event."""
    return len(text) <= 40 and bool(_NO_RECORD.search(text))


def code_from_text(text: str) -> str:
    """What a scan text says has happened; empty when it says nothing we know."""
    plain = _PROSPECTIVE.sub(" ", text)
    code = next((code for rule, code in TEXT_RULES if rule.search(plain)), "")
    if code in ("delivered.self", "picked_up", "out_for_delivery", "arrived", "sorted", ""):
        if _WAITING.search(text) and not _TAKEN.search(text):
            return "ready_for_pickup.locker_or_station"
        if _TAKEN.search(plain) and re.search(rf"{_STATION}|取[货件]码|柜|自提", text):
            return "delivered.locker_or_station_collected"
    if code == "delivered.self" and _PROXY_RULE.search(_signer_part(plain)):
        return "delivered.proxy"
    return code


def _signer_part(text: str) -> str:
    """What follows the mention of the signer, or the whole text without place brackets."""
    match = re.search(r"签收人[^\n]{0,40}", text)
    return match[0] if match else re.sub(r"[【\[][^】\]]*[】\]]", "", text)


def classify(text: str, *, number: str = "", word: str = "") -> str:
    """The code of one partner row. A number counts first, then the word, then the text; the text
    may sharpen what they leave open, and "signed" never means "the station has it"."""
    told = KUAIDI100_CODES.get(number) or KUAIDI100_WORDS.get(word)
    read = code_from_text(text)
    if told is None:
        return read or "in_transit"
    if not read:
        return told
    status, seen = CODES[told].status, CODES[read].status
    if status == Status.DELIVERED and seen == Status.READY_FOR_PICKUP:
        return read
    if status == Status.DELIVERED and seen == Status.DELIVERED and told == "delivered.self":
        return read
    if seen in _VAGUE.get(status, ()) and "." not in told:
        return read
    return told
