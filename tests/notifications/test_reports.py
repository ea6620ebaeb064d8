"""What leaders hear in writing, and what an agent sees of the messages of a case (CMP-2, CMP-4)."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.accounts.services import plan_absence
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.core.errors import BadInput
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery, NotificationPolicy
from apps.notifications.queries.words import render
from apps.quality import services as quality
from apps.quality.enums import ExceptionKind, ExceptionMatter
from apps.sla.models import Matter
from apps.sla.services import change_week
from apps.tracking.enums import Reason, Status
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, case, exception, follow_trouble, solved, who
from tests.factories.notifications import relay_all, send_all
from tests.factories.sla import NORMAL_DAY, office
from tests.factories.tracking import waybill

pytestmark = pytest.mark.django_db
MAILBOX = "mary@shop.example"
ALWAYS = [["00:00", "24:00"]]


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    """Whenever these tests run."""
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    settings.INQUIRY_MAIL_FROM = "一票客服 <cases@yipiao.example>"


def queued(topic: str) -> list[Delivery]:
    relay_all()
    return list(Delivery.objects.filter(topic=topic).order_by("pk"))


def complaint(team: Team, **fields: Any) -> Case:
    return case(team=team, by=UserFactory(), **{"channel": CaseChannel.WEB, **fields})


def office_hours(*week: list[list[str]]) -> None:
    calendar = office()
    calendar.days.all().delete()
    by = system_user("tests")
    change_week(calendar_id=calendar.pk, week=list(week), by=by, at=timezone.now())


@pytest.mark.requirement("CMP-2")
def test_what_was_reported_by_phone_follows_in_writing(team: Team) -> None:
    office_hours(*[ALWAYS] * 7)
    made = complaint(team)
    report = {"case_id": made.pk, "note": "已电话汇报", **who(team.agent)}
    cases.record_report(channel=CaseChannel.PHONE, **report)
    written = queued("staff.case_reported")
    assert {row.recipient for row in written} == {
        f"user:{boss.pk}" for boss in (team.manager, team.qc, team.general)
    }
    for row in written:
        assert row.due_at <= timezone.now()
        words = render(row, frozenset())
        assert made.number in words.subject and str(team.agent) in words.text
    # What was reported in writing is not written again.
    cases.record_report(channel=CaseChannel.EMAIL, **{**report, "at": timezone.now()})
    assert len(queued("staff.case_reported")) == len(written)


@pytest.mark.requirement("CMP-2")
def test_off_hours_it_is_written_before_the_next_working_day_begins(team: Team) -> None:
    today = timezone.localdate()
    office_hours(*[[] if n == today.weekday() else NORMAL_DAY for n in range(7)])
    made = complaint(team)
    cases.record_report(case_id=made.pk, channel=CaseChannel.PHONE, note="", **who(team.agent))
    written = queued("staff.case_reported")
    assert written
    for row in written:
        by = timezone.localtime(row.due_at)
        assert row.state == DeliveryState.HELD
        assert by.time() <= time(9, 0) and by.date() == today + timedelta(days=1)


@pytest.mark.requirement("CMP-4")
def test_leaders_hear_of_a_serious_exception_and_not_of_a_minor_one(team: Team) -> None:
    exception(unit=team.unit, by=team.agent)
    assert queued("staff.exception_opened") == []
    serious = exception(unit=team.unit, by=team.agent, kind=ExceptionKind.LOST, is_serious=True)
    heard = queued("staff.exception_opened")
    assert {row.recipient for row in heard} == {
        f"user:{boss.pk}" for boss in (team.manager, team.qc)
    }
    assert serious.number in render(heard[0], frozenset()).text


@pytest.mark.requirement("CMP-4")
@pytest.mark.parametrize("how", ["judged", "complained", "worsened"])
def test_leaders_hear_of_an_exception_that_becomes_serious(team: Team, how: str) -> None:
    kind = ExceptionKind.LATE if how == "worsened" else ExceptionKind.BREACH
    shipment = waybill()
    report = exception(unit=team.unit, by=team.agent, kind=kind, waybill=shipment)
    assert not report.is_serious and queued("staff.exception_opened") == []
    if how == "judged":
        why = {"is_serious": True, "reason": "客户索赔"}
        quality.judge_seriousness(exception_id=report.pk, **why, **who(team.agent))
    elif how == "complained":
        made = case(team=team, by=team.agent)
        quality.link_case(exception_id=report.pk, case=made, **who(team.agent))
    else:
        lost = {"status": Status.EXCEPTION, "reason": Reason.LOST, "happened_at": timezone.now()}
        follow_trouble(waybill_id=shipment.pk, **lost, **who())
    report.refresh_from_db()
    assert report.is_serious
    timed = Matter.objects.get(kind=ExceptionMatter.EXCEPTION, subject_id=str(report.pk))
    assert (timed.klass, timed.severity) == (report.kind, "major")
    bosses = {f"user:{boss.pk}" for boss in (team.manager, team.qc)}
    heard = queued("staff.exception_opened")
    assert {row.recipient for row in heard} == bosses and len(heard) == len(bosses)


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_leaders_hear_of_a_customer_who_is_dissatisfied_again(
    team: Team, mail: MailServer, language: str
) -> None:
    """In the back office and by mail; whoever took the answer down knows."""
    bosses = [team.director, team.manager]
    for boss in bosses:
        boss.email, boss.language = f"boss{boss.pk}@staff.example", language
        boss.save(update_fields=["email", "language"])
    made = complaint(team)
    for answer in (2, 1):
        solved(made, by=team.agent)
        assert queued("staff.case_escalated") == []
        answered = {"score": answer, "comment": "", "channel": CaseChannel.PHONE}
        cases.confirm_result(case_id=made.pk, **answered, **who(team.agent))
    heard = queued("staff.case_escalated")
    assert {(row.recipient, row.channel) for row in heard} == {
        (f"user:{boss.pk}", channel) for boss in bosses for channel in ("in_app", "email")
    }
    words = render(heard[0], frozenset())
    assert made.number in words.subject and "1/5" in words.text
    assert ("dissatisfied" in words.text) == (language == "en")
    send_all("email")
    reached = set(mail.recipients)
    assert {boss.email for boss in bosses} <= reached


@pytest.mark.requirement("CMP-1")
def test_the_case_s_page_says_what_became_of_a_reply(
    client: Client, team: Team, mail: MailServer
) -> None:
    """Under the words that were sent: by which channel, whether they arrived, what to do if not."""
    made = complaint(team, channel=CaseChannel.EMAIL, contact_email=MAILBOX, contact_phone="")
    new = NewMessage(EntryKind.MESSAGE_OUT, "今天18点前送到。", CaseChannel.EMAIL)
    cases.add_message(case_id=made.pk, message=new, **who(team.agent))
    relay_all()
    sign_in(client, team.agent)
    address = reverse("admin:complaints_case_page", args=[made.number])
    page = client.get(address).text
    assert "待发送" in page and "is-trouble" not in page
    mail.refused_recipients[MAILBOX] = "552 5.2.2 mailbox full"
    send_all("email")
    page = client.get(address).text
    failed = Delivery.objects.get(topic="case.reply", channel="email")
    assert failed.state in (DeliveryState.FAILED, DeliveryState.SUPPRESSED)
    assert "is-trouble" in page and MAILBOX not in page
    for name in ("resend", "hand-over"):
        act = reverse("admin:notifications_delivery_act", args=[failed.pk, name])
        assert act in page
        assert client.get(act).status_code == 200


@pytest.mark.requirement("CMP-1")
def test_a_gap_of_a_ready_made_answer_does_not_go_out(team: Team) -> None:
    made = complaint(team)
    text = "{contact}您好，运单 {waybill} 预计 {expected} 到达。"
    new = NewMessage(EntryKind.MESSAGE_OUT, text, CaseChannel.EMAIL)
    with pytest.raises(BadInput) as caught:
        cases.add_message(case_id=made.pk, message=new, **who(team.agent))
    assert (caught.value.code, caught.value.field) == ("not_filled", "text")
    assert "{waybill}" in str(caught.value) and "{contact}" not in str(caught.value)
    assert not made.entries.filter(kind=EntryKind.MESSAGE_OUT).exists()
    # Braces of the agent's own are no gap.
    fine = NewMessage(
        EntryKind.MESSAGE_OUT, "{contact}您好，编号 {A-12} 已找到。", CaseChannel.EMAIL
    )
    assert "{A-12}" in cases.add_message(case_id=made.pk, message=fine, **who(team.agent)).text


@pytest.mark.requirement("CMP-4")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_whoever_is_given_an_exception_to_follow_hears_of_it(team: Team, language: str) -> None:
    agent = team.person(Role.AGENT, language=language)
    report = exception(unit=team.unit, by=team.agent)
    give = {"exception_id": report.pk, "reason": "休假"}
    quality.assign_exception(owner=agent, **give, **who(team.director))
    (heard,) = queued("staff.exception_assigned")
    assert (heard.recipient, heard.channel) == (f"user:{agent.pk}", "in_app")
    assert heard.link == f"/admin/desk/open/quality.exceptionreport/{report.pk}"
    shown = render(heard, frozenset())
    assert report.number in shown.subject and report.title in shown.text
    assert ("转给您" in shown.subject) is (language == "zh-hans")
    # Who takes it themselves knows.
    quality.assign_exception(owner=team.director, **give, **who(team.director))
    assert len(queued("staff.exception_assigned")) == 1


@pytest.mark.requirement("CMP-4")
def test_the_stand_in_of_an_absent_follower_hears_of_an_exception(team: Team) -> None:
    away, stand_in = team.person(Role.AGENT), team.person(Role.AGENT)
    now = timezone.now()
    plan_absence(
        user=away,
        stand_in=stand_in,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
        reason="休假",
        by=team.director,
        at=now,
    )
    report = exception(unit=team.unit, by=team.agent)
    quality.assign_exception(exception_id=report.pk, owner=away, **who(team.director))
    (heard,) = queued("staff.exception_assigned")
    assert heard.recipient == f"user:{stand_in.pk}"


@pytest.mark.requirement("CMP-4")
def test_who_has_given_an_exception_on_is_not_told_any_more(team: Team) -> None:
    first, second = team.person(Role.AGENT), team.person(Role.AGENT)
    report = exception(unit=team.unit, by=team.agent)
    for owner in (first, second):
        quality.assign_exception(exception_id=report.pk, owner=owner, **who(team.director))
    assert [row.recipient for row in queued("staff.exception_assigned")] == [f"user:{second.pk}"]
