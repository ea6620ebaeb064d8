"""Clocks that run out reach the people they name, by the channels they name (CMP-2, CMP-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.events.models import Event
from apps.events.services import record
from apps.notifications import services
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery, PhoneTask, SuppressedAddress
from apps.notifications.queries.words import render
from apps.orders.models import WorkOrder
from apps.quality.models import ExceptionReport
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import exception
from tests.factories.customers import ready_customer
from tests.factories.notifications import relay_all, send_all
from tests.factories.orders import order

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-3")]


@pytest.fixture
def made() -> WorkOrder:
    return order(ready_customer())


def fire(
    subject: WorkOrder | ExceptionReport, *people: User, kind: str = "clock.overdue", **data: Any
) -> Event:
    """As the sweeper records it."""
    now = timezone.now()
    facts = {
        "kind": "order",
        "metric": "plan_reply",
        "title": subject.number,
        "step": "上报部门经理",
        "step_en": "To the department manager",
        "due_at": now.isoformat(),
        "at": now.isoformat(),
        "late_seconds": 1,
        "recipients": [p.pk for p in people],
        "channels": ["in_app"],
        "off_hours": False,
        "mail_by": None,
    }
    return record(kind, subject, by=system_user("sweeper"), data={**facts, **data})


def queued(user: User) -> list[Delivery]:
    return list(Delivery.objects.filter(recipient=f"user:{user.pk}").order_by("pk"))


def person(**fields: Any) -> User:
    user: User = UserFactory(email=f"p{User.objects.count()}@yipiao.example", **fields)
    return user


@pytest.mark.parametrize("kind", ["clock.warned", "clock.overdue", "clock.escalated"])
def test_the_people_a_step_names_are_told_and_nobody_else(made: WorkOrder, kind: str) -> None:
    chief, other = person(), person()
    fire(made, chief, kind=kind)
    relay_all()
    (message,) = queued(chief)
    assert (message.channel, message.urgent) == ("in_app", True)
    assert queued(other) == []
    words = render(message, frozenset())
    assert made.number in words.subject
    assert "方案与答复" in words.subject
    assert "上报部门经理" in words.text
    english = render(message, frozenset(), "en")
    assert "To the department manager" in english.text


def test_a_step_uses_all_its_channels_together(made: WorkOrder, mail: MailServer) -> None:
    chief = person()
    fire(made, chief, channels=["in_app", "email"])
    relay_all()
    send_all("email")
    assert {d.channel for d in queued(chief)} == {"in_app", "email"}
    assert mail.recipients == [chief.email]


def test_a_notice_that_bounces_goes_to_that_mailbox_no_more(
    made: WorkOrder, mail: MailServer
) -> None:
    """Also what the house tells its own people; and what bounced is told to nobody by mail, or two
    mailboxes would answer each other for ever."""
    chief = person()
    mail.refused_recipients[chief.email] = "550 5.1.1 no such user"
    fire(made, chief, channels=["email"])
    relay_all()
    send_all("email")
    (first,) = [d for d in queued(chief) if d.channel == "email"]
    assert first.state == DeliveryState.SUPPRESSED
    mail.refused_recipients.clear()
    fire(made, chief, channels=["email"])
    relay_all()
    send_all("email")
    mails = [d for d in queued(chief) if d.channel == "email"]
    assert {d.state for d in mails} <= {DeliveryState.SUPPRESSED}
    assert mail.accepted == []
    assert SuppressedAddress.objects.get().reason == "bounced"


def test_telling_of_the_same_step_again_adds_nothing(made: WorkOrder) -> None:
    chief = person()
    event = fire(made, chief)
    relay_all()
    services.notify_about([event])
    assert len(queued(chief)) == 1


@pytest.mark.requirement("CMP-2")
def test_outside_office_hours_it_is_a_call_now_and_the_mail_before_work_begins(
    made: WorkOrder, mail: MailServer
) -> None:
    chief = person(phone="+8613800138000")
    morning = timezone.now() + timedelta(hours=9)
    fire(made, chief, channels=["in_app", "email"], off_hours=True, mail_by=morning.isoformat())
    relay_all()
    send_all("phone", "email")
    call = PhoneTask.objects.get()
    assert call.delivery.recipient == f"user:{chief.pk}"
    assert call.due_at <= timezone.now() + timedelta(minutes=30)
    held = next(d for d in queued(chief) if d.channel == "email")
    assert (held.state, held.due_at) == (DeliveryState.HELD, morning)
    assert mail.recipients == []
    Delivery.objects.filter(pk=held.pk).update(due_at=timezone.now())
    send_all("email")
    assert mail.recipients == [chief.email]


@pytest.mark.requirement("CMP-2")
def test_whoever_looks_after_the_customer_sees_the_call_about_an_exception() -> None:
    customer = ready_customer()
    report = exception(customer=customer)
    now = timezone.now()
    fire(report, person(phone="+8613800138000"), off_hours=True, mail_by=now.isoformat())
    relay_all()
    send_all("phone")
    near = UserFactory(roles=[Role.AGENT], unit=customer.unit, scope=ObjectScope.UNITS)
    far = UserFactory(roles=[Role.AGENT], scope=ObjectScope.UNITS)
    assert PhoneTask.objects.visible_to(near).count() == 1
    assert PhoneTask.objects.visible_to(far).count() == 0


def test_what_comes_late_is_gathered_for_each_person(made: WorkOrder) -> None:
    chief, agent = person(), person()
    for _n in range(5):
        fire(made, chief, late_seconds=3600)
    fire(made, agent, late_seconds=3600)
    relay_all()
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    services.gather()
    carriers = Delivery.objects.filter(topic="digest")
    assert [c.recipient for c in carriers] == [f"user:{chief.pk}"]
    assert carriers.get().carries.count() == 5
    lines = render(carriers.get(), frozenset()).text
    assert lines.count(made.number) >= 5
    # A single one is told as itself.
    assert [d.topic for d in queued(agent)] == ["staff.clock_overdue"]


def test_the_newest_prompt_step_is_not_held_up_by_gathering(made: WorkOrder) -> None:
    chief = person()
    fire(made, chief)
    relay_all()
    (message,) = queued(chief)
    assert message.digest_key == ""
    assert message.due_at <= timezone.now()


def test_the_message_leads_to_the_page(client: Client, made: WorkOrder) -> None:
    chief = sign_in(client, UserFactory(is_superuser=True))
    fire(made, chief)
    relay_all()
    send_all("in_app")
    page = client.get("/admin/notifications/delivery/mine/").text
    link = f"/admin/desk/open/orders.workorder/{made.pk}"
    assert link in page


def test_a_person_who_left_is_not_told(made: WorkOrder) -> None:
    gone = person(is_active=False)
    fire(made, gone)
    relay_all()
    assert queued(gone) == []


def test_queries_do_not_grow_with_the_events(
    made: WorkOrder, django_assert_max_num_queries: Any
) -> None:
    people = [person() for _n in range(10)]
    events = [fire(made, who) for who in people]
    with django_assert_max_num_queries(12):
        assert services.notify_about(events) == 10


def test_a_moment_without_a_zone_does_not_stop_the_relay(made: WorkOrder) -> None:
    chief = person()
    fire(made, chief, mail_by=datetime(2026, 1, 1).isoformat())  # on purpose
    relay_all()
    assert queued(chief)
