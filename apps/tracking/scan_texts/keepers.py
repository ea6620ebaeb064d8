"""Who may hold a parcel that is not the consignee: lockers, stations, shops, other carriers, couriers.

Parts of patterns for the rules of scan texts; all over text that ``chinese.plain`` made even.
"""

import re
from typing import Final

# Anything up to the end of the clause; with a number of characters behind it.
IN_CLAUSE: Final = "[^，。\n]"
_BRANDS = (
    "丰巢|蜂巢|菜鸟|妈妈驿站|妈妈店|兔喜|熊猫快收|速递易|近邻宝|格格货栈|云柜|日日顺乐家|日日顺驿站|乐家驿站|收件宝|e栈|E栈"
    "|喵站|溪鸟|快宝|驿收发|蓝店|邮乐购|丰e足食|多多驿站|多多买菜|袋鼠驿站|小兵驿站|递易智能|中集e栈|富友收件宝"
)
_KINDS = (
    "驿站|(?<![装货集拆])(?:自提|自取|取件|取货|提货)?柜(?!台|员|面|装)|快件箱|包裹箱|信包箱|信报箱|智能箱|格口|储物箱|寄存箱"
    "|(?:自提|代收|代办|代理|代取|代存|寄存|收发|合作|便民|暂存|取货|取件|提货)(?:点|站|处|店|网点|服务点|服务站|服务中心)"
    "|(?:快递|便民)?(?:便利店|超市|小卖部|小店|商店|杂货店|烟酒店|水果店|药店|书店|花店|文具店|洗衣店|母婴店|菜店)"
    "|服务站|服务点|门店|邮政所|邮局|快递之家|校园快递(?:中心|服务)"
)
# A branch may be called after a shop or a street: that is where it works, not who holds the parcel.
_NO_BRANCH = "(?!路|街|巷|大道|镇|村|社区|营业|分部|公司|分拨|转运|集散|集配|处理中心|揽投|投递部)"
KEEPER: Final = f"(?:{_BRANDS}|{_KINDS}){_NO_BRANCH}"
# People and rooms that take a parcel in for somebody; their signature is one, by proxy.
PROXY: Final = (
    "代签|他人|家人|家属|同事|邻居|保安|门卫|门岗|前台|物业|收发室|传达室|值班室|管理处|宿管|代收(?!货款|款)|亲友|亲戚|朋友"
    "|室友|舍友|秘书|助理|父母|父亲|母亲|爸|妈(?!妈店|妈驿站)|妻子|丈夫|老公|老婆|儿子|女儿|阿姨|门房"
)
# Couriers who fetch as well as bring, and those who only bring.
FETCHERS: Final = "快递员|快递小哥|业务员|揽投员|揽收员|取件员|收件员|小哥|师傅|骑手"
COURIER: Final = f"{FETCHERS}|派件员|派送员|投递员|配送员"
CONSIGNEE: Final = "收件人|收货人|客户|顾客|用户|买家|本人|您"

_FIRMS = (
    "EMS|E邮宝|中国邮政|邮政|顺丰|中通|圆通|申通|韵达|百世|汇通|天天快递|极兔|京东|德邦|宅急送|优速|国通|速尔|跨越|安能|壹米滴答"
    "|丹鸟|众邮|快捷快递|全峰|龙邦|联邦快递|UPS|DHL|FEDEX|TNT|苏宁|品骏|丰网|民航快递|中铁快运"
)
_OF_FIRM = "(?:EMS|快递|速递|速运|快运|物流|快件|特快|专递|包裹|集团|公司|总部|局)"
# A firm by its name, not a shop, locker, person or branch named after it.
CARRIER: Final = (
    rf"(?:{_FIRMS})(?!方)(?:\s?{_OF_FIRM})*"
    rf"(?!{IN_CLAUSE}{{0,8}}(?:{KEEPER}|[站店柜]))(?!所|员|小哥|师傅|支局)"
)
# The same where nothing but a number may follow.
CARRIER_ALONE: Final = rf"{CARRIER}(?=$|[，。\s:#)\]】\"”'0-9A-Za-z]|单号|运单|快递单|承运|承接|代派|代转|代投|派送|配送|转)"

COURTESY: Final = re.compile(
    r"感谢(?:您|你)?(?:的)?(?:使用|选择|对|支持|信任|配合|惠顾)[^，。\n]*"
    r"|期待(?:下次|再次|能)?[^，。\n]{0,8}(?:服务|光临|合作)"
    r"|(?:如|若|您?如果|有任何|如您)[^，。\n]{0,10}(?:疑问|问题|异议|需要|需求|不满)[^。\n]*"
    r"|(?:服务|投诉|客服|监督|咨询)(?:电话|热线)[^，。\n]*"
    r"|疫情[^。\n]*"
    r"|[^，。\n【\[]{0,6}满意[^，。\n]*"
    r"|(?:麻烦|恳请|诚邀|敬请|期待|欢迎|邀请|请)[^，。\n]{0,14}(?:评价|好评|点亮|五星|五颗星|打分|评分|点赞|小红花|关注|扫码下载|下载)[^。\n]*"
    r"|(?:在|对|给|为)[^，。\n签]{0,10}(?:评价|好评|点亮|五星|五颗星|打分|评分|点赞|小红花)[^。\n]*"
    r"|(?:赏|求|给)个?(?:五星|好评)[^。\n]*|点亮[^。\n]*星"
    r"|(?:快递)?小哥(?:每天|今日|已)[^，。\n]{0,6}(?:测|体温|消毒|接种)[^，。\n]*"
    r"|请放心[^，。\n]*|[^，。\n【\[]{0,40}外呼专属号码[^】\]。\n]*"
    r"|(?:风里来|上有老|祝您?)[^。\n]*"
)
