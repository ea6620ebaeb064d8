"""What payers and colleagues are told of the month's end (BIL-2, BIL-3)."""

from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.billing import services
from apps.billing.enums import DisputeReason
from apps.billing.models import BillingTerms, Dispute, ShipmentRating, Statement
from apps.billing.queries.links import token_of
from apps.core.errors import RuleBroken
from apps.customers.enums import ContactRole
from apps.customers.models import Customer
from apps.events.models import Event
from apps.notifications.models import Delivery, NotificationPolicy, PhoneTask
from apps.notifications.queries.words import render
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UserFactory, UserRoleFactory
from tests.factories.billing import (
    DECEMBER_FIRST,
    NOVEMBER,
    frozen,
    payer,
    reviewed,
    sent,
    sides,
)
from tests.factories.customers import ContactFactory
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    # The month's end of these tests stays where it is, however long ago that comes to be.
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None, max_age_hours=1_000_000)
    settings.SITE_URL = "https://yp.example"


def with_finance(**more: Any) -> Customer:
    customer = payer(**more)
    ContactFactory(customer=customer, role=ContactRole.SERVICE, email="service@shop.example")
    ContactFactory(customer=customer, role=ContactRole.FINANCE, email="finance@shop.example")
    return customer


def queued(topic: str) -> list[Delivery]:
    relay_all()
    return list(Delivery.objects.filter(topic=topic).order_by("pk"))


def raised(statement: Statement, *, by_customer: bool = True) -> Dispute:
    return services.raise_dispute(
        charge_id=statement.charges.get().pk,
        why=DisputeReason.WEIGHT,
        text="我们称的是两公斤",
        amount=Decimal("30.00"),
        by_customer=by_customer,
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )


def test_finance_gets_the_statement_by_mail_with_its_link_once(mail: MailServer) -> None:
    statement = sent(with_finance(), "100.00")
    (message,) = queued("statement.sent")
    assert message.channel == "email"
    send_all()
    (one,) = mail.accepted
    assert one["To"] == "finance@shop.example"
    body = one.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert f"https://yp.example/statement/{token_of(statement)}" in body
    assert "¥100.00" in body and str(statement.due_on) in body and statement.number in body
    relay_all()
    send_all()
    assert len(mail.accepted) == 1


def test_a_statement_on_paper_is_a_task_for_a_person(mail: MailServer) -> None:
    sent(with_finance(statement_channel="post"), "100.00")
    (message,) = queued("statement.sent")
    send_all()
    assert (message.channel, len(mail.accepted)) == ("phone", 0)
    assert PhoneTask.objects.get().delivery_id == message.pk
    assert "邮" in render(message, frozenset()).text


def test_the_payer_of_the_group_is_told_and_not_whose_shipments_they_were() -> None:
    head, branch = with_finance(), with_finance()
    terms = BillingTerms(customer=branch, payer=head)
    services.change_terms(terms, by=UserFactory(), at=DECEMBER_FIRST)
    statement = sent(branch, "100.00")
    assert statement.bill_to == head
    (message,) = queued("statement.sent")
    assert message.customer == head


def test_an_accepted_dispute_is_told_with_what_is_taken_off(mail: MailServer) -> None:
    dispute = raised(sent(with_finance(), "100.00"))
    services.accept_dispute(
        dispute_id=dispute.pk,
        answer="复秤为两公斤",
        amount=Decimal("20.00"),
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )
    assert len(queued("dispute.accepted")) == 1
    send_all("email")
    body = mail.accepted[-1].get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "¥20.00" in body and "复秤为两公斤" in body


def test_a_refused_dispute_is_told_with_its_reason(mail: MailServer) -> None:
    dispute = raised(sent(with_finance(), "100.00"))
    services.refuse_dispute(
        dispute_id=dispute.pk, answer="有复秤照片", by=UserFactory(), at=DECEMBER_FIRST
    )
    assert len(queued("dispute.refused")) == 1
    send_all("email")
    body = mail.accepted[-1].get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "有复秤照片" in body and "¥30.00" in body


def test_agent_and_finance_hear_of_what_the_customer_disputes() -> None:
    customer = with_finance()
    customer.agent = UserFactory()
    customer.save()
    finance = UserRoleFactory(role=Role.FINANCE, unit=customer.unit).user
    raised(sent(customer, "100.00"))
    messages = queued("staff.dispute_raised")
    assert {m.recipient for m in messages} == {f"user:{customer.agent.pk}", f"user:{finance.pk}"}
    assert "¥30.00" in render(messages[0], frozenset()).text


def test_what_staff_note_for_a_customer_is_no_news_to_them() -> None:
    customer = with_finance()
    customer.agent = UserFactory()
    customer.save()
    raised(sent(customer, "100.00"), by_customer=False)
    assert queued("staff.dispute_raised") == []


def unrated(customer: Customer) -> ShipmentRating:
    return ShipmentRating.objects.create(
        waybill_id=1,
        waybill="YP12345678901",
        customer=customer,
        month=NOVEMBER,
        refusal="没有价目",
        refusal_code="no_tariff",
        rated_at=DECEMBER_FIRST,
    )


@pytest.mark.requirement("BIL-3")
def test_the_manager_hears_what_stands_in_the_way_before_it_is_sent(mail: MailServer) -> None:
    customer = with_finance()
    manager = UserRoleFactory(role=Role.DEPARTMENT_MANAGER, unit=customer.unit).user
    statement = frozen(customer, "100.00")
    unrated(customer)
    reviewed(statement)
    messages = queued("staff.statement_blocked")
    assert {m.recipient for m in messages} == {f"user:{manager.pk}"}
    words = render(messages[0], frozenset()).text
    assert statement.number in words and "没有价目" in words and "1" in words
    with pytest.raises(RuleBroken) as refused:
        services.send_statement(
            statement_id=statement.pk, side=sides(statement)[1], by=UserFactory(), at=DECEMBER_FIRST
        )
    assert refused.value.code == "blocked"
    assert queued("statement.sent") == []


@pytest.mark.requirement("BIL-3")
def test_where_nothing_stands_in_the_way_nobody_is_told() -> None:
    customer = with_finance()
    UserRoleFactory(role=Role.DEPARTMENT_MANAGER, unit=customer.unit)
    reviewed(frozen(customer, "100.00"))
    assert queued("staff.statement_blocked") == []
    assert not Event.objects.filter(kind="statement.blocked").exists()
