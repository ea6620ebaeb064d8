"""What happened to the shipments on the road: most went well, some did not."""

import io
from datetime import datetime, timedelta
from random import Random

from PIL import Image, ImageDraw

from apps.core.files.pictures import clean_photo
from apps.desk.demo.afterwards import partner_of
from apps.desk.demo.orders import Shipped
from apps.desk.demo.people import Cast
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import Courier, PartnerCarrier
from apps.tracking.services.history import Journey, Scanned, Signed, record_journeys
from apps.tracking.signing import NewProof

COURIERS = ["小刘", "小张", "老周", "小马"]
# What befalls every so many-th shipment; the others go well.
FATES = ["absent", "station", "refused", "damaged", "stuck", "weather", "misrouted", "lost"]


def make_journeys(
    cast: Cast, shipped: list[Shipped], carrier: PartnerCarrier, rng: Random, now: datetime
) -> None:
    every = max(2, len(shipped) // 11)
    journeys, couriers = [], list(Courier.objects.select_related("unit").order_by("number"))
    for number, one in enumerate(shipped):
        fate = FATES[number // every % len(FATES)] if number % every == every // 2 else "well"
        if _same_city(one) and fate in ("weather", "misrouted"):
            fate = "absent"
        partner = partner_of(one, carrier)
        scans = [
            Scanned(
                event,
                event.occurred_at + timedelta(minutes=2),
                partner if event.city == one.there else None,
            )
            for event in _plan(one, fate, rng)
            if event.occurred_at <= now
        ]
        end = one.confirmed_at + timedelta(hours=_hours(one)) + timedelta(minutes=20)
        arrived = fate in ("well", "absent", "weather") and end <= now
        signed = _signed(one, end, couriers[number % len(couriers)]) if arrived else None
        journeys.append(Journey(one.waybill, scans, signed))
    record_journeys(journeys, source="scan", by=cast["yunying"])


def _hours(one: Shipped) -> float:
    return 6 if _same_city(one) else 44


def _same_city(one: Shipped) -> bool:
    return bool(one.waybill.origin_city == one.waybill.destination_city)


def _plan(one: Shipped, fate: str, rng: Random) -> list[IncomingEvent]:
    """The scans as they would come; the caller leaves out what has not happened yet."""
    origin = one.waybill.origin_city.removesuffix("市")
    there = one.there
    courier = f"{rng.choice(COURIERS)}，电话1{rng.choice('35789')}{rng.randint(100_000_000, 199_999_999):09d}"
    total = _hours(one)
    steps = [
        (0.06, "picked_up", f"{origin}营业部", origin, f"{origin}营业部已揽收，揽收员{courier}"),
        (0.14, "sorted", f"{origin}转运中心", origin, f"快件到达{origin}转运中心，已分拣"),
        (0.22, "departed", f"{origin}转运中心", origin, f"快件离开{origin}转运中心，发往{there}转运中心"),
        (0.70, "arrived", f"{there}转运中心", there, f"快件到达{there}转运中心"),
        (0.80, "arrived_dest_city", f"{there}营业部", there, f"快件到达{there}营业部"),
        (0.88, "out_for_delivery", f"{there}营业部", there, f"正在派送，派件员{courier}，请保持电话畅通"),
    ]  # fmt: skip
    if _same_city(one):
        steps = [step for step in steps if step[1] in ("picked_up", "sorted", "out_for_delivery")]
    if fate == "stuck":
        steps = steps[:3]
    trouble = {
        "absent": (0.92, "consignee_absent", f"{there}营业部", there, "收件人不在，改约再次派送"),
        "station": (0.95, "ready_for_pickup", f"{there}便民驿站", there, f"快件已到{there}便民驿站，请凭取件码领取"),
        "refused": (0.96, "refused", f"{there}营业部", there, "收件人拒收，原因：与订购不符"),
        "damaged": (0.72, "damaged", f"{there}转运中心", there, "外包装破损，已拍照上报"),
        "weather": (0.40, "late.weather", f"{origin}转运中心", origin, "受暴雨影响，车辆延误"),
        "misrouted": (0.68, "misrouted", "武汉转运中心", "武汉", "快件错发至武汉，正在转回"),
        "lost": (0.75, "exception.held_at_branch", f"{there}转运中心", there, "到件数量不符，正在查找"),
    }.get(fate)  # fmt: skip
    if fate in ("refused", "station", "absent", "weather"):
        steps = [*steps, trouble] if trouble else steps
    elif trouble:
        steps = [s for s in steps if s[0] < trouble[0]] + [trouble]
    start = one.confirmed_at
    return [
        IncomingEvent(
            waybill_number=one.waybill.number,
            code=code,
            occurred_at=start + timedelta(hours=total * part, seconds=rng.randint(0, 900)),
            place=place,
            city=city,
            text=text,
        )
        for part, code, place, city, text in sorted(steps)
    ]


def _signed(one: Shipped, at: datetime, courier: Courier) -> Signed:
    """Two of three who pay at the door pay in cash."""
    waybill = one.waybill
    method = "wechat" if waybill.pk % 3 == 0 else "cash"
    spoiled = one.order.number.endswith("5")
    return Signed(
        NewProof(
            signed_by=waybill.consignee_name,
            signed_at=at,
            packaging_intact=not spoiled,
            was_opened=True,
            appearance_good=True,
            count_right=True,
            cod_paid=waybill.cod_amount,
            cod_method=method if waybill.cod_amount else "",
            courier=courier,
            notes="外箱一角压皱，内件完好" if spoiled else "",
            place=f"{waybill.destination_city.removesuffix('市')}营业部",
        ),
        at + timedelta(minutes=3),
        [clean_photo(_photo(waybill.number))] if spoiled else [],
    )


def _photo(number: str) -> io.BytesIO:
    """A drawn carton with a dent: no real picture is needed to show what a proof holds."""
    picture = Image.new("RGB", (640, 480), "#d9d2c5")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((120, 120, 520, 400), fill="#b98d5a", outline="#7a5a34", width=4)
    pen.polygon(((520, 120), (470, 150), (520, 190)), fill="#d9d2c5")
    pen.rectangle((260, 200, 420, 260), fill="white")
    pen.text((272, 224), number, fill="black")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    out.seek(0)
    return out
