"""The claims that the demonstration shows, at least one in every state (CMP-6)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.claims.enums import (
    ClaimKind,
    ClaimState,
    ExplainedHow,
    PayWay,
)  # fmt: skip
from apps.claims.models import Claim

S, K, D = ClaimState, ClaimKind, Decimal


@dataclass(frozen=True)
class Sketch:
    """One claim as the demonstration tells it; amounts in yuan, ``days`` since it was filed."""

    kind: ClaimKind
    state: ClaimState
    days: int
    what: str
    goods: str
    claimed: int
    proved: int | None = None
    why: str = ""
    earlier: int | None = None  # assessed and approved at first, before the dispute
    way: PayWay | None = None
    recovered: int = 0
    private: bool = False  # claimed by the consignee, not by the customer
    case: str = ""  # in whose case it is claimed: the name of its contact
    more: dict[str, Any] = field(default_factory=dict)


Drawn = list[tuple[Sketch, Claim]]
SKETCHES = (
    Sketch(K.DAMAGE, S.PAID, 1, "送货上门时外箱压破，杯子碎了两只", "玻璃杯", 80, 80, way=PayWay.SPOT),
    Sketch(K.LOSS, S.ASSESSED, 2, "中转后再无扫描，责任部门已认定丢失", "笔记本电脑", 18_800, 18_800),
    Sketch(K.SHORTAGE, S.FILED, 1, "签收时少一件", "羊绒围巾", 460, more={"papers_asked": "购货发票"}),
    Sketch(K.DELAY, S.REFUSED, 4, "比承诺晚到一天", "面膜", 20, why="延误由收件人改约造成"),
    Sketch(K.DAMAGE, S.APPROVED, 5, "内件屏幕碎裂，客户补了发票", "显示器", 1_350, 1_350, earlier=900),
    Sketch(K.DAMAGE, S.CLOSED, 12, "外箱进水，服装发霉", "女装", 1_600, 1_480, way=PayWay.SET_OFF),
    Sketch(K.LOSS, S.PAID, 9, "合作承运段丢失", "蓝牙耳机", 960, 960, way=PayWay.CASH, recovered=480),
    Sketch(K.DAMAGE, S.AGREED, 3, "配件磕碰，客户同意赔付维修费", "咖啡机", 320, 300),
    Sketch(K.SHORTAGE, S.WITHDRAWN, 6, "客户清点后找到了", "保温杯", 150),
    Sketch(K.LOSS, S.DRAFT, 0, "异常已认定丢失，自动起草", "童鞋", 260),
    Sketch(K.DELAY, S.CLOSED, 15, "活动物料晚到三天", "展架", 30, 30, way=PayWay.CASH),
    Sketch(K.DAMAGE, S.FILED, 0, "酒瓶破损，等待定损", "白酒", 1_180),
    Sketch(K.DAMAGE, S.AGREED, 7, "收件人本人索赔，转账付到其银行卡", "空气炸锅", 459, 429, private=True),
    Sketch(K.SHORTAGE, S.FILED, 0, "商家系统提交：签收少一箱", "婴儿纸尿裤", 238,
           more={"shown_how": ExplainedHow.API, "shown_to": "周经理", "source_key": "api:0:SHORT-20260118"}),
)  # fmt: skip
# In a case of the demonstration, whose public page shows them: to be agreed to, disputed, paid.
IN_CASES = (
    Sketch(K.DAMAGE, S.PAID, 4, "三瓶蜂蜜碎了一瓶，外箱没有保护", "土蜂蜜", 168, 168, way=PayWay.CASH, case="周小梅"),
    Sketch(K.DAMAGE, S.APPROVED, 0, "仪器外壳开裂，维修点已报价", "检测仪", 1_260, 1_180, case="刘伟"),
    Sketch(K.SHORTAGE, S.FILED, 0, "签收单写两件，只收到一件", "童装外套", 460, earlier=300, case="陈秀英"),
)  # fmt: skip
