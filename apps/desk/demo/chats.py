"""Online chats: some that were answered and recorded, two visitors who wait for whoever sits down."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import F

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.chat.models import Chat, ChatPulse
from apps.chat.services.ending import Closing, close_chat, rate_chat
from apps.chat.services.filing import Filing
from apps.chat.services.seats import close_seat, open_seat, set_seat
from apps.chat.services.settings import change_chat_settings
from apps.chat.services.starting import NewChat, start_chat
from apps.chat.services.talking import answer, say
from apps.complaints.enums import CaseClass
from apps.desk.demo.people import Cast
from apps.tracking.models import Waybill

# Nobody sits at these visitors' browsers; they wait patiently for the one who tries the desk.
PATIENCE = timedelta(days=2)


def make_chats(cast: Cast, now: datetime) -> None:
    """The company of the demonstration answers chats round the clock, once somebody sits down."""
    numbers = list(Waybill.objects.order_by("pk").values_list("number", flat=True)[:2])
    leader, agent = cast["linzhuren"], cast["wangfang"]
    change_chat_settings(values={"calendar": "always"}, by=leader, at=now)
    set_seat(user=agent, most=4, shown_name="小王", by=leader, at=now)
    open_seat(by=agent, at=now)
    _settled(agent, now)
    _damaged(agent, numbers[0], now)
    _talking(agent, now)
    _waiting(numbers[-1], now)
    # What rings goes back to the queue.
    close_seat(by=agent, at=now)


def _begin(text: str, now: datetime, **fields: str) -> Chat:
    language = Language(fields.pop("language", Language.CHINESE))
    new = NewChat(text=text, language=language, nonce=uuid4(), **fields)
    return start_chat(new=new, address="", by=public_user(), at=now).chat


def _settled(agent: User, now: datetime) -> None:
    chat = _begin("你们周六上门取件吗？", now, name="何敏")
    answer(chat_id=chat.pk, text="周六照常上门，18:00 前下单当天取。", by=agent, at=now)
    say(chat_id=chat.pk, text="好的，谢谢", by=public_user(), at=now)
    closing = Closing(Filing(CaseClass.INQUIRY, title="周六是否上门取件"), settled=True)
    close_chat(chat_id=chat.pk, closing=closing, by=agent, at=now)
    rate_chat(chat_id=chat.pk, score=5, comment="回复很快", by=public_user(), at=now)


def _damaged(agent: User, number: str, now: datetime) -> None:
    text = "箱子压坏了，里面两个杯子碎了"
    chat = _begin(text, now, name="周小梅", phone="13912345678", waybill_number=number)
    answer(chat_id=chat.pk, text="非常抱歉。请保留外包装，理赔同事会联系您。", by=agent, at=now)
    say(chat_id=chat.pk, text="包装都在，什么时候有人联系我？", by=public_user(), at=now)
    answer(chat_id=chat.pk, text="今天之内给您来电。", by=agent, at=now)
    closing = Closing(Filing(CaseClass.DAMAGE, title="杯子破损两件"))
    close_chat(chat_id=chat.pk, closing=closing, by=agent, at=now)


def _waiting(number: str, now: datetime) -> None:
    chats = [
        _begin("昨天说今天到，现在还没消息", now, name="孙丽", waybill_number=number),
        _begin("Can I change the delivery address?", now, name="Tom Baker", language="en"),
    ]
    _be_patient(*chats)


def _talking(agent: User, now: datetime) -> None:
    """In conversation when the demonstration begins; both sides stay where they are."""
    chat = _begin("发票抬头写错了，还能改吗？", now, name="陆琴")
    answer(chat_id=chat.pk, text="可以改，请把新的抬头和税号发给我。", by=agent, at=now)
    say(chat_id=chat.pk, text="好，我找一下", by=public_user(), at=now)
    _be_patient(chat)


def _be_patient(*chats: Chat) -> None:
    ChatPulse.objects.filter(chat__in=chats).update(seen_at=F("seen_at") + PATIENCE)
