"""A customer goes to the postal authority; another praises; the quarter's analysis reads what they all think.

1. The authority's appeal comes on paper, eleven days before the answer it asks for. The director answers, the file
   stays with the case, and the decision is written down when it comes, after the case is closed.
2. A customer praises an agent on the public page: the agent and the leader hear of it, nobody counts a complaint.
3. Consignees are asked once; QC reads the quarter and sets an action with an owner and a day.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.appeals import services as appeals
from apps.appeals.enums import AppealDecision
from apps.appeals.inputs import NewAppeal
from apps.appeals.models import Appeal
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, Outcome
from apps.complaints.models import Case
from apps.core.files import NewFile
from apps.quality import services as quality
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from apps.surveys.queries import survey_token
from apps.surveys.rules import quarter_of
from tests.factories.complaints import Team, any_cause, case, who
from tests.surveys.test_surveys import ask_one

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1", "CMP-7")]


def test_an_appeal_is_answered_in_time_and_decided_later() -> None:
    team, now = Team(), timezone.now()
    made = case(
        team=team,
        channel=CaseChannel.AUTHORITY,
        extras={"appeal": NewAppeal("SH20260001", now + timedelta(days=11))},
    )
    director = who(team.director)
    services.take_case(case_id=made.pk, **director)
    clock = Clock.objects.get(matter__subject_id=str(made.pk), metric=Metric.AUTHORITY)
    assert clock.due_at == now + timedelta(days=11)
    paper = NewFile("答复：已赔付。".encode(), "答复.txt")
    appeals.answer_appeal(case_id=made.pk, files=[paper], note="已赔付", **who(team.director))
    clock.refresh_from_db()
    assert clock.state == ClockState.MET
    services.solve_case(
        case_id=made.pk, solution="已赔付", outcome=Outcome.COMPENSATED, cause=any_cause(),
        channel=CaseChannel.PHONE, **who(team.director),
    )  # fmt: skip
    services.confirm_result(case_id=made.pk, score=4, comment="", **who(team.director))
    services.close_case(case_id=made.pk, **who(team.director))
    at = timezone.now()
    appeals.decide_appeal(
        case_id=made.pk, decision=AppealDecision.ESTABLISHED, decided_at=at, note="延误", by=team.manager, at=at
    )  # fmt: skip
    assert Appeal.objects.get(decision=AppealDecision.ESTABLISHED).decided_by == team.manager


def test_praise_comes_by_the_public_page_and_surveys_end_in_an_action(client: Client) -> None:
    team = Team()
    typed = {"kind": "praise", "text": "表扬客服王芳，很有耐心。", "phone": "13812345678"}
    assert client.post("/report", typed).status_code == 303
    made = Case.objects.get()
    assert made.case_class == CaseClass.PRAISE and not made.is_trouble
    services.name_colleague(case_id=made.pk, colleague=team.agent, **who())
    ask = ask_one()
    assert client.post(f"/survey/{survey_token(ask)}", {"score": "2"}).status_code == 303
    quarter = quarter_of(quarter_of(timezone.localdate()) - timedelta(days=1))
    row = quality.write_analysis(
        quarter=quarter, findings="派送前没有电话", what="派送前发短信", owner=team.agent,
        due_at=timezone.now() + timedelta(days=20), **who(team.person(Role.QC_MANAGER)),
    )  # fmt: skip
    assert row.actions.get().owner == team.agent
