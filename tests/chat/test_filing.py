"""A chat becomes a case with all that was said and sent (CMP-1, CMP-2, CMP-7)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import public_user
from apps.chat.enums import ChatEnd, ChatState
from apps.chat.models import Chat, ChatSettings
from apps.chat.queries import hours
from apps.chat.queries.hours import opening
from apps.chat.services.ending import (
    Closing,
    close_chat,
    dismiss_chat,
    leave_chat,
    rate_chat,
    turn_into_message,
)
from apps.chat.services.filing import Filing, open_case_from_chat
from apps.chat.services.giving import hand_chat
from apps.chat.services.starting import NewChat, leave_message
from apps.chat.services.talking import add_chat_note, answer
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Outcome
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CaseFile
from apps.complaints.services.opening import open_case
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.knowledge.enums import Audience, UseHow
from apps.knowledge.models import Use, UseTally
from apps.knowledge.queries.in_force import readable
from apps.sla.models import Clock
from tests.factories.accounts import UserFactory
from tests.factories.chats import (
    ADDRESS,
    agent,
    begin,
    file,
    fresh,
    installation,
    lose_visitor,
    maintain,
    pass_time,
    reply,
    round_the_clock,
    speak,
    talking,
    visitor,
)
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


@pytest.fixture(autouse=True)
def _open_installation() -> None:
    round_the_clock()


def now() -> Any:
    return timezone.now()


def close(chat: Chat, case_class: CaseClass = CaseClass.INQUIRY, **more: Any) -> Chat:
    chat = fresh(chat)
    filing = Filing(case_class, **{k: more.pop(k) for k in ("title", "into") if k in more})
    close_chat(chat_id=chat.pk, closing=Closing(filing, **more), by=chat.agent, at=now())
    return fresh(chat)


def entries(case: Case) -> list[tuple[str, str]]:
    return list(case.entries.order_by("at", "id").values_list("kind", "text"))


def test_the_whole_transcript_stands_in_the_case() -> None:
    wang = agent("王芳")
    mine = waybill()
    chat = visitor(
        "箱子破了，里面的杯子碎了", name="张三", phone="13800138000", waybill_number=mine.number
    )
    reply(chat, "请发一张照片")
    speak(chat, "", files=[file("照片.jpg")])
    li = agent("李娜")
    hand_chat(chat_id=chat.pk, to=li, note="看起来是破损", by=wang, at=now())
    reply(chat, "收到，已登记。", files=[file("说明.txt", "请保留包装".encode())])
    chat = close(chat, CaseClass.DAMAGE, title="杯子破损 13800138000")
    case = chat.case
    assert case is not None
    assert (case.case_class, case.channel, case.waybill) == ("damage", CaseChannel.CHAT, mine)
    assert (case.contact_name, case.contact_phone) == ("张三", "+8613800138000")
    assert case.customer == mine.customer
    assert "13800138000" not in case.title
    assert [kind for kind, _text in entries(case)] == [
        EntryKind.MESSAGE_IN,
        EntryKind.SYSTEM,
        EntryKind.MESSAGE_OUT,
        EntryKind.MESSAGE_IN,
        EntryKind.NOTE,
        EntryKind.SYSTEM,
        EntryKind.MESSAGE_OUT,
        EntryKind.SYSTEM,
    ]
    texts = [text for kind, text in entries(case) if kind.startswith("message")]
    assert texts == ["箱子破了，里面的杯子碎了", "请发一张照片", "", "收到，已登记。"]
    files = CaseFile.objects.filter(entry__case=case).order_by("pk")
    assert [f.content_type for f in files] == ["image/jpeg", "text/plain"]
    assert all(default_storage.exists(f.path) for f in files)
    assert case.entries.filter(kind=EntryKind.MESSAGE_OUT).first().by == wang
    assert case.entries.filter(kind=EntryKind.MESSAGE_IN).first().author_label == "张*"


@pytest.mark.requirement("CMP-2")
def test_the_clocks_count_from_the_chat_and_are_met_when_the_agent_wrote() -> None:
    agent()
    chat = visitor("投诉你们，态度太差", phone="13800138000")
    pass_time(20)
    first = reply(chat, "非常抱歉，请讲。")
    first.refresh_from_db()
    pass_time(900)
    chat = close(chat, CaseClass.COMPLAINT)
    case = chat.case
    assert case.created_at >= chat.started_at
    assert (case.first_answered_at, case.first_answered_by) == (first.at, chat.agent)
    assert not case.awaits_answer
    opened = Event.objects.get(kind="case.opened", subject_id=str(case.pk))
    assert opened.at == chat.started_at


def test_a_question_stays_with_who_answered_it_and_trouble_goes_to_its_team() -> None:
    one = agent()
    asked = close(talking(one, "几点下班", phone="13800138000"))
    assert (asked.case.owner, asked.case.state) == (one, CaseState.OPEN)
    assert not Event.objects.filter(kind="case.message_out").exists(), "nothing is sent again"


def test_a_question_answered_in_the_chat_is_done_with() -> None:
    one = agent()
    chat = talking(one, "几点下班")
    reply(chat, "营业到 18:00。")
    chat = close(chat, settled=True)
    case = chat.case
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.EXPLAINED)
    assert case.solution == "营业到 18:00。"
    with pytest.raises(BadInput) as refusal:
        close(talking(one, "投诉"), CaseClass.COMPLAINT, settled=True)
    assert refusal.value.field == "settled"
    silent = talking(one, "在吗", address="203.0.113.5")
    with pytest.raises(BadInput) as refusal:
        close(silent, settled=True)
    assert refusal.value.field == "solution"
    assert fresh(silent).state == ChatState.TALKING, "nothing happened by halves"


def test_a_case_opened_in_the_middle_gets_the_rest_at_the_end() -> None:
    one = agent()
    chat = talking(one, "我的货丢了", phone="13800138000")
    reply(chat, "马上登记")
    open_case_from_chat(chat_id=chat.pk, filing=Filing(CaseClass.LOSS), by=one, at=now())
    case = fresh(chat).case
    assert fresh(chat).state == ChatState.TALKING
    before = len(entries(case))
    with pytest.raises(RuleBroken):
        open_case_from_chat(chat_id=chat.pk, filing=Filing(), by=one, at=now())
    speak(chat, "是三箱茶叶", files=[file()])
    with pytest.raises(RuleBroken):
        dismiss_chat(chat_id=chat.pk, reason="无", by=one, at=now())
    chat = close(chat)
    assert chat.case == case and Case.objects.count() == 1
    assert case.case_class == CaseClass.LOSS
    assert len(entries(case)) == before + 2
    case.refresh_from_db()
    assert case.awaits_answer
    assert CaseFile.objects.filter(entry__case=case).count() == 1


def test_into_a_case_that_is_there_already() -> None:
    """Nobody asks the customer twice: a chat about an open matter goes to it."""
    one, owner = agent(), UserFactory(roles=[Role.AGENT], unit=installation())
    there = open_case(
        new=NewCase(CaseClass.INQUIRY, CaseChannel.PHONE, "电话问过", keep=True), by=owner, at=now()
    ).case
    chat = close(talking(one, "昨天电话里说的事"), into=there)
    assert chat.case == there and Case.objects.count() == 1
    answers = Event.objects.get(kind="case.message_in", subject_id=str(there.pk))
    assert answers.data["owner"] == owner.pk
    gone = open_case(
        new=NewCase(CaseClass.INQUIRY, CaseChannel.PHONE, "旧事"), by=owner, at=now()
    ).case
    Case.objects.filter(pk=gone.pk).update(
        state="cancelled", cancelled_at=now(), cancelled_by=owner, cancel_reason="误"
    )
    gone.refresh_from_db()
    with pytest.raises(RuleBroken):
        close(talking(one, "再问"), into=gone)


def test_without_a_case_only_with_a_reason() -> None:
    one = agent()
    chat = talking(one, "广告广告")
    with pytest.raises(BadInput) as refusal:
        dismiss_chat(chat_id=chat.pk, reason=" ", by=one, at=now())
    assert refusal.value.field == "reason"
    dismiss_chat(chat_id=chat.pk, reason="广告，电话 13800138000", by=one, at=now())
    chat = fresh(chat)
    assert (chat.state, chat.end_reason) == (ChatState.DISMISSED, ChatEnd.AGENT)
    assert "13800138000" not in chat.dismiss_reason
    assert Event.objects.filter(kind="chat.dismissed", by=one).exists()


def test_who_left_before_anyone_came_is_called_back_if_possible() -> None:
    agent(most=1)
    visitor()
    reachable, known, nobody = (
        visitor("问价格", phone="13800138000", address="203.0.113.1"),
        visitor("到哪了", waybill_number=waybill().number, address="203.0.113.2"),
        visitor("喂", address="203.0.113.3"),
    )
    for chat in (reachable, known, nobody):
        leave_chat(chat_id=chat.pk, by=public_user(), at=now())
    assert [fresh(c).state for c in (reachable, known, nobody)] == ["filed", "filed", "dismissed"]
    assert fresh(reachable).end_reason == ChatEnd.LEFT_QUEUE
    assert fresh(reachable).case.awaits_answer


def test_who_closes_the_page_in_the_queue_loses_the_place() -> None:
    agent(most=1)
    visitor()
    waiting = visitor(phone="13800138000")
    lose_visitor(waiting, 299)
    assert maintain() == 0
    lose_visitor(waiting, 300)
    maintain()
    assert fresh(waiting).state == ChatState.FILED


def test_asked_whether_they_are_there_then_ended_with_a_word() -> None:
    one = agent()
    chat = talking(one)
    reply(chat, "您的单号是？")
    pass_time(301)
    assert maintain() == 1
    assert maintain() == 0, "asked once"
    assert chat.lines.order_by("pk").last().word == "still_there"
    speak(chat, "在找")
    pass_time(500)
    maintain()
    assert fresh(chat).state == ChatState.TALKING, "they answered; now we owe a reply"
    reply(chat, "好的")
    pass_time(601)
    maintain()
    chat = fresh(chat)
    assert (chat.state, chat.end_reason) == (ChatState.OVER, ChatEnd.AWAY)
    assert chat.lines.order_by("pk").last().word == "ended_away"


def test_a_chat_that_nobody_recorded_records_itself() -> None:
    one = agent()
    chat = talking(one, "问一下", phone="13800138000")
    reply(chat)
    leave_chat(chat_id=chat.pk, by=public_user(), at=now())
    assert fresh(chat).state == ChatState.OVER
    pass_time(1801)
    maintain()
    chat = fresh(chat)
    assert chat.state == ChatState.FILED and chat.case.owner == one


def test_waiting_no_longer_it_becomes_a_message() -> None:
    agent(most=1)
    visitor()
    chat = visitor("等太久了")
    with pytest.raises(BadInput):
        turn_into_message(chat_id=chat.pk, phone=" ", email="", name="", by=public_user(), at=now())
    ended, reply_by = turn_into_message(
        chat_id=chat.pk,
        phone="",
        email="a@example.com",
        name="李四",
        by=public_user(),
        at=now(),
    )
    case = ended.case
    assert (case.contact_email, case.contact_name) == ("a@example.com", "李四")
    assert reply_by > now()
    assert case.number in chat.lines.order_by("pk").last().params["number"]


@pytest.mark.requirement("CMP-7")
def test_the_visitor_says_how_satisfied_they_are() -> None:
    one = agent()
    chat = talking(one, "几点下班")
    with pytest.raises(RuleBroken):
        rate_chat(chat_id=chat.pk, score=5, comment="", by=public_user(), at=now())
    reply(chat, "18:00")
    chat = close(chat, settled=True)
    for score in (0, 6):
        with pytest.raises(BadInput):
            rate_chat(chat_id=chat.pk, score=score, comment="", by=public_user(), at=now())
    rate_chat(chat_id=chat.pk, score=1, comment="没说清楚", by=public_user(), at=now())
    case = Case.objects.get(pk=chat.case_id)
    assert (case.satisfied_score, case.state) == (1, CaseState.OPEN), "reopened"
    with pytest.raises(RuleBroken):
        rate_chat(chat_id=chat.pk, score=5, comment="", by=public_user(), at=now())


@pytest.mark.requirement("CMP-7")
def test_a_rating_before_it_is_recorded_reaches_the_case_later() -> None:
    one = agent()
    chat = talking(one, "几点下班")
    reply(chat, "18:00")
    leave_chat(chat_id=chat.pk, by=public_user(), at=now())
    rate_chat(chat_id=chat.pk, score=5, comment="好", by=public_user(), at=now())
    case = close(chat).case
    assert case.satisfied_score == 5


# --- outside staffed hours ----------------------------------------------------------------------


def test_nobody_there_means_a_message() -> None:
    assert not opening(ChatSettings(pk=1, calendar="always"), now()).is_open
    with pytest.raises(RuleBroken) as refusal:
        begin()
    assert refusal.value.code == "chat_closed"
    installation()
    mine = waybill()
    left = leave_message(
        new=NewChat("请回电", phone="13800138000", waybill_number=mine.number),
        case_class=CaseClass.INQUIRY,
        address=ADDRESS,
        by=public_user(),
        at=now(),
        files=[file()],
    )
    assert left.case.channel == CaseChannel.CHAT
    assert left.case.awaits_answer and left.case.waybill == mine
    promised = Clock.objects.get(metric="promise", matter__subject_id=str(left.case.pk))
    assert promised.due_at == left.reply_by, "what the page told is a clock"
    assert CaseFile.objects.filter(entry__case=left.case).count() == 1
    with pytest.raises(BadInput) as missing:
        leave_message(
            new=NewChat("请回电"),
            case_class=CaseClass.INQUIRY,
            address=ADDRESS,
            by=public_user(),
            at=now(),
        )
    assert missing.value.field == "contact_phone"


@pytest.mark.parametrize(
    ("moment", "is_open", "reply_by"),
    [
        # Wednesday noon break: two working hours after 13:00.
        (datetime(2026, 11, 25, 4, 30, tzinfo=UTC), False, "2026-11-25 15:00"),
        (datetime(2026, 11, 25, 6, 5, tzinfo=UTC), True, "2026-11-25 16:15"),
        # Wednesday evening, Friday evening, Saturday: the next working morning.
        (datetime(2026, 11, 25, 14, 0, tzinfo=UTC), False, "2026-11-26 11:00"),
        (datetime(2026, 11, 27, 9, 30, tzinfo=UTC), True, "2026-11-30 10:30"),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), False, "2026-11-30 11:00"),
        # The eve of the National Day holidays.
        (datetime(2026, 9, 30, 12, 0, tzinfo=UTC), False, "2026-10-08 11:00"),
    ],
)
def test_hours_follow_the_office_calendar(
    moment: datetime, is_open: bool, reply_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours, "is_anyone_there", lambda _now: True)
    found = opening(ChatSettings(pk=1), moment)
    assert found.is_open == is_open
    assert f"{timezone.localtime(found.reply_by):%Y-%m-%d %H:%M}" == reply_by


def test_the_queue_has_an_end() -> None:
    round_the_clock(most_waiting=2)
    agent(most=1)
    for n in range(3):
        visitor(address=f"198.51.100.{n}")
    with pytest.raises(RuleBroken) as refusal:
        begin()
    assert refusal.value.code == "chat_closed"


def test_many_lines_cost_no_more_queries() -> None:
    one = agent()
    counts = []
    for n in (2, 12):
        chat = talking(one, address=f"198.51.100.{n}")
        for k in range(n):
            reply(chat, f"{k}")
        add_chat_note(chat_id=chat.pk, text="记", by=one, at=now())
        with CaptureQueriesContext(connection) as seen:
            close(chat)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.requirement("STF-2")
def test_a_reply_sent_in_a_chat_counts_as_one_sent_in_its_case() -> None:
    code, wang = installation_reply(), agent()
    chat = talking(wang)
    for _time in range(2):
        answer(chat_id=chat.pk, text="已为您登记。", used=[code], by=wang, at=now())
    assert not Use.objects.exists()
    open_case_from_chat(chat_id=chat.pk, filing=Filing(CaseClass.COMPLAINT), by=wang, at=now())
    case = fresh(chat).case
    close(chat, CaseClass.COMPLAINT)
    use = Use.objects.get()
    assert (use.case_id, use.how, use.by) == (case.pk, UseHow.SENT, wang)
    assert use.version.article.code == code
    tally = UseTally.objects.filter(article__code=code).values_list("case_class", "cases")
    assert list(tally) == [(CaseClass.COMPLAINT, 1)]


@pytest.mark.requirement("STF-2")
def test_a_chat_names_only_articles_that_may_leave() -> None:
    wang = agent()
    chat = talking(wang)
    with pytest.raises(BadInput):
        answer(chat_id=chat.pk, text="您好", used=["no-such"], by=wang, at=now())


def installation_reply() -> str:
    row = readable(Audience.INTERNAL, now(), "zh-hans").exclude(reply="").first()
    assert row is not None
    return str(row.article.code)
