"""Suggestions and praise: owned and answered, never counted as complaints; praise reaches whom it is about."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.complaints import services
from apps.complaints.enums import OPINIONS, TROUBLE, CaseChannel, CaseClass, CaseState, Outcome
from apps.complaints.models import Case, Praise
from apps.complaints.queries.team import report_recipients
from apps.core.errors import RuleBroken
from apps.notifications.models import Delivery
from apps.quality.queries.shipments import trouble_with_shipments
from apps.quality.services import follow_complaint
from apps.sla.enums import Metric
from apps.sla.models import Clock
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, case, exception, solved, who
from tests.factories.notifications import relay_all
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
WORDS = "表扬王芳，下着雨还一直帮我联系派送员。"


def praise(team: Team, **more: Any) -> Case:
    return case(team=team, case_class=CaseClass.PRAISE, description=WORDS, **more)


def test_every_class_is_a_question_trouble_or_an_opinion() -> None:
    assert {CaseClass.INQUIRY, *TROUBLE, *OPINIONS} == set(CaseClass)


@pytest.mark.parametrize("kind", OPINIONS)
def test_an_opinion_is_never_a_complaint(kind: CaseClass) -> None:
    team, parcel = Team(), waybill()
    made = case(
        case_class=kind, waybill=parcel, unit=None, description="12305 记者 受伤，但还是要说"
    )
    assert made.owner_id is not None or made.state == CaseState.NEW
    assert not made.is_trouble and made.severity == "ordinary" and not made.is_direct
    assert report_recipients(made, timezone.now()) == []
    assert trouble_with_shipments([made.pk]) == {}
    exception(waybill=parcel)
    assert follow_complaint(case_id=made.pk, **who()) is None
    with pytest.raises(RuleBroken) as caught:
        services.record_report(case_id=made.pk, channel=CaseChannel.PHONE, note="", **who())
    assert caught.value.code == "not_trouble"
    assert team.agent is not None


def test_opinions_do_not_make_the_third_complaint_of_a_month() -> None:
    for kind in (CaseClass.PRAISE, CaseClass.SUGGESTION):
        case(case_class=kind, contact_phone="13911112222")
    assert case(contact_phone="13911112222").severity == "ordinary"


@pytest.mark.parametrize(("kind", "days"), [(CaseClass.SUGGESTION, 7), (CaseClass.PRAISE, 3)])
def test_their_clocks_are_gentle(kind: CaseClass, days: int) -> None:
    at = timezone.now()
    made = case(case_class=kind, at=at)
    clocks = Clock.objects.filter(matter__subject_id=str(made.pk))
    assert {clock.metric for clock in clocks} <= {Metric.FIRST_WORD, Metric.FEEDBACK}
    assert clocks.get(metric=Metric.FEEDBACK).due_at == at + timedelta(days=days)


def test_a_suggestion_is_answered_and_closed_without_a_cause() -> None:
    made = case(case_class=CaseClass.SUGGESTION)
    solved(made, outcome=Outcome.ADOPTED, cause=None, channel=CaseChannel.PHONE)
    closed = services.close_case(case_id=made.pk, note="已答复", **who())
    assert closed.state == CaseState.CLOSED and closed.cause is None


def test_praise_is_named_before_it_ends_or_says_why_not() -> None:
    team = Team()
    made = praise(team)
    solved(made, outcome=Outcome.PASSED_ON, cause=None)
    services.confirm_result(case_id=made.pk, score=5, comment="", **who())
    with pytest.raises(RuleBroken) as caught:
        services.close_case(case_id=made.pk, **who())
    assert caught.value.field == "closing_note"
    services.name_colleague(case_id=made.pk, colleague=team.agent, **who())
    assert services.close_case(case_id=made.pk, **who()).state == CaseState.CLOSED


def test_the_colleague_and_their_leader_hear_of_it_in_the_customers_words() -> None:
    team = Team()
    made = praise(team)
    services.name_colleague(case_id=made.pk, colleague=team.agent, **who())
    relay_all()
    deliveries = Delivery.objects.filter(topic="staff.praise")
    people = set(deliveries.values_list("recipient", flat=True))
    assert f"user:{team.agent.pk}" in people and f"user:{team.director.pk}" in people
    for wrong, code in (
        (team.agent, "nothing_changed"),
        (UserFactory(is_active=False), "bad_owner"),
    ):
        with pytest.raises(RuleBroken) as caught:
            services.name_colleague(case_id=made.pk, colleague=wrong, **who())
        assert caught.value.code == code
    with pytest.raises(RuleBroken) as caught:
        services.name_colleague(case_id=case().pk, colleague=team.agent, **who())
    assert caught.value.code == "not_praise"


def test_who_sees_which_praise(client: Client) -> None:
    team, elsewhere = Team(), Team()
    for one in (team, elsewhere):
        made = praise(one)
        services.name_colleague(case_id=made.pk, colleague=one.agent, **who())
    mine = Praise.objects.get(colleague=team.agent).case.number
    theirs = Praise.objects.get(colleague=elsewhere.agent).case.number

    def shown() -> str:
        return client.get("/admin/quality/quarterlyanalysis/praise/").content.decode()

    for user in (team.agent, team.manager):
        sign_in(client, user)
        assert mine in shown() and theirs not in shown()
    sign_in(client, team.person(Role.DISPATCHER))
    assert mine not in shown()


def test_the_database_still_wants_a_cause_of_trouble() -> None:
    made = case(case_class=CaseClass.SUGGESTION)
    solved(made, outcome=Outcome.ADOPTED, cause=None)
    services.close_case(case_id=made.pk, note="已答复", **who())
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=made.pk).update(case_class=CaseClass.COMPLAINT)


def test_the_list_has_a_view_of_them(client: Client) -> None:
    team = Team()
    made, other = praise(team), case(team=team)
    sign_in(client, team.manager)
    shown = client.get("/admin/complaints/case/?view=opinions").content.decode()
    assert made.number in shown and other.number not in shown
