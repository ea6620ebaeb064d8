"""Online chat on the public page: plain forms, plain answers, and nothing for anybody else (CMP-1)."""

import gzip
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat, ChatFile, ChatLine
from apps.chat.queries.visitor import line_key
from apps.chat.services import limits
from apps.chat.services.ending import Closing, close_chat
from apps.chat.services.filing import Filing
from apps.chat.services.talking import add_chat_note, note_sign
from apps.chat.tokens import COOKIE
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import Case, CaseFile
from tests.factories.chats import agent, fresh, installation, reply, round_the_clock, visitor
from tests.factories.shipments import picture
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.fixture
def staffed() -> User:
    round_the_clock()
    return agent("王芳", most=9)


@pytest.fixture
def stranger() -> Client:
    return Client()


def text_of(response: Any) -> str:
    return str(response.content.decode())


def start(client: Client, text: str = "我的快件到哪了？", **fields: Any) -> Chat:
    answer = client.post("/chat/start", {"text": text, "nonce": str(uuid4()), **fields})
    assert answer.status_code == 303, text_of(answer)
    return Chat.objects.order_by("-pk")[0]


def say(client: Client, text: str, scripted: bool = False, **fields: Any) -> Any:
    head = {"Accept": "application/json"} if scripted else {}
    return client.post("/chat/say", {"text": text, **fields}, headers=head)


def photo(name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().getvalue(), "image/jpeg")


# --- the main job -------------------------------------------------------------------------------


def test_from_the_first_word_to_the_rating_without_a_script(client: Client, staffed: User) -> None:
    assert "开始会话" in text_of(client.get("/chat"))
    chat = start(client, contact_name="张三", contact_phone="138 0013 8000")
    page = text_of(client.get("/chat"))
    assert "正在为您接通客服" in page and "我的快件到哪了？" in page
    reply(chat, "您好，请稍等。")
    page = text_of(client.get("/chat"))
    assert "客服 王* 正在为您服务" in page and "您好，请稍等。" in page and "王芳" not in page
    assert say(client, "谢谢", files=[photo()]).status_code == 303
    assert "谢谢" in text_of(client.get("/chat"))
    file = ChatFile.objects.get()
    shown = client.get(f"/chat/file/{file.key}")
    assert shown["Content-Type"] == "image/jpeg" and shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client.post("/chat/leave").status_code == 303
    assert fresh(chat).state == ChatState.OVER
    page = text_of(client.get("/chat"))
    assert "您已结束会话" in page and "谢谢" in page and "您对这次答复满意吗" in page
    assert client.post("/chat/rate", {"score": "5", "comment": "好"}).status_code == 303
    assert fresh(chat).rating == 5
    assert "感谢您的评价" in text_of(client.get("/chat"))
    close_chat(chat_id=chat.pk, closing=Closing(Filing()), by=staffed, at=timezone.now())
    assert fresh(chat).case.number in text_of(client.get("/chat"))
    assert client.post("/chat/forget", {"again": "1"})["Location"] == "/chat"
    assert "开始会话" in text_of(client.get("/chat"))


def test_the_place_in_the_queue_is_told(client: Client, staffed: User) -> None:
    round_the_clock(most_chats=1)
    staffed.chat_seat.most = 1
    staffed.chat_seat.save()
    for n in range(3):
        visitor(address=f"198.51.100.{n}")
    start(client)
    assert "您排在第 3 位，前面还有 2 位" in text_of(client.get("/chat"))
    client.cookies["yipiao_language"] = "en"
    assert "You are number 3 in the queue; 2 people are before you." in text_of(client.get("/chat"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("在线客服", "有什么可以帮您")),
        ("en", ("Online chat", "What can we do for you")),
    ],
)
def test_both_languages(client: Client, staffed: User, language: str, words: Any) -> None:
    client.cookies["yipiao_language"] = language
    page = text_of(client.get("/chat"))
    assert all(word in page for word in words)
    assert start(client).language == language


# --- outside staffed hours ----------------------------------------------------------------------


def test_nobody_there_means_a_message_with_a_time(client: Client) -> None:
    installation()
    page = text_of(client.get("/chat"))
    assert "现在没有在线客服" in page and "提交留言" in page and "开始会话" not in page
    answer = client.post(
        "/chat/message",
        {
            "text": "箱子破了",
            "case_class": "damage",
            "contact_phone": "13800138000",
            "files": [photo()],
            "nonce": str(uuid4()),
        },
    )
    case = Case.objects.get()
    assert (case.channel, case.case_class) == (CaseChannel.CHAT, CaseClass.DAMAGE)
    assert CaseFile.objects.filter(entry__case=case).count() == 1
    thanks = text_of(client.get(answer["Location"]))
    assert case.number in thanks and re.search(r"\d\d:\d\d 前", thanks)
    # Only who left a message is told its number.
    assert client.get("/chat/thanks?m=forged")["Location"] == "/chat"


def test_a_message_sent_twice_is_one_case(client: Client) -> None:
    installation()
    form = {"text": "请回电", "contact_phone": "13800138000", "nonce": str(uuid4())}
    first, second = client.post("/chat/message", form), client.post("/chat/message", form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert Case.objects.count() == 1


def test_what_was_typed_is_kept_when_the_desk_closed_meanwhile(client: Client) -> None:
    installation()
    answer = client.post("/chat/start", {"text": "写了很久的话", "contact_phone": "13800138000"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "写了很久的话" in page and "13800138000" in page and "提交留言" in page


def test_a_message_needs_an_address(client: Client) -> None:
    installation()
    answer = client.post("/chat/message", {"text": "请回电"})
    assert answer.status_code == 422 and "请留下电话或邮箱" in text_of(answer)
    assert not Case.objects.exists()


def test_from_the_queue_to_a_message(client: Client, staffed: User) -> None:
    staffed.chat_seat.most = 1
    staffed.chat_seat.save()
    visitor()
    chat = start(client)
    assert client.post("/chat/later", {}).status_code == 422
    assert client.post("/chat/later", {"contact_email": "a@example.com"}).status_code == 303
    chat = fresh(chat)
    assert chat.state == ChatState.FILED and chat.case.contact_email == "a@example.com"
    assert f"编号 {chat.case.number}" in text_of(client.get("/chat"))


# --- live ---------------------------------------------------------------------------------------


def test_news_is_what_came_after_and_nothing_while_nothing_did(
    client: Client, staffed: User
) -> None:
    chat = start(client)
    first = client.get("/chat/news?after=0")
    version = first["ETag"]
    assert client.get("/chat/news?after=0", headers={"If-None-Match": version}).status_code == 304
    last = ChatLine.objects.filter(chat=chat).latest("pk").pk
    line = reply(chat, "新消息")
    news = client.get(f"/chat/news?after={line_key(last)}", headers={"If-None-Match": version})
    assert "新消息" in text_of(news) and "我的快件" not in text_of(news)
    assert f'data-last="{line_key(line.pk)}"' in text_of(news)
    assert "no-store" in news["Cache-Control"]
    version = news["ETag"]
    note_sign(chat_id=chat.pk, side=ChatSide.AGENT, types=True)
    typing = client.get(f"/chat/news?after={line_key(line.pk)}", headers={"If-None-Match": version})
    assert "正在输入" in text_of(typing)
    client.get(f"/chat/news?after={line_key(line.pk)}&read={line_key(line.pk)}")
    assert fresh(chat).visitor_read == line.pk


def test_news_costs_the_same_however_long_the_chat(client: Client, staffed: User) -> None:
    chat = start(client)
    counts = []
    for more in (1, 6):
        for n in range(more):
            reply(chat, f"{n}")
        client.get("/chat/news")
        with CaptureQueriesContext(connection) as seen:
            client.get("/chat/news?after=0")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


def test_sent_twice_by_a_script_it_stands_once(client: Client, staffed: User) -> None:
    chat = start(client)
    mark = str(uuid4())
    answers = [say(client, "在吗", scripted=True, client_id=mark) for _n in range(2)]
    assert answers[0].json() == answers[1].json()
    assert ChatLine.objects.filter(chat=chat, side="visitor").count() == 2


def test_too_late_is_said_and_nothing_is_lost(client: Client, staffed: User) -> None:
    chat = start(client)
    reply(chat)
    client.post("/chat/leave")
    scripted = say(client, "还有一句", scripted=True)
    assert (scripted.status_code, scripted.json()["code"]) == (409, "chat_over")
    plain = say(client, "还有一句")
    assert plain.status_code == 409 and "还有一句" in text_of(plain)


def test_the_page_is_light(client: Client, staffed: User) -> None:
    """HTML, CSS and JS together stay below 60 kB compressed (interface)."""
    chat = start(client)
    for n in range(20):
        reply(chat, f"第 {n} 句话，内容不长。")
    page = client.get("/chat").content
    files = [
        STATIC / "portal" / name for name in ("portal.css", "chat.css", "portal.js", "chat.js")
    ]
    size = sum(len(gzip.compress(part)) for part in [page, *(f.read_bytes() for f in files)])
    assert size < 30_000
    assert not re.findall(rb'(?:src|href)="(?:https?:)?//', page)


# --- attackers ----------------------------------------------------------------------------------


def test_the_key_is_a_signed_cookie_for_the_chat_alone(client: Client, staffed: User) -> None:
    start(client)
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"] and cookie["path"] == "/chat" and cookie["samesite"] == "Lax"
    assert Chat.objects.get().token_hash not in cookie.value
    assert cookie.value.split(":")[0] not in text_of(client.get("/chat"))


@pytest.mark.parametrize("change", ["guess", "unsigned", "tampered", "hash", "long"])
def test_a_guessed_key_opens_nothing_and_asks_no_database(
    client: Client, stranger: Client, staffed: User, change: str
) -> None:
    chat = start(client, "秘密")
    value = client.cookies[COOKIE].value
    token = value.split(":")[0]
    stranger.cookies[COOKIE] = {
        "guess": "a" * 43,
        "unsigned": token,
        "tampered": value[:-2] + ("aa" if value[-2:] != "aa" else "bb"),
        "hash": chat.token_hash,
        "long": value * 20,
    }[change]
    with CaptureQueriesContext(connection) as seen:
        assert stranger.get("/chat/news").status_code == 404
        assert say(stranger, "我是你", scripted=True).status_code == 410
    assert len(seen) == 0
    assert "秘密" not in text_of(stranger.get("/chat"))
    assert stranger.post("/chat/leave").status_code == 303
    assert fresh(chat).is_live and chat.lines.count() == 1


def test_foreign_files_and_notes_stay_closed(
    client: Client, stranger: Client, staffed: User
) -> None:
    chat = start(client, "看照片", files=[photo()])
    reply(chat)
    add_chat_note(chat_id=chat.pk, text="客户难缠", by=staffed, at=timezone.now())
    key = ChatFile.objects.get().key
    assert client.get(f"/chat/file/{key}").status_code == 200
    assert stranger.get(f"/chat/file/{key}").status_code == 404
    start(stranger, "我也在聊")
    assert stranger.get(f"/chat/file/{key}").status_code == 404
    assert client.get(f"/chat/file/{uuid4()}").status_code == 404
    assert client.get("/chat/file/..%2f..%2fetc").status_code == 404
    for response in (client.get("/chat"), client.get("/chat/news?after=0")):
        assert "客户难缠" not in text_of(response)


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' {{ 7|add:7 }}"


def test_what_visitors_and_agents_write_stays_text(client: Client, staffed: User) -> None:
    chat = start(client, EVIL, contact_name=EVIL[:50], waybill_number=EVIL)
    reply(chat, EVIL)
    say(client, "", files=[SimpleUploadedFile('"><script>x.txt', b"hello", "text/html")])
    for response in (client.get("/chat"), client.get("/chat/news?after=0")):
        page = text_of(response)
        assert "<script>alert" not in page and "<img src=x" not in page and "<script>x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "{{ 7|add:7 }}" in page
    assert "script-src 'self'" in client.get("/chat")["Content-Security-Policy"]
    file = ChatFile.objects.get()
    sent = client.get(f"/chat/file/{file.key}")
    assert sent["Content-Type"] == "text/plain"
    assert sent["Content-Disposition"].startswith("attachment")


def test_a_flood_is_stopped(client: Client, staffed: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINES", limits.Limit(limits.LINES.window, 3))
    chat = start(client)
    statuses = [say(client, f"{n}", scripted=True).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert chat.lines.count() == 4
    monkeypatch.setattr(limits, "STARTS", limits.Limit(limits.STARTS.window, 1))
    refused = Client().post("/chat/start", {"text": "又一个", "nonce": str(uuid4())})
    assert refused.status_code == 429 and "又一个" in text_of(refused)
    assert Chat.objects.count() == 1


def test_too_large_and_too_long_are_refused_in_words(
    client: Client, staffed: User, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    chat = start(client)
    big = SimpleUploadedFile("大.txt", b"x" * 1001, "text/plain")
    answer = say(client, "看", scripted=True, files=[big])
    assert answer.status_code == 413 and "大.txt" in answer.json()["message"]
    assert say(client, "长" * 2001, scripted=True).json()["field"] == "text"
    assert say(client, "看", files=[big]).status_code in (413, 422)
    assert chat.lines.count() == 1


def test_forms_need_their_token(staffed: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    for address in ("start", "message", "say", "typing", "leave", "forget", "later", "rate"):
        assert careful.post(f"/chat/{address}", {"text": "x"}).status_code == 403
    assert not Chat.objects.exists()
    for address in ("start", "say", "leave", "typing"):
        assert careful.get(f"/chat/{address}").status_code == 405


@pytest.mark.requirement("TRK-10")
def test_a_number_tells_no_more_than_the_public_page(client: Client, staffed: User) -> None:
    """The same page whether the number is known or not, named in the form or in a line."""

    def page_with(number: str) -> str:
        one = Client()
        start(one, "到哪了", waybill_number=number)
        say(one, f"单号 {number}")
        page = text_of(one.get("/chat")).replace(number, "N")
        page = re.sub(r'value="[^"]+"|data-[a-z]+="[^"]*"|line-\w+', "", page)
        return re.sub(r"\d\d:\d\d|\d{4}-\d\d-\d\dT[^\"]+", "", page)

    mine = waybill()
    last = str((int(mine.number[-1]) + 1) % 10)
    assert page_with(mine.number) == page_with(f"{mine.number[:-1]}{last}")
    page = text_of(client.get("/chat"))
    assert "王小明" not in page and "李小红" not in page


def test_a_stranger_sees_an_empty_form_wherever_they_go(stranger: Client, staffed: User) -> None:
    for address in ("say", "later", "rate", "leave", "typing", "forget"):
        assert stranger.post(f"/chat/{address}", {"text": "x"}).status_code in (204, 303)
    assert not ChatLine.objects.exists()


@pytest.mark.parametrize("here", [True, False])
def test_the_page_asks_for_its_stream_only_where_there_is_one(
    client: Client, staffed: User, settings: Any, here: bool
) -> None:
    settings.STREAMS_HERE = here
    start(client, "到哪了")
    shown = text_of(client.get("/chat"))
    assert ('data-stream="/chat/stream"' in shown) is here
    assert ('data-stream=""' in shown) is not here
