"""Appeals to the postal authority (12305): the channel, the answer's clock, the decision."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.appeals import services as appeals
from apps.appeals.enums import AppealDecision
from apps.appeals.inputs import NewAppeal
from apps.appeals.models import Appeal
from apps.complaints import services
from apps.complaints.enums import (
    CaseChannel,
    CaseClass,
    CaseState,
    Outcome,
    Severity,
)
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case
from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, any_cause, case, solved, who

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
PAPER = NewFile("关于申诉的答复".encode(), "答复.txt")
NUMBER = "SH20261107003184"


def appealed(team: Team | None = None, number: str = NUMBER, **more: Any) -> Case:
    due: datetime | None = more.pop("due", None)
    return case(
        team=team or Team(),
        channel=CaseChannel.AUTHORITY,
        extras={"appeal": NewAppeal(number, due)},
        **more,
    )


def answered(of: Case) -> Appeal:
    return appeals.answer_appeal(case_id=of.pk, files=[PAPER], note="", **who())


@contextmanager
def refused(code: str, field: str | None = None) -> Iterator[None]:
    with pytest.raises(RuleBroken) as caught:
        yield
    assert caught.value.code == code
    if field is not None:
        assert caught.value.field == field
    assert str(caught.value)


def clock_of(of: Case) -> Clock:
    return Clock.objects.get(matter__subject_id=str(of.pk), metric=Metric.AUTHORITY)


def test_it_is_major_and_its_answer_is_due_after_fifteen_days() -> None:
    at = timezone.now() - timedelta(hours=3)
    made = appealed(number=" sh2026-1107（3）", at=at)
    appeal = Appeal.objects.get(case=made)
    assert appeal.number == "SH2026-1107(3)" and appeal.received_at == at
    assert made.severity == Severity.MAJOR and "sh2026" in made.search_text
    assert clock_of(made).due_at == at + timedelta(days=15)


def test_the_day_that_the_appeal_prints_counts_instead() -> None:
    due = timezone.now() + timedelta(days=7)
    assert clock_of(appealed(due=due)).due_at == due


@pytest.mark.parametrize(
    ("number", "code"), [("", "required"), ("  ", "required"), ("12", "bad_number"), ("编号123456", "bad_number")]
)  # fmt: skip
def test_a_number_that_is_none_is_refused(number: str, code: str) -> None:
    with refused(code, "appeal_number"):
        appealed(number=number)


def test_what_makes_no_sense_is_refused_by_field() -> None:
    with refused("required", "appeal_number"):
        case(channel=CaseChannel.AUTHORITY)
    with refused("not_authority", "channel"):
        case(channel=CaseChannel.PHONE, extras={"appeal": NewAppeal(NUMBER)})
    with refused("bad_class", "case_class"):
        appealed(case_class=CaseClass.INQUIRY)
    with refused("past", "answer_due"):
        appealed(due=timezone.now() - timedelta(days=1))
    assert not Case.objects.exists()
    first = appealed()
    with refused("appeal_known", "appeal_number"):
        appealed()
    assert Case.objects.get() == first
    with refused("bad_class"):
        changes = CaseChanges(case_class=CaseClass.INQUIRY)
        services.change_case(case_id=first.pk, version=first.version, changes=changes, **who())


def test_the_answer_meets_the_clock_and_is_kept_for_colleagues() -> None:
    made = appealed()
    with refused("required", "files"):
        appeals.answer_appeal(case_id=made.pk, files=[], note="", **who())
    appeal = answered(made)
    assert clock_of(made).state == ClockState.MET
    assert appeal.answer is not None and appeal.answer.entry.is_internal
    with refused("answered"):
        answered(made)
    with refused("no_appeal"):
        appeals.answer_appeal(case_id=case().pk, files=[PAPER], note="", **who())


def test_nothing_ends_it_before_the_authority_has_our_answer() -> None:
    made = appealed()
    with refused("held"):
        services.cancel_case(case_id=made.pk, reason="误开", **who())
    with refused("held"):
        services.merge_cases(source_id=made.pk, target_id=case().pk, **who())
    with refused("appealed"):
        services.withdraw_case(case_id=made.pk, reason="", **who())
    solved(made)
    services.confirm_result(case_id=made.pk, score=4, comment="", **who())
    with refused("held"):
        services.close_case(case_id=made.pk, **who())
    answered(made)
    assert services.close_case(case_id=made.pk, **who()).state == CaseState.CLOSED


def test_the_decision_says_what_when_and_by_whom_and_may_change_on_review() -> None:
    made = appealed(at=timezone.now() - timedelta(days=3))
    at = timezone.now() - timedelta(hours=1)

    def decide(decision: AppealDecision, note: str = "", decided_at: datetime = at) -> Appeal:
        given = {"case_id": made.pk, "decision": decision, "decided_at": decided_at}
        return appeals.decide_appeal(**given, note=note, **who())

    with refused("not_yet", "decision"):
        decide(AppealDecision.ESTABLISHED)
    answered(made)
    for wrong in (at - timedelta(days=30), timezone.now() + timedelta(days=1)):
        with refused("bad_time", "decided_at"):
            decide(AppealDecision.ESTABLISHED, decided_at=wrong)
    appeal = decide(AppealDecision.ESTABLISHED)
    assert appeal.decided_at == at and appeal.decided_by is not None
    with refused("required", "note"):
        decide(AppealDecision.MEDIATED)
    with refused("nothing_changed"):
        decide(AppealDecision.ESTABLISHED, "同前")
    assert decide(AppealDecision.MEDIATED, "复核后调解").decision == AppealDecision.MEDIATED


def test_a_wrong_number_is_corrected_but_never_into_anothers() -> None:
    made, other = appealed(number="SH2026000"), appealed(number="SH2026001")
    given = {"case_id": made.pk, "reason": "录错"}
    with refused("appeal_known"):
        appeals.correct_appeal(**given, number=Appeal.objects.get(case=other).number, **who())
    assert appeals.correct_appeal(**given, number="sh2026002", **who()).number == "SH2026002"


def test_the_database_keeps_answer_and_decision_whole() -> None:
    rows = Appeal.objects.filter(case=appealed())
    for values in (
        {"decision": "established"},
        {"answered_at": timezone.now()},
        {"number": "小写 abc"},
        {"answer_due_at": timezone.now() - timedelta(days=400)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


def test_its_page_shows_the_appeal_and_takes_answer_and_decision(client: Client) -> None:
    team = Team()
    made = appealed(team, at=timezone.now() - timedelta(hours=2))
    sign_in(client, team.manager)
    page = client.get(f"/admin/complaints/case/number/{made.number}/").content.decode()
    assert NUMBER in page and "appeal-answer" in page

    def act(name: str) -> str:
        return reverse("admin:complaints_case_act", args=[made.number, name])

    assert client.get("/admin/complaints/case/?view=appeals").content.decode().count(made.number)
    assert client.get(act("appeal-decide") + "?seen=0").status_code == 404, "not answered yet"
    answered(made)
    typed = {
        "appeal-decide-decision": "established",
        "appeal-decide-decided_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "appeal-decide-note": "",
    }
    sign_in(client, team.agent)
    assert client.post(act("appeal-decide"), typed).status_code == 403
    sign_in(client, team.manager)
    assert client.post(act("appeal-decide"), typed).status_code == 302
    assert Appeal.objects.get(case=made).decision == AppealDecision.ESTABLISHED


def test_who_may_not_see_cases_sees_no_appeal(client: Client) -> None:
    team = Team()
    made = appealed(team)
    for role in (Role.DISPATCHER, Role.FINANCE):
        sign_in(client, team.person(role))
        assert client.get(f"/admin/complaints/case/number/{made.number}/").status_code in (403, 404)


def test_intake_asks_for_number_and_receipt(client: Client) -> None:
    team = Team()
    sign_in(client, team.agent)
    typed = {
        "case_class": "complaint", "channel": "authority", "description": "申诉：延误", "language": "zh-hans",
        "contact_phone": "13812345678", "appeal_number": "SH20260001",
    }  # fmt: skip
    answer = client.post("/admin/complaints/case/intake/", typed)
    assert answer.status_code == 200 and "请填写收到申诉的时间" in answer.content.decode()
    at = (timezone.localtime() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert (
        client.post("/admin/complaints/case/intake/", {**typed, "brought_at": at}).status_code
        == 302
    )
    assert Appeal.objects.get().number == "SH20260001"


def test_outcomes_of_established_ones_are_counted_by_decision() -> None:
    made = appealed(at=timezone.now() - timedelta(days=3))
    answered(made)
    solved(made, outcome=Outcome.COMPENSATED, cause=any_cause())
    at = timezone.now() - timedelta(hours=2)
    appeals.decide_appeal(
        case_id=made.pk, decision=AppealDecision.ESTABLISHED, decided_at=at, note="", **who()
    )
    rows = Appeal.objects.filter(
        case__channel=CaseChannel.AUTHORITY, decision=AppealDecision.ESTABLISHED,
        decided_at__gte=at, decided_at__lt=at + timedelta(seconds=1),
    )  # fmt: skip
    assert rows.count() == 1


def test_the_address_of_an_appeal_opens_its_case(client: Client) -> None:
    team = Team()
    made = appealed(team)
    sign_in(client, team.agent)
    address = reverse("admin:appeals_appeal_change", args=[Appeal.objects.get(case=made).pk])
    assert client.get(address).url == f"/admin/complaints/case/number/{made.number}/"  # type: ignore[attr-defined]
    assert client.get(reverse("admin:appeals_appeal_change", args=["x"])).status_code == 404
    sign_in(client, Team().agent)
    assert client.get(address).status_code == 404


def test_it_holds_its_case_under_its_number_until_it_is_answered(client: Client) -> None:
    team = Team()
    made = appealed(team)
    appeals.correct_appeal(case_id=made.pk, number="SH2026002", reason="录错", **who())
    sign_in(client, team.manager)
    page = client.get(f"/admin/complaints/case/number/{made.number}/").content.decode()
    assert 'id="holds"' in page and "邮政业申诉 SH2026002" in page
    answered(made)
    page = client.get(f"/admin/complaints/case/number/{made.number}/").content.decode()
    assert 'id="holds"' not in page
