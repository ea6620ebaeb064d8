"""Messages in every state, calls to make; no provider is asked anything.

What a provider would have said is recorded by the same functions that record its real answers.
"""

import json
from copy import copy
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from apps.core.notice_types import Notice
from apps.customers.models import Customer
from apps.desk.demo.orders import Shipped
from apps.desk.demo.people import Cast
from apps.desk.demo.sent import pickups, tell_earlier
from apps.desk.demo.webhooks import make_webhooks
from apps.events.models import Event
from apps.events.services import relay_batch
from apps.notifications import channels, services
from apps.notifications.addresses import index_of, label_of
from apps.notifications.channels import Outcome
from apps.notifications.enums import (
    Audience,
    ChannelName,
    DeliveryState,
    Effect,
    SuppressionReason,
    TaskState,
)
from apps.notifications.models import Delivery, PhoneTask
from apps.notifications.queries.notices import notices_of
from apps.notifications.services.claiming import claim
from apps.notifications.services.outcomes import record_outcome
from apps.notifications.services.rows import NewDelivery, insert
from apps.tracking.notices import TOPIC_OF_STATUS

WORKER = "demo"
# So that a message on its way is still to be seen when somebody looks.
LONG = timedelta(days=1)
WAITING = 3
# Told on the days before, oldest first.
EARLIER = (ChannelName.SMS, ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
OK = Outcome(Effect.ACCEPTED, "OK", ref="", answer={"code": "OK"})
# What the providers say, one line per message: (channel, answer, later receipt).
ANSWERS: list[tuple[ChannelName, Outcome | None, str]] = [
    (ChannelName.SMS, OK, "DELIVERED"),
    (ChannelName.EMAIL, Outcome(Effect.ACCEPTED, "250"), ""),
    (ChannelName.SMS, Outcome(Effect.AMBIGUOUS, "timeout", trouble=True), ""),
    (ChannelName.WECHAT, OK, "failed:user block"),
    (ChannelName.SMS, None, ""),
    (ChannelName.EMAIL, Outcome(Effect.AMBIGUOUS, "hung_up", trouble=True), ""),
    (ChannelName.SMS, OK, "MOBILE_NOT_EXIST"),
    (ChannelName.EMAIL, Outcome(Effect.RETRY, "450", retry_after=3600), ""),
    (ChannelName.WECHAT, OK, "success"),
    (ChannelName.EMAIL, Outcome(Effect.SUPPRESSED, "550"), ""),
    (ChannelName.SMS, Outcome(Effect.FAILED, "isv.AMOUNT_NOT_ENOUGH"), ""),
    (ChannelName.SMS, OK, ""),
    (ChannelName.SMS, OK, "DELIVERED"),
    (ChannelName.WECHAT, OK, "success"),
    (ChannelName.SMS, OK, "DELIVERED"),
]


def make_messages(
    cast: Cast, customers: dict[str, Customer], shipped: list[Shipped], rng: Random, now: datetime
) -> None:
    """A day at the message desk, after everything else happened."""
    make_webhooks(cast, customers, now, worker=WORKER)
    news = _news(shipped, now)
    before = pickups(shipped, now - timedelta(hours=26))
    tell_earlier(
        [
            (row_of(one, EARLIER[turn % len(EARLIER)], rng), one.at)
            for turn, one in enumerate(before)
        ]
    )
    _wait(news[:WAITING], now)
    _tell(news[WAITING:], rng)
    _people(cast, customers, shipped, rng, now)
    _announce(cast, now)
    while relay_batch():
        pass
    _inside(cast, customers, shipped, now)
    _work(cast, now)


# --- people outside -----------------------------------------------------------------------------
def _news(shipped: list[Shipped], now: datetime) -> list[Notice]:
    """What happened before the first message could have been sent: nobody was told of it yet."""
    ids = [str(one.waybill.pk) for one in shipped]
    events = Event.objects.filter(
        kind="waybill.status_changed",
        subject_id__in=ids,
        data__to__in=[str(status) for status in TOPIC_OF_STATUS],
        at__lt=now - timedelta(hours=26),
    ).order_by("-at", "-pk")
    found = notices_of(list(events[:200]))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _tell(news: list[Notice], rng: Random) -> None:
    """Each is answered, at once or later, as providers do on an ordinary day."""
    for notice, (channel, answer, receipt) in zip(news, ANSWERS, strict=False):
        delivery = _queue(row_of(notice, channel, rng))
        kind = copy(channels.channel(channel))
        kind.lease = LONG
        claimed = claim(kind, worker=WORKER).delivery
        if claimed is None or claimed.pk != delivery.pk or answer is None:
            continue
        number = f"{rng.randrange(10**12):012d}"
        outcome = Outcome(
            answer.effect, answer.code, ref=number, answer=answer.answer,
            retry_after=answer.retry_after, trouble=answer.trouble,
        )  # fmt: skip
        record_outcome(delivery.pk, claimed.attempts, outcome, worker=WORKER)
        if receipt and channel == ChannelName.WECHAT:
            services.record_wechat_outcome(number, receipt)
        elif receipt:
            services.record_sms_receipts(
                [{"biz_id": number, "success": receipt == "DELIVERED", "err_code": receipt}]
            )


def _wait(news: list[Notice], now: datetime) -> None:
    """One held for the night, one that waits for its turn, one for a colleague to cancel."""
    local = timezone.localtime(now)
    night = ((local - timedelta(hours=1)).time(), (local + timedelta(hours=7)).time())
    rng = Random(7)  # noqa: S311  # the point is that it can be repeated
    for notice, wait in zip(news, ("night", "soon", "later"), strict=False):
        row = row_of(notice, ChannelName.SMS, rng)
        row.due_at = now + timedelta(hours=7 if wait == "night" else 3)
        if wait == "night":
            row.state, row.reason, row.quiet = DeliveryState.HELD, "quiet_hours", night
        _queue(row)


def row_of(notice: Notice, channel: ChannelName, rng: Random) -> NewDelivery:
    waybill = notice.waybill
    assert waybill is not None  # noqa: S101  # it is about a shipment's status
    phone = waybill.consignee_phone
    address = {
        ChannelName.EMAIL: f"buyer{rng.randrange(1000, 9999)}@mail.example",
        ChannelName.WECHAT: f"o{rng.randrange(10**20):020d}",
    }.get(channel, phone)
    return NewDelivery(
        cause=notice.cause,
        topic=notice.topic,
        audience=Audience.CONSIGNEE,
        channel=channel,
        recipient=f"phone:{index_of(phone)}",
        label=label_of(ChannelName.SMS, phone),
        address=address,
        event_id=notice.event.pk if notice.event else None,
        waybill_id=waybill.pk,
        customer_id=waybill.customer_id,
        data=notice.data,
        personal=notice.personal,
        chain=[(ChannelName.PHONE, phone)],
        fallback_minutes=240,
        due_at=timezone.now() - timedelta(seconds=1),
    )


def _queue(row: NewDelivery) -> Delivery:
    (pk,) = insert([row])
    return Delivery.objects.get(pk=pk)


# --- what people asked for ----------------------------------------------------------------------
def _people(
    cast: Cast, customers: dict[str, Customer], shipped: list[Shipped], rng: Random, now: datetime
) -> None:
    for turn, one in enumerate(shipped[-3:]):
        asked = services.request_subscription(
            waybill=one.waybill, address=f"1380013{rng.randrange(10**4):04d}",
            channel=ChannelName.SMS, client=f"198.51.100.{turn}", language="zh-hans", at=now,
        )  # fmt: skip
        code = code_of(f"code:{asked.code_id}")
        if turn < 2:
            services.confirm_subscription(asked, code=code, at=now)
        if turn == 1:
            services.end_subscription(
                subscription_id=asked.subscription.pk, by=cast["wangfang"], at=now
            )
    services.set_preference(
        recipient=f"customer:{customers['JINGMI'].pk}", label=str(customers["JINGMI"]),
        values={"channels": [ChannelName.EMAIL], "muted_topics": ["waybill.picked_up"]},
        by=cast["lina"], at=now,
    )  # fmt: skip
    quiet = shipped[0].waybill.consignee_phone
    services.set_opt_out(
        recipient=f"phone:{index_of(quiet)}", label=label_of(ChannelName.SMS, quiet),
        opted_out=True, by=cast["wangfang"], at=now,
    )  # fmt: skip
    services.stop_address(
        channel=ChannelName.EMAIL, address="no-more@mail.example",
        reason=SuppressionReason.COMPLAINT, by=cast["wangfang"], at=now,
    )  # fmt: skip


def code_of(cause: str) -> str:
    """The code of a message that was never sent: nobody listens in the demonstration."""
    delivery = Delivery.objects.get(cause=cause)
    return str(json.loads(delivery.personal)["code"])


def _announce(cast: Cast, now: datetime) -> None:
    services.publish_announcement(
        {
            "title_zh": "华东暴雨，部分快件延误",
            "title_en": "Heavy rain in East China: some shipments are late",
            "body_zh": "上海、杭州及周边地区受暴雨影响，部分快件预计晚到半天至一天。查询页面显示的预计时间已更新，请以页面为准。",
            "body_en": "Because of heavy rain around Shanghai and Hangzhou some shipments arrive half"
            " a day to a day later. The expected times shown here are up to date.",
            "urgent": True,
            "starts_at": now - timedelta(hours=6),
            "ends_at": now + timedelta(days=2),
        },
        by=cast["jingli"],
        at=now - timedelta(hours=6),
    )


# --- people inside ------------------------------------------------------------------------------
def _inside(
    cast: Cast, customers: dict[str, Customer], shipped: list[Shipped], now: datetime
) -> None:
    """Something for everyone whose sign-in the demonstration prints, then what rang is shown."""
    tea = customers["CHAYU"]
    messages = [
        ("wangfang", "staff.late_opened", "上午运输中断，请向客户说明"),
        ("linzhuren", "staff.late_opened", "客户已来电催问"),
        ("diaodu", "staff.order_to_print", ""),
        ("huoyun", "staff.order_to_print", ""),
        ("zongjingli", "staff.late_opened", "本周第三次"),
        ("xitong", "staff.endpoint_disabled", "https://old.chayu.example/notify"),
    ]
    insert(
        [
            NewDelivery(
                cause=f"demo:{topic}:{one.waybill.pk}",
                topic=topic,
                audience=Audience.ADDRESSEE,
                channel=ChannelName.IN_APP,
                recipient=f"user:{cast[name].pk}",
                label=str(cast[name]),
                waybill_id=one.waybill.pk,
                customer_id=tea.pk,
                data={
                    "number": one.waybill.number,
                    "order": one.order.number,
                    "customer": tea.display_name,
                    "count": 1,
                    "detail": detail,
                    "when": now,
                    "due": now + timedelta(hours=2),
                },
                due_at=now,
            )
            for (name, topic, detail), one in zip(messages, reversed(shipped), strict=False)
        ]
    )
    services.send_due(ChannelName.IN_APP, worker=WORKER, limit=300)
    services.mark_read(by=cast["linzhuren"], delivery_ids=None, at=now)
    services.send_due(ChannelName.PHONE, worker=WORKER, limit=50)


def _work(cast: Cast, now: datetime) -> None:
    """What colleagues did about messages and calls so far today."""
    waiting = Delivery.objects.filter(channel=ChannelName.SMS, state=DeliveryState.QUEUED)
    for delivery in waiting.order_by("-pk")[:1]:
        services.cancel_delivery(
            delivery_id=delivery.pk, reason="已当面告知收件人", by=cast["yunying"], at=now
        )
    unclear = Delivery.objects.filter(channel=ChannelName.EMAIL, state=DeliveryState.AMBIGUOUS)
    for delivery in unclear.order_by("pk")[:1]:
        services.hand_over_delivery(
            delivery_id=delivery.pk, reason="邮件无回执，改为电话通知", by=cast["yunying"], at=now
        )
    calls = list(PhoneTask.objects.order_by("pk")[:2])
    for task in calls:
        services.take_task(task_id=task.pk, by=cast["yunying"], at=now)
    for task in calls[1:]:
        services.close_task(
            task_id=task.pk, outcome=TaskState.REACHED, note_text="本人接听，已告知",
            by=cast["yunying"], at=now,
        )  # fmt: skip
