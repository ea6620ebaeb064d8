"""From what happened to who is told: one message per real change, to the right people, by the
channel they prefer, and never twice (NTF-2, NTF-3, TRK-9)."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.core.notice_types import Notice
from apps.events.models import Event
from apps.events.services import record
from apps.notifications import services
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import (
    Delivery,
    NotificationPolicy,
    Preference,
    WebhookEvent,
)
from apps.notifications.queries.words import render
from apps.tracking.services import ingest
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.accounts import UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notifications import (
    endpoint,
    latest_event,
    no_policies,
    policy,
    relay_all,
    send_all,
    subscription,
)
from tests.factories.orders import declare
from tests.factories.tracking import event as scan
from tests.factories.tracking import report, waybill, waybills

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-2")]
CONSIGNEE = "+8613900139002"


@pytest.fixture
def only_consignee(sms: SmsGateway) -> None:
    no_policies()
    for topic in ("picked_up", "out_for_delivery", "delivered", "attempt_failed", "late"):
        policy(f"waybill.{topic}", "consignee", "sms", max_age_hours=24)


@pytest.mark.requirement("TRK-9")
def test_the_relay_tells_a_storm_in_a_few_statements(only_consignee: None) -> None:
    def statements(count: int) -> int:
        many = [scan(made, "picked_up") for made in waybills(count)]
        ingest(many, source="tests", by=system_user("tests"), at=timezone.now())
        with CaptureQueriesContext(connection) as seen:
            relay_all()
        return len(seen)

    statements(1)  # what is read once and remembered
    assert statements(45) <= statements(3)
    assert Delivery.objects.filter(topic="waybill.picked_up").count() == 49


@pytest.mark.requirement("TRK-9")
@pytest.mark.parametrize(
    ("codes", "topic"),
    [
        (["picked_up"], "waybill.picked_up"),
        (["picked_up", "out_for_delivery"], "waybill.out_for_delivery"),
        (["picked_up", "delivered"], "waybill.delivered"),
    ],
)
def test_each_real_change_is_told_once(only_consignee: None, codes: list[str], topic: str) -> None:
    shipment = waybill()
    report(shipment, *codes)
    relay_all()
    answers = Delivery.objects.filter(waybill=shipment)
    assert topic in {d.topic for d in answers}
    before = answers.count()
    # Hearing of it again, and the same scan again, tell nothing more.
    for event in Event.objects.filter(kind="waybill.status_changed"):
        services.notify_about([event])
    assert answers.count() == before
    assert {d.address for d in answers} == {CONSIGNEE}
    assert "李小红" not in str(list(answers.values("data", "recipient_label", "cause")))


def test_old_news_is_not_told(only_consignee: None) -> None:
    shipment = waybill()
    event = record(
        "waybill.status_changed",
        shipment,
        by=system_user("tests"),
        data={
            "from": "in_transit",
            "to": "created",
            "reason": "",
            "occurred_at": (timezone.now() - timedelta(days=2)).isoformat(),
        },
    )
    assert services.notify_about([event]) == 0
    # It moved on before we came to tell.
    report(shipment, "picked_up")
    report(shipment, "delivered")
    picked_up = Event.objects.filter(kind="waybill.status_changed", data__to="picked_up").get()
    assert services.notify_about([picked_up]) == 0


def test_news_older_than_the_policy_allows_is_left_out(only_consignee: None) -> None:
    shipment = waybill()
    report(shipment, "picked_up")
    event = latest_event("waybill.status_changed")
    event.data["occurred_at"] = (timezone.now() - timedelta(hours=30)).isoformat()
    assert services.notify_about([event]) == 0


def test_a_late_shipment_is_told_with_a_new_time_and_an_apology(
    only_consignee: None, sms: SmsGateway
) -> None:
    shipment = waybill()
    record(
        "waybill.running_late",
        shipment,
        by=system_user("tests"),
        data={"why": "will_miss", "expected": timezone.now() + timedelta(hours=30)},
    )
    relay_all()
    send_all("sms")
    (answers,) = Delivery.objects.filter(topic="waybill.late")
    assert answers.state == S.ACCEPTED
    words = render(answers, frozenset())
    assert "非常抱歉" in words.text and "新的预计送达时间" in words.text
    english = render(answers, frozenset(), "en")
    assert "apologise" in english.text and "New expected time" in english.text


@pytest.mark.requirement("TRK-9")
def test_the_preferred_channel_comes_first(sms: SmsGateway, wechat: WeChatPlatform) -> None:
    customer = CustomerFactory()
    contact = ContactFactory(customer=customer, phone="+8613700000001", preferred_channel="wechat")
    services.link_wechat(
        phone=contact.phone, openid="openid-7", by=system_user("tests"), at=timezone.now()
    )
    no_policies()
    policy("waybill.delivered", "customer_contacts", "sms", "wechat", "phone")
    _tell("waybill.delivered", waybill(customer=customer))
    answers = Delivery.objects.get()
    assert (answers.channel, answers.address) == ("wechat", "openid-7")
    # What the customer asked for goes before what the contact card says.
    services.set_preference(
        recipient=f"customer:{customer.pk}",
        values={"channels": ["sms"]},
        by=system_user("tests"),
        at=timezone.now(),
    )
    _tell("waybill.delivered", waybill(customer=customer))
    assert Delivery.objects.latest("id").channel == "sms"


def _tell(topic: str, shipment: Any, **fields: Any) -> int:
    return services.notify(
        [
            Notice(
                topic=topic,
                cause=fields.pop("cause", f"test:{shipment.pk}:{topic}"),
                at=timezone.now(),
                waybill=shipment,
                customer=shipment.customer,
                data={"number": shipment.number, "to": "delivered"},
                **fields,
            )
        ]
    )


@pytest.mark.requirement("NTF-3")
def test_opting_out_is_kept_on_record_and_urgent_passes(sms: SmsGateway) -> None:
    shipment = waybill()
    no_policies()
    line = policy("waybill.delivered", "consignee", "sms")
    _tell("waybill.delivered", shipment)
    first = Delivery.objects.get()
    services.set_opt_out(
        recipient=first.recipient,
        label="",
        opted_out=True,
        by=system_user("tests"),
        at=timezone.now(),
    )
    send_all("sms")
    first.refresh_from_db()
    assert (first.state, first.state_reason) == (S.SUPPRESSED, "opted_out")
    _tell("waybill.delivered", shipment, cause="again")
    assert Delivery.objects.latest("id").state == S.SUPPRESSED
    line.urgent = True
    line.save()
    _tell("waybill.delivered", shipment, cause="urgent")
    assert Delivery.objects.latest("id").state == S.QUEUED
    assert sms.sent == []


@pytest.mark.requirement("NTF-3")
def test_a_contacts_own_wish_stands_above_the_customers_until_it_is_sent(sms: SmsGateway) -> None:
    shipment = waybill()
    own, other = (ContactFactory(customer=shipment.customer) for _n in range(2))
    no_policies()
    policy("waybill.delivered", "customer_contacts", "sms")
    by, at = system_user("tests"), timezone.now()
    _tell("waybill.delivered", shipment)
    for recipient, opted_out in (
        (f"customer:{shipment.customer_id}", True),
        (f"contact:{own.pk}", False),
    ):
        services.set_opt_out(recipient=recipient, label="", opted_out=opted_out, by=by, at=at)
    _tell("waybill.delivered", shipment, cause="again")
    send_all("sms")
    found = Delivery.objects.filter(recipient=f"contact:{own.pk}")
    assert [d.state for d in found] == [S.ACCEPTED] * 2
    found = Delivery.objects.filter(recipient=f"contact:{other.pk}")
    assert [d.state_reason for d in found] == ["opted_out"] * 2


@pytest.mark.requirement("NTF-3")
def test_a_muted_topic_is_muted_and_the_others_are_not(sms: SmsGateway) -> None:
    customer = CustomerFactory()
    contact = ContactFactory(customer=customer)
    no_policies()
    policy("waybill.delivered", "customer_contacts", "sms")
    policy("waybill.exception", "customer_contacts", "sms")
    Preference.objects.create(
        recipient=f"contact:{contact.pk}",
        muted_topics=["waybill.delivered"],
        changed_at=timezone.now(),
        changed_by=system_user("tests"),
    )
    for topic in ("waybill.delivered", "waybill.exception"):
        _tell(topic, waybill(customer=customer))
    assert [d.state for d in Delivery.objects.order_by("id")] == [S.SUPPRESSED, S.QUEUED]


def test_the_same_phone_in_two_roles_hears_once(sms: SmsGateway) -> None:
    shipment = waybill()
    subscription(shipment, "sms", CONSIGNEE)
    contact = ContactFactory(customer=shipment.customer, phone=CONSIGNEE)
    no_policies()
    for audience in ("consignee", "subscriber", "customer_contacts"):
        policy_of = policy if audience == "consignee" else _also
        policy_of("waybill.delivered", audience, "sms")
    _tell("waybill.delivered", shipment)
    assert Delivery.objects.count() == 1
    assert contact.phone == CONSIGNEE


def _also(topic: str, audience: str, *names: str) -> None:
    NotificationPolicy.objects.create(topic=topic, audience=audience, channels=list(names))


def test_who_cannot_be_reached_at_all_is_on_record() -> None:
    no_policies()
    policy("waybill.delivered", "consignee", "sms")
    _tell("waybill.delivered", waybill())
    answers = Delivery.objects.get()
    assert (answers.state, answers.state_reason) == (S.SUPPRESSED, "no_channel")


def test_quiet_hours_hold_and_never_drop(sms: SmsGateway) -> None:
    here = timezone.localtime()
    quiet = {
        "quiet_from": (here - timedelta(hours=1)).time(),
        "quiet_until": (here + timedelta(hours=2)).time(),
    }
    no_policies()
    policy("waybill.delivered", "consignee", "sms", **quiet)
    policy("waybill.late", "consignee", "sms", urgent=True, **quiet)
    for _n in range(3):
        _tell("waybill.delivered", waybill())
    _tell("waybill.late", waybill())
    assert send_all("sms") == 1
    held = Delivery.objects.filter(topic="waybill.delivered")
    assert {d.state for d in held} == {S.HELD}
    assert all(
        timedelta(hours=1.9) < d.due_at - timezone.now() < timedelta(hours=2.1) for d in held
    )
    # Morning: the hours are over.
    held.update(due_at=timezone.now(), quiet_from=time(0, 0), quiet_until=time(0, 0))
    assert send_all("sms") == 3
    assert len(sms.sent) == 4


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(sms: SmsGateway) -> None:
    no_policies()
    policy("waybill.delivered", "consignee", "sms")
    _tell("waybill.delivered", waybill())
    here = timezone.localtime()
    Delivery.objects.update(
        quiet_from=(here - timedelta(hours=1)).time(),
        quiet_until=(here + timedelta(hours=1)).time(),
    )
    assert send_all("sms") == 0
    answers = Delivery.objects.get()
    assert answers.state == S.HELD and answers.due_at > timezone.now() + timedelta(minutes=50)


def test_staff_hear_by_the_bell_and_read_it() -> None:
    no_policies()
    agent = UserFactory()
    director = UserFactory(roles=[Role.DIRECTOR])
    customer = CustomerFactory(agent=agent)
    policy("staff.count_mismatch", "agent", "in_app")
    _also_role("staff.count_mismatch", Role.DIRECTOR)
    declare(customer, by=agent)
    relay_all()
    send_all("in_app")
    answers = {d.recipient: d for d in Delivery.objects.all()}
    # The director of another unit hears nothing of it.
    assert set(answers) == {f"user:{agent.pk}"}
    assert director.pk != agent.pk
    assert services.mark_read(by=agent, delivery_ids=None, at=timezone.now()) == 1
    assert Delivery.objects.get().state == S.READ


def _also_role(topic: str, role: Role) -> None:
    NotificationPolicy.objects.create(topic=topic, audience="role", role=role, channels=["in_app"])


@pytest.mark.requirement("NTF-4")
def test_merchants_hear_every_change_without_personal_data(only_consignee: None) -> None:
    shipment = waybill(customer_reference="SO-77")
    endpoint(shipment.customer)
    report(shipment, "picked_up")
    report(shipment, "delivered")
    relay_all()
    log = list(WebhookEvent.objects.order_by("id"))
    assert [e.payload["status"] for e in log] == ["picked_up", "delivered"]
    assert log[0].payload["waybill"] == shipment.number
    assert log[0].payload["customer_reference"] == "SO-77"
    assert Delivery.objects.filter(channel="webhook").count() == 2
    text = str([e.payload for e in log])
    assert "李小红" not in text and "13900139002" not in text
    for event in Event.objects.filter(kind="waybill.status_changed"):
        services.notify_about([event])
    assert WebhookEvent.objects.count() == 2


def test_sixty_events_cost_as_many_queries_as_three(only_consignee: None) -> None:
    _also("waybill.picked_up", "sender", "sms")
    few, many = _moved(3), _moved(60)
    services.notify_about(_moved(1))
    with CaptureQueriesContext(connection) as first:
        assert services.notify_about(few) == 6
    with CaptureQueriesContext(connection) as second:
        assert services.notify_about(many) == 120
    assert len(second) == len(first)


def _moved(count: int) -> list[Event]:
    shipments = waybills(count)
    ingest(
        [scan(shipment, "picked_up") for shipment in shipments],
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )
    ids = [str(shipment.pk) for shipment in shipments]
    return list(Event.objects.filter(kind="waybill.status_changed", subject_id__in=ids))
