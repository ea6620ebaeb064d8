"""Customers at every stage: long-standing, key, on trial, let through by word of mouth, not yet."""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas
from stdnum.cn import uscc

from apps.customers import services
from apps.customers.enums import JobType
from apps.customers.models import Customer
from apps.desk.demo.people import Cast


@dataclass(frozen=True)
class Company:
    code: str
    name: str
    short: str
    english: str
    city: str
    site: str
    contact: str
    goods: tuple[str, ...]
    unit: str = "SHA"
    agent: str = "wangfang"
    papers: str = "complete"  # complete | trial | verbal | signing | letter_missing
    cycle: int = 30  # days to pay
    extra: dict[str, object] = field(default_factory=dict)


COMPANIES = [
    Company("YUNSHANG", "上海云裳服饰有限公司", "云裳服饰", "Yunshang Apparel", "上海",
            "上海市青浦区华新镇纪鹤路1288号2号库", "朱丽", ("连衣裙", "羊毛衫", "童装", "男士衬衫"),
            extra={"key_account": True, "sends_bulk_orders": True, "settlement_method": "cod"}),
    Company("CHAYU", "杭州茶语电子商务有限公司", "茶语", "Chayu Tea", "杭州",
            "杭州市西湖区转塘街道科海路88号", "何青", ("龙井茶礼盒", "茶具", "花茶"),
            extra={"sends_bulk_orders": True}),
    Company("JINGMI", "上海精密仪器股份有限公司", "精密仪器", "Shanghai Precision", "上海",
            "上海市闵行区剑川路951号5幢", "许工", ("示波器", "电子天平", "传感器"), agent="lina",
            extra={"key_account": True, "follow_up_default": "A"}),
    Company("BOYA", "博雅图书发行有限公司", "博雅图书", "Boya Books", "北京",
            "北京市通州区台湖镇京台路6号", "邓红", ("图书", "教材", "画册"), unit="BJS", agent="chenjie"),
    Company("XIANDA", "广州鲜达食品有限公司", "鲜达食品", "Xianda Foods", "广州",
            "广州市白云区石槎路299号冷库", "罗生", ("坚果礼盒", "蜂蜜", "饼干"), unit="CAN", agent="lina", cycle=10),
    Company("HUIZHAN", "上海汇展展览服务有限公司", "汇展", "Huizhan Expo", "上海",
            "上海市浦东新区龙阳路2345号", "曹薇", ("展架", "宣传册", "展位灯箱"), papers="trial"),
    Company("LANTIAN", "蓝天医疗器械有限公司", "蓝天医疗", "Lantian Medical", "上海",
            "上海市松江区九亭镇涞寅路1898号", "彭亮", ("血压计", "轮椅", "护理床垫"), papers="verbal"),
    Company("CHUANGKE", "创客电子科技有限公司", "创客电子", "Chuangke Electronics", "上海",
            "上海市嘉定区曹安公路4800号", "苏伟", ("开发板", "充电宝", "锂电池"), papers="signing"),
]  # fmt: skip


def _tax_number(code: str) -> str:
    """A 统一社会信用代码 of the right form, and nobody's."""
    digits = str(sum(ord(letter) * 31**n for n, letter in enumerate(code)))[:9].zfill(9)
    body = f"91310000{digits}"
    return body + uscc.calc_check_digit(body)


def pdf(text: str) -> io.BytesIO:
    """A one-page scan of a signed paper."""
    out = io.BytesIO()
    page = Canvas(out, invariant=1)
    page.drawString(72, 760, text)
    page.save()
    out.seek(0)
    return out


def make_companies(cast: Cast, began: datetime, now: datetime) -> dict[str, Customer]:
    made = {company.code: _make(company, cast, began, now) for company in COMPANIES}
    services.admit_user(made["YUNSHANG"], user=cast["api-yunshang"], by=cast["linzhuren"], at=began)
    return made


def _make(company: Company, cast: Cast, began: datetime, now: datetime) -> Customer:
    sales, agent = cast["shichang"], cast[company.agent]
    customer = services.create_customer(
        {
            "code": company.code,
            "name": company.name,
            "short_name": company.short,
            "english_name": company.english,
            "unit": cast.units[company.unit],
            "agent": agent,
            "sales_person": sales,
            "director": cast["linzhuren"],
            "invoice_title": company.name,
            "tax_number": _tax_number(company.code),
            **company.extra,
        },
        by=sales,
        at=began,
    )
    number = 13800001000 + 7 * len(company.name) + sum(map(ord, company.code))
    services.add_contact(
        customer,
        {"name": company.contact, "phone": str(number), "default_pickup": True,
         "email": f"{company.code.lower()}@customer.example"},
        by=agent,
        # On file for long, as whoever is called back about money has to be.
        at=began - timedelta(days=90),
    )  # fmt: skip
    services.add_site(
        customer,
        {"label": "发货仓", "city": company.city, "address": company.site,
         "contact_name": company.contact, "phone": str(number), "is_default": True},
        by=agent,
        at=began,
    )  # fmt: skip
    if company.papers == "verbal":
        _let_through(customer, cast, now)
        return customer
    form = services.draft_handover_form(customer, _form(company), by=sales, at=began)
    form = services.submit_handover_form(form, by=sales, at=began)
    signers = ["shichangzr", "peisong", "zongjingli"]
    for username in signers[: 1 if company.papers == "signing" else None]:
        form = services.sign_handover_form(form, by=cast[username], at=began)
    _file_papers(customer, company, cast, began)
    customer.refresh_from_db()
    return customer


def _form(company: Company) -> dict[str, object]:
    return {
        "services": "华东次日、全国隔日，门到门",
        "job_types": [JobType.DOOR_TO_DOOR.value],
        "needs_storage": False,
        "needs_delivery": True,
        "monthly_volume": "每月约 600 票",
        "goods": "见合同附件",
        "special_demands": "签收单原件返回",
        "billing": f"月结 {company.cycle} 天，每月 5 日出对账单",
        "settlement_method": "monthly",
        "settlement_cycle_days": company.cycle,
        "customer_contacts": "见联系人",
        "price_agreed": "2026 标准价 95 折",
        "trial_days": 30 if company.papers == "trial" else 0,
    }


def _file_papers(customer: Customer, company: Company, cast: Cast, began: datetime) -> None:
    day = timezone.localdate(began)
    services.add_contract(
        customer,
        {"number": f"HT2026-{company.code}", "valid_from": day,
         "valid_to": day + timedelta(days=365), "price_reference": "2026 标准价 95 折"},
        file=pdf(f"Contract {company.english}"),
        filename="合同.pdf",
        by=cast["shichang"],
        at=began,
    )  # fmt: skip
    services.file_letter(
        customer,
        file=pdf(f"Dangerous-goods letter {company.english}"),
        filename="危险货物通知函.pdf",
        signer=company.contact,
        signed_on=day,
        valid_until=day + timedelta(days=365),
        by=cast["shichang"],
        at=began,
    )


def _let_through(customer: Customer, cast: Cast, now: datetime) -> None:
    """No papers yet; a leader's word holds for three more hours, and the letter is on file."""
    given = now - timedelta(hours=20)
    services.start_trial(
        customer, until=timezone.localdate(now) + timedelta(days=30), by=cast["linzhuren"], at=given
    )
    services.file_letter(
        customer,
        file=pdf("Dangerous-goods letter"),
        filename="危险货物通知函.pdf",
        signer="彭亮",
        signed_on=timezone.localdate(given),
        valid_until=timezone.localdate(given) + timedelta(days=365),
        by=cast["shichang"],
        at=given,
    )
    services.grant_verbal_authorisation(
        customer,
        leader=cast["fuzong"],
        deadline=now + timedelta(hours=3),
        reason="医院急用，合同已在用印",
        by=cast["linzhuren"],
        at=given,
    )
