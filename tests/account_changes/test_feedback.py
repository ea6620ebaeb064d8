"""What customers say to an account change: acknowledged, classed, answered, counted (COD-5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.account_changes.enums import FeedbackClass, FeedbackSource, RecipientState
from apps.account_changes.models import CampaignRecipient, Feedback
from apps.account_changes.queries.feedback import feedback_figures
from apps.account_changes.services import campaigns
from apps.accounts.enums import Role
from apps.accounts.queries import public_user
from apps.complaints import services as complaints
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.core.errors import BadInput, RuleBroken
from apps.notifications.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import agent_of, customer, recipient_of, sent_campaign
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-5")]
F = FeedbackClass


def says(row: CampaignRecipient, kind: FeedbackClass, text: str = "", **more: Any) -> Feedback:
    return campaigns.give_feedback(
        **{
            "recipient_id": row.pk,
            "kind": kind,
            "name": "王会计",
            "text": text,
            "source": FeedbackSource.LINK,
            "by": public_user(),
            "at": timezone.now(),
            **more,
        }
    )


@pytest.fixture
def row(db: None) -> CampaignRecipient:
    one = customer(role="finance")
    return recipient_of(sent_campaign(), one)


def answer(feedback: Feedback, *, minutes: int) -> None:
    assert feedback.case is not None
    complaints.add_message(
        case_id=feedback.case.pk,
        message=NewMessage(EntryKind.MESSAGE_OUT, "可以，随时核验。", CaseChannel.EMAIL),
        by=feedback.recipient.campaign.agent,
        at=feedback.given_at + timedelta(minutes=minutes),
    )
    relay_all()
    feedback.refresh_from_db()


def test_who_agrees_acknowledges_and_needs_no_answer(row: CampaignRecipient) -> None:
    feedback = says(row, F.AGREES)
    row.refresh_from_db()
    assert (row.state, row.acknowledged_by) == (RecipientState.ACKNOWLEDGED, "王会计")
    assert feedback.case is None
    figures = feedback_figures(row.campaign.project)
    assert (figures.classes, figures.to_answer, figures.percent) == ({"agrees": 1}, 0, 100)


def test_a_question_is_a_case_of_the_named_agents_to_the_contact_on_file(
    row: CampaignRecipient,
) -> None:
    feedback = says(row, F.QUESTION, "新账户是对公账户吗？")
    case = feedback.case
    assert case is not None
    assert case.owner == agent_of(row.campaign.project)
    assert case.customer == row.customer
    assert case.contact_phone == row.customer.contacts.get().phone
    relay_all()
    bell = Delivery.objects.get(topic="staff.account_feedback")
    assert bell.recipient == f"user:{row.campaign.agent_id}"


def test_its_first_answer_is_the_cases_first_answer(row: CampaignRecipient) -> None:
    feedback = says(row, F.OBJECTION, "我们不同意", at=timezone.now() - timedelta(hours=2))
    answer(feedback, minutes=30)
    assert feedback.answered_by == row.campaign.agent
    first = feedback.answered_at
    answer(feedback, minutes=50)
    assert feedback.answered_at == first


def test_it_is_analysed_per_class_with_share_and_median(row: CampaignRecipient) -> None:
    at = timezone.now() - timedelta(hours=5)
    for minutes, kind in ((10, F.QUESTION), (30, F.QUESTION), (90, F.CANNOT_PAY_IN)):
        answer(says(row, kind, "？", at=at), minutes=minutes)
    says(row, F.NEEDS_PAPER, "请寄盖章函", at=at)
    figures = feedback_figures(row.campaign.project)
    assert figures.classes == {"question": 2, "cannot_pay_in": 1, "needs_paper": 1}
    assert (figures.to_answer, figures.answered, figures.percent) == (4, 3, 75)
    assert figures.median == timedelta(minutes=30)


def test_staff_enter_what_was_said_by_phone(row: CampaignRecipient) -> None:
    by = UserFactory(roles=[Role.AGENT])
    feedback = says(row, F.QUESTION, "何时开始？", source=FeedbackSource.PHONE, by=by)
    assert feedback.case is not None and feedback.case.channel == CaseChannel.PHONE
    assert feedback.given_by == by


def test_a_suspicion_tells_the_safety_officer(row: CampaignRecipient) -> None:
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    says(row, F.SUSPECTS_FRAUD, "有人打电话让我们马上汇款")
    relay_all()
    bells = Delivery.objects.filter(topic="staff.notice_not_ours", recipient=f"user:{officer.pk}")
    assert bells.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "王" * 61}, "name"),
        ({"kind": F.QUESTION, "text": ""}, "text"),
        ({"kind": F.QUESTION, "text": "问" * 1001}, "text"),
    ],
)
def test_what_is_missing_is_named(
    row: CampaignRecipient, typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        says(row, typed.pop("kind", F.AGREES), **typed)
    assert refusal.value.field == field
    assert not Feedback.objects.exists()


def test_an_old_notice_is_answered_no_more(row: CampaignRecipient) -> None:
    with pytest.raises(RuleBroken) as refusal:
        says(row, F.AGREES, at=row.campaign.valid_until)
    assert refusal.value.code == "expired"
