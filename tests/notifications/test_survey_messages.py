"""The message of a satisfaction survey: by the person's own wishes, once, with the link that stops it."""

import pytest
from django.utils import timezone

from apps.notifications.addresses import index_of
from apps.notifications.models import Delivery, NotificationPolicy, Preference
from apps.surveys.enums import SurveyState
from apps.surveys.models import SurveyAsk
from apps.surveys.queries import survey_token
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.accounts import UserFactory
from tests.factories.notifications import relay_all
from tests.surveys.test_surveys import ask_one

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-7")]


def test_the_message_goes_by_their_wishes_and_what_became_of_it_is_kept(
    sms: SmsGateway,
) -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    ask = ask_one()
    relay_all()
    message = Delivery.objects.get(topic="survey.satisfaction")
    assert message.audience == "consignee" and message.channel == "sms"
    assert f"/survey/{survey_token(ask)}" in message.link
    assert message.recipient.startswith("phone:")
    assert ask.state == SurveyState.CHOSEN
    # The same event told of again sends nothing twice.
    relay_all()
    assert Delivery.objects.filter(topic="survey.satisfaction").count() == 1


def test_who_wants_no_messages_is_not_written_to(sms: SmsGateway) -> None:
    ask = ask_one()
    Preference.objects.create(
        recipient=f"phone:{_message_index(ask)}", opted_out=True, changed_at=timezone.now(),
        changed_by=UserFactory(),
    )  # fmt: skip
    relay_all()
    message = Delivery.objects.get(topic="survey.satisfaction")
    assert (message.state, message.state_reason) == ("suppressed", "opted_out")


def _message_index(ask: SurveyAsk) -> str:
    assert ask.waybill is not None
    return index_of(ask.waybill.consignee_phone)
