"""What customers brought this week, and what was done about it, minute by minute.

A step: minutes after the case was opened, what was done, the words, and what else the act needs.
"""

from dataclasses import dataclass
from typing import Any

from apps.complaints.enums import CaseChannel as By
from apps.complaints.enums import CaseClass as C
from apps.complaints.enums import Outcome as R

HOUR, DAY = 60, 24 * 60
Step = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """``ago``: minutes before now. ``about``: "moving", a shipment that was on the road then;
    "stuck", one that still is; "delivered"; "" for none. ``key``: what later rows and exceptions
    call it."""

    ago: int
    kind: C
    by: By
    name: str
    text: str
    steps: tuple[Step, ...] = ()
    about: str = "moving"
    key: str = ""
    english: bool = False


ROWS = (
    Row(6 * DAY, C.COMPLAINT, By.PHONE, "徐磊", "约好上午派送，等到晚上也没人来，打派件员电话一直不接。", (
        (1, "take", ""), (4, "report", "已电话报部门经理和质控，派送员失联半天"),
        (6, "call", "致歉，已联系营业部站长当面核实"),
        (3 * HOUR, "plan", "明早九点前由站长亲自送达，并当面致歉。"),
        (17 * HOUR, "solve", "站长已送达并致歉，派件员停岗培训。", R.APOLOGISED, "delivery.late"),
        (18 * HOUR, "confirm", "送到了，站长态度很好", 5), (18 * HOUR + 9, "close", ""),
    )),
    Row(5 * DAY + 7 * HOUR, C.INQUIRY, By.EMAIL, "Tom Baker", "How do I send a lithium battery to Chengdu?", (
        (5, "reply", "Batteries travel by road only, packed one by one. I attach nothing; please call us before you send."),
        (40, "hear", "Understood, thank you."), (60, "solve", "Explained the rules for batteries.", R.EXPLAINED, ""),
        (62, "close", "无须回访"),
    ), about="", english=True),
    Row(5 * DAY, C.DAMAGE, By.WECHAT, "周小梅", "三个玻璃罐碎了一个，蜂蜜流得到处都是，外箱没有任何保护。", (
        (2, "take", ""), (4, "report", "破损一件，内件渗漏，已通知货运中心保留现场"),
        (7, "reply", "非常抱歉！请拍下外箱、内件和面单发给我们，今天给您处理意见。"), (8, "wait", "等客户发照片"),
        (2 * HOUR, "hear", "照片发了，你们看看。"), (4 * HOUR, "plan", "按实际损失赔付，明天到账。"),
        (26 * HOUR, "solve", "已赔付破损件，提醒发货方加固包装。", R.COMPENSATED, "customer.packing"),
        (27 * HOUR, "confirm", "赔得挺快", 4), (27 * HOUR + 5, "close", ""),
    ), about="delivered", key="damaged"),
    Row(4 * DAY + 5 * HOUR, C.COMPLAINT, By.WEB, "郑海", "没打电话就放驿站了，我在家等了一整天。", (
        (3, "take", ""), (5, "report", "未经同意放驿站，已报"), (9, "reply", "抱歉让您白等一天，正在核实。"),
        (5 * HOUR, "plan", "今晚七点前送货上门。"),
        (8 * HOUR, "solve", "已重新送货上门。", R.APOLOGISED, "delivery.no-consent"), (9 * HOUR, "ask", ""),
        (20 * HOUR, "answer", "又是放驿站！根本没送上门", 1), (21 * HOUR, "note", "客户不满意，重新打开，站长亲自处理"),
        (22 * HOUR, "plan", "站长今天下午上门，当面致歉。"),
        (29 * HOUR, "solve", "站长当面送达，客户签收。", R.APOLOGISED, "delivery.false-scan"),
        (30 * HOUR, "confirm", "这次可以了", 4), (31 * HOUR, "close", ""),
    ), key="reopened"),
    Row(4 * DAY, C.COMPLAINT, By.IN_PERSON, "高兰", "你们的派件员把我的电话给了别人，我要向邮政管理局申诉。", (
        (1, "take", ""), (3, "report", "涉及个人信息，已报总经理"), (20, "call", "主任面谈致歉，承诺四小时内答复"),
        (3 * HOUR, "plan", "停职调查当事人，书面致歉。"),
        (2 * DAY, "solve", "当事人已处理，书面致歉函已寄出。", R.APOLOGISED, "delivery.attitude"),
        (2 * DAY + 60, "confirm", "处理得还算及时", 4), (2 * DAY + 70, "close", ""),
    )),
    Row(3 * DAY + 4 * HOUR, C.INQUIRY, By.PHONE, "马建国", "到付的运费能开发票吗？", (
        (1, "take", ""), (2, "solve", "可以，签收后在网页填写抬头即可。", R.EXPLAINED, ""),
        (3, "confirm", "清楚了", 5), (4, "close", ""),
    ), about=""),
    Row(3 * DAY, C.LOSS, By.PHONE, "胡静", "显示昨天签收，可我根本没收到，家里没人签过。", (
        (1, "take", ""), (4, "report", "疑似虚假签收，已报"), (8, "call", "已向客户说明正在调取签收记录"),
        (9 * HOUR, "plan", "调监控核实，明天中午前答复。"),
        (26 * HOUR, "solve", "邻居代收未告知，货物已找到送达。", R.RESOLVED, "delivery.wrong-person"),
        (27 * HOUR, "confirm", "找到了就好", 3), (27 * HOUR + 3, "close", ""),
    ), about="delivered"),
    Row(2 * DAY + 6 * HOUR, C.INQUIRY, By.WEB, "推广部", "专业刷单，五星好评，量大从优。", ((30, "cancel", "广告"),), about=""),
    Row(2 * DAY + 3 * HOUR, C.COMPLAINT, By.API, "商城客服", "买家反映包裹被压扁，要求给说法。", (
        (2, "take", ""), (4, "report", "外包装受压，已通知分拣中心"), (9, "reply", "已收到，正在向分拣中心核实。"),
        (6 * HOUR, "hear", "买家说不追究了，撤回。"), (6 * HOUR + 5, "withdraw", "买家不再追究"),
    )),
    Row(2 * DAY, C.INQUIRY, By.CHAT, "何敏", "周末能改派到公司地址吗？", (
        (2, "reply", "可以，请告诉我公司地址和电话。"), (3, "wait", "等客户给新地址"),
    )),
    Row(30 * HOUR, C.LOSS, By.EMAIL, "吴霞", "运单三天没有更新了，里面是给孩子的生日礼物，请帮忙找找。", (
        (2, "take", ""), (5, "report", "中转后无扫描，已向两端发查询"), (8, "reply", "已要求沿途各站查找，有消息马上告诉您。"),
        (9 * HOUR, "plan", "今晚盘点后给您准信；找不到就进入理赔。"),
        (20 * HOUR, "hear", "还没有消息吗？"), (20 * HOUR + 30, "reply", "盘点尚未结束，非常抱歉。"),
    ), about="stuck", key="lost"),
    Row(26 * HOUR, C.DAMAGE, By.WEB, "罗成", "外箱湿透了，里面的书全皱了。", (
        (3, "take", ""), (5, "report", "雨淋，已报"), (9, "reply", "抱歉，正在核实装卸环节。"),
        (7 * HOUR, "plan", "按声明价值赔付。"), (20 * HOUR, "solve", "按声明价值赔付，等客户确认到账。", R.COMPENSATED, "line-haul.loading"),
        (20 * HOUR + 5, "ask", ""),
    ), about="delivered"),
    Row(13 * HOUR + 25, C.COMPLAINT, By.PHONE, "孙丽", "承诺昨天到，今天还在中转站，一直没人联系我。", (
        (1, "take", ""), (4, "report", "晚点，客户情绪激动"), (7, "call", "已致歉，正在催中转"),
    ), about="stuck", key="late"),
    Row(13 * HOUR, C.COMPLAINT, By.WECHAT, "孙丽", "昨天就该到的件，到底在哪里？", ((12 * HOUR, "merge", "", "late"),), about=""),
    Row(11 * HOUR + 52, C.COMPLAINT, By.EMAIL, "林超", "取件的人把我家门口的花盆撞坏了。", (
        (2, "take", ""), (4, "report", "取件时损坏客户物品，已报"), (9, "reply", "非常抱歉，已请营业部核实，会照价赔偿。"),
    ), about=""),
    Row(3 * HOUR + 51, C.COMPLAINT, By.WECHAT, "梁芳", "派件员威胁我不给好评就不送，太过分了！", (
        (1, "take", ""), (4, "report", "涉及威胁客户，已报总经理"), (9, "reply", "非常抱歉，主任正在亲自处理。"),
        (40, "note", "已要求站长停止该派件员派送，下午提交书面说明"),
    )),
    Row(2 * HOUR + 20, C.INQUIRY, By.PHONE, "朱洋", "明天下午两点后才在家，能约时间吗？", (
        (1, "take", ""), (2, "call", "已备注，派送前联系"), (3, "promise", "派送前回电确认时间", 25),
    )),
    Row(95, C.DAMAGE, By.IN_PERSON, "刘伟", "仪器外壳裂了一道缝，当场拍了照。", (
        (1, "take", ""), (3, "report", "贵重仪器破损，已报质控"), (5, "call", "已当面致歉，说明鉴定流程"),
        (8, "promise", "把鉴定安排发给客户", 130),
    ), about="delivered"),
    Row(47, C.LOSS, By.WEB, "陈秀英", "少了一件，签收单上写两件只收到一件。", (
        (2, "take", ""), (4, "report", "少件，正在核对交接单"), (9, "reply", "收到，正在核对交接记录，一小时内给您消息。"),
        (12, "wait", "等客户发签收单照片"),
    ), about="delivered"),
    Row(7, C.COMPLAINT, By.EMAIL, "杨艳", "客服电话打了三次都没人接。", (), about=""),
    Row(3, C.INQUIRY, By.WEB, "Anna Schmidt", "Where is my parcel? The page has not changed since yesterday.", (), english=True),
    Row(2, C.COMPLAINT, By.OWN_CHECK, "", "抽查发现：杭州方向三票未按约定时间首派，尚未有客户来电。", (), about=""),
)  # fmt: skip
