"""The staff pages: who may open and do what, what they cost, what they say."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.events.models import Event
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import (
    Announcement,
    Attempt,
    Delivery,
    MessageTemplate,
    NotificationPolicy,
    PhoneTask,
    Preference,
    SuppressedAddress,
)
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import EMAIL, PHONE, delivery, endpoint, send_all
from tests.factories.tracking import waybill
from tests.pressing import form_at, press

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-2")]
LISTS = [
    "delivery",
    "phonetask",
    "notificationpolicy",
    "messagetemplate",
    "preference",
    "suppressedaddress",
    "announcement",
    "subscription",
    "webhookendpoint",
    "webhookevent",
]


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


def allow(user: User, *codenames: str) -> None:
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="notifications", codename__in=codenames)
    )


def url(model: str, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:notifications_{model}_{name}", args=args)


def make(count: int) -> None:
    for n in range(count):
        shipment = waybill()
        made = delivery(
            "sms", f"+861380000010{n}", waybill_id=shipment.pk, customer_id=shipment.customer_id
        )
        Attempt.objects.create(delivery=made, step="answered", effect="accepted")
        call = delivery(
            "phone", f"+861380000020{n}", waybill_id=shipment.pk, customer_id=shipment.customer_id
        )
        PhoneTask.objects.create(delivery=call, due_at=timezone.now())
        endpoint(shipment.customer)


@pytest.mark.parametrize("model", LISTS)
def test_who_has_no_permission_opens_nothing(client: Client, model: str) -> None:
    sign_in(client, UserFactory())
    assert client.get(url(model)).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens(client: Client, boss: User, model: str) -> None:
    make(1)
    assert client.get(url(model)).status_code == 200


@pytest.mark.parametrize("model", ["delivery", "phonetask", "webhookendpoint"])
def test_lists_cost_the_same_for_one_row_and_three(
    client: Client, boss: User, model: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make(1)
    client.get(url(model))
    with CaptureQueriesContext(connection) as one:
        client.get(url(model))
    make_more()
    with CaptureQueriesContext(connection) as three:
        client.get(url(model))
    assert len(three) == len(one)


def make_more() -> None:
    for n in (5, 6):
        shipment = waybill()
        made = delivery(
            "phone", f"+861380000030{n}", waybill_id=shipment.pk, customer_id=shipment.customer_id
        )
        PhoneTask.objects.create(delivery=made, due_at=timezone.now())
        endpoint(shipment.customer)


@pytest.mark.parametrize("by", ["number", "phone", "email", "event"])
def test_a_message_is_found_by_shipment_person_and_event(
    client: Client, boss: User, by: str
) -> None:
    shipment = waybill()
    wanted = delivery("sms", PHONE, waybill_id=shipment.pk)
    mail = delivery("email", EMAIL)
    other = delivery("sms", "+8613800000099")
    typed = {
        "number": shipment.number,
        "phone": "138 0000 0001",
        "email": EMAIL,
        "event": "#999999",
    }[by]
    page = client.get(url("delivery"), {"q": typed}).content.decode()
    shown = [pk for pk in (wanted.pk, mail.pk, other.pk) if f"/delivery/{pk}/" in page]
    assert (
        shown == {"number": [wanted.pk], "phone": [wanted.pk], "email": [mail.pk], "event": []}[by]
    )
    assert PHONE not in page


def test_the_page_shows_every_attempt_and_no_personal_data(
    client: Client, boss: User, sms: SmsGateway
) -> None:
    shipment = waybill()
    made = delivery(
        "sms",
        PHONE,
        waybill_id=shipment.pk,
        personal={"consignee": "李小红"},
        data={"number": shipment.number},
    )
    sms.refusals["13800000001"] = "isp.SYSTEM_ERROR"
    send_all("sms")
    page = client.get(url("delivery", "change", made.pk)).content.decode()
    assert "isp.SYSTEM_ERROR" in page and shipment.number in page and "李**" in page
    assert "李小红" not in page and "13800000001" not in page


def test_acts_are_posts_with_a_reason_and_a_permission(client: Client) -> None:
    made = delivery("sms", PHONE)
    user = sign_in(client, UserFactory())
    allow(user, "view_delivery")
    act = url("delivery", "act", made.pk, "cancel")
    assert client.get(act).status_code == 403
    assert client.post(act, {"reason": "x"}).status_code == 403
    allow(user, "cancel_delivery")
    client.get(act)
    made.refresh_from_db()
    assert made.state == S.QUEUED, "looking changes nothing"
    assert client.post(act, {"reason": ""}).status_code == 422
    made.refresh_from_db()
    assert made.state == S.QUEUED
    assert client.post(act, {"reason": "客户要求"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.state_reason) == (S.SUPPRESSED, "cancelled")
    # Someone was quicker: a word instead of an error.
    assert client.post(act, {"reason": "again"}).status_code == 302


def test_unclear_messages_are_settled_on_their_page(client: Client, boss: User) -> None:
    made = delivery("sms", PHONE)
    Delivery.objects.update(state=S.AMBIGUOUS)
    page = client.get(reverse("admin:notifications_delivery_health")).content.decode()
    assert f"/delivery/{made.pk}/change/" in page
    assert "0:00:00" not in page, "a channel that is not behind has a dash"
    act = url("delivery", "act", made.pk, "resolve")
    client.post(act, {"arrived": "yes", "reason": "客户来电确认"})
    made.refresh_from_db()
    assert made.state == S.DELIVERED


def test_another_units_messages_are_not_found(client: Client) -> None:
    from apps.accounts.enums import ObjectScope

    shipment = waybill()
    made = delivery("sms", PHONE, waybill_id=shipment.pk, customer_id=shipment.customer_id)
    user = sign_in(client, UserFactory(scope=ObjectScope.UNITS))
    allow(user, "view_delivery", "cancel_delivery")
    assert f"/delivery/{made.pk}/" not in client.get(url("delivery")).content.decode()
    assert client.get(url("delivery", "change", made.pk)).status_code == 404
    assert (
        client.post(url("delivery", "act", made.pk, "cancel"), {"reason": "x"}).status_code == 404
    )


def test_the_health_page_costs_the_same_with_more_messages(client: Client, boss: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    health = reverse("admin:notifications_delivery_health")
    make(1)
    client.get(health)
    with CaptureQueriesContext(connection) as one:
        client.get(health)
    make_more()
    with CaptureQueriesContext(connection) as more:
        client.get(health)
    assert len(one) == len(more)
    sign_in(client, UserFactory())
    assert client.get(health).status_code == 403


def test_the_bell_counts_and_is_emptied(client: Client) -> None:
    user = sign_in(client, UserFactory())
    for n in range(3):
        delivery(
            "in_app",
            "",
            recipient=f"user:{user.pk}",
            topic="staff.late_opened",
            data={"number": f"YP{n}"},
        )
    delivery("in_app", "", recipient="user:999999", topic="staff.late_opened")
    send_all("in_app")
    bell = client.get(reverse("admin:notifications_delivery_bell")).json()
    assert bell["unread"] == 3
    assert "YP1" in client.get(bell["link"]).content.decode()
    assert client.get(reverse("admin:notifications_delivery_read")).status_code == 405
    client.post(reverse("admin:notifications_delivery_read"))
    assert client.get(reverse("admin:notifications_delivery_bell")).json()["unread"] == 0
    assert Delivery.objects.filter(state=S.DELIVERED).count() == 1


def test_a_call_is_taken_revealed_and_settled(client: Client, boss: User) -> None:
    delivery("phone", PHONE)
    send_all("phone")
    task = PhoneTask.objects.get()
    page = client.get(url("phonetask", "change", task.pk)).content.decode()
    assert "13800000001" not in page
    client.post(url("phonetask", "act", task.pk, "take"))
    shown = client.post(url("phonetask", "act", task.pk, "reveal")).content.decode()
    assert PHONE in shown
    client.post(url("phonetask", "act", task.pk, "settle"), {"outcome": "reached", "note": ""})
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("reached", boss)
    assert f"/phonetask/{task.pk}/" not in client.get(url("phonetask")).content.decode()


def test_a_number_looked_at_by_a_double_press_is_looked_at_once(client: Client, boss: User) -> None:
    delivery("phone", PHONE)
    send_all("phone")
    task = PhoneTask.objects.get()
    form = form_at(client, url("phonetask", "act", task.pk, "reveal"), "/do/reveal/")
    assert PHONE in press(client, form).content.decode()
    again = press(client, form)
    assert again["Location"] == url("phonetask", "change", task.pk)
    assert Event.objects.filter(kind="phonetask.revealed").count() == 1


def test_words_are_checked_when_saved_and_kept_as_versions(client: Client, boss: User) -> None:
    first = MessageTemplate.objects.filter(
        topic="waybill.delivered", channel="", language="zh-hans"
    ).latest("version")
    change = url("messagetemplate", "act", first.pk, "change")
    page = client.get(url("messagetemplate", "change", first.pk)).content.decode()
    assert "YP12345678901" in page, "with sample data"
    for body in ("您好 {nobody}", "您好 {", "{number.__class__}", "{number!r}", "{0}"):
        refused = client.post(change, {"subject": "x", "body": body, "provider_fields": ""})
        assert refused.status_code == 422
    assert (
        MessageTemplate.objects.filter(topic="waybill.delivered", language="zh-hans").count() == 1
    )
    client.post(
        change,
        {
            "subject": "已签收",
            "body": "快件{number}已签收",
            "provider_fields": '{"no": "{number}"}',
        },
    )
    newest = MessageTemplate.objects.filter(topic="waybill.delivered", language="zh-hans").latest(
        "version"
    )
    assert (newest.version, newest.created_by) == (2, boss)
    listed = client.get(url("messagetemplate"), {"q": "waybill.delivered"}).content.decode()
    assert (
        f"/messagetemplate/{newest.pk}/" in listed and f"/messagetemplate/{first.pk}/" not in listed
    )


def test_new_words_go_out_with_the_next_message(
    client: Client, boss: User, sms: SmsGateway
) -> None:
    first = MessageTemplate.objects.filter(
        topic="waybill.delivered", channel="", language="zh-hans"
    ).get()
    client.post(
        url("messagetemplate", "act", first.pk, "own-words"),
        {
            "channel": "sms",
            "subject": "",
            "body": "签收 {number}",
            "provider_code": "SMS_42",
            "provider_text": "快件${no}已签收，退订${stop}",
            "provider_fields": '{"no": "{number}"}',
        },
    )
    made = delivery("sms", PHONE)
    send_all("sms")
    assert sms.sent[0]["template"] == "SMS_42"
    assert json.loads(sms.sent[0]["param"])["no"] == "YP12345678901"
    used = Attempt.objects.get(delivery=made, step="answered").template
    assert used and used.channel == "sms"


def test_a_policy_is_changed_through_its_rules(client: Client, boss: User) -> None:
    line = NotificationPolicy.objects.get(topic="waybill.picked_up", audience="subscriber")
    page = url("notificationpolicy", "change", line.pk)
    form = {
        "topic": line.topic,
        "audience": line.audience,
        "role": "",
        "digest_minutes": "0",
        "max_age_hours": "24",
        "active": "on",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
    }
    client.post(page, {**form, "channels": "phone, sms"})
    line.refresh_from_db()
    assert line.channels == ["wechat", "sms", "email"], "a call is the last resort"
    client.post(page, {**form, "channels": "fax"})
    client.post(page, {**form, "channels": "sms，email、phone"})
    line.refresh_from_db()
    assert line.channels == ["sms", "email", "phone"] and line.changed_by == boss


def test_preferences_stops_and_announcements_are_entered(client: Client, boss: User) -> None:
    customer = CustomerFactory()
    wishes = {
        "who": customer.code,
        "channels": ["email"],
        "quiet_from": "20:00",
        "quiet_until": "09:00",
    }
    client.post(url("preference", "add"), wishes)
    preference = Preference.objects.get()
    assert (preference.recipient, preference.channels) == (f"customer:{customer.pk}", ["email"])
    client.post(url("preference", "act", preference.pk, "change"), {"opted_out": "on"})
    preference.refresh_from_db()
    assert preference.opted_out
    assert client.get(url("preference", "change", preference.pk)).status_code == 200

    client.post(url("suppressedaddress", "add"), {"channel": "sms", "address": "13800000001"})
    stopped = SuppressedAddress.objects.get()
    assert (
        "13800000001"
        not in client.get(url("suppressedaddress", "change", stopped.pk)).content.decode()
    )
    client.post(url("suppressedaddress", "act", stopped.pk, "lift"))

    at = timezone.localtime() - timedelta(minutes=1)
    word = {
        "title_zh": "通知",
        "body_zh": "内容",
        "title_en": "Notice",
        "body_en": "Text",
        "starts_at": f"{at:%Y-%m-%dT%H:%M}",
    }
    client.post(url("announcement", "add"), word)
    made = Announcement.objects.get()
    assert client.get(url("announcement", "change", made.pk)).status_code == 200
    client.post(url("announcement", "act", made.pk, "withdraw"))
    made.refresh_from_db()
    assert made.withdrawn_by == boss
