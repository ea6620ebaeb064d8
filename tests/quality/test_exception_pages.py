"""Exception reports on their pages: reported, investigated, decided, checked, reviewed (CMP-4, CMP-5)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.quality import services
from apps.quality.enums import ExceptionKind, ExceptionState
from apps.quality.models import CorrectiveAction, ExceptionReport, ReviewMeeting
from apps.sla.models import Clock
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.complaints import Team, action, any_cause, decided, exception, who
from tests.factories.tracking import waybill
from tests.pressing import do, form_at, forms_of, press

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]
ADD = reverse("admin:quality_exceptionreport_add")
LIST = reverse("admin:quality_exceptionreport_changelist")


def found(team: Team, **fields: Any) -> ExceptionReport:
    """Reported by the agent of a crew, in its unit."""
    return exception(by=team.agent, unit=team.unit, **fields)


def page_of(report: ExceptionReport) -> str:
    return reverse("admin:quality_exceptionreport_change", args=[report.pk])


def act(client: Client, report: ExceptionReport, name: str, **typed: Any) -> Any:
    return do(client, page_of(report), name, typed)


def local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def typed(**fields: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "kind": ExceptionKind.OTHER,
        "found_by": "own_check",
        "what": "装车时发现三件货漏扫，已当场补扫。",
        "happened_at": local(now - timedelta(minutes=30)),
        "known_at": local(now - timedelta(minutes=2)),
        **fields,
    }


def test_an_exception_is_reported_and_its_three_times_kept_apart(
    client: Client, team: Team
) -> None:
    sign_in(client, team.agent)
    answer = client.post(ADD, typed(first_measures="补扫并通知货运中心"))
    report = ExceptionReport.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(report))
    assert report.happened_at < report.known_at < report.reported_at
    page = client.get(page_of(report)).text
    assert "装车时发现三件货漏扫" in page
    assert "补扫并通知货运中心" in page


def test_what_is_wrong_is_named_and_nothing_typed_is_lost(client: Client, team: Team) -> None:
    sign_in(client, team.agent)
    later = local(timezone.now() - timedelta(hours=3))
    answer = client.post(ADD, typed(known_at=later, number="YP00000000000"))
    assert answer.status_code == 422
    assert "装车时发现三件货漏扫" in answer.text
    assert not ExceptionReport.objects.exists()
    answer = client.post(ADD, typed(known_at=later))
    assert answer.status_code == 422
    assert "form-errors" in answer.text


@pytest.mark.requirement("CMP-5")
def test_what_was_put_right_on_the_spot_is_one_line_of_the_day(client: Client, team: Team) -> None:
    sign_in(client, team.agent)
    client.post(ADD, typed(put_right_line="漏扫三件，当场补扫"))
    report = ExceptionReport.objects.get()
    assert report.state == ExceptionState.CLOSED
    minor = reverse("admin:quality_exceptionreport_minor")
    assert "漏扫三件，当场补扫" in client.get(minor).text
    assert client.get(minor, {"day": "2026-02-30"}).status_code == 200
    assert "漏扫三件" not in client.get(minor, {"day": "2020-01-01"}).text


@pytest.mark.requirement("CMP-5")
def test_a_serious_one_goes_the_whole_way(client: Client, team: Team) -> None:
    sign_in(client, team.agent)
    client.post(ADD, typed(kind=ExceptionKind.DAMAGED, harm="货损约三千元"))
    report = ExceptionReport.objects.get()
    assert report.is_serious
    sign_in(client, team.qc)
    act(client, report, "investigate")
    act(client, report, "findings", text="叉车作业未固定托盘")
    act(
        client,
        report,
        "evidence",
        file=SimpleUploadedFile("记录.txt", "现场记录：托盘未固定".encode()),
        note="现场记录",
    )
    act(client, report, "decide", cause=any_cause().pk, unit=team.unit.pk, decision="班组重新培训")
    due = local(timezone.now() + timedelta(days=3))
    act(client, report, "action", what="托盘固定检查表", owner=team.director.pk, due_at=due)
    action = CorrectiveAction.objects.get()
    act(client, report, "finish", action=action.pk, result="检查表已上墙")
    action.refresh_from_db()
    assert action.done_at is not None
    sign_in(client, team.director)
    # Whoever did it does not judge it; somebody else may.
    sign_in(client, team.manager)
    act(client, report, "check_action", action=action.pk, worked="on", note="抽查十次均合格")
    act(client, report, "check")
    report.refresh_from_db()
    assert report.state == ExceptionState.CHECKED
    refused = act(client, report, "close")
    assert refused.status_code == 422
    client.post(
        reverse("admin:quality_reviewmeeting_add"),
        {
            "title": "月度异常评审",
            "unit": team.unit.pk,
            "planned_for": due,
            "people": [team.qc.pk],
            "exception": [report.pk],
        },
    )
    meeting = ReviewMeeting.objects.get()
    held = do(
        client,
        reverse("admin:quality_reviewmeeting_change", args=[meeting.pk]),
        "hold",
        {"minutes": "逐项评审", f"item{report.pk}": "同意结论"},
    )
    assert held.status_code == 302, held.text[:3000]
    assert act(client, report, "close").status_code == 302
    report.refresh_from_db()
    assert report.state == ExceptionState.CLOSED
    page = client.get(page_of(report)).text
    for answers in ("托盘固定检查表", "抽查十次均合格", "班组重新培训", "月度异常评审", "记录.txt"):
        assert answers in page


def test_a_change_afterwards_stands_out_beside_what_stood_there(client: Client, team: Team) -> None:
    report = found(team)
    sign_in(client, team.agent)
    answer = act(
        client,
        report,
        "correct",
        happened_at=local(report.happened_at - timedelta(hours=2)),
        known_at=local(report.known_at),
        reported_at=local(report.reported_at),
        kind=report.kind,
        found_by=report.found_by,
        harm=report.harm,
        what="",
        reason="监控显示更早",
    )
    assert answer.status_code == 302, re.sub(r"\s+", " ", answer.text)[:4000]
    assert [c.field for c in report.changes.all()] == ["happened_at"]
    assert "监控显示更早" in client.get(page_of(report)).text
    listed = client.get(LIST, {"stands_out": "changed", "view": "all"}).text
    assert report.number in listed
    assert report.number not in client.get(LIST, {"stands_out": "late", "view": "all"}).text


def test_reading_in_clear_needs_a_reason_that_stays(client: Client, team: Team) -> None:
    report = found(team, what="收件人13812345678拒收，外箱破损")
    sign_in(client, team.qc)
    assert "13812345678" not in client.get(page_of(report)).text
    reveal = reverse("admin:quality_exceptionreport_act", args=[report.pk, "reveal"])
    assert "13812345678" not in client.get(reveal).text
    assert client.post(reveal, {"reason": ""}).status_code == 422
    assert not Event.objects.filter(kind="exception.revealed").exists()
    form = form_at(client, reveal, "/do/reveal/")
    answer = press(client, form, reason="核对现场")
    assert "13812345678" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert press(client, form, reason="核对现场").headers["Location"] == page_of(report)
    assert Event.objects.filter(kind="exception.revealed").count() == 1


def test_evidence_is_only_ever_downloaded_and_only_by_who_may_see_it(
    client: Client, team: Team
) -> None:
    report = found(team)
    sign_in(client, team.agent)
    nasty = b"<script>alert(1)</script>"
    act(client, report, "evidence", file=SimpleUploadedFile("x.txt", nasty), note="")
    link = reverse("admin:quality_exceptionreport_evidence", args=[report.evidence.get().key])
    answer = client.get(link)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sign_in(client, UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units"))
    assert client.get(link).status_code == 404


def test_evidence_survives_a_refused_try(client: Client, team: Team) -> None:
    report = found(team)
    sign_in(client, team.agent)
    chosen = SimpleUploadedFile("现场.txt", "托盘未固定".encode())
    refused = act(client, report, "evidence", file=chosen, note="长" * 201)
    assert refused.status_code == 422 and not report.evidence.exists()
    (form,) = [one for one in forms_of(refused.text) if "evidence-file-kept" in one.data]
    again = {**form.data, "evidence-note": "现场记录"}
    assert client.post(form.action, again).status_code == 302
    assert report.evidence.get().name == "现场.txt"


def test_what_one_may_not_see_is_not_there(client: Client, team: Team) -> None:
    report = found(team)
    stranger = UserFactory(roles=[Role.QC_MANAGER], unit=UnitFactory(), scope="units")
    sign_in(client, stranger)
    assert client.get(page_of(report)).status_code in (302, 404)
    assert report.number not in client.get(page_of(report), follow=True).text
    for query in ({"q": report.number}, {"q": report.title[:6]}, {"view": "all"}):
        shown = re.sub(r'value="[^"]*"', "", client.get(LIST, query).text)
        assert f"/{report.pk}/change/" not in shown
    opened = reverse("desk:open", args=["quality.exceptionreport", report.pk])
    assert client.get(opened).status_code == 404
    shipment = waybill()
    assert client.post(ADD, typed(number=shipment.number)).status_code == 422


@pytest.mark.parametrize("role", [Role.FINANCE, Role.IT_ADMIN])
def test_other_roles_do_not_report(client: Client, role: Role) -> None:
    sign_in(client, UserFactory(roles=[role], unit=UnitFactory()))
    assert client.get(ADD).status_code == 403
    assert client.get(reverse("admin:quality_reviewmeeting_add")).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same(
    client: Client, team: Team, rows: int, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, team.qc)
    for _n in range(rows):
        found(team)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        assert client.get(LIST).text.count("/change/") >= rows


@pytest.mark.requirement("CMP-5")
def test_a_meeting_shows_no_exception_of_another_unit(client: Client, team: Team) -> None:
    sign_in(client, team.manager)
    mine = found(team, kind=ExceptionKind.DAMAGED)
    foreign = found(Team(), kind=ExceptionKind.DAMAGED)
    plan = client.get(reverse("admin:quality_reviewmeeting_add")).text
    assert mine.number in plan
    assert foreign.number not in plan
    answer = client.post(
        reverse("admin:quality_reviewmeeting_add"),
        {
            "title": "评审",
            "unit": team.unit.pk,
            "planned_for": local(timezone.now() + timedelta(days=1)),
            "exception": [foreign.pk],
        },
    )
    assert answer.status_code == 422
    assert not ReviewMeeting.objects.exists()


@pytest.mark.requirement("CMP-5")
def test_an_agenda_names_no_exception_of_another_unit(client: Client, team: Team) -> None:
    mine = found(team, kind=ExceptionKind.DAMAGED)
    foreign = found(Team(), kind=ExceptionKind.DAMAGED, what="叉车撞坏了别家的货")
    chair = UserFactory(roles=[Role.QC_MANAGER])
    meeting = services.plan_meeting(
        title="评审",
        unit=team.unit,
        planned_for=timezone.now() + timedelta(days=1),
        exception_ids=[mine.pk, foreign.pk],
        people=[team.manager],
        **who(chair),
    )
    page = reverse("admin:quality_reviewmeeting_change", args=[meeting.pk])
    sign_in(client, team.manager)
    for address in (page, reverse("admin:quality_reviewmeeting_changelist")):
        shown = client.get(address).text
        assert mine.number in shown
        assert foreign.number not in shown and "叉车撞坏了" not in shown
    typed = {"minutes": "逐项评审", f"item{mine.pk}": "同意"}
    assert do(client, page, "hold", typed).status_code == 302
    meeting.refresh_from_db()
    assert meeting.held_at is None, "not by whoever does not see the whole agenda"
    conclusions = {mine.pk: "同意", foreign.pk: "同意"}
    with pytest.raises(RuleBroken) as caught:
        services.hold_meeting(
            meeting_id=meeting.pk, minutes="纪要", conclusions=conclusions, **who(team.manager)
        )
    assert caught.value.code == "not_seen" and foreign.number not in str(caught.value)
    sign_in(client, chair)
    assert do(client, page, "hold", {**typed, f"item{foreign.pk}": "同意"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.held_at is not None


@pytest.mark.parametrize("kind", ["action", "chase"])
def test_who_has_something_to_do_is_led_to_its_exception(
    client: Client, team: Team, kind: str
) -> None:
    """From the desk or a message, wherever they belong; nobody else of their unit is."""
    report = found(team)
    away = UnitFactory()
    doer, colleague = (
        UserFactory(roles=[Role.WAREHOUSE_MANAGER], unit=away, scope="units") for _n in range(2)
    )
    if kind == "action":
        decided(report)
        thing: Any = action(report, owner=doer)
    else:
        due = timezone.now() + timedelta(hours=2)
        asked = {"whom": away, "question": "货在哪里？", "due_at": due}
        thing = services.add_chase(exception_id=report.pk, **asked, **who(team.agent))
        thing.owner = doer
        thing.save(update_fields=["owner"])
    link = reverse("desk:open", args=[thing._meta.label_lower, thing.pk])
    sign_in(client, doer)
    assert client.get(link).headers["Location"] == page_of(report)
    assert report.number in client.get(page_of(report)).text
    name, typed = (
        ("finish", {"result": "已做"}) if kind == "action" else ("answer", {"answer": "在途"})
    )
    assert act(client, report, name, **{kind: thing.pk}, **typed).status_code == 302
    sign_in(client, colleague)
    assert client.get(page_of(report)).status_code in (302, 404)
    assert client.get(link).status_code == 404


def test_a_closed_report_offers_no_answer_to_a_chase(client: Client, team: Team) -> None:
    report = found(team)
    due = timezone.now() + timedelta(hours=2)
    asked = {"whom": UnitFactory(), "question": "货在哪里？", "due_at": due}
    services.add_chase(exception_id=report.pk, **asked, **who(team.agent))
    sign_in(client, team.agent)
    assert 'name="answer-answer"' in client.get(page_of(report)).text
    services.put_right(exception_id=report.pk, line="已找到", **who(team.agent))
    assert 'name="answer-answer"' not in client.get(page_of(report)).text


def test_somebody_else_follows_an_exception_with_its_clocks(client: Client, team: Team) -> None:
    report = found(team, kind=ExceptionKind.DAMAGED)
    open_ones = Clock.objects.open().filter(
        matter__subject_type="quality.exceptionreport", matter__subject_id=str(report.pk)
    )
    assert open_ones.exists()
    sign_in(client, team.agent)
    assert act(client, report, "assign", owner=team.director.pk).status_code == 302
    report.refresh_from_db()
    assert report.owner == team.director
    assert {clock.owner for clock in open_ones} == {team.director}
    assert act(client, report, "assign", owner=team.director.pk).status_code == 422
    assert act(client, report, "assign", owner=team.qc.pk, reason="休假").status_code == 302
    events = Event.objects.filter(kind="exception.assigned").order_by("pk")
    assert [event.data["reason"] for event in events] == ["", "休假"]
    gone = UserFactory(is_active=False)
    assert act(client, report, "assign", owner=gone.pk).status_code == 422
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    assert act(client, report, "assign", owner=team.agent.pk).status_code == 403
    report.refresh_from_db()
    assert report.owner == team.qc
