"""Whoever brought a case hears of it by their own channel, once; whoever has it hears of them
(CMP-1, CMP-7)."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Outcome
from apps.complaints.inputs import CaseChanges, NewMessage
from apps.complaints.models import Case
from apps.complaints.queries import satisfaction
from apps.complaints.queries.links import tag_of, token_of
from apps.core.files import NewFile
from apps.events.models import Event
from apps.notifications import services
from apps.notifications.enums import DeliveryState
from apps.notifications.models import (
    Delivery,
    NotificationPolicy,
    PhoneTask,
    SuppressedAddress,
    WebhookEvent,
)
from apps.notifications.queries.notices import notices_of
from apps.notifications.queries.replies import messages_on_page
from apps.notifications.queries.words import render, render_for_staff
from apps.notifications.services.people import note_wechat_message
from apps.orders.models import WorkOrder
from tests.doubles.mail_server import MailServer
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.accounts import UserFactory
from tests.factories.complaints import Team, any_cause, case, case_in, who
from tests.factories.customers import ready_customer
from tests.factories.notifications import endpoint, relay_all, send_all
from tests.factories.orders import confirmed_order
from tests.factories.shipments import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
MAILBOX = "mary@shop.example"


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    """Whenever these tests run."""
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    settings.INQUIRY_MAIL_FROM = "一票客服 <cases@yipiao.example>"


def queued(topic: str, **by: Any) -> list[Delivery]:
    relay_all()
    return list(Delivery.objects.filter(topic=topic, **by).order_by("pk"))


def opened(team: Team, **fields: Any) -> Case:
    return case(team=team, by=UserFactory(), **{"channel": CaseChannel.WEB, **fields})


def reply(of: Case, team: Team, text: str = "今天18点前送到，给您添麻烦了。", **more: Any) -> Any:
    channel = more.pop("channel", CaseChannel(of.channel))
    new = NewMessage(EntryKind.MESSAGE_OUT, text, channel)
    return cases.add_message(case_id=of.pk, message=new, **who(team.agent), **more)


def test_a_web_report_is_confirmed_by_mail_with_number_link_and_what_comes_next(
    team: Team, mail: MailServer
) -> None:
    made = opened(team, contact_email=MAILBOX)
    (message,) = queued("case.received")
    assert (message.channel, message.case, message.audience) == ("email", made, "case_contact")
    send_all()
    (sent,) = mail.accepted
    body = sent.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert made.number in body and f"https://yp.example/case/{token_of(made)}" in body
    assert "答复您" in body
    assert sent["Auto-Submitted"] == "auto-replied" and "unsubscribe" not in body.lower()
    assert tag_of(made) in str(sent["Subject"]) or "=?utf-8" in str(sent["Subject"])


def test_without_a_mailbox_it_is_a_short_message_without_a_word_of_the_matter(
    team: Team, sms: SmsGateway
) -> None:
    made = opened(team)
    (message,) = queued("case.received")
    reply(made, team)
    (answer,) = queued("case.reply")
    assert (message.channel, answer.channel) == ("sms", "sms")
    words = render(answer, frozenset())
    assert "18点" not in words.text and made.number in words.text
    assert "18点" not in str(words.fields)
    assert token_of(made) in words.text


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (CaseChannel.PHONE, True),
        (CaseChannel.IN_PERSON, True),
        (CaseChannel.CHAT, True),
        # The mail in their thread; WeChat's own answer; the webhook; nobody.
        (CaseChannel.EMAIL, True),
        (CaseChannel.WECHAT, False),
        (CaseChannel.API, False),
        (CaseChannel.OWN_CHECK, False),
    ],
)
def test_who_gets_a_receipt(team: Team, sms: SmsGateway, channel: CaseChannel, says: bool) -> None:
    opened(team, channel=channel)
    assert bool(queued("case.received")) == says


def test_a_reply_goes_out_once_whatever_is_repeated(team: Team, mail: MailServer) -> None:
    made = opened(team, channel=CaseChannel.EMAIL, contact_email=MAILBOX)
    new = NewMessage(EntryKind.MESSAGE_OUT, "已安排", CaseChannel.EMAIL, external_id="desk:1")
    for _n in range(2):
        cases.add_message(case_id=made.pk, message=new, **who(team.agent))
    relay_all()
    services.notify_about([d.event for d in queued("case.reply") if d.event])
    assert len(queued("case.reply")) == 1


def test_a_reply_stands_in_the_thread_of_the_customers_mail(team: Team, mail: MailServer) -> None:
    made = opened(
        team, channel=CaseChannel.EMAIL, contact_email=MAILBOX, title="Broken cups",
        external_id="mail:<first@shop.example>",
    )  # fmt: skip
    cases.add_message(
        case_id=made.pk,
        message=NewMessage(
            EntryKind.MESSAGE_IN, "?", CaseChannel.EMAIL, external_id="mail:<2@shop.example>"
        ),
        **who(),
    )
    relay_all()
    send_all("email")
    reply(made, team, files=[NewFile(picture().getvalue(), "证明.jpg")])
    relay_all()
    send_all("email")
    receipt, answer = mail.accepted
    assert answer["In-Reply-To"] == "<2@shop.example>"
    assert answer["References"].split() == [
        "<first@shop.example>", receipt["Message-ID"], "<2@shop.example>",
    ]  # fmt: skip
    assert answer["Subject"] == f"Re: Broken cups [{tag_of(made)}]"
    assert answer["From"].endswith("<cases@yipiao.example>")
    assert answer["Auto-Submitted"] == "no" and answer["Precedence"] is None
    assert answer["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert [part.get_filename() for part in answer.walk() if part.get_filename()]


@pytest.mark.requirement("NTF-3")
@pytest.mark.parametrize("together", [False, True])
def test_who_wants_no_messages_is_answered_all_the_same(
    team: Team, mail: MailServer, together: bool
) -> None:
    if together:
        NotificationPolicy.objects.filter(topic__startswith="case.").update(digest_minutes=5)
    made = opened(team, contact_email=MAILBOX)
    reply(made, team)
    (answer,) = queued("case.reply")
    (receipt,) = queued("case.received")
    services.set_opt_out(recipient=answer.recipient, label="", opted_out=True, **who())
    reply(made, team, "补充")
    (_first, second) = queued("case.reply")
    if together:
        Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        services.gather()
    send_all("email")
    for row in (receipt, answer, second):
        row.refresh_from_db()
        assert row.state == DeliveryState.ACCEPTED, row.state_reason
    assert len(mail.accepted) == (1 if together else 3)


def test_what_a_customer_wrote_cannot_add_headers(team: Team, mail: MailServer) -> None:
    made = opened(
        team, channel=CaseChannel.EMAIL, contact_email=MAILBOX,
        title="Hi\r\nBcc: all@shop.example",
        external_id="mail:<a@b>\r\nBcc: x@y.example",
    )  # fmt: skip
    reply(made, team, "第一行\r\n.\r\nBcc: z@y.example")
    relay_all()
    send_all("email")
    assert mail.recipients == [MAILBOX, MAILBOX]
    for sent in mail.accepted:
        assert sent["Bcc"] is None


def test_a_bounce_shows_and_the_next_channel_takes_over(
    team: Team, mail: MailServer, sms: SmsGateway
) -> None:
    made = opened(team, channel=CaseChannel.EMAIL, contact_email=MAILBOX)
    entry = reply(made, team)
    relay_all()
    send_all("email")
    (sent,) = [m for m in mail.accepted if m["Auto-Submitted"] == "no"]
    bounced = services.record_bounce(
        message_ids=[sent["Message-ID"]],
        recipient=MAILBOX,
        is_final=True,
        code="5.1.1",
        says=f"550 no such user {MAILBOX}",
    )
    assert [d.case for d in bounced] == [made]
    first, second = messages_on_page(made, [])[entry.pk]
    assert (first.channel, first.state) == ("email", DeliveryState.SUPPRESSED)
    assert not first.is_trouble and second.channel == "sms"
    history = Delivery.objects.get(pk=first.delivery_id).history.latest("pk")
    assert MAILBOX not in str(history.answer)
    # Nobody makes a mail bounce whose id they have not seen.
    for forged in ("<0" * 16 + "@x>", f"<{'0' * 32}@yipiao.example>", "", sent["Message-ID"][:-20]):
        assert services.record_bounce(
            message_ids=[forged], recipient=MAILBOX, is_final=True, code="5.1.1", says=""
        ) == []  # fmt: skip


def test_a_reply_that_reaches_nobody_is_told_to_its_owner_who_sends_again_or_calls(
    team: Team, mail: MailServer
) -> None:
    made = opened(team, channel=CaseChannel.EMAIL, contact_email=MAILBOX, contact_phone="")
    mail.refused_recipients[MAILBOX] = "552 5.2.2 mailbox full"
    entry = reply(made, team)
    relay_all()
    send_all("email")
    (line,) = messages_on_page(made, [])[entry.pk]
    assert line.is_trouble and line.may_resend and line.may_call
    (alarm,) = Delivery.objects.filter(topic="staff.case_undelivered", data__case=made.number)[:1]
    assert (
        alarm.recipient == f"user:{team.agent.pk}"
        and made.number in render(alarm, frozenset()).text
    )
    mail.refused_recipients.clear()
    stopped = SuppressedAddress.objects.get(lifted_at__isnull=True)
    services.lift_address(stopped_id=stopped.pk, **who())
    services.resend_delivery(delivery_id=line.delivery_id, reason="邮箱已清理", **who(team.agent))
    send_all("email")
    (line,) = messages_on_page(made, [])[entry.pk]
    assert line.state == DeliveryState.ACCEPTED and not line.is_trouble


def test_an_unclear_reply_is_shown_as_such_and_can_become_a_call(
    team: Team, mail: MailServer
) -> None:
    made = opened(team, channel=CaseChannel.EMAIL, contact_email=MAILBOX)
    mail.fault = lambda _recipient: "drop"
    entry = reply(made, team)
    relay_all()
    send_all("email")
    (line,) = messages_on_page(made, [])[entry.pk]
    assert (line.state, line.is_trouble) == (DeliveryState.AMBIGUOUS, True)
    services.hand_over_delivery(delivery_id=line.delivery_id, reason="电话更快", **who(team.agent))
    task = PhoneTask.objects.get()
    assert PhoneTask.objects.visible_to(team.agent).filter(pk=task.pk).exists()
    assert services.reveal_phone(task_id=task.pk, **who(team.agent)) == "+8613812345678"


def test_wechat_answers_in_the_conversation_and_by_template_once_it_is_closed(
    team: Team, wechat: WeChatPlatform
) -> None:
    made = opened(team, channel=CaseChannel.WECHAT, contact_wechat="openid-1", contact_phone="")
    note_wechat_message(openid="openid-1", at=timezone.now())
    wechat.hears("openid-1")
    reply(made, team, "长" * 1500)
    relay_all()
    send_all("wechat_talk", "wechat")
    ((user, text),) = wechat.talked
    assert user == "openid-1" and text.startswith("长长") and len(text.encode()) <= 2048
    assert text.endswith(token_of(made)) and wechat.sent == []
    # Two days later.
    note_wechat_message(openid="openid-1", at=timezone.now() - timedelta(hours=49))
    reply(made, team, "已赔付")
    relay_all()
    send_all("wechat_talk", "wechat")
    assert len(wechat.talked) == 1
    (template,) = wechat.sent
    assert "已赔付" not in str(template) and token_of(made) in str(template["url"])


def test_the_platforms_word_on_the_window_counts(team: Team, wechat: WeChatPlatform) -> None:
    made = opened(team, channel=CaseChannel.WECHAT, contact_wechat="openid-1", contact_phone="")
    note_wechat_message(openid="openid-1", at=timezone.now())
    wechat.hears("openid-1", hours_ago=47)
    for n in range(6):
        reply(made, team, f"第{n}条")
    relay_all()
    send_all("wechat_talk", "wechat")
    assert len(wechat.talked) == 5 and len(wechat.sent) == 1


def test_a_conversation_message_whose_answer_was_lost_is_not_sent_again(
    team: Team, wechat: WeChatPlatform
) -> None:
    made = opened(team, channel=CaseChannel.WECHAT, contact_wechat="openid-1", contact_phone="")
    note_wechat_message(openid="openid-1", at=timezone.now())
    wechat.hears("openid-1")
    entry = reply(made, team)
    relay_all()
    # The token first, then the message.
    wechat.plan(None, "drop")
    send_all("wechat_talk")
    send_all("wechat_talk")
    assert len(wechat.talked) == 1
    (line,) = messages_on_page(made, [])[entry.pk]
    assert line.state == DeliveryState.AMBIGUOUS


@pytest.mark.parametrize("channel", [CaseChannel.PHONE, CaseChannel.API, CaseChannel.CHAT])
def test_what_is_said_elsewhere_is_not_sent_as_well(
    team: Team, sms: SmsGateway, mail: MailServer, channel: CaseChannel
) -> None:
    made = opened(team, channel=channel, contact_email=MAILBOX)
    if channel == CaseChannel.PHONE:
        cases.log_call(
            case_id=made.pk, incoming=False, reached=True, text="说明了", **who(team.agent)
        )
    else:
        reply(made, team)
    assert queued("case.reply") == []


@pytest.mark.requirement("CMP-7")
def test_the_solution_is_told_once_and_the_question_has_its_own_link(
    team: Team, mail: MailServer
) -> None:
    made = opened(team, contact_email=MAILBOX)
    cases.solve_case(
        case_id=made.pk, solution="赔付两只杯子", outcome=Outcome.COMPENSATED, cause=any_cause(),
        channel=CaseChannel.WEB, **who(team.agent),
    )  # fmt: skip
    (solved,) = queued("case.solved")
    assert queued("case.reply") == [] and "赔付两只杯子" in render(solved, frozenset()).text
    ask = cases.ask_satisfaction(case_id=made.pk, **who(team.agent))
    (asked,) = queued("case.satisfaction")
    link = f"https://yp.example/rate/{satisfaction.token_of(ask)}"
    assert link in render(asked, frozenset()).text
    # Whoever has the case must not rate it.
    assert "/rate/" not in render_for_staff(asked, frozenset()).text
    cases.answer_satisfaction(ask_id=ask.pk, score=5, comment="", **who())
    cases.close_case(case_id=made.pk, **who(team.agent))
    (closed,) = queued("case.closed")
    assert made.number in render(closed, frozenset()).text


@pytest.mark.requirement("CMP-7")
def test_who_cannot_be_written_to_is_called(team: Team) -> None:
    made = opened(team, channel=CaseChannel.PHONE, contact_phone="010-88886666")
    cases.solve_case(
        case_id=made.pk, solution="好了", outcome=Outcome.RESOLVED, cause=any_cause(),
        **who(team.agent),
    )  # fmt: skip
    cases.ask_satisfaction(case_id=made.pk, **who(team.agent))
    (asked,) = queued("case.satisfaction")
    assert asked.channel == "phone"
    send_all("phone")
    assert "回访" in render_for_staff(PhoneTask.objects.get().delivery, frozenset()).text


@pytest.mark.requirement("CMP-7")
def test_whoever_took_it_back_is_not_told_that_it_is_over(team: Team, mail: MailServer) -> None:
    made = opened(team, contact_email=MAILBOX)
    cases.take_case(case_id=made.pk, **who(team.agent))
    cases.withdraw_case(case_id=made.pk, reason="", **who())
    cases.change_case(
        case_id=made.pk, version=Case.objects.get(pk=made.pk).version,
        changes=CaseChanges(cause_id=any_cause().pk), **who(team.agent),
    )  # fmt: skip
    cases.close_case(case_id=made.pk, **who(team.agent))
    assert queued("case.closed") == []


def test_others_whose_case_was_merged_hear_that_it_is_over_and_nothing_else(
    team: Team, mail: MailServer
) -> None:
    sender = opened(team, contact_email=MAILBOX)
    other = opened(team, contact_phone="13987654321", contact_email="li@shop.example")
    cases.merge_cases(source_id=other.pk, target_id=sender.pk, **who(team.director))
    reply(sender, team, "只说给寄件人")
    cases.solve_case(
        case_id=sender.pk, solution="好了", outcome=Outcome.RESOLVED, cause=any_cause(),
        **who(team.agent),
    )  # fmt: skip
    cases.confirm_result(case_id=sender.pk, score=5, comment="", **who(team.agent))
    cases.close_case(case_id=sender.pk, **who(team.agent))
    assert {d.case_id for d in queued("case.closed")} == {sender.pk, other.pk}
    assert [d.case_id for d in queued("case.reply")] == [sender.pk]
    (theirs,) = queued("case.closed", case=other)
    assert token_of(other) in render(theirs, frozenset()).text
    assert sender.number not in render(theirs, frozenset()).text


def test_what_was_split_off_is_not_announced_as_new(team: Team, mail: MailServer) -> None:
    made = opened(team, contact_email=MAILBOX)
    entry = made.entries.get()
    cases.split_case(
        case_id=made.pk, entry_ids=[entry.pk], title="另一件", case_class=CaseClass.LOSS,
        **who(team.director),
    )  # fmt: skip
    assert [d.case_id for d in queued("case.received")] == [made.pk]


def test_staff_hear_of_what_others_gave_them_and_of_what_customers_write(team: Team) -> None:
    made = opened(team)
    (given,) = queued("staff.case_assigned")
    assert given.recipient == f"user:{team.agent.pk}"
    assert given.link == f"/admin/desk/open/complaints.case/{made.pk}"
    cases.add_message(
        case_id=made.pk, message=NewMessage(EntryKind.MESSAGE_IN, "在吗", CaseChannel.WEB), **who()
    )
    (wrote,) = queued("staff.case_message")
    assert wrote.recipient == f"user:{team.agent.pk}"
    mine = case(team=team, by=team.agent)
    assert [d for d in queued("staff.case_assigned") if d.case_id == mine.pk] == []


def test_the_words_are_kept_encrypted_and_in_both_languages(team: Team, mail: MailServer) -> None:
    made = opened(team, contact_email=MAILBOX)
    reply(made, team, "机密的话")
    (answer,) = queued("case.reply")
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM notifications_delivery d WHERE id = %s", [answer.pk])
        assert "机密" not in cursor.fetchone()[0]
    assert "机密的话" in render(answer, frozenset()).text
    english = render(answer, frozenset(), "en")
    assert english.subject == f"Our reply on {made.number}" and "机密的话" in english.text


def test_at_night_who_has_just_written_is_answered_at_once(team: Team, sms: SmsGateway) -> None:
    NotificationPolicy.objects.update(quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    made = opened(team)
    (receipt,) = queued("case.received")
    assert receipt.state == DeliveryState.QUEUED
    reply(made, team)
    (answer,) = queued("case.reply")
    # They opened it just now: their own words are the first entry.
    assert answer.state == DeliveryState.QUEUED
    later = timezone.now() + timedelta(hours=2)
    new = NewMessage(EntryKind.MESSAGE_OUT, "补充", CaseChannel.WEB)
    cases.add_message(case_id=made.pk, message=new, by=team.agent, at=later)
    assert queued("case.reply")[-1].state == DeliveryState.HELD


@pytest.mark.requirement("NTF-4")
def test_merchants_hear_of_cases_about_their_shipments_by_webhook(team: Team) -> None:
    customer = ready_customer(unit=team.unit)
    endpoint(customer)
    order: WorkOrder = confirmed_order(customer)
    waybill = order.issued.get().waybill
    public = opened(team, unit=None, waybill=waybill)
    own = opened(team, unit=None, waybill=waybill, channel=CaseChannel.API)
    for one in (public, own):
        cases.take_case(case_id=one.pk, **who(team.agent))
        reply(one, team, channel=CaseChannel(one.channel))
    relay_all()
    log = list(WebhookEvent.objects.filter(type__startswith="case.").order_by("pk"))
    assert [(row.type, row.payload["case"]) for row in log] == [
        ("case.opened", public.number),
        ("case.opened", own.number),
        # What was said to somebody else is not the merchant's business.
        ("case.message", own.number),
    ]
    message = log[-1].payload
    assert message["direction"] == "out" and message["waybill"] == waybill.number
    assert "18点" not in str(message) and "1381234" not in str(message)


def test_a_thousand_events_cost_as_many_queries_as_one(
    team: Team, mail: MailServer, django_assert_max_num_queries: Any
) -> None:
    def events() -> list[Event]:
        return list(Event.objects.filter(kind__startswith="case.").select_related("by"))

    opened(team, contact_email=MAILBOX)
    one = events()
    with django_assert_max_num_queries(9):
        notices_of(one)
    for _n in range(3):
        reply(opened(team, contact_email=MAILBOX), team)
    with django_assert_max_num_queries(9):
        assert len(notices_of(events())) > len(one)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_told_about(team: Team, state: CaseState, mail: MailServer) -> None:
    case_in(state, channel=CaseChannel.WEB, contact_email=MAILBOX)
    relay_all()
    for delivery in Delivery.objects.all():
        assert render(delivery, frozenset()).text
