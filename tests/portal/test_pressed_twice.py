"""What a visitor sends twice is done once, also in the very same moment (CMP-1, TRK-9)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.chat.enums import ChatSide
from apps.chat.models import Chat, ChatLine
from apps.complaints import services
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.models import Case, CaseEntry, CaseFile, SatisfactionAsk
from apps.complaints.queries.links import token_of
from apps.complaints.queries.satisfaction import token_of as rating_token
from apps.notifications.models import Subscription
from apps.tracking.models import Waybill
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.accounts import UnitFactory
from tests.factories.chats import agent, round_the_clock
from tests.factories.complaints import case, solved, who
from tests.factories.notifications import send_all
from tests.factories.shipments import picture
from tests.pressing import PageForm, at_once, form_at, press

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4
TEXT = "外箱破了一个洞，里面的杯子碎了两个。"


@pytest.fixture(autouse=True)
def _a_unit(transactional_db: None) -> None:
    UnitFactory()


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        settings.SITE_URL = "https://yp.example"
        yield gateway


def together(client: Client, form: PageForm, **typed: Any) -> list[Any]:
    """Pressed at once; all lead to the same place, and so does once more, later."""
    answers = at_once(client, PRESSES, lambda window: press(window, form, **typed))
    answers.append(press(client, form, **typed))
    assert {a.status_code for a in answers} <= {302, 303}, answers
    assert len({a["Location"] for a in answers}) == 1
    return answers


def replays(answers: list[Any]) -> int:
    return sum("Form-Replayed" in a for a in answers)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0001.jpg", picture().getvalue(), "image/jpeg")


def test_a_report_opens_one_case(client: Client) -> None:
    form = form_at(client, "/report", "/report")
    typed = {"kind": "damaged", "text": TEXT, "phone": "13812345678", "name": "王小明"}
    answers = at_once(client, PRESSES, lambda window: press(window, form, **typed, photos=photo()))
    assert [a.status_code for a in answers] == [303] * PRESSES, answers
    assert len({a["Location"] for a in answers}) == 1 and replays(answers) == PRESSES - 1
    assert Case.objects.count() == 1 and CaseFile.objects.count() == 1


def test_words_on_the_page_of_a_case_stand_once(client: Client) -> None:
    made = case(channel=CaseChannel.WEB)
    form = form_at(client, f"/case/{token_of(made)}", "/messages")
    came = CaseEntry.objects.filter(case=made, kind=EntryKind.MESSAGE_IN)
    before = came.count()
    assert replays(together(client, form, text="还有一张照片在路上")) == PRESSES
    assert came.count() == before + 1


def test_a_chat_begins_once_and_each_press_may_go_on_with_it(client: Client) -> None:
    """Its answer is a cookie, so it is given again and not replayed."""
    round_the_clock()
    agent("王芳", most=9)
    form = form_at(client, "/chat", "/chat/start")
    answers = at_once(client, PRESSES, lambda window: press(window, form, text="我的快件到哪了？"))
    assert [a.status_code for a in answers] == [303] * PRESSES, answers
    assert all("yipiao_chat" in a.cookies for a in answers), answers[0].cookies
    assert Chat.objects.count() == 1


def test_a_line_in_a_chat_stands_once_without_a_script(client: Client) -> None:
    round_the_clock()
    agent("王芳", most=9)
    press(client, form_at(client, "/chat", "/chat/start"), text="我的快件到哪了？")
    form = form_at(client, "/chat", "/chat/say")
    assert replays(together(client, form, text="在吗")) == PRESSES
    lines = ChatLine.objects.filter(side=ChatSide.VISITOR)
    assert [one.text for one in lines].count("在吗") == 1


def test_following_asks_for_one_code(client: Client, under_way: Waybill, sms: SmsGateway) -> None:
    form = form_at(client, f"/notify/follow/{under_way.number}", having="address")
    assert replays(together(client, form, channel="sms", address="13800000001")) == PRESSES
    send_all("sms")
    assert Subscription.objects.count() == 1 and len(sms.sent) == 1


def test_a_rating_counts_once(client: Client) -> None:
    made = solved(case(channel=CaseChannel.WEB, contact_email="wang@example.com"))
    services.ask_satisfaction(case_id=made.pk, channel=CaseChannel.EMAIL, **who())
    ask = SatisfactionAsk.objects.get()
    form = form_at(client, f"/rate/{rating_token(ask)}", having="comment")
    assert replays(together(client, form, score="4", comment="好")) == PRESSES
    ask.refresh_from_db()
    assert ask.score == 4


def test_a_key_of_one_browser_is_none_in_another(client: Client) -> None:
    """Who knows a form's key but not its cookie is answered as anybody."""
    made = case(channel=CaseChannel.WEB)
    form, stranger = form_at(client, f"/case/{token_of(made)}", "/messages"), Client()
    press(client, form, text="还有一张照片在路上")
    stranger.get(f"/case/{token_of(made)}")
    form.data["key"] = [""]
    assert "Form-Replayed" not in press(stranger, form, text="还有一张照片在路上")
