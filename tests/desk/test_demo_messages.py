"""The demonstration shows messages in every state and questions by every way."""

from io import StringIO

import pytest
from django.conf import settings as house
from django.core.management import call_command

from apps.accounts.models import User
from apps.desk.demo.people import PEOPLE
from apps.inquiries.enums import BindingState, Way
from apps.inquiries.models import (
    InboundMessage,
    Inquiry,
    Kuaidi100Account,
    Kuaidi100Subscription,
    WeChatBinding,
)
from apps.notifications import http
from apps.notifications.enums import DeliveryState, EndpointState, SubscriptionState
from apps.notifications.models import (
    Announcement,
    Delivery,
    PhoneTask,
    Preference,
    Subscription,
    SuppressedAddress,
    WebhookEndpoint,
    WebhookEvent,
)
from apps.notifications.queries.desk import bell

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("NTF-2")
def test_the_demonstration_shows_every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_args: object, **_more: object) -> None:
        raise AssertionError("the demonstration asks nobody outside")

    monkeypatch.setattr(http, "request", nobody)
    assert not house.SMS_URL and not house.EMAIL_HOST and not house.WECHAT_APP_ID
    call_command("seed_demo", per_day=4, stdout=StringIO())
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == set(DeliveryState.values)
    _merchants_and_people()
    assert set(Inquiry.objects.values_list("way", flat=True)) == set(Way.values)
    assert set(InboundMessage.objects.values_list("way", flat=True)) == {"wechat", "sms", "email"}
    assert WeChatBinding.objects.filter(state=BindingState.ACTIVE).exists()
    assert Kuaidi100Account.objects.count() == 2 and Kuaidi100Subscription.objects.exists()
    for username, _name, _role, _unit, shown in PEOPLE:
        if shown:
            assert bell(User.objects.get(username=username)).latest, username


def _merchants_and_people() -> None:
    endpoints = set(WebhookEndpoint.objects.values_list("state", flat=True))
    assert endpoints >= {EndpointState.ACTIVE, EndpointState.PAUSED}
    assert WebhookEvent.objects.count() > 5
    assert set(Subscription.objects.values_list("state", flat=True)) == set(
        SubscriptionState.values
    )
    assert Announcement.objects.count() == 1
    assert Preference.objects.filter(opted_out=True).exists()
    assert SuppressedAddress.objects.exists()
    assert {"open", "taken", "reached"} <= set(PhoneTask.objects.values_list("state", flat=True))
