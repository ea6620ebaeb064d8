"""What people did about the week: partners, late shipments, answers, refusals, a spreadsheet."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from apps.backoffice.services import ask_job, run_jobs, take_import, upload_import
from apps.complaints.jobs import CASES
from apps.core.files import NewFile
from apps.core.sheets import write_xlsx
from apps.customers.models import Customer
from apps.desk.demo.companies import pdf
from apps.desk.demo.orders import Shipped
from apps.desk.demo.people import Cast
from apps.orders.jobs import ORDERS
from apps.quality import services as quality
from apps.quality.enums import ContactChannel
from apps.quality.models import ExceptionReport
from apps.tracking.enums import (
    ConfirmedBy,
    DocumentState,
    Door,
    LateCause,
    Party,
    Satisfaction,
    Stage,
    Status,
)
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import (
    PartnerAgreement,
    PartnerCarrier,
    ReturnDocument,
    Waybill,
)
from apps.tracking.services import ingest
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.feedback import send_sheet
from apps.tracking.services.history import Answered, Assigned, assign_each, record_answers
from apps.tracking.services.masters import save_agreement, save_row
from apps.tracking.services.signers import authorise_signer

PARTNER_CITIES = frozenset({"成都", "武汉"})
WAY_BACK = [
    DocumentState.COLLECTED,
    DocumentState.IN_TRANSIT_BACK,
    DocumentState.RECEIVED_AT_ORIGIN,
]
ANSWERS = [
    (Satisfaction.SATISFIED, ""),
    (Satisfaction.SATISFIED, "派件员态度很好"),
    (Satisfaction.NEUTRAL, ""),
    (Satisfaction.SATISFIED, ""),
    (Satisfaction.DISSATISFIED, "外箱压皱，希望加固包装"),
    (Satisfaction.UNREACHED, ""),
]
WAITS = (LateCause.CONSIGNEE, "收件人出差，请驿站保管", "驿站确认货物完好，已改约")
BROKEN_DOWN = (LateCause.LINE_HAUL, "车辆途中故障，已换车", "已查到货物，今晚配载发出")


def make_partner(cast: Cast, began: datetime) -> PartnerCarrier:
    """The network company that delivers in Chengdu and Wuhan, under a signed agreement."""
    by = cast["huoyun"]
    carrier = PartnerCarrier(
        code="huatong", name="华通物流", english_name="Huatong Logistics", phone="400-800-0000"
    )
    save_row(carrier, by=by, at=began)
    day = timezone.localdate(began)
    agreement = PartnerAgreement(
        carrier=carrier,
        area="成都、武汉及周边",
        line_haul_hours=Decimal(30),
        delivery_hours=Decimal(8),
        receipt_return_hours=Decimal(96),
        liability="破损、遗失按声明价值赔偿；无声明价值的，按运费的五倍赔偿。",
        valid_from=day,
        valid_until=date(day.year + 1, day.month, 1),
    )
    paper = pdf("Partner agreement Huatong Logistics")
    paper.name = "网络公司协议.pdf"
    save_agreement(agreement, file=paper, by=by, at=began)
    return carrier


def partner_of(one: Shipped, carrier: PartnerCarrier) -> PartnerCarrier | None:
    there = one.waybill.destination_city.removesuffix("市")
    return carrier if there in PARTNER_CITIES else None


def attach_numbers(cast: Cast, shipped: list[Shipped], carrier: PartnerCarrier) -> None:
    """Freight gives the partner its stages; the partner's number comes back."""
    assign_each(
        [
            Assigned(
                waybill=one.waybill,
                carrier=carrier,
                stages=(Stage.LINE_HAUL, Stage.DELIVERY),
                reason="成都、武汉方向由华通承运",
                by=cast["huoyun"],
                at=one.confirmed_at + timedelta(hours=1),
                number=f"HT{one.confirmed_at:%y%m%d}{number:05d}",
                numbered_by=cast["yunying"],
                numbered_at=one.confirmed_at + timedelta(hours=8),
            )
            for number, one in enumerate(shipped)
            if partner_of(one, carrier)
        ]
    )


def send_documents_back(cast: Cast, now: datetime) -> None:
    """Signed documents on every part of their way back; the oldest are on file."""
    owed = ReturnDocument.objects.filter(owed_since__isnull=False).order_by("owed_since", "pk")
    for number, document in enumerate(owed):
        by, at = cast["yunying"], (document.owed_since or now) + timedelta(hours=4)
        steps = WAY_BACK[: 3 - number % 4]
        moves = [(state, at + timedelta(hours=6 * turn)) for turn, state in enumerate(steps)]
        done = [(state, when) for state, when in moves if when < now]
        for state, when in done:
            move_document(document_id=document.pk, to=state, by=by, at=when)
        filed_at = at + timedelta(hours=20)
        if len(done) == len(WAY_BACK) and number % 8 == 0 and filed_at < now:
            file_document(
                document_id=document.pk, location=f"A柜{number % 5 + 1}层", by=by, at=filed_at
            )


def ask_customers(cast: Cast, customers: dict[str, Customer], now: datetime) -> None:
    """Every other delivered shipment has the customer's answer; one sheet was sent."""
    arrived = Waybill.objects.filter(status=Status.DELIVERED, delivered_at__lt=now).order_by("pk")
    record_answers(
        [
            Answered(
                waybill,
                *ANSWERS[number // 2 % len(ANSWERS)],
                by=cast["yunying"],
                at=min(waybill.delivered_at + timedelta(hours=2), now),
            )
            for number, waybill in enumerate(arrived)
            if number % 2 == 0 and waybill.delivered_at
        ]
    )
    today = timezone.localdate(now)
    send_sheet(
        customer_id=customers["YUNSHANG"].pk,
        first_day=today - timedelta(days=7),
        last_day=today - timedelta(days=1),
        channel="email",
        recipient="yunshang@customer.example",
        by=cast["yunying"],
        at=now - timedelta(hours=1),
    )


def handle_late(cast: Cast, now: datetime) -> None:
    """One case told to both parties, one being chased; the others wait for somebody."""
    by, at = cast["linzhuren"], timezone.now()
    soon = now + timedelta(hours=20)
    reports = (
        ExceptionReport.objects.filter(
            late__closed_at__isnull=True, late__isnull=False, waybill__customer__unit__code="SHA"
        )
        .select_related("waybill")
        .order_by("waybill_id")
    )
    for number, report in enumerate(reports[:2]):
        waybill = report.waybill
        who: dict[str, Any] = {"exception_id": report.pk, "by": by, "at": at}
        waits = waybill is not None and waybill.status == Status.READY_FOR_PICKUP
        cause, note, answer = WAITS if waits else BROKEN_DOWN
        quality.state_cause(cause=cause, note=note, expected_at=soon, **who)
        quality.record_chase(
            whom=cast.units["SHA-FC"], question="货物现在何处，何时发出？", answer=answer, **who
        )
        for party in Party if number == 0 else ():
            quality.record_contact(
                party=party, channel=ContactChannel.PHONE, reached=True, apologised=True,
                expected_at=soon, answer="表示理解，请尽快送达", **who,
            )  # fmt: skip


def refuse_some(cast: Cast, shipped: list[Shipped], now: datetime) -> None:
    """A batch of the shop's program with two events that could not be taken."""
    good = shipped[-1].waybill.number
    mistyped = good[:-1] + str((int(good[-1]) + 1) % 10)
    at = now - timedelta(hours=2)
    events = [
        IncomingEvent(waybill_number=number, code=code, occurred_at=at, city="上海", text=text)
        for number, code, text in (
            (mistyped, "sorted", "快件已分拣"),
            (good, "put_on_shelf", "快件已上架"),
        )
    ]
    ingest(
        events, source="api:api-yunshang", by=cast["yunying"], at=at + timedelta(minutes=1),
        door=Door.API,
    )  # fmt: skip


def authorise_someone(cast: Cast, now: datetime) -> None:
    """A shipment on the way that a colleague of the consignee may sign for."""
    waybill = Waybill.objects.filter(
        status__in=[Status.IN_TRANSIT, Status.PICKED_UP], customer__unit__code="SHA"
    ).latest("pk")
    authorise_signer(
        waybill_id=waybill.pk, name="方晓", given_by="客户发货负责人",
        confirmed=ConfirmedBy.CALL_BACK, note="收件人出差，由同事代签",
        by=cast["linzhuren"], at=now - timedelta(minutes=30),
    )  # fmt: skip


def take_spreadsheet(
    cast: Cast, customers: dict[str, Customer], rng: Random, now: datetime
) -> None:
    """The shop's file of this morning: two orders taken in, one row without a phone and one with goods
    that may not be carried."""
    headings = ["客户单号", "收货人", "收货电话", "目的城市", "收货地址", "货物名称", "件数", "重量(kg)"]  # fmt: skip
    rows = [
        [f"YS-{now:%m%d}-{n}", name, phone, city, address, "连衣裙", "2", "1.6"]
        for n, (name, phone, city, address) in enumerate(
            [
                ("周洋", f"139{rng.randint(0, 99_999_999):08d}", "深圳", "深圳市南山区科苑路8号"),
                ("吴霞", "见备注", "北京", "北京市朝阳区望京街10号"),
                ("郑丽", f"137{rng.randint(0, 99_999_999):08d}", "杭州", "杭州市滨江区长河路351号"),
            ],
            start=1,
        )
    ]
    rows.append(
        [
            f"YS-{now:%m%d}-4",
            "冯宇",
            "13612345678",
            "成都",
            "成都市锦江区春熙路9号",
            "打火机",
            "1",
            "0.5",
        ]
    )
    who: dict[str, Any] = {"by": cast["wangfang"], "at": now - timedelta(minutes=50)}
    file = upload_import(
        declared=ORDERS,
        file=NewFile(write_xlsx(headings, rows), f"云裳发货{now:%m%d}.xlsx"),
        parameters={"customer": customers["YUNSHANG"].pk},
        **who,
    )
    take_import(file_id=file.pk, **who)
    while run_jobs():
        pass


def export_cases(cast: Cast, now: datetime) -> None:
    """The director's list of all cases, made by a job and waiting to be fetched."""
    ask_job(
        kind="export.complaints.case",
        title=str(CASES.label),
        given={"query": {"view": "all"}, "form": "xlsx"},
        by=cast["linzhuren"],
        at=now - timedelta(minutes=20),
    )
    while run_jobs():
        pass
