"""Customers who asked by every way, and a merchant whose software speaks Kuaidi100: a part of the
demonstration, about the shipments that are in the database."""

import json
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.customers.models import Customer
from apps.inquiries.asking import Asker
from apps.inquiries.enums import AccountKind, MessageState, Way
from apps.inquiries.mail.parsing import Mail
from apps.inquiries.models import InboundMessage
from apps.inquiries.services import accounts, binding, kuaidi100, wechat
from apps.inquiries.services.answering import answer
from apps.inquiries.services.claiming import keep
from apps.inquiries.services.mail import take_mail
from apps.inquiries.services.sms import take_text
from apps.inquiries.services.status_messages import push_status
from apps.inquiries.wechat.messages import Message
from apps.notifications.models import Delivery
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose

# How many different shipments are asked about.
LEAST = 12


@transaction.atomic
def make_inquiries(*, seed: int, now: datetime) -> None:
    """All or nothing; asks nobody outside."""
    rng = Random(seed)  # noqa: S311  # the point is that it can be repeated
    shipments = list(Waybill.objects.order_by("pk"))
    numbers = [one.number for one in shipments]
    numbers *= 1 + LEAST // len(numbers)  # a small week repeats itself
    for way in (Way.API, Way.PHONE):
        for number in rng.sample(numbers, 3):
            answer(number, Asker(way, f"demo-{way}", speaks_for_many=True), at=now)
    answer(compose("YP", 1, "5a" * 16), Asker(Way.PHONE, "demo-unknown"), at=now)
    _texts(numbers, rng, now)
    _mails(numbers, rng, now)
    _wechat(shipments[-2], numbers, rng, now)
    _kuaidi100(now)
    caller = f"1391234{rng.randrange(10**4):04d}"
    agent = User.objects.get(username="wangfang")
    push_status(waybill=shipments[-1], phone=caller, by=agent, at=now)


def _texts(numbers: list[str], rng: Random, now: datetime) -> None:
    questions = [
        f"查 {numbers[-2]}",
        f"where is {numbers[-5]}",
        "谢谢，已收到",
        f"{numbers[-9]}到哪了",
    ]
    for turn, text in enumerate(questions):
        phone = f"1370088{rng.randrange(10**4):04d}"
        at = now - timedelta(minutes=17 * turn)
        take_text(phone=phone, text=text, message_id=f"demo-{turn}", at=at)


def _mails(numbers: list[str], rng: Random, now: datetime) -> None:
    """Answered, still waiting, for a person to read, and one whose fate is unclear."""
    letters = [
        ("查件", f"您好，请问 {numbers[-3]} 今天能到吗？", MessageState.ANSWERED),
        ("Shipment status", f"Dear team, any news of {numbers[-4]}? Best, Mary", MessageState.WAITING),
        ("合作咨询", "您好，想了解一下月结的价格。", MessageState.IGNORED),
        ("催件", f"{numbers[-6]} 请尽快派送", MessageState.UNCLEAR),
    ]  # fmt: skip
    for turn, (subject, text, state) in enumerate(letters):
        sender = f"mail{rng.randrange(1000, 9999)}@buyer.example"
        mail = Mail(
            sender=sender,
            answer_to=sender,
            subject=subject,
            text=text,
            message_id=f"<demo-{turn}@buyer.example>",
            references=(),
            headers={"from": sender, "to": "track@yipiao.example"},
        )
        row = take_mail(mail, at=now - timedelta(hours=turn))
        _settle(row, state)


def _settle(row: InboundMessage | None, state: MessageState) -> None:
    """As the mail server's answer would have left the reply."""
    if row is not None and row.state == MessageState.WAITING and state != MessageState.WAITING:
        reason = "worker_lost" if state == MessageState.UNCLEAR else ""
        keep(row, state=state, reason=reason, due_at=None, attempts=1)


def _wechat(mine: Waybill, numbers: list[str], rng: Random, now: datetime) -> None:
    """One who bound their phone and sees their own shipment in full, one who just asks."""
    openid = f"o{rng.randrange(10**20):020d}"
    phone, by = mine.consignee_phone, system_user("wechat")
    begun = binding.start_binding(openid=openid, phone=phone, language="zh-hans", by=by, at=now)
    sent = Delivery.objects.get(cause=f"wechat-code:{begun.pk}")
    code = json.loads(sent.personal)["code"]
    binding.confirm_binding(openid=openid, code=code, by=by, at=now)
    asked = [(openid, mine.number), ("o-guest", numbers[-7])]
    for turn, (who, number) in enumerate(asked):
        message = Message(
            to="gh_yipiao", openid=who, created=str(int(now.timestamp())), kind="text", event="",
            event_key="", text=number, msg_id=str(10**15 + turn), status="",
        )  # fmt: skip
        wechat.receive_wechat(message, at=now)


def _kuaidi100(now: datetime) -> None:
    tea = Customer.objects.get(code="CHAYU")
    by, at = User.objects.get(username="linzhuren"), now - timedelta(days=5)
    accounts.create_account(kind=AccountKind.AGGREGATOR, name="快递100", by=by, at=at)
    account = accounts.create_account(
        kind=AccountKind.MERCHANT, name="茶语ERP", customer=tea, by=by, at=at
    )
    newest = Waybill.objects.filter(customer=tea).order_by("-pk")[:3]
    for number in newest.values_list("number", flat=True):
        param = {
            "company": kuaidi100.companies()[0],
            "number": number,
            "key": account.key,
            "parameters": {"callbackurl": "https://erp.chayu.example/kuaidi100", "resultv2": "4"},
        }
        form = {"schema": b"json", "param": json.dumps(param).encode()}
        kuaidi100.subscribe(form, at=now)
        answer(number, Asker(Way.KUAIDI100, str(account.pk)), at=now)
    for subscription in account.subscriptions.order_by("pk")[:1]:
        accounts.stop_subscription(subscription_id=subscription.pk, by=by, at=now)


# The demonstration makes it after its week.
PARTS = ((10, make_inquiries),)
