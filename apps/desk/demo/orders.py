"""A week of orders through every door, most of them confirmed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from apps.customers.enums import JobType, SettlementMethod
from apps.customers.models import Customer
from apps.customers.queries import OrderDefaults, order_defaults
from apps.desk.demo.companies import COMPANIES, Company
from apps.desk.demo.people import Cast
from apps.orders.enums import Channel, PrintKind, ServiceLevel
from apps.orders.inputs import Arrival, OrderInput
from apps.orders.models import WorkOrder
from apps.orders.services import history as orders
from apps.orders.services.history import PastOrder, Printed
from apps.tracking.models import Waybill

# What is worth less is sent uninsured.
INSURED_FROM = Decimal(2000)
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 艳 杰 涛 超 霞 建国 小红".split()  # noqa: SIM905  # reads better
PLACES = {
    "北京": ["北京市朝阳区建国路88号3号楼1203室", "北京市海淀区中关村大街1号科贸大厦810室", "北京市丰台区方庄路6号2单元501"],
    "上海": ["上海市浦东新区张江路500号2幢301室", "上海市徐汇区漕溪北路18号12楼", "上海市静安区南京西路1266号2201室"],
    "广州": ["广州市天河区体育西路109号高盛大厦15楼", "广州市越秀区中山五路68号3栋602"],
    "深圳": ["深圳市南山区科技园南区高新南一道9号A座1001", "深圳市福田区福华三路88号财富大厦2206"],
    "杭州": ["杭州市滨江区江南大道3688号5幢401室", "杭州市余杭区文一西路969号2号楼"],
    "成都": ["成都市武侯区天府大道中段1388号6栋1单元903", "成都市锦江区红星路三段99号18楼"],
    "武汉": ["武汉市洪山区珞喻路1037号西二舍302", "武汉市江汉区解放大道688号1507室"],
}  # fmt: skip
CHANNELS = [
    Channel.PHONE,
    Channel.PHONE,
    Channel.EMAIL,
    Channel.API,
    Channel.SPREADSHEET,
    Channel.WEB,
    Channel.FAX,
]


@dataclass(frozen=True)
class Shipped:
    """A confirmed order's waybill and when it was confirmed."""

    waybill: Waybill
    order: WorkOrder
    confirmed_at: datetime

    @property
    def there(self) -> str:
        return self.waybill.destination_city.removesuffix("市")


def make_orders(
    cast: Cast, customers: dict[str, Customer], rng: Random, now: datetime, per_day: int
) -> list[Shipped]:
    """Oldest first; the last hours leave some unconfirmed, so that their clocks run."""
    able = [c for c in COMPANIES if c.papers in ("complete", "trial", "verbal")]
    usual = {code: order_defaults(customer) for code, customer in customers.items()}
    pasts = []
    for day in range(6, -1, -1):
        for number in range(per_day):
            at = now - timedelta(days=day, hours=rng.uniform(1, 10), minutes=number)
            company = rng.choice([c for c in able if c.papers != "verbal" or day == 0])
            past = _receive(cast, company, customers[company.code], usual, rng, at, number)
            if day > 0 or number % 3:
                past = _confirm(cast, past, rng, now)
            pasts.append(past)
    made = orders.take_over_orders(pasts)
    return [
        Shipped(one.waybills[0], one.order, past.confirmed_at)
        for one, past in zip(made, pasts, strict=True)
        if past.confirmed_at is not None
    ]


def _receive(
    cast: Cast,
    company: Company,
    customer: Customer,
    usual: dict[str, OrderDefaults],
    rng: Random,
    at: datetime,
    number: int,
) -> PastOrder:
    channel = rng.choice(CHANNELS)
    text = {
        Channel.PHONE: "电话下单，已记录",
        Channel.EMAIL: "您好，请今天安排取件，收件信息如下，谢谢。",
        Channel.FAX: "传真件：委托单",
    }.get(channel, "")
    return PastOrder(
        customer=customer,
        content=_content(company, usual[company.code], rng, at, number),
        arrival=Arrival(channel=channel, received_at=at, original_text=text),
        by=cast[company.agent],
        at=at,
    )


def _content(
    company: Company, usual: OrderDefaults, rng: Random, at: datetime, number: int
) -> OrderInput:
    city = rng.choice(sorted(PLACES))
    same_city = city == company.city
    cod = company.code == "YUNSHANG" and rng.random() < 0.5
    name = rng.choice(FAMILY) + rng.choice(GIVEN)
    return OrderInput(
        job_type=JobType.INTRA_CITY if same_city else JobType.DOOR_TO_DOOR,
        service_level=ServiceLevel.SAME_DAY if same_city else ServiceLevel.STANDARD,
        pickup_company=usual.company,
        pickup_contact=usual.contact_name,
        pickup_phone=usual.phone,
        origin_city=usual.city,
        pickup_address=usual.address,
        delivery_contact=name,
        delivery_phone=f"+861{rng.choice('35789')}{rng.randint(100_000_000, 199_999_999):09d}",
        destination_city=city,
        delivery_address=rng.choice(PLACES[city]),
        goods_name=rng.choice([g for g in company.goods if g not in ("充电宝", "锂电池")]),
        pieces=rng.randint(1, 6),
        weight_g=rng.randint(5, 240) * 100,
        declared_value=(value := Decimal(rng.randint(1, 60) * 50)),
        insured_amount=value if value >= INSURED_FROM else None,
        estimated_fee=Decimal(rng.randint(120, 960)) / 10,
        settlement_method=SettlementMethod.COD if cod else SettlementMethod.MONTHLY,
        cod_amount=Decimal(rng.randint(990, 39900)) / 10 if cod else None,
        return_document_required=company.code in ("JINGMI", "LANTIAN"),
        important_notes="易碎，请轻放" if company.code == "JINGMI" else "",
        customer_reference=f"{company.code[:2]}{at:%m%d}{number:03d}{rng.randint(100, 999)}",
    )


def _confirm(cast: Cast, past: PastOrder, rng: Random, now: datetime) -> PastOrder:
    agreed = "下单人" if past.arrival.channel == Channel.PHONE else ""
    confirmed_at = past.at + timedelta(minutes=rng.randint(4, 40))
    printed: list[Printed] = []
    # Some of the last hours' are still in the queue.
    if not (rng.random() < 0.3 and now - past.at < timedelta(hours=12)):
        local = past.content.job_type == JobType.INTRA_CITY
        centre = cast["diaodu"] if local else cast["huoyun"]
        at = confirmed_at + timedelta(minutes=10)
        printed = [Printed(kind, centre, at) for kind in (PrintKind.WORK_ORDER, PrintKind.LABEL)]
        if rng.random() < 0.15:
            again = at + timedelta(minutes=5)
            printed.append(Printed(PrintKind.LABEL, centre, again, "标签破损"))
    return replace(past, agreed=agreed, confirmed_at=confirmed_at, printed=printed)
