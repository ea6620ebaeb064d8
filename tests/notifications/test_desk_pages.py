"""The staff pages: words previewed before they count, people's own wishes, codes said in words."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core.notice_types import Notice
from apps.notifications import services
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Delivery, MessageTemplate, NotificationPolicy, Preference
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import EMAIL, PHONE, delivery, relay_all
from tests.factories.orders import declare

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-2")]


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


def url(model: str, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:notifications_{model}_{name}", args=args)


def test_words_are_previewed_before_they_count(client: Client, boss: User, settings: Any) -> None:
    settings.SMS_SIGN_NAME = "一票速递"
    first = MessageTemplate.objects.get(topic="waybill.delivered", channel="", language="zh-hans")
    act = url("messagetemplate", "act", first.pk, "own-words")
    typed = {
        "channel": "sms",
        "body": "{consignee}，{number}到了",
        "provider_code": "SMS_7",
        "provider_text": "${consignee}，${number}到了，退订${stop}",
        "provider_fields": "",
        "preview": "1",
    }
    page = client.post(act, typed).content.decode()
    assert "李**，YP12345678901到了" in page, "masked as it would be"
    assert "【一票速递】李**，YP12345678901到了，退订http" in page and "SMS_7" in page
    assert typed["body"] in page, "what was typed is kept"
    assert MessageTemplate.objects.filter(topic="waybill.delivered").count() == 2
    wrong = client.post(act, {**typed, "provider_text": "${nobody}${stop}"}).content.decode()
    assert "nobody" in wrong and 'class="page-preview"' not in wrong
    client.post(act, {name: value for name, value in typed.items() if name != "preview"})
    assert MessageTemplate.objects.filter(topic="waybill.delivered", channel="sms").exists()


def test_messages_are_found_by_the_name_of_a_customer_or_colleague(
    client: Client, boss: User
) -> None:
    customer = CustomerFactory(name="海风服饰有限公司")
    colleague = UserFactory(username="chenjie", display_name="陈洁")
    theirs = delivery("sms", PHONE, customer_id=customer.pk)
    hers = delivery("in_app", "", recipient=f"user:{colleague.pk}")
    delivery("email", EMAIL)

    def found(text: str) -> set[int]:
        page = client.get(url("delivery"), {"q": text})
        return {row.pk for row in page.context["cl"].result_list}

    assert found("海风") == found(customer.code) == {theirs.pk}
    assert found("陈洁") == found("ChenJie") == {hers.pk}
    assert found("没有这个人") == set()


def test_codes_are_said_in_words(client: Client, boss: User) -> None:
    made = delivery("sms", PHONE)
    Delivery.objects.filter(pk=made.pk).update(
        state=S.SUPPRESSED, state_reason="opted_out", event=None
    )
    page = client.get(url("delivery", "change", made.pk)).content.decode()
    assert "opted_out" not in page
    Delivery.objects.filter(pk=made.pk).update(state=S.FAILED, state_reason="isv.OUT_OF_SERVICE")
    page = client.get(url("delivery", "change", made.pk)).content.decode()
    assert "<code>isv.OUT_OF_SERVICE</code>" in page, "a provider's code stays as it is"


@pytest.mark.requirement("NTF-3")
def test_everybody_says_how_they_want_to_be_told(client: Client, mail: MailServer) -> None:
    """The agent prefers mail and does not want to hear of one kind; the director hears as before."""
    agent = sign_in(client, UserFactory(email="agent@house.example", phone=""))
    other = UserFactory(email="other@house.example")
    NotificationPolicy.objects.all().delete()
    for topic in ("staff.late_opened", "staff.count_mismatch"):
        NotificationPolicy.objects.create(
            topic=topic, audience="agent", channels=["in_app", "email"]
        )
    page = reverse("admin:notifications_delivery_preferences")
    asked = client.get(page).content.decode()
    assert 'value="email"' in asked and 'value="sms"' not in asked, "what reaches this person"
    assert "waybill.delivered" not in asked and "staff.late_opened" in asked
    answer = client.post(page, {"channels": ["email"], "muted_topics": ["staff.late_opened"]})
    assert answer.status_code == 302
    wishes = Preference.objects.get()
    assert (wishes.recipient, wishes.changed_by) == (f"user:{agent.pk}", agent)
    assert wishes.opted_out is False
    for owner in (agent, other):
        customer = CustomerFactory(agent=owner)
        declare(customer, by=owner)
        services.notify(
            [Notice("staff.late_opened", f"t:{owner.pk}", timezone.now(), customer=customer)]
        )
    relay_all()
    answers = {
        (d.recipient, d.topic): (d.channel, d.state)
        for d in Delivery.objects.filter(audience="agent")
    }
    assert answers == {
        (f"user:{agent.pk}", "staff.count_mismatch"): ("email", S.QUEUED),
        (f"user:{agent.pk}", "staff.late_opened"): ("email", S.SUPPRESSED),
        (f"user:{other.pk}", "staff.count_mismatch"): ("in_app", S.QUEUED),
        (f"user:{other.pk}", "staff.late_opened"): ("in_app", S.QUEUED),
    }
    # A manager may say it for a colleague, by the sign-in name.
    sign_in(client, superuser())
    client.post(url("preference", "add"), {"who": other.username, "channels": ["email"]})
    assert Preference.objects.filter(recipient=f"user:{other.pk}", channels=["email"]).exists()


def test_one_entry_of_the_sidebar_shows_where_one_is(client: Client, boss: User) -> None:
    for name, entry in (
        ("notifications_delivery_health", "records"),
        ("reports_dailyreport_changelist", "reports_dailyreport_changelist"),  # a page of the day
        ("notifications_delivery_mine", "records"),
        ("notifications_delivery_changelist", "records"),
        ("notifications_notificationpolicy_changelist", "settings"),
    ):
        page = client.get(reverse(f"admin:{name}"))
        active = re.findall(r'<a href="([^"]+)" class="active" aria-current="page"', page.text)
        assert active == [reverse(f"admin:{entry}")]
