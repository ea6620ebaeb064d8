"""The chat desk: the queue, several chats at once, what stands beside, who may not (CMP-1)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.chat.enums import ChatState
from apps.chat.models import Chat, ChatFile, ChatSeat, ChatSettings
from apps.chat.queries.desk import board
from apps.chat.services.seats import close_seat
from apps.complaints.enums import CaseChannel, CaseClass, CaseState
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.complaints.services.opening import open_case
from apps.events.models import Event
from apps.knowledge.enums import ArticleKind, Audience
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.chats import (
    agent,
    file,
    fresh,
    installation,
    lose_sight_of,
    reply,
    round_the_clock,
    speak,
    talking,
    visitor,
)
from tests.factories.knowledge import published, without_seeds
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def wang(client: Client) -> User:
    round_the_clock()
    person: User = sign_in(client, agent("王芳", most=9))
    return person


def page(client: Client) -> str:
    answer = client.get(reverse("desk:chats"))
    assert answer.status_code == 200
    return str(answer.content.decode())


def act(client: Client, name: str, chat: Chat, **fields: Any) -> Any:
    return client.post(
        reverse(f"desk:chat_{name}", args=[chat.pk]), fields, headers={"Accept": "application/json"}
    )


def news(client: Client, **query: Any) -> Any:
    return client.get(reverse("desk:chat_news"), query)


# --- the main job -------------------------------------------------------------------------------


def test_take_answer_record(client: Client, wang: User) -> None:
    mine = waybill()
    chat = visitor("我的件到哪了", name="张三", phone="13800138000", waybill_number=mine.number)
    shown = page(client)
    assert "张*" in shown and mine.number in shown and "呼叫" in shown
    assert "13800138000" not in shown and "张三" not in shown
    assert act(client, "take", chat).json()["done"]
    assert (
        act(client, "say", chat, text="您好，我来查。", client_id=str(uuid4())).status_code == 200
    )
    assert act(client, "say", chat, text="老客户", note="1").status_code == 200
    closed = act(client, "close", chat, case_class="complaint", title="催件")
    chat = fresh(chat)
    assert chat.state == ChatState.FILED
    assert chat.case.number in closed.json()["said"]
    assert (chat.case.case_class, chat.case.title) == ("complaint", "催件")
    assert chat.case.entries.filter(kind="note").count() == 1


def test_it_works_without_a_script(client: Client, wang: User) -> None:
    chat = visitor()
    answer = client.post(reverse("desk:chat_take", args=[chat.pk]))
    assert answer["Location"] == reverse("desk:chats")
    client.post(reverse("desk:chat_say", args=[chat.pk]), {"text": "您好"})
    assert "您好" in page(client)
    form = client.get(reverse("desk:chat_close", args=[chat.pk])).content.decode()
    assert "结束会话" in form and "投诉" in form
    refused = client.post(reverse("desk:chat_close", args=[chat.pk]), {}, follow=True)
    assert "请选择类别" in refused.content.decode()
    client.post(
        reverse("desk:chat_close", args=[chat.pk]), {"case_class": "inquiry", "settled": "1"}
    )
    assert fresh(chat).case.state == CaseState.CLOSED


def test_several_chats_side_by_side_and_the_queue(client: Client, wang: User) -> None:
    round_the_clock(most_chats=3)
    wang.chat_seat.most = 3
    wang.chat_seat.save()
    chats = [visitor(f"第 {n} 个", address=f"198.51.100.{n}") for n in range(4)]
    shown = page(client)
    assert shown.count('class="chat-column"') == 3
    assert [f"第 {n} 个" in shown for n in range(4)] == [True, True, True, False]
    taken = act(client, "take", chats[3])
    assert taken.status_code == 409 and "达到上限" in taken.json()["message"]


def test_the_seat_opens_and_closes(client: Client, wang: User) -> None:
    address = reverse("desk:chat_seat")
    client.post(address, {"open": "0"})
    assert not ChatSeat.objects.get(user=wang).is_open
    assert "暂停中" in page(client)
    client.post(address, {"open": "1"})
    assert ChatSeat.objects.get(user=wang).is_open


def test_handing_over_with_a_note(client: Client, wang: User) -> None:
    chat = talking(wang)
    li = agent("李娜")
    form = client.get(reverse("desk:chat_hand", args=[chat.pk]), {"part": "1"}).content.decode()
    assert "李娜" in form and "<html" not in form
    done = act(client, "hand", chat, to=li.pk, note="请接手")
    assert "李娜" in done.json()["said"]
    assert fresh(chat).agent == li
    assert act(client, "say", chat, text="再说一句").json()["code"] == "not_yours"
    assert act(client, "hand", chat, to="x").status_code in (409, 422)


def test_passing_on_what_rings(client: Client, wang: User) -> None:
    chat = visitor()
    assert act(client, "decline", chat).status_code == 200
    assert fresh(chat).state == ChatState.QUEUED


def test_recorded_in_the_middle_and_closed_into_the_same_case(client: Client, wang: User) -> None:
    chat = talking(wang, "货丢了", phone="13800138000")
    assert act(client, "case", chat, case_class="loss").status_code == 200
    assert fresh(chat).state == ChatState.TALKING
    speak(chat, "三箱")
    act(client, "close", chat, case_class="loss")
    assert Case.objects.get().entries.filter(text__isnull=False).count() >= 3


def test_closing_into_an_open_case(client: Client, wang: User) -> None:
    there = open_case(
        new=NewCase(
            CaseClass.COMPLAINT, CaseChannel.PHONE, "前天来电投诉", contact_phone="13800138000"
        ),
        by=wang,
        at=timezone.now(),
    ).case
    chat = talking(wang, "还是那件事", phone="13800138000")
    form = client.get(reverse("desk:chat_close", args=[chat.pk]), {"part": "1"}).content.decode()
    assert there.number in form
    act(client, "close", chat, into=there.pk, case_class="inquiry")
    assert fresh(chat).case == there


def test_not_into_a_case_that_one_may_not_see(client: Client, wang: User) -> None:
    hidden = open_case(
        new=NewCase(CaseClass.INQUIRY, CaseChannel.PHONE, "别处的事", unit=UnitFactory()),
        by=UserFactory(),
        at=timezone.now(),
    ).case
    wang.scope = "units"
    wang.save()
    chat = talking(wang)
    assert act(client, "close", chat, into=hidden.pk).json()["field"] == "into"
    assert fresh(chat).case is None


def test_without_a_case_for_a_reason(client: Client, wang: User) -> None:
    chat = talking(wang, "广告")
    assert act(client, "dismiss", chat).status_code == 422
    assert act(client, "dismiss", chat, reason="广告").status_code == 200
    assert fresh(chat).state == ChatState.DISMISSED


# --- beside ---------------------------------------------------------------------------------------


def test_what_stands_beside(client: Client, wang: User) -> None:
    mine = waybill()
    there = open_case(
        new=NewCase(CaseClass.COMPLAINT, CaseChannel.PHONE, "催件", waybill=mine),
        by=wang,
        at=timezone.now(),
    ).case
    chat = talking(wang, f"查一下 {mine.number[:6]} {mine.number[6:]} 谢谢")
    assert chat.waybill == mine, "a number in a sentence is found"
    context = client.get(reverse("desk:chat_context", args=[chat.pk])).content.decode()
    assert mine.number in context and there.number in context and str(mine.customer) in context
    assert "13800138001" not in context and "李小红" not in context


def test_the_agent_finds_the_shipment(client: Client, wang: User) -> None:
    mine = waybill()
    chat = talking(wang, "不知道单号")
    assert act(client, "shipment", chat, waybill="YP1").json()["code"] == "unknown_waybill"
    assert act(client, "shipment", chat, waybill=mine.number.lower()).status_code == 200
    assert fresh(chat).waybill == mine


@pytest.mark.requirement("STF-3")
def test_a_shipment_that_one_may_not_see_is_not_beside(client: Client, wang: User) -> None:
    narrow = agent("丁", most=9, unit=UnitFactory())
    narrow.scope = "units"
    narrow.save()
    close_seat(by=wang, at=timezone.now())
    mine = waybill()
    chat = visitor(waybill_number=mine.number)
    assert chat.agent == narrow
    sign_in(client, narrow)
    context = client.get(reverse("desk:chat_context", args=[chat.pk])).content.decode()
    assert str(mine.customer) not in context


def test_ready_made_answers_in_the_visitors_language(client: Client, wang: User) -> None:
    without_seeds()
    for language, words in (
        ("zh-hans", "{contact}您好，我是{agent}。"),
        ("en", "Hello {contact}."),
    ):
        published(
            "hello", "hi", "", reply=words, language=language,
            audience=Audience.INTERNAL, kind=ArticleKind.REPLY,
        )  # fmt: skip
    chat = talking(wang, name="张三")
    answers = client.get(reverse("desk:chat_answers", args=[chat.pk])).json()["answers"]
    assert [one["text"] for one in answers] == ["{contact}您好，我是王芳。"]


# --- live -----------------------------------------------------------------------------------------


def test_news_brings_what_the_page_lacks(client: Client, wang: User) -> None:
    chat = talking(wang, "第一句")
    mark = re.search(r'data-mark="(\w+)"', page(client))
    assert mark
    same = client.get(reverse("desk:chat_news"), headers={"If-None-Match": f'"{mark[1]}"'})
    assert same.status_code == 304
    last = chat.last_line
    speak(chat, "第二句")
    answers = news(client, have=f"{chat.pk}:{last}").text
    assert "第二句" in answers and "第一句" not in answers
    assert f'hx-swap-oob="beforeend:#chat-{chat.pk}-lines"' in answers
    assert '<span class="chat-unread">2</span>' in answers and 'data-unread="2"' in answers
    newest = fresh(chat).last_line
    assert f'data-last="{newest}"' in answers
    read = news(client, have=f"{chat.pk}:{last}", read=f"{chat.pk}:{newest}").text
    assert "chat-unread" not in read and 'data-unread="0"' in read
    whole = news(client).text
    assert f'class="chat-column" id="chat-{chat.pk}"' in whole
    assert "第一句" in whole and "第二句" in whole


def test_a_chat_that_went_leaves_the_page(client: Client, wang: User) -> None:
    chat = talking(wang, "第一句")
    act(client, "dismiss", chat, reason="广告")
    answers = news(client, have=f"{chat.pk}:{chat.last_line}").text
    assert f'<section id="chat-{chat.pk}" hx-swap-oob="delete">' in answers
    assert "第一句" not in answers


def test_asking_for_news_is_the_sign_of_life(client: Client, wang: User) -> None:
    lose_sight_of(wang, 300)
    asked_at = timezone.now()
    news(client)
    seat = ChatSeat.objects.get(user=wang)
    assert seat.seen_at and seat.seen_at >= asked_at


def test_what_visitors_write_stays_text(client: Client, wang: User) -> None:
    chat = talking(wang, EVIL, name=EVIL[:50], waybill_number=EVIL)
    speak(chat, "", files=[file('"><script>x.txt', b"hello")])
    shown = page(client) + news(client).text
    shown += client.get(reverse("desk:chat_context", args=[chat.pk])).content.decode()
    shown += client.get(reverse("desk:chat", args=[chat.pk])).content.decode()
    assert "<script>alert" not in shown and "<img src=x" not in shown and "<script>x" not in shown


def test_the_page_costs_the_same_however_many_chats(client: Client, wang: User) -> None:
    counts = []
    for more in (1, 2, 3):
        for n in range(more):
            chat = visitor(address=f"198.51.100.{more}{n}", waybill_number=waybill().number)
            reply(chat)
        page(client)
        with CaptureQueriesContext(connection) as seen:
            board(wang, timezone.now())
        counts.append(len(seen))
    assert counts[0] == counts[2] <= 9
    with CaptureQueriesContext(connection) as seen:
        page(client)
    assert len(seen) <= 30


# --- who may not ----------------------------------------------------------------------------------

DOORS = ("take", "decline", "say", "typing", "shipment", "hand", "case", "close", "dismiss")


@pytest.mark.requirement("STF-3")
def test_the_chats_of_others_do_not_exist(client: Client, wang: User) -> None:
    chat = talking(wang, "秘密", phone="13800138000")
    speak(chat, "", files=[file()])
    sign_in(client, agent("李娜", sits=False))
    for name in DOORS:
        assert act(client, name, chat, text="x", reason="x", to=wang.pk).status_code == 404
    for name in ("chat", "chat_context", "chat_answers", "chat_hand", "chat_close"):
        assert client.get(reverse(f"desk:{name}", args=[chat.pk])).status_code == 404
    key = ChatFile.objects.get().key
    assert client.get(reverse("desk:chat_file", args=[key])).status_code == 404
    assert client.get("/admin/desk/chats/file/..%2Fx").status_code == 404
    assert "秘密" not in page(client)
    assert fresh(chat).agent == wang and fresh(chat).is_live


@pytest.mark.requirement("STF-3")
def test_who_has_no_business_here(client: Client, wang: User) -> None:
    chat = talking(wang)
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    assert client.get(reverse("desk:chats")).status_code == 403
    assert news(client).status_code == 403
    assert act(client, "say", chat, text="x").status_code == 403
    assert client.post(reverse("desk:chat_seat"), {"open": "1"}).status_code == 403
    client.logout()
    assert client.get(reverse("desk:chats")).status_code == 302
    assert act(client, "say", chat, text="x").status_code == 302


def test_changes_need_a_post_with_its_token(wang: User) -> None:
    chat = talking(wang)
    careful = Client(enforce_csrf_checks=True)
    sign_in(careful, wang)
    for name in ("take", "decline", "say", "typing", "shipment", "case", "dismiss"):
        assert careful.get(reverse(f"desk:chat_{name}", args=[chat.pk])).status_code == 405
        assert act(careful, name, chat, text="x").status_code == 403


def test_a_leader_reads_masked_and_on_record(client: Client, wang: User) -> None:
    chat = talking(wang, "我的电话 13800138000", name="张三")
    leader = sign_in(client, UserFactory(roles=[Role.DIRECTOR], unit=installation()))
    assert "其他人的会话" in page(client)
    shown = client.get(reverse("desk:chat", args=[chat.pk])).content.decode()
    assert "138********" in shown and "13800138000" not in shown
    assert Event.objects.filter(kind="chat.read", subject_id=str(chat.pk), by=leader).exists()
    li = agent("李娜")
    act(client, "hand", chat, to=li.pk)
    assert fresh(chat).agent == li


# --- on record and settings -----------------------------------------------------------------------


def test_the_list_the_seats_and_the_settings(client: Client, wang: User) -> None:
    chat = talking(wang, name="张三")
    assert client.get(reverse("admin:chat_chatsettings_change", args=[1])).status_code == 403
    sign_in(client, UserFactory(roles=[Role.DIRECTOR], unit=installation()))
    listed = client.get(reverse("admin:chat_chat_changelist")).content.decode()
    assert "张*" in listed and reverse("desk:chat", args=[chat.pk]) in listed
    opened = client.get(reverse("admin:chat_chat_change", args=[chat.pk]))
    assert opened["Location"] == reverse("desk:chat", args=[chat.pk])
    seat = ChatSeat.objects.get(user=wang)
    change = reverse("admin:chat_chatseat_change", args=[seat.pk])
    client.post(change, {"most": "2", "shown_name": "小王"})
    seat.refresh_from_db()
    assert (seat.most, seat.shown_name) == (2, "小王")
    address = reverse("admin:chat_chatsettings_change", args=[1])
    form = client.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    client.post(address, {**values, "end_after": "10"})
    assert ChatSettings.objects.get().end_after == 600
    client.post(address, {**values, "calendar": "no-such"})
    assert ChatSettings.objects.get().calendar == "always"
    client.post(address, {**values, "end_after": "900"})
    assert ChatSettings.objects.get().end_after == 900
    assert Event.objects.filter(kind="chat_settings.changed").exists()


def test_the_list_costs_the_same_for_one_row_and_for_three(client: Client, wang: User) -> None:
    sign_in(client, UserFactory(roles=[Role.DIRECTOR], unit=installation()))
    counts = []
    for _n in range(3):
        visitor(waybill_number=waybill().number)
        client.get(reverse("admin:chat_chat_changelist"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("admin:chat_chat_changelist"))
        counts.append(len(seen))
    assert counts[0] == counts[2]


def test_files_go_both_ways(client: Client, wang: User) -> None:
    chat = talking(wang)
    upload = SimpleUploadedFile("说明.txt", "请保留包装".encode(), "text/plain")
    assert act(client, "say", chat, text="", files=[upload]).status_code == 200
    key = ChatFile.objects.get().key
    sent = client.get(reverse("desk:chat_file", args=[key]))
    assert sent["Content-Disposition"].startswith("attachment")
    bad = SimpleUploadedFile("x.exe", b"MZ\x90\x00\x03", "image/png")
    assert act(client, "say", chat, text="", files=[bad]).json()["field"] == "files"


@pytest.mark.parametrize("here", [True, False])
def test_the_page_asks_for_its_stream_only_where_there_is_one(
    client: Client, wang: User, settings: Any, here: bool
) -> None:
    settings.STREAMS_HERE = here
    assert ('data-stream="/admin/desk/chats/stream"' in page(client)) is here
    assert ('data-stream=""' in page(client)) is not here
