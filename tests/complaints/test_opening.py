"""One case, recorded whole, assigned and announced in the same breath (CMP-1, CMP-2)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Severity
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import AssignmentRule, Case, CaseEntry, CaseFile
from apps.complaints.queries.clocks import clocks_of, next_clocks
from apps.complaints.queries.team import report_recipients
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.sla.enums import ClockState, Metric
from tests.complaints.conftest import kinds_of, last_data
from tests.factories.accounts import UserFactory
from tests.factories.complaints import PHONE, Team, case, new_case, solved, who
from tests.factories.customers import CustomerFactory, png
from tests.factories.tracking import waybill
from tests.serials import serial_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


def metrics(of: Case) -> set[str]:
    return {clock.metric for clock in clocks_of(of) if clock.is_open}


def test_a_case_begins_whole_assigned_timed_and_announced(team: Team) -> None:
    made = case(team=team, by=team.director)
    assert made.number.startswith("CS") and made.state == CaseState.NEW
    assert made.owner == team.agent and made.handed_over_at and made.unit == team.unit
    assert kinds_of(made)[0] == "case.opened" and "case.assigned" in kinds_of(made)
    # A direct complaint is reported to the general manager too.
    answers = report_recipients(made, timezone.now())
    assert set(answers) == {team.manager, team.qc, team.general}
    entry = made.entries.get()
    assert entry.kind == EntryKind.CALL_IN and entry.text == made.description
    clocks = {clock.metric: clock for clock in clocks_of(made)}
    assert clocks[Metric.HAND_OVER].state == ClockState.MET
    assert metrics(made) == {
        Metric.REPORT,
        Metric.FIRST_WORD,
        Metric.PLAN_REPLY,
        Metric.FEEDBACK,
        Metric.LEGAL,
    }
    assert next_clocks([made.pk])[made.pk].metric == Metric.REPORT
    report = clocks[Metric.REPORT]
    assert report.due_at == report.started_at + timedelta(minutes=5)


def test_nothing_personal_is_kept_or_announced_in_clear(team: Team) -> None:
    text = "联系人：王小明，电话 13812345678，建国路88号3单元502室，说包装破了"
    made = case(team=team, description=text, title="", contact_email="ming@example.com")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title, search_text, description, contact_name, contact_phone, contact_email,"
            " (SELECT text FROM complaints_caseentry WHERE case_id = c.id),"
            " (SELECT title FROM sla_matter WHERE subject_type = 'complaints.case'"
            "  AND subject_id = c.id::text) FROM complaints_case c WHERE id = %s",
            [made.pk],
        )
        stored = [str(value) for value in cursor.fetchone()]
    for value in (*stored, str(last_data(made, "case.opened")), "".join(made.search_grams)):
        for secret in ("王小明", "12345678", "13812345678", "ming@", "建国路", "502"):
            assert secret not in value
    made.refresh_from_db()
    assert made.description == text and made.contact_phone == "+8613812345678"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"description": "  "}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "长" * 20_001}, "description"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_email": "nobody"}, "contact_email"),
    ],
)
def test_bad_input_names_its_field_and_leaves_nothing(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        case(**fields)
    assert caught.value.field == field
    assert not Case.objects.exists()


def test_the_customer_comes_from_the_shipment_and_must_agree() -> None:
    shipment = waybill()
    made = case(waybill=shipment)
    assert made.customer == shipment.customer and made.unit == shipment.customer.unit
    with pytest.raises(BadInput) as caught:
        case(waybill=shipment, customer=CustomerFactory())
    assert caught.value.field == "customer"


def test_the_same_source_opens_one_case() -> None:
    first = services.open_case(new=new_case(source_key="mail:<1@x>"), **who())
    again = services.open_case(new=new_case(source_key="mail:<1@x>", title="别的"), **who())
    assert first.is_new and not again.is_new and again.case == first.case
    assert Case.objects.count() == 1 and CaseEntry.objects.count() == 1


def test_numbers_run_without_gaps_even_when_an_opening_fails() -> None:
    first = case()
    with pytest.raises(BadInput):
        services.open_case(new=new_case(), files=[NewFile(b"MZ\x90\x00", "virus.exe")], **who())
    second = case()
    assert serial_of(second.number) == serial_of(first.number) + 1


def test_photos_come_along_without_their_metadata() -> None:
    opened = services.open_case(new=new_case(), files=[NewFile(png(), "破损.png")], **who())
    file = CaseFile.objects.get(entry__case=opened.case)
    assert file.content_type == "image/jpeg" and file.name == "破损.jpg"
    stored = services.open_file(file=file, **who())
    assert stored.read().startswith(b"\xff\xd8\xff")
    stored.close()
    assert "case.file_opened" in kinds_of(opened.case)


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({}, Severity.ORDINARY),
        ({"description": "再不处理我就找记者曝光"}, Severity.MAJOR),
        ({"description": "I will call my LAWYER"}, Severity.MAJOR),
        ({"description": "派送员打人"}, Severity.MAJOR),
        ({"severity": Severity.MAJOR, "severity_reason": "经理要求"}, Severity.MAJOR),
    ],
)
def test_the_rules_say_what_is_major(fields: dict[str, Any], severity: Severity) -> None:
    made = case(**fields)
    assert made.severity == severity
    assert bool(made.severity_reason) == (severity == Severity.MAJOR)
    assert (Metric.RESPONSE in metrics(made)) == (severity == Severity.MAJOR)


def test_value_key_account_and_repetition_make_it_major_too() -> None:
    dear = waybill(declared_value=Decimal("8000"))
    assert case(case_class=CaseClass.LOSS, waybill=dear).severity == Severity.MAJOR
    assert case(case_class=CaseClass.INQUIRY, waybill=dear).severity == Severity.ORDINARY
    key = CustomerFactory(key_account=True)
    assert case(customer=key, contact_phone="13700000001").severity == Severity.MAJOR
    for _ in range(2):
        assert case(contact_phone="13700000002").severity == Severity.ORDINARY
    third = case(contact_phone="13700000002")
    assert third.severity == Severity.MAJOR and "第三次" in third.severity_reason


def test_a_major_case_goes_to_the_director_an_inquiry_to_the_own_agent(team: Team) -> None:
    assert case(team=team, description="我要找律师").owner == team.director
    mine = team.person(Role.AGENT)
    customer = CustomerFactory(unit=team.unit, agent=mine)
    for _ in range(3):
        assert case(case_class=CaseClass.INQUIRY, customer=customer).owner == mine


def test_ordinary_trouble_goes_to_whoever_has_least_in_hand(team: Team) -> None:
    other = team.person(Role.AGENT)
    phones = [f"1370000000{n}" for n in range(4)]
    owners = [case(team=team, by=team.director, contact_phone=one).owner for one in phones]
    assert owners.count(team.agent) == owners.count(other) == 2
    assert owners[:2] != [team.agent, team.agent]
    for one in Case.objects.filter(owner=team.agent):
        solved(one)
    assert case(team=team, by=team.director, contact_phone="13700000009").owner == team.agent


def test_a_rule_of_a_customer_comes_first_when_it_stands_first(team: Team) -> None:
    special = team.person(Role.PROJECT_MANAGER)
    customer = CustomerFactory(unit=team.unit)
    rule = AssignmentRule(
        position=1,
        name="大客户项目经理",
        english_name="Project manager",
        customer=customer,
        role=Role.PROJECT_MANAGER,
    )
    services.save_assignment_rule(rule, **who())
    assert case(customer=customer).owner == special
    assert case(team=team, by=team.director).owner == team.agent


def test_keeping_it_oneself_begins_it(team: Team) -> None:
    made = case(team=team, by=team.agent, keep=True, case_class=CaseClass.INQUIRY)
    assert made.owner == team.agent and made.state == CaseState.OPEN
    assert last_data(made, "case.assigned")["how"] == "kept"


def test_a_case_that_nobody_can_take_waits_and_goes_to_the_next_who_comes() -> None:
    made = case()
    assert made.owner is None and made.state == CaseState.NEW
    sweeper = system_user("sweeper")
    assert services.assign_waiting(by=sweeper, at=timezone.now()) == 0
    agent = UserFactory(roles=[Role.AGENT], unit=made.unit)
    assert services.assign_waiting(by=sweeper, at=timezone.now()) == 1
    made.refresh_from_db()
    assert made.owner == agent and made.handed_over_at
    assert {c.metric: c.state for c in clocks_of(made)}[Metric.HAND_OVER] == ClockState.MET
    assert services.assign_waiting(by=sweeper, at=timezone.now()) == 0


def test_an_own_finding_is_a_note_and_nobody_waits_for_an_answer(team: Team) -> None:
    made = case(team=team, channel=CaseChannel.OWN_CHECK)
    assert made.entries.get().kind == EntryKind.NOTE
    assert not made.awaits_answer and not made.is_direct
    written = case(team=team, channel=CaseChannel.WEB)
    assert written.awaits_answer and written.entries.get().kind == EntryKind.MESSAGE_IN


def test_the_report_is_made_within_five_minutes_and_names_who_hears_it(team: Team) -> None:
    made = case(team=team)
    services.record_report(
        case_id=made.pk, channel=CaseChannel.PHONE, note="已电话告知", **who(team.agent)
    )
    made.refresh_from_db()
    assert made.reported_by == team.agent and Metric.REPORT not in metrics(made)
    assert set(last_data(made, "case.reported")["recipients"]) == {
        team.manager.pk,
        team.qc.pk,
        team.general.pk,
    }
    first = made.reported_at
    services.record_report(case_id=made.pk, channel=CaseChannel.EMAIL, note="补充", **who())
    made.refresh_from_db()
    assert made.reported_at == first
    with pytest.raises(RuleBroken) as caught:
        services.record_report(
            case_id=case(case_class=CaseClass.INQUIRY).pk,
            channel=CaseChannel.PHONE,
            note="",
            **who(),
        )
    assert caught.value.code == "not_trouble"


def test_saving_over_a_colleague_is_refused_with_who_and_what(team: Team) -> None:
    made = case(team=team)
    services.change_case(
        case_id=made.pk,
        version=made.version,
        changes=CaseChanges(title="换了标题", contact_phone="13900000009"),
        **who(team.director),
    )
    with pytest.raises(RuleBroken) as caught:
        services.change_case(
            case_id=made.pk,
            version=made.version,
            changes=CaseChanges(title="我的标题"),
            **who(team.agent),
        )
    assert caught.value.code == "changed_meanwhile"
    assert team.director.display_name in str(caught.value)
    made.refresh_from_db()
    assert made.title == "换了标题" and made.contact_phone == "+8613900000009"


def test_another_severity_needs_a_reason_and_brings_its_clocks(team: Team) -> None:
    made = case(team=team)
    major = {"severity": Severity.MAJOR}
    with pytest.raises(BadInput) as caught:
        services.change_case(
            case_id=made.pk, version=made.version, changes=CaseChanges(**major), **who()
        )
    assert caught.value.field == "severity_reason"
    changes = CaseChanges(**major, severity_reason="客户是重点")
    services.change_case(case_id=made.pk, version=made.version, changes=changes, **who())
    assert last_data(made, "case.severity_changed")["to"] == "major"
    assert Metric.RESPONSE in metrics(made)


def test_a_phone_is_found_again_whatever_way_it_is_typed() -> None:
    made = case(contact_phone="+86 138-1234-5678")
    assert case(contact_phone=PHONE).contact_phone_index == made.contact_phone_index
