"""What is said in a chat: once, in order, harmless, limited, by whoever may (CMP-1)."""

import io
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F
from django.utils import timezone
from PIL import Image

from apps.accounts.enums import Role
from apps.accounts.queries import public_user
from apps.backoffice.services import purge_counts
from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat, ChatFile, ChatLine
from apps.chat.queries.visitor import chat_by_token, file_for_visitor, lines_for_visitor, types_now
from apps.chat.services import limits
from apps.chat.services.giving import take_chat
from apps.chat.services.talking import add_chat_note, answer, mark_read, note_sign, say
from apps.core.errors import BadInput, RuleBroken
from tests.factories.accounts import UserFactory
from tests.factories.chats import (
    ADDRESS,
    agent,
    begin,
    file,
    fresh,
    pass_time,
    reply,
    round_the_clock,
    speak,
    talking,
    visitor,
)
from tests.factories.shipments import picture
from tests.factories.tracking import waybill
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


@pytest.fixture(autouse=True)
def _open_installation() -> None:
    round_the_clock()


def now() -> Any:
    return timezone.now()


def texts(chat: Chat) -> list[str]:
    return [line.text for line in lines_for_visitor(chat) if line.side != ChatSide.SYSTEM]


def refused(act: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as refusal:
        act()
    return refusal.value


# --- who is who ---------------------------------------------------------------------------------


def test_the_token_is_the_only_key_and_is_kept_nowhere() -> None:
    agent()
    begun = begin(phone="13800138000", name="张三")
    assert len(begun.token) >= 43
    assert chat_by_token(begun.token) == begun.chat
    assert chat_by_token(begun.token[:-1]) is None
    assert chat_by_token(begun.chat.token_hash) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM chat_chat c WHERE id = %s", [begun.chat.pk])
        row = cursor.fetchone()[0]
        cursor.execute("SELECT l::text FROM chat_chatline l WHERE chat_id = %s", [begun.chat.pk])
        line = cursor.fetchone()[0]
    for secret in (begun.token, "13800138000", "8613800138000", "张三", ADDRESS):
        assert secret not in row
    assert "快件" not in line


def test_a_form_sent_twice_begins_one_chat() -> None:
    agent()
    nonce = uuid4()
    first, second = begin("你好", nonce=nonce), begin("你好", nonce=nonce)
    assert (first.chat, first.token) == (second.chat, second.token)
    assert begin("你好").token != first.token
    assert texts(first.chat) == ["你好"]


@pytest.mark.requirement("TRK-10")
def test_a_waybill_number_opens_nothing() -> None:
    """Known or not, the visitor's answer is the same; the agent finds the shipment."""
    agent()
    mine = waybill()
    known = visitor(waybill_number=f"运单号：{mine.number.lower()}，谢谢")
    unknown = visitor(waybill_number="SF1234567890 <b>")
    assert (known.waybill_number, known.waybill) == (mine.number, mine)
    assert (unknown.waybill_number, unknown.waybill) == ("SF1234567890b", None)
    assert [line.text for line in lines_for_visitor(known)] == [
        line.text for line in lines_for_visitor(unknown)
    ]


def test_bad_contacts_are_named() -> None:
    agent()
    for fields, field in (
        ({"phone": "123"}, "contact_phone"),
        ({"email": "nobody"}, "contact_email"),
    ):
        with pytest.raises(BadInput) as refusal:
            begin("你好", **fields)
        assert refusal.value.field == field
    assert not Chat.objects.exists()


# --- once and in order --------------------------------------------------------------------------


def test_sent_twice_it_stands_once() -> None:
    one = agent()
    chat = talking(one)
    mark = uuid4()
    assert speak(chat, "在吗", client_id=mark).pk == speak(chat, "在吗", client_id=mark).pk
    # The same id from the other side is another line.
    assert reply(chat, "在", client_id=mark).pk == reply(chat, "在", client_id=mark).pk
    assert texts(chat) == ["你好", "在吗", "在"]


@pytest.mark.django_db(transaction=True)
def test_the_database_orders_what_both_say_at_once() -> None:
    """Whoever asks for what came after a line never misses one."""
    one = agent()
    chat = talking(one)
    seen: list[int] = []
    failures: list[str] = []
    over = threading.Event()

    def write(act: Any) -> None:
        try:
            for n in range(12):
                act(f"第 {n} 句")
        except Exception as problem:
            failures.append(repr(problem))
        finally:
            connection.close()

    def read() -> None:
        while True:
            last_round = over.is_set()
            after = seen[-1] if seen else 0
            seen.extend(line.pk for line in lines_for_visitor(chat, after))
            if last_round:
                break
        connection.close()

    writers = [
        threading.Thread(target=write, args=(act,))
        for act in (
            lambda text: say(chat_id=chat.pk, text=text, by=public_user(), at=now()),
            lambda text: answer(chat_id=chat.pk, text=text, by=one, at=now()),
        )
    ]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join(LIMIT)
    over.set()
    reader.join(LIMIT)
    assert failures == []
    assert seen == list(
        ChatLine.objects.filter(chat=chat).order_by("pk").values_list("pk", flat=True)
    )
    assert fresh(chat).last_line == seen[-1]


# --- who may ------------------------------------------------------------------------------------


def test_only_the_agent_who_has_it_answers() -> None:
    one, other = agent(), agent("李娜", sits=False)
    chat = talking(one)
    assert (
        refused(lambda: answer(chat_id=chat.pk, text="我来", by=other, at=now())).code
        == "not_yours"
    )
    assert (
        refused(lambda: add_chat_note(chat_id=chat.pk, text="偷看", by=other, at=now())).code
        == "not_yours"
    )
    assert texts(chat) == ["你好"]


def test_answering_picks_up_what_rings() -> None:
    agent()
    chat = visitor()
    assert chat.state == ChatState.OFFERED
    reply(chat)
    chat = fresh(chat)
    assert chat.state == ChatState.TALKING
    assert chat.awaits_since is None and chat.quiet_since is not None
    assert lines_for_visitor(chat)[1].text == "客服 王* 为您服务。"


def test_notes_among_colleagues_stay_inside() -> None:
    one = agent()
    chat = talking(one)
    leader = UserFactory(roles=[Role.DIRECTOR])
    add_chat_note(chat_id=chat.pk, text="客户是老板的朋友", by=one, at=now())
    add_chat_note(chat_id=chat.pk, text="给他升级处理", by=leader, at=now())
    assert texts(chat) == ["你好"]
    assert chat.lines.filter(side=ChatSide.NOTE).count() == 2
    hidden = ChatLine.objects.filter(chat=chat, side=ChatSide.NOTE).first()
    key = uuid4()
    ChatFile.objects.create(
        line=hidden, key=key, path="x", name="x", content_type="text/plain", size=1, sha256="0" * 64
    )
    assert file_for_visitor(chat, key) is None


@pytest.mark.requirement("STF-3")
def test_who_sees_which_chats() -> None:
    one, other = agent(most=1), agent("李娜", sits=False)
    mine, waiting = talking(one), visitor()
    leader, stranger = UserFactory(roles=[Role.DIRECTOR]), UserFactory(roles=[Role.FINANCE])

    def seen(user: Any) -> set[int]:
        return set(Chat.objects.visible_to(user).values_list("pk", flat=True))

    assert seen(one) == {mine.pk, waiting.pk}
    assert seen(other) == {waiting.pk}
    assert seen(leader) == {mine.pk, waiting.pk}
    assert seen(stranger) == set()
    take_chat(chat_id=waiting.pk, by=other, at=now())
    assert seen(one) == {mine.pk}


# --- limits -------------------------------------------------------------------------------------


def test_nobody_writes_faster_than_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHAT_LINES_A_MINUTE", 4)
    one = agent()
    chat = talking(one)
    for n in range(3):
        speak(chat, f"{n}")
    assert refused(lambda: speak(chat, "洪水")).code == "chat_limit"
    assert len(texts(chat)) == 4
    reply(chat, "慢一点")
    ChatLine.objects.filter(chat=chat).update(at=F("at") - timedelta(seconds=61))
    speak(chat, "好的")
    monkeypatch.setattr(limits, "MOST_CHAT_LINES", 5)
    assert refused(lambda: speak(chat, "太长")).code == "chat_limit"
    assert texts(chat)[-1] == "好的"


def test_one_address_cannot_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    agent(most=12)
    monkeypatch.setattr(limits, "STARTS", limits.Limit(limits.STARTS.window, 3))
    for _n in range(3):
        begin("你好")
    assert refused(lambda: begin("你好")).code == "chat_limit"
    assert Chat.objects.count() == 3
    begin("别处", address="203.0.113.9")
    monkeypatch.setattr(limits, "MOST_LIVE_AT_ADDRESS", 1)
    assert refused(lambda: begin("又来", address="203.0.113.9")).code == "chat_limit"
    monkeypatch.setattr(limits, "LINES", limits.Limit(limits.LINES.window, 2))
    chat = Chat.objects.order_by("pk").first()
    assert chat is not None
    for text in "一二":
        speak(chat, text, address=ADDRESS)
    assert refused(lambda: speak(chat, "三", address=ADDRESS)).code == "chat_limit"
    assert purge_counts(at=now()) == 0


def test_too_long_too_empty_too_much() -> None:
    one = agent()
    chat = talking(one)
    for text in ("", "   \n", "长" * 2001, "a\x00b"):
        assert refused(lambda t=text: speak(chat, t)).field == "text"
    assert refused(lambda: speak(chat, "", files=[file()] * 5)).code == "too_many_files"
    assert texts(chat) == ["你好"]


# --- files --------------------------------------------------------------------------------------


def test_a_picture_is_drawn_anew_and_lies_privately() -> None:
    one = agent()
    chat = talking(one)
    exif = Image.Exif()
    exif[0x010F] = "SECRET-PHONE"
    raw = picture(exif=exif).getvalue()
    assert b"SECRET-PHONE" in raw
    line = speak(chat, "", files=[file("我家 门口.png", raw + b"<script>alert(1)</script>")])
    kept = line.files.get()
    stored = default_storage.open(kept.path).read()
    assert b"SECRET" not in stored and b"script" not in stored
    assert Image.open(io.BytesIO(stored)).format == "JPEG"
    assert (kept.name, kept.content_type, kept.is_picture) == ("我家 门口.jpg", "image/jpeg", True)
    assert kept.path.startswith("complaints/chats/") and "门口" not in kept.path
    assert file_for_visitor(chat, kept.key) == kept
    other = visitor(address="203.0.113.1")
    assert file_for_visitor(other, kept.key) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.html", b"<html><script>alert(1)</script>\x01"),
        ("x.svg", b"<svg onload='alert(1)'>\xff</svg>"),
        ("x.jpg", b"\xff\xd8\xff broken"),
        ("x.exe", b"MZ\x90\x00\x03"),
        ("x.zip", b"PK\x03\x04 nothing"),
        ("x.pdf", b"%PDF-1.4 cut"),
        ("x.txt", b""),
    ],
)
def test_files_that_are_refused(name: str, content: bytes, settings: Any) -> None:
    one = agent()
    chat = talking(one)
    with pytest.raises(BadInput):
        speak(chat, "看", files=[file(name, content)])
    assert texts(chat) == ["你好"]
    assert not ChatFile.objects.exists()


def test_too_large_a_file_leaves_nothing_behind(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2000
    one = agent()
    chat = talking(one)
    with pytest.raises(BadInput) as refusal:
        speak(chat, "", files=[file("好.txt", b"ok"), file("大.txt", b"x" * 2001)])
    assert refusal.value.code == "file_too_large"
    assert not default_storage.exists("complaints")


# --- signs of life ------------------------------------------------------------------------------


def test_typing_shows_for_a_while_and_ends_with_the_line() -> None:
    one = agent()
    chat = talking(one)
    note_sign(chat_id=chat.pk, side=ChatSide.AGENT, types=True)
    assert types_now(chat, ChatSide.AGENT, now())
    reply(chat)
    assert not types_now(chat, ChatSide.AGENT, now())
    note_sign(chat_id=chat.pk, side=ChatSide.VISITOR, types=True)
    assert types_now(chat, ChatSide.VISITOR, now())
    pass_time(7)
    assert not types_now(chat, ChatSide.VISITOR, now())
    note_sign(chat_id=chat.pk, side=ChatSide.VISITOR, types=True)
    note_sign(chat_id=chat.pk, side=ChatSide.VISITOR)
    assert types_now(chat, ChatSide.VISITOR, now()), "a sign of life does not end typing"
    note_sign(chat_id=chat.pk, side=ChatSide.VISITOR, types=False)
    assert not types_now(chat, ChatSide.VISITOR, now())


def test_what_was_read_never_goes_back() -> None:
    one, other = agent(), agent("李娜", sits=False)
    chat = talking(one)
    line = speak(chat, "看到了吗")

    def read(side: ChatSide, at: int, by: Any = one) -> int:
        mark_read(chat_id=chat.pk, side=side, line=at, by=by, at=now())
        return int(getattr(fresh(chat), f"{side}_read"))

    assert read(ChatSide.AGENT, line.pk, other) < line.pk
    assert read(ChatSide.AGENT, line.pk + 999) == line.pk
    assert read(ChatSide.AGENT, 1) == line.pk
    assert read(ChatSide.VISITOR, line.pk) == line.pk


def test_ready_made_answers_are_filled_when_sent() -> None:
    one = agent()
    chat = talking(one, name="张三")
    line = reply(chat, "{contact}您好，单号 {waybill} 我来查。")
    assert line.text == "张三您好，单号 {waybill} 我来查。"
