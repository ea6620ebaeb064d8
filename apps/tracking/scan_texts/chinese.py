"""What a Chinese scan text says has happened: who (a person, a locker, a carrier, a courier), what
(signed, put in, taken out), and whether it has happened at all or is only asked for (TRK-2).

Tables, read top to bottom; the first rule that matches counts. The texts are what Chinese carriers
really send.
"""

import re
import unicodedata
from typing import Final

from apps.tracking.scan_texts.keepers import (
    CARRIER,
    CARRIER_ALONE,
    CONSIGNEE,
    COURIER,
    COURTESY,
    FETCHERS,
    IN_CLAUSE,
    KEEPER,
    PROXY,
)

WAITING: Final = "ready_for_pickup.locker_or_station"
COLLECTED: Final = "delivered.locker_or_station_collected"
_C = IN_CLAUSE
_TAKE = "取件|取货|取走|取出|取回|自取|自提|领取|领走|提走|提货|提取"
_NOT_PUT = "(?:(?!存[放入至于在]|[放投][入至到在进放递柜])[^，。])"
_EVEN = str.maketrans({",": "，", ";": "，", "；": "，", "!": "。", "?": "。", "、": "，"})

_SOON = f"(?:即将|将很快|将会|将为您|很快|等待|等候|(?<!招)待|准备|尚未|还未|仍未|暂未|未|(?:预约|约定|要求|计划)了?[^，。签]{{0,6}}?)(?:进行|为您|安排|网点|站点|上门|今日|次日|明日|明天|尽快|{COURIER}|由[^，。]{{1,16}}?)*"
# A day and nothing else: it is to come, and nobody put it off.
_TOMORROW: Final = "(?:^|，)(?:明[天日]|次日|后天)(?:派送|派件|投递|配送)$"
# What is only about to happen says nothing of what has.
_PROSPECTIVE = re.compile(
    r"(?:准备|等待|待|注意|及时|尽快|当面|协助|安排|请您?|敬请)\s*签收(?!人|单)"
    r"|(?<!因)(?:逾期|超期)(?:未|不)[取领][^，。]{0,4}，?(?:将|会|自动)[^，。]{0,6}退[^，。]{0,8}"
    rf"|{_SOON}(?:派送|派件|投递|配送|送货|揽收|揽件)(?!失败|时间|成功)|(?:派送|派件|投递|配送)预约|{_TOMORROW}"
    r"|(?:预计|将于|将在)[^，。]{0,24}(?:投递|派送|派件|送达|到达|取件)"
)
# It lies at the last branch and waits for its courier, or the courier for his turn.
_DELIVERY_AHEAD = re.compile(
    rf"{_SOON}(?:派送|派件|投递|配送|送货)(?!失败|时间|成功)|(?:派送|派件|投递|配送)预约|{_TOMORROW}"
)
_DELIVERY_TASK = re.compile(
    rf"(?:派送|派件|投递|配送)任务|(?:分配|指派|派给|派单){_C}{{0,8}}(?:派件员|派送员|投递员|配送员)"
)
_NO_RECORD = re.compile(
    r"查无(?!此人|此地|收件)|无(?:物流|快递|相关)?(?:信息|记录|结果)|暂无|未查(?:询)?到|没有(?:查询)?(?:到|记录)"
    r"|(?:单号|运单)[^，。]{0,8}(?:不存在|有误|错误)|无记录"
)
# What the consignee is asked to do, has not done, or is told about.
_ASKED = re.compile(
    rf"(?:请|敬请|要求|希望|选择|改为|约定|烦请|麻烦|可|需|须|通知|提醒|告知|短信|联系|催促|方便|等待|等候|待|及时|尽快){_C}{{0,30}}?(?:{_TAKE})"
    rf"|(?:尚|还|仍|暂|一直)?未(?:及时|能|被|来|到店|前来|前往)?(?:{_TAKE}|取)"
)
_KEEPER_NAME = re.compile(KEEPER)
_NOTICE = re.compile(rf"(?:{_TAKE})(?:通知|短信|提醒|信息|时间|地址|地点)|自[提取]件")
_IN_KEEPING = re.compile(
    rf"[由被]{_C}{{0,40}}(?:{KEEPER}|[站店柜]){_C}{{0,12}}(?:代收|代签|签收|暂存|保管|接收|收存)"
    rf"|(?:签收人|收件人|代收人|签收方|代签人)(?:凭{_C}{{0,8}})?\s*(?:[:是为]+\s*)?[【\[(\"“]?[^，。\s]{{0,24}}(?:{KEEPER})"
    rf"|(?:存放|存入|存至|存于|投入|放入|放进|放在|安放|留[在于放]|放至|放到|[已先暂][放存]|已投|投放|投递|投至|送货?至|送到|送达|送入|运至|退回|妥投|交付|交至|到达|抵达|已到|入库|暂存|寄存|寄放|置于|转存|转放|派至|派到)"
    rf"{_C}{{0,30}}(?:{KEEPER})"
    rf"|(?:{KEEPER}){_C}{{0,16}}(?:待取|入柜|入库|代收|代签|暂存|寄存|保管|存放)"
    r"|(?:已|成功|完成)(?:投柜|入柜|进柜|存柜|投箱)|(?:投柜|入柜|进柜|存柜)成功|(?:签收人|代收人)\s*[:是为]\s*(?:站点|站长|店员|店主|店家|柜机|[^，。\s]{0,16}(?:[站柜铺]|超市|(?<![酒饭])店|[^一]点)(?=$|[，。\s)】\]]))|自[提取]件，?已通知|入库[^。]{0,6}货架号"
    rf"|(?:已|快件|包裹|邮件|快递)(?:派[件送])?[到入放存至]了?{_C}{{0,10}}(?:{KEEPER})|(?:{KEEPER})，?已(?:放入|存入|投入|放好)|(?:{KEEPER}){_C}{{0,6}}(?:通知|提醒)您?(?:取件|取货|自提|自取|领取)"
    r"|(?:包裹|快件|快递|邮件)已?到店|请(?!等|耐)[^，。员哥傅]{0,10}(?<!上门)取[件货](?!码|时)|上架[^。]{0,4}待取|请[^，。]{0,8}(?:自取|自提|领取(?!优惠|红包|奖)|去取|来取)|请您?(?:及时|尽快)[^，。]{0,4}取(?!消)|自提[^。]{0,12}(?:留存|存放|留置|留)[^，。]{0,4}(?:网点|营业|站点|门市)"
    rf"|(?:请|敬请|可|需)(?:您)?(?:凭{_C}{{0,24}}?)?(?:及时|尽快|前往|到店|前去|上门|持码|携带|出示|到|至|去|来|凭){_C}{{0,24}}(?:自取|取走|领取|自提|取货|提货|提取|领走)"
    rf"|请(?:您)?(?:凭{_C}{{0,24}}?)?(?:及时|尽快|前往|到店|前去|到|至|去|来|凭){_C}{{0,24}}取(?:走)?(?:[您你]的)?(?:件|包裹|快递|快件)"
    rf"|凭[:\s【\"“]{{0,3}}[0-9A-Za-z][0-9A-Za-z\-—_]{{2,15}}[】\"”\s]{{0,2}}(?:[到来去前]{_C}{{0,16}})?[取领](?!消)"
    rf"|(?:快件|包裹|邮件|快递)现?在{_C}{{0,12}}(?:{KEEPER})(?!{_C}{{0,12}}(?:取|签收|派|出库))"
    r"|(?:取件|取货|提货|提取|自提|开箱|开柜)(?:码|密码|验证码)|凭码|(?:取件|自提|到件|领取)(?:通知|短信|提醒)"
    r"|(?<!任务)(?:等待|待|等候)(?:客户|收件人|您|用户)?(?:前来|到店|上门)?(?:自提|自取|领取|领走|取货|取走|取件|来[取领拿])|(?<!任务)待领"
    rf"|(?:通知|告知|联系|提醒)(?:{CONSIGNEE})[^，。]{{0,4}}(?:自取|自提|来取|领取|取件|取货)(?!时间|码)"
    r"|(?<!人)(?<!员)尚未(?:取件|领取|取走|自提|提货)|(?:客户|收件人|用户)(?:尚|还|仍)?未(?:取件|领取|取走|自提|提货)"
)
# A locker or a shop beside the word "signed", and nobody who signed.
_KEEPER_SIGNED = re.compile(
    rf"(?:{KEEPER}){_C}{{0,16}}(?:签收|妥投|已收|接收|(?:收件|投递|投件|派送)成功)|(?:签收|妥投|代收|代签)[^，。人]{{0,6}}[(【\[:\-—]{_C}{{0,16}}(?:{KEEPER})"
    rf"|(?:签收|妥投)[，。\s]{{1,2}}(?:由)?(?:{KEEPER})(?=\s?[:是]|$|[，。])"
)
_LEFT_WITH_PROXY = re.compile(
    rf"(?:存放|存入|放入|放在|放至|放到|暂存|暂放|寄存|寄放|转存|存于|放于){_C}{{0,20}}(?:物业|门卫|保安|门岗|前台|收发室|传达室|值班室|管理处|门房)"
)
_TAKEN = re.compile(
    rf"(?:已|被|成功|{CONSIGNEE})(?:(?!通知|提醒)[^，。请未催待]){{0,24}}?(?:{_TAKE})"
    rf"|签收人[^，。:是]{{0,24}}?(?:{_TAKE})|签收出库|出库签收|出柜(?=$|[，。成])|(?:{CONSIGNEE})已取(?=$|[，。])|(?:{_TAKE})(?:成功|完成|完毕)|(?<!请)(?<!请您)凭(?:取[货件])?码(?:(?:取出|取走|取件|领取)[，。 ]{{0,2}}已?)?签收|(?<!上门)已取(?:件|货|(?=$|[，。 ]))|(?:{PROXY}){_C}{{0,10}}代取"
    rf"|(?:{CONSIGNEE})(?:已)?(?:在|到|从|凭){_C}{{0,20}}签收"
)
_BACK_AGAIN = re.compile(
    rf"(?:{COURIER}|网点){_NOT_PUT}{{0,40}}?(?:取回|取走|取出|收回|回收|带回|撤回|领回)"
    rf"|(?:{KEEPER}){_NOT_PUT}{{0,12}}(?:取回|收回|召回|回收|撤回|撤出|退出|退回(?![给到至]?[寄发商卖])|转出|移出)"
    rf"|(?:{COURIER}){_C}{{0,12}}从{_C}{{0,10}}(?:{KEEPER}){_C}{{0,4}}(?:带走|拿走|拿回|带回)"
    r"|(?:已|被|^)(?:退|撤|出)(?:柜|驿站)(?!码)"
    rf"|(?:交回|交还|退还|还)给?(?:{COURIER}|网点|快递公司)|取[出走回][^，。]{{0,4}}(?:重派|改派|重新派|重投|再派)"
)
# Nobody came in time, so whoever took it out was no consignee.
_TAKEN_OUT_UNCOLLECTED = re.compile(
    rf"(?:逾期|超时|超期|到期){_C}{{0,8}}，?{_C}{{0,12}}从{_C}{{0,10}}(?:{KEEPER}){_C}{{0,4}}(?:取出|取回|收回)"
    r"|(?:逾期|超时|超期|到期)[^，。未]{0,4}(?:取回|收回)"
)
_PUT_IN_AGAIN = re.compile(rf"(?:重新|再次|又|改){_C}{{0,6}}(?:存|放|投){_C}{{0,16}}(?:{KEEPER})")
_OWN_HAND = re.compile(rf"(?:{CONSIGNEE})(?:已)?(?:自行)?(?:取回|取走|取出)")
_PICKUP_POINT = re.compile(rf"{KEEPER}|取[货件]码|凭码|柜|自提|自取|签收出库|出库签收")

# What ends or turns a shipment round, and what is wrong with it.
_FIRM: Final[tuple[tuple[str, str], ...]] = (
    (r"签单返还|回单[^，。]{0,8}(?:寄|返|退)|返单", "signback.second_waybill"),
    (r"退(?:签|[件货回](?!部|组|仓|中心)[^，。]{0,16}(?:已签收|妥投|签收成功))|退件签收|退回?件[^，。]{0,6}(?:送达|送到|送回|交还|归还|交给)(?:给)?[寄发]件[人方]|[寄发]件(?:人|方|客户)[^，。]{0,6}(?:已)?签收(?!人)", "returned.signed_by_sender"),
    (r"退回[给到至]?[寄发商卖]|(?<!驿站)(?<!柜)退回(?!柜|驿站|(?:本|派[件送]|所属|当地|到|至)?(?:网点|营业部|站点|快递公司))|退件|退货(?!部|组|仓|中心)|退还|返回寄件|返回发件|退返", "returning"),
    (r"拒收|拒签|拒付|拒绝[^，。]{0,4}(?:签收|收件|收货|接收|支付|付款)|客户拒|拒不|(?:客户|顾客|用户|买家|收[件货]人)[^，。]{0,6}(?:不(?:想)?要(?:了|货|此|该|这)|不想要|不愿意?[签收])", "refused"),
)  # fmt: skip
_TROUBLE: Final[tuple[tuple[str, str], ...]] = (
    (r"未能?揽[收件]成功|揽收失败|取件失败|揽件失败|(?:揽收|揽件|上门取件)(?:异常|不成功|未成功)", "pickup_failed"),
    (r"超时未签收", "late.not_signed"),
    (r"(?:超时|逾期|超期|长时间|多日|一直)[^，。]{0,6}未(?:被)?(?:取|领)", "exception.not_collected_from_locker"),
    (r"无法联系|联系不[上到]|不在家|家[里中](?:没|无)人|没有?人在家|无人(?:接(?!收|单|手)|签收|在家|应答)|(?:电话)?(?:无法接通|关机|停机|空号)|收件人(?:临时|现|目前)?不在|未接电话|拒接|(?:派送|派件|投递|送货|敲门)[^，。]{0,3}无人(?=$|[，。])|电话(?:号码)?(?:有误|错误|不正确)", "attempt_failed.cannot_contact"),
    (r"(?:公司|单位|学校|客户|写字楼|商场|工厂)[^，。]{0,6}(?:放假|休息|下班|停业|关门)", "attempt_failed.business_closed"),
    (r"地址[^，。]{0,4}(?:不详|错误|有误|不清|不正确|不完整)|查无此[人地]", "exception.bad_address"),
    (r"超区|超出[^，。]{0,4}(?:派送|配送|服务|投递)?范围|不在[^，。]{0,4}(?:派送|配送|服务)范围", "exception.out_of_area"),
    (r"(?<![无未])(?:破损|损坏|污损|变形|渗漏|浸湿|受潮)", "exception.damaged"),
    (r"(?<![无未防])(?:遗失|丢失)|下落不明", "exception.lost"),
    (r"错分|错发|发错|分错|错投|误投|错转|错误(?:网点|站点|城市|区域)|分拣错误", "exception.misrouted"),
    (r"滞留|(?:节假日|假期|春节)[^，。]{0,6}(?:延迟|延误|顺延)|延迟派送|留仓", "exception.held_at_branch"),
    (r"(?:天气|台风|暴雨|暴雪|大雪|大雾|洪水|结冰)[^，。]{0,16}(?:影响|延误|延迟|受阻|停运)", "late.weather"),
)  # fmt: skip
# Somebody is to fetch it, or has not come yet. Tasks of those who bring parcels are none of these.
_TASKS: Final[tuple[tuple[str, str], ...]] = (
    (
        rf"^(?!{_C}*(?:派送|派件|投递|配送)(?:任务|员|单))[^。]*(?:"
        r"(?:揽收|揽件|收件|取件|上门取件)(?:任务|工单|单|指令|请求|需求|订单)|(?:揽收|揽件)(?:中|超时)|待揽"
        r"|(?:待|等待|等候|静待)[^，。]{0,14}(?:揽收|揽件|收件(?!人)|上门(?!派|送|投|配|自|领))"
        rf"|(?:等待|等候|待)[^，。]{{0,8}}(?:{FETCHERS})[^，。]{{0,8}}取件"
        rf"|(?:派单|分单|指派|分派|分配|派发|派给|下发|调度|安排)[^，。派送投配]{{0,16}}(?:{FETCHERS}|网点|站点|营业部)(?!{_C}{{0,12}}(?:派送|派件|投递|配送|送货))"
        rf"|已派(?![送件])[^，。]{{0,4}}(?:{FETCHERS})(?!{_C}{{0,12}}(?:派送|派件|投递|配送|送货))|(?:任务|订单)调度|(?:上门|取件|揽[收件])时间[^，。]{{0,4}}(?:改|变更|调整)|(?:修改|更改|变更|调整)[^，。]{{0,2}}(?:上门|取件|揽[收件])时间|(?:{FETCHERS})[^，。]{{0,6}}[收接]到[^，。]{{0,6}}(?:取件|揽[收件])|催[^，。]{{0,4}}(?:{FETCHERS})[^，。]{{0,4}}取件"
        rf"|(?:{FETCHERS}|揽件员)[^，。派送投配]{{0,2}}[将会][^，。派送投配]{{0,10}}上门(?![派送投配])"
        rf"|(?:{FETCHERS}|揽件员)[^，。]{{0,4}}(?:已接单|接到订单|(?:已|正在)?(?:出发|赶来))(?![^。]*(?:派送|派件|投递|配送|送[件货往]))|寄件人[^，。]{{0,8}}(?:改|另|推迟|延)[^，。]{{0,8}}(?:揽收|揽件|取件|上门|寄)"
        rf"|(?:{FETCHERS})[^，。]{{0,6}}(?:赶来|前来|赶去|赶往)[^，。]{{0,4}}取件|(?:通知|安排|联系)了?(?:{FETCHERS}|网点|站点)[^，。派送]{{0,6}}(?:取件|上门(?!派|送|投|配))|(?:揽收|揽件)[^，。]{{0,4}}派单"
        r"|(?:已受理|已接单|订单)[^。]{0,12}(?:等待|待)取件"
        r"|(?:已|正在)?(?:派单|分单|调度)(?:中|$)|(?<!已)(?:派单|分单|调度)中|已(?:派单|分单|调度)(?![^，。]*(?:派送|派件|投递|配送))|(?:揽收|揽件|取件)人?员?[^，。]{0,2}(?:分配|指派)|订单[^，。]{0,2}(?:待|等待)分配|赶往(?:寄件|取件|发件)"
        r"|(?:预约|约定|改约|改期)[^，。派]{0,12}(?:上门(?!派|送|投|配)|取件|揽收|揽件|寄件)|(?:取件|揽收|揽件|寄件)[^，。派]{0,8}(?:改约|改期|预约)"
        r"|(?:通知|联系|安排|前往|前去|正在|即将|马上|将于|将在|将会|将为您|尽快)[^，。]{0,16}(?:揽收|揽件|上门取件)(?!完|成功|扫描|员|网点|部|点)"
        rf"|(?:尚未|还未|仍未|暂未|未)(?:被|能|到)?(?:揽收|揽件)|(?:{FETCHERS}|寄件人)[^，。]{{0,8}}(?:尚|还|仍|暂)?未[^，。]{{0,4}}取件)",
        "awaiting_pickup",
    ),
    (r"(?:等待|待)(?:商家|卖家|商户|仓库|发货方|寄件人)[^，。]{0,6}(?:发货|出库|打包|备货|交[寄件货]|处理)|(?<!分)拣货(?!员)|(?:商家|卖家|商户)[^，。]{0,4}打单", "created"),
)  # fmt: skip
_HANDED: Final[tuple[tuple[str, str], ...]] = (
    (
        rf"(?:签收人|代收人|签收方|代签人)\s*[:是为]*\s*[【\[(\"“]?\s*(?:(?:已)?转(?:交|投|给|至|到|由|寄)?\s?)?{CARRIER_ALONE}"
        rf"|(?<!周)转(?:发|寄|交|投|给|由|到|至|入|出|单)*\s?[【\[(:]?{CARRIER}(?!中心)"
        rf"|(?:转交|移交|转投|交由|转由|改由|委托|交接给)(?:给)?{_C}{{0,16}}(?:第三方|(?:快递|邮政|速运|物流)(?!员|小哥|柜|超市|驿站|所)|EMS|承运(?!员)|{CARRIER})"
        rf"|签收\s?[(【\[]\s?{CARRIER_ALONE}|由\s?{CARRIER}[^，。]{{0,4}}(?:派送|派件|配送|投递)，?\s?(?:单号|运单|快递单)"
        r"|(?:交|送达|转|移交)[^，。]{0,4}合作(?:快递|物流)(?!点|站|店)|(?:换单|转单|新单号)[^，。]{0,8}[A-Za-z0-9]{6}|(?:转|交|至|给|由)[^，。]{0,4}其[他它](?:快递|物流|承运)"
        rf"|(?:由|被|[(【\[:])\s?{CARRIER}已?(?:代签|代收|(?:代为)?(?:签收|接收))"
        rf"|由\s?(?:{CARRIER})(?:转投|接力|承运|代派|续派|续送|代投|继续[派配投]|代为(?:派|配|投|送)|续程)|交(?:给|由|付)(?:给)?(?:当地|目的国)?\s?{CARRIER}|已交\s?{CARRIER}|转邮(?![件箱编局政])|(?:转|外包)给?\s?(?:第三方|其[他它](?=快递|物流|公司)|当地(?=快递|物流))|由\s?(?:{CARRIER})[^，。]{{0,4}}(?:后续|末端|剩余)|{CARRIER}[^，。]{{0,8}}继续[派投配]|外[发包](?:给|至)?\s?(?:{CARRIER})|(?:后续|后段|末端|下一程){_C}{{0,6}}由{_C}{{0,10}}{CARRIER}",
        "handed_to_other_carrier",
    ),
)  # fmt: skip
_PUT_OFF: Final[tuple[tuple[str, str], ...]] = (
    (r"正在(?:进行|为您)?(?:再次|二次)(?:派送|派件|投递|配送)|(?:再次|二次)(?:派送|派件|投递|配送)(?:途中|中)", "out_for_delivery"),
    (r"改派[^，。]{0,4}(?:明|次日|改天|改日|下午|周|\d+[日号点])", "attempt_failed.generic"),
    (rf"改派[^，。]{{0,8}}(?:{COURIER})", "out_for_delivery"),
    (
        r"失败签收|签收失败|未妥投|妥投失败|(?:派送|派件|投递|配送)(?:失败|异常|不成功|未成功)|未(?:能|被)?(?:成功)?签收|没有签收|再次派送|二次派送"
        r"|无法(?:派送|派件|投递|配送|送达|送货)"
        r"|(?:客户|顾客|用户|收件人|收货人|与)[^，。]{0,8}(?:要求|约定|预约|希望)[^，。]{0,4}(?:明|次日|后天|改|周|星期|上午|中午|下午|晚上|节后|\d)[^，。]{0,8}(?:派|送|投|配)"
        r"|(?<!寄件人)(?:要求|希望)[^，。寄揽]{0,4}(?:下周|周[一二三四五六日末]|晚[点些一]|过[几两]|节后|假后|延[迟后期缓]|推迟|暂缓)[^，。寄揽]{0,8}(?:[派配投送]|收件|收货)"
        r"|(?:无法|不能|未能|不让|禁止)(?:进入|入内|进[小校园])|不[让准许]进|进不[了去]|退回(?:本|派[件送]|所属|当地|到|至)?(?:网点|营业部|站点|快递公司)"
        r"|(?:等|候|待)[^，。]{0,6}(?:通知|来电|电话)后?再[派送投配]|等[候待]?(?:收[件货]人|客户|顾客|用户|买家)[^，。]{0,2}(?:通知|来电|回复)|(?:[日号]|周[一二三四五六日末])[以之]?后再?[派送投配]|(?:收[件货]人|客户)[^。]{0,10}，约[定好在]?(?:[今明后早上下晚周]|\d)|(?:收[件货]人|客户|顾客|用户|买家)[^，。]{0,4}(?:出差|外出|在外地|去旅游)|改约|另约|再约|暂不[派配投送]|改期|择日(?:派送|再)|改[天日](?:再)?[派送配]|(?:次日|明日|明天|隔日|稍后|节后|假后)再[派送次投配]|继续[派送投配][^，。中]{0,2}$|再[派送投配](?=$|[，。])|[节假]后[派送投配]|(?:周[一二三四五六日末]|[日号]|约定)再[派送投配]|(?:说好|商定|协商)[^，。]{0,6}(?:周|明|后|下|晚|节)[^，。]{0,4}[派送投配]|过[几两三\d]天再?[派送投配]|改[为到至成][^，。]{0,4}(?:明|后天|次日|周|下周|上午|下午|晚|节后|\d)[^，。]{0,6}[派送投配]|另行安排[派配送投]|(?<!预)约[^，。]{0,4}(?:下周|周[一二三四五六日末]|明[天日]|后天)[^，。]{0,3}收|约[好定][^，。]{0,6}(?:下周|周[一二三四五六日末]|明[天日]|后天|次日|晚些|稍后|改[天日])[^，。]{0,5}[派配送投]|(?:客户|收件人|收货人)约时|(?:推迟|延时|延迟|延后|延期|延缓|暂缓|顺延|重新预约|重新约定)[^，。]{0,6}(?:派|送|投|配)"
        r"|(?:更改|变更|修改|调整|约定|重约)[^，。]{0,6}(?:派送|派件|配送|送货|投递|收货|收件)(?:时间|日期)",
        "attempt_failed.generic",
    ),
)  # fmt: skip
# Where somebody delivers from or to, said of no delivery.
_AT_A_SITE: Final = "(?!网点|站|中心|[点部仓]|城市|区域|范围|公司)"
# Where a parcel is left for somebody who asked for it.
_DOORSTEP: Final = "门口|门前|门外|鞋柜|消防栓|[水电]表箱|指定(?:位置|地点)"
_COURSE: Final[tuple[tuple[str, str], ...]] = (
    (r"疑难|问题件|异常件|内件(?:短少|缺少|不符)|短少", "exception"),
    (r"延误|晚点|延迟", "late"),
    (r"拦截", "intercepted"),
    (r"(?:取消|撤销)(?:订单|寄件|下单|揽收|运单|发货)|(?:订单|运单|寄件)[^，。]{0,4}(?:已)?(?:取消|撤销)|销单", "cancelled.before_pickup"),
    (r"改派|改址|(?:更改|变更|修改)[^，。]{0,4}地址|地址[^，。]{0,4}(?:更改|变更|修改)|转寄", "redirected.new_address"),
    (r"(?:清关|海关(?!路|街|大)|报关)[^，。]{0,10}(?:放行|完成|结束|通过)", "customs.released"),
    (r"(?:清关|海关(?!路|街|大)|报关)[^，。]{0,10}(?:异常|扣|查验|补充|退)", "customs.exception"),
    (r"(?:待|等待)(?:清关|报关)", "customs.pending"),
    (r"清关|海关(?!路|街|大)|报关", "customs.processing"),
    (rf"(?:{CONSIGNEE}|[取提代][件货取]人|家属|家人)(?:已|自行|成功){{1,3}}(?:取走|领走|提走|提取|领取|领(?=$|[，。]))|(?:{CONSIGNEE})[^，。]{{0,6}}取件成功|(?:{CONSIGNEE})(?:已|亲自|本人)*(?:到|在|前往)[^，。请未]{{0,8}}提货(?=$|[，。])|(?:{CONSIGNEE})[^，。请可未]{{0,2}}已[^，。未待约通请]{{0,4}}取[件货]|由(?:{CONSIGNEE})(?:本人)?(?:领取|取走|提走|提货)|(?:快件|包裹|邮件|快递)已?被(?:{CONSIGNEE})*(?:取走|领走|提走)(?![^。]*揽)", COLLECTED),
    (rf"(?:{PROXY})[室处]?已?代[收签](?!点|货款|款)", "delivered.proxy"),
    (rf"已(?:按照?[^，。]{{0,6}}(?:要求|约定|指示))?(?:(?!要求|希望|同意|约|{COURIER})[^，。]){{0,8}}[放置][于在至到][^，。]{{0,8}}(?:{_DOORSTEP})|按[^，。]{{0,6}}(?:要求|约定|指示)[^，。求]{{0,4}}放置?[于在至到]?[^，。]{{0,8}}(?:{_DOORSTEP})|放[在于到]?家?门口了", "delivered.self"),
    (rf"签收|妥投|投妥|(?:交付|送达)(?:成功|完成)|(?:{CONSIGNEE})[^，。未拒]{{0,4}}签字|已送达|已送到|(?:由|被){_C}{{0,16}}(?:代收(?!货款|款)|代签)|(?<![未拒])代签(?![人点码字])", "delivered.self"),
    (rf"派[件送]{_AT_A_SITE}|由[^，。]{{0,16}}配送{_AT_A_SITE}|(?:正在?|马上)给您[派送]|正在?前往您(?![^，。]*取件)|由[^，。]{{0,8}}派出|安排投递|正在投递|开始配送|正在(?:配送|送件|送货|送往[您你])|正在[^，。揽取]{{0,8}}(?:派送|派件|投递|配送|送件|送货)|(?:派送|派件|投递|配送|送件)中(?!心|转|断)|[配派]送途中|已派出|派发中|送往收件|送货中|投递员|正在为您(?:派|送|配)|外出派", "out_for_delivery"),
    (rf"揽[收件](?!员|单|时间){_AT_A_SITE}|(?<!代)收件(?!人|地|方|码|城)|收取快件|已收取|收寄|上门取件|已取件", "picked_up"),
    (r"下单|已接单|订单(?:已)?(?:创建|生成|提交|受理)|电子面单|信息已?录入", "created"),
    (r"到达?(?:派件|派送|末端|目的地?)网点|到达(?:目的地|[派收]件城市|目的城市|收货城市)", "arrived_dest_city"),
    (r"到达|抵达|到港|降落|到件|卸车|进站|已到|\|到", "arrived"),
    (r"发往|发出|离开|出站|发车|装车|装件|下一站|起飞|启运|运往|转运目的地|出库|已发货", "departed"),
    (r"分拣|打包|称重|集包|建包|入库|分拨|扫描|收入|处理|下车", "sorted"),
    (r"途经|途径|运输(?:途)?中|转运中(?!心|转)|在途|交航|中转(?!中心|[部站场仓])", "in_transit"),
)  # fmt: skip


def _compiled(rules: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), code) for pattern, code in rules)


FIRM, TROUBLE = _compiled(_FIRM), _compiled(_TROUBLE)
# Waiting and putting off are news themselves: they are read in the whole text, the course of a
# parcel only in what has happened.
WHOLE, COURSE = _compiled(_TASKS + _HANDED + _PUT_OFF), _compiled(_COURSE)
RULES: Final = FIRM + TROUBLE + WHOLE + COURSE
_PROXY_RULE = re.compile(PROXY)
# A parcel in a locker has also been signed for, missed or scanned; where it lies says more.
_YIELDING = frozenset(
    {"delivered.self", "picked_up", "out_for_delivery", "arrived", "arrived_dest_city", "sorted"}
    | {"departed", "created", "handed_to_other_carrier", "redirected.new_address", ""}
)


def plain(text: str) -> str:
    """One width, one comma, one stop; without thanks, advertisements and telephone hints."""
    even = unicodedata.normalize("NFKC", text).translate(_EVEN)
    return " ".join(COURTESY.sub(" ", even).split())


def says_no_record(text: str) -> bool:
    """An answer that a partner knows nothing, dressed up as an event."""
    return len(text) <= 40 and bool(_NO_RECORD.search(text))


def read(text: str) -> str:
    """The code of a text; empty when it says nothing we know."""
    plain_text = plain(text)
    happened = _PROSPECTIVE.sub(" ", plain_text)
    if code := _first(FIRM, happened):
        return code
    keeper_code = _keeping(plain_text, text)
    if keeper_code == "attempt_failed.generic":
        return keeper_code
    code = _first(TROUBLE, happened)
    if code.startswith("attempt_failed") and keeper_code and re.search(KEEPER, plain_text):
        return keeper_code
    if code:
        return code
    code = _first(WHOLE, plain_text) or _first(COURSE, happened)
    if keeper_code and (
        code in _YIELDING or (code.startswith("attempt_failed") and "未" in plain_text)
    ):
        return keeper_code
    if code in ("", "arrived", "sorted") and _DELIVERY_AHEAD.search(plain_text):
        return "arrived_dest_city"
    if code == "out_for_delivery" and _DELIVERY_TASK.search(plain_text):
        return "arrived_dest_city"
    if code == "delivered.self" and _PROXY_RULE.search(_signer_part(happened)):
        return "delivered.proxy"
    return code


def _first(rules: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    return next((code for rule, code in rules if rule.search(text)), "")


def _keeping(plain_text: str, whole: str) -> str:
    """Waiting with a keeper, collected there, taken back by the courier, or none of these. ``whole``
    has the thanks too: whom they name has had the parcel."""
    # A 自提柜 has the word for taking in its name, and so has the message that asks to.
    done = _ASKED.sub(" ", _NOTICE.sub(" ", _KEEPER_NAME.sub("驿站", plain_text)))
    if _TAKEN_OUT_UNCOLLECTED.search(plain_text):
        return "attempt_failed.generic"
    if _BACK_AGAIN.search(done) and not _OWN_HAND.search(done):
        return WAITING if _PUT_IN_AGAIN.search(done) else "attempt_failed.generic"
    if _TAKEN.search(done) and _PICKUP_POINT.search(whole):
        return COLLECTED
    if _IN_KEEPING.search(plain_text):
        return WAITING
    unsigned = not re.search(r"签收人|本人|未", plain_text)
    if unsigned and _KEEPER_SIGNED.search(plain_text):
        return WAITING
    if _LEFT_WITH_PROXY.search(plain_text) and not re.search("签收|妥投", plain_text):
        return WAITING
    return ""


def _signer_part(text: str) -> str:
    """What follows the mention of the signer, or the whole text without place brackets."""
    match = re.search(r"签收人[^\n]{0,40}", text)
    return match[0] if match else re.sub(r"[【\[][^】\]]*[】\]]", "", text)
